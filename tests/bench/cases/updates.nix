# Sets joined: a large one with small ones, and small ones with each other.
let
  inherit (builtins) foldl' genList listToAttrs;
  large = listToAttrs (genList (i: { name = "n${toString i}"; value = i; }) 500);
  grown = foldl' (s: i: s // { "x${toString i}" = i; }) large (genList (i: i) 500);
  point = i: { x = i; y = i + 1; } // { z = i; };
in
foldl' (sum: i: let p = point i; in sum + p.x + p.y + p.z) 0 (genList (i: i) 200000)
+ builtins.length (builtins.attrNames grown)
