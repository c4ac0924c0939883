{
  read = builtins.readFile /fixture/tree/a.txt;
  read_text = builtins.readFile "/fixture/tree/../tree/a.txt";
  read_link = builtins.readFile /fixture/tree/sub/link;
  read_through = builtins.readFile /fixture/links/dir/sub/../a.txt;
  dir = builtins.readDir /fixture/tree;
  dir_sub = builtins.readDir /fixture/tree/sub;
  dir_link = builtins.readDir /fixture/links/dir;
  links = builtins.readDir /fixture/links;
  empty = builtins.readDir /fixture/tree/empty;
  types = map builtins.readFileType [ /fixture /fixture/tree/a.txt /fixture/tree/sub/link /fixture/links/dir /fixture/links/dangling ];
  exists = map builtins.pathExists [
    /fixture /fixture/tree/a.txt /fixture/nope /fixture/links/dangling /fixture/links/dir /fixture/links/dir/a.txt /fixture/tree/a.txt/x
    "/fixture/tree/" "/fixture/tree/a.txt/" "/fixture/tree/." "/fixture/tree/a.txt/." "/fixture/links/dir/" "/fixture/links/dangling/" "/"
  ];
  hash = map (t: builtins.hashFile t /fixture/tree/a.txt) [ "md5" "sha1" "sha256" "sha512" ];
  hash_link = builtins.hashFile "sha256" /fixture/tree/sub/link;
  base = map baseNameOf [ "" "/" "//" "a" "a/" "a//" "/a/b" "/a/b/" "a/b//" /fixture /. "." ".." ];
  dirs = map dirOf [ "" "/" "a" "a/" "/a" "/a/b" "/a/b/" "." ];
  dir_of_path = map toString [ (dirOf /a/b) (dirOf /a) (dirOf /.) ];
  to_path = map builtins.toPath [ "/" "/a/../b/./c//" /a/b "/../.." ];
  env = builtins.getEnv "NILAS_TEST_NOT_SET";
  import_directory = (import /fixture/tree).x;
  import_link = (import /fixture/links/dir).x;
  import_text = (import "/fixture/tree/default.nix").x;
  out_path = builtins.readFile { outPath = /fixture/tree/a.txt; };
  to_string = builtins.readFile { __toString = self: "/fixture/tree/a.txt"; };
  to_string_path = builtins.readFile { __toString = self: /fixture/tree/a.txt; };
  store_dir = builtins.storeDir;
  placeholders = map builtins.placeholder [ "out" "dev" "" ];
}
