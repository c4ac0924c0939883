# Sorting with a function in Nix and with a builtin.
let
  inherit (builtins) genList sort lessThan elemAt foldl' bitAnd;
  random = genList (i: bitAnd (i * 7919 + i * i * 104729) 1048575) 100000;
  byFunction = sort (a: b: a < b) random;
  byBuiltin = sort lessThan random;
in
assert byFunction == byBuiltin;
map (elemAt byFunction) [ 0 50000 99999 ]
