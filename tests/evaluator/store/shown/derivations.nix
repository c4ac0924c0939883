# Derivations whose text and JSON are compared: shown/<name>.drv, shown/<name>.json.
let
  base = { name = "x"; system = "s"; builder = "/b"; };
  plain = derivation (base // { name = "plain"; outputs = [ "out" "dev" ]; });
  maker = derivation (base // {
    name = "made.drv"; __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256";
  });
in
{
  addressed = derivation (base // {
    outputs = [ "out" "dev" ]; args = [ "-c" "q\"\n" ]; src = /fixture/tree/a.txt; inherit plain; other = plain.dev; text = "ü\t\\";
  });
  fixed = derivation (base // { outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "recursive"; });
  flat = derivation (base // { outputHash = "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"; });
  floating = derivation (base // { __contentAddressed = true; });
  impure = derivation (base // { __impure = true; });
  deferred = derivation (base // { input = derivation (base // { __contentAddressed = true; }); });
  structured = derivation (base // { __structuredAttrs = true; list = [ plain ]; });
  dynamic = derivation (base // { a = builtins.outputOf maker.outPath "out"; b = builtins.outputOf (builtins.outputOf maker.outPath "lib") "x"; c = plain; });
}
