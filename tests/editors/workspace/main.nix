# What the editor tests hover. ./nixpkgs is the checkout that NILAS_TEST_NIXPKGS names, or else the
# small library of the same shape that lies here.
let
  lib = import ./nixpkgs/lib;
  answer = import ./answer.nix;
  limit = 6 * 7;
  numbers = (lib.range 1 5);
  sum = lib.lists.foldl' (total: n: total + n) 0 numbers;
in
{
  inherit limit sum;
  doubled = map (n: n * 2) numbers;
  greeting = "the answer is ${toString answer}";
}
