# A loop over a list.
builtins.foldl' (a: x: a + x * 2 - x) 0 (builtins.genList (i: i) 1000000)
