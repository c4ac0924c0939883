let
  d = derivation { name = "x"; system = "s"; builder = "/b"; outputs = [ "out" "dev" ]; passthru = 1; };
  lazy = derivation { name = throw "name"; outputs = [ "a" ]; x = throw "x"; };
in
{
  names = builtins.attrNames d;
  names_dev = builtins.attrNames d.dev;
  names_lazy = builtins.attrNames lazy;
  output = lazy.outputName;
  all = map (o: o.outputName) d.all;
  attrs = builtins.attrNames d.drvAttrs;
  type = lazy.type;
  strict = derivationStrict { name = "x"; system = "s"; builder = "/b"; };
  args = builtins.functionArgs derivation;
  equal = d == d.dev.out;
  different = d == d.dev;
  self = d.out.dev.out.outPath == d.outPath;
  text = "${d.dev}" == d.dev.outPath;
  throws = (builtins.tryEval lazy.outPath).success;
}
