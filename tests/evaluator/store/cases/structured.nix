let
  base = { name = "x"; system = "s"; builder = "/b"; __structuredAttrs = true; };
  plain = derivation { name = "plain"; system = "s"; builder = "/b"; outputs = [ "out" "dev" ]; };
  make = attrs: let d = derivation (base // attrs); in { drv = d.drvPath; out = d.outPath; };
in
{
  empty = make { };
  values = make {
    a = 1; b = true; c = null; d = [ 1 2.5 "x" [ ] { } ]; e = { z = 1; a = { b = "\"\n"; }; }; f = 1.0; g = "ü/\\";
    h = plain; i = [ plain plain.dev ]; j = /fixture/tree/a.txt; k = { __toString = self: "called"; };
    l = { outPath = "/given"; x = 1; }; m = 1.0e30; n = -0.0; o = 123456789012345678;
  };
  args = make { args = [ "-e" plain /fixture/tree/a.txt ]; };
  outputs = make { outputs = [ "out" "dev" ]; };
  outputs_sorted = make { outputs = [ "out" "a" ]; };
  nulls = make { __ignoreNulls = true; a = null; b = { c = null; }; };
  fixed = make { outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "recursive"; };
  checks = make {
    outputChecks = { out = { maxSize = 10; disallowedReferences = [ plain ]; }; };
    exportReferencesGraph = { refs = [ plain "${plain.dev}" ]; };
  };
  builder_with_context = make { builder = "${plain}/bin/sh"; };
  odd_keys = make { "a\"b" = 1; "ü" = 2; };
  source = make { src = /fixture/tree; };
}
