rec {
  description = "Names stand for literals.";
  place = null;
  inputs = rec { a.url = "path:/flakes/leaf"; b = a; };
  outputs = { self, a, b }: { same = a == b; };
}
