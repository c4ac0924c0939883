# map, filter, concatMap, and lists that grow.
let
  inherit (builtins) genList filter concatMap foldl' length all;
  xs = genList (i: i) 300000;
  even = filter (i: i - i / 2 * 2 == 0) xs;
  pairs = concatMap (i: [ i (i + 1) ]) even;
  grown = foldl' (l: i: l ++ [ i ]) [ ] (genList (i: i) 3000);
in
[ (length even) (foldl' (a: b: a + b) 0 (map (i: i * 2) pairs)) (length grown) (all (i: i >= 0) xs) ]
