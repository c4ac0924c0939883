/** A file. */
{ lib, x ? 1, ... }@args:
let
  /** Adds.
      # Example
  */
  add = a: b: a + b;
  inherit (lib) id;
  set = rec { a.b = 1; c = a.b or 2; a = { ${id} = ./x/${id}; }; };
in
with args;
[ (add x 1.5) "s ${id set}" ''i'' (-x <= 2 && !true) (set ? a.b) y <z> http://u.v (if x then y else z) ]
