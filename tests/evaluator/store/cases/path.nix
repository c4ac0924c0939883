let
  inherit (builtins) path filterSource;
in
{
  plain = path { path = /fixture/tree; };
  named = path { path = /fixture/tree; name = "other"; };
  text = path { path = "/fixture/../fixture/tree/"; };
  filtered = path { path = /fixture/tree; name = "filtered"; filter = p: t: t != "symlink" && baseNameOf p != "big"; };
  types = path { path = /fixture/tree; filter = p: t: t == "directory"; };
  nothing = path { path = /fixture/tree; filter = p: t: false; };
  flat = path { path = /fixture/tree/a.txt; recursive = false; };
  flat_executable = path { path = /fixture/tree/sub/run.sh; recursive = false; };
  one_file = path { path = /fixture/tree/a.txt; filter = (p: t: throw "not called for the root"); };
  expected = path { path = /fixture/tree; sha256 = "1lf7nv5wfwfz50gyvglmavq5bgj6rplbw7w6i99rw5811qwjnqnm"; };
  link = path { path = /fixture/links/dir; };
  filter_source = filterSource (p: t: t == "regular" || t == "directory") /fixture/tree;
  context = builtins.getContext (path { path = /fixture/tree; });
}
