# What "${./x}" names: NAR hashes of files, trees, symlinks, execute bits.
{
  tree = "${/fixture/tree}";
  file = "${/fixture/tree/a.txt}";
  executable = "${/fixture/tree/sub/run.sh}";
  symlink = "${/fixture/tree/sub/link}";
  through_symlink = "${/fixture/links/dir/a.txt}";
  symlink_to_directory = "${/fixture/links/dir}";
  empty_directory = "${/fixture/tree/empty}";
  big = "${/fixture/tree/big}";
  below = "${/fixture/tree}/a.txt";
  context = builtins.getContext "${/fixture/tree/a.txt} ${/fixture/tree}";
}
