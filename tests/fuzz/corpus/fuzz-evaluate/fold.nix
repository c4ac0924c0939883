builtins.foldl' (a: b: a // { ${toString b} = a; }) { } (builtins.genList (i: i) 9)
