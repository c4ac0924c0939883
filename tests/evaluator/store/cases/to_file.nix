let
  a = builtins.toFile "a.txt" "hello";
  b = builtins.toFile "b.txt" "see ${a} and ${/fixture/tree/a.txt}";
in
{
  inherit a b;
  empty = builtins.toFile "empty" "";
  context_a = builtins.getContext a;
  context_b = builtins.getContext b;
}
