{
  inputs = {
    a = { type = "path"; path = "/flakes/leaf"; };
    b = { url = "path:/flakes/sub?dir=deep"; };
    c = { url = ./inner; flake = false; };
  };
  outputs = { self, a, b, c }: {
    inherit (a) x;
    deep = b.v;
    at = builtins.match ".*source(.*)" (toString b);
    inner = builtins.readDir c;
  };
}
