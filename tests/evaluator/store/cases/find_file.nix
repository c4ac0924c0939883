let
  find = builtins.findFile [
    { prefix = "t"; path = "/fixture/tree"; }
    { path = "/fixture"; }
    { prefix = "a/b"; path = /fixture/tree; }
    { prefix = ""; path = "/fixture/links"; }
  ];
  try = x: (builtins.tryEval (toString x)).value;
in
map (x: try (find x)) [ "t" "t/a.txt" "t/nope" "tree" "tree/a.txt" "a/b" "a/b/a.txt" "a" "dangling" "dir" "dir/a.txt" "tr" "" "t/../tree" ]
