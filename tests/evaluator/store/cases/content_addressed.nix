# Outputs that are named by what a build gives: placeholders, and what depends on them.
let
  base = { name = "x"; system = "s"; builder = "/b"; };
  plain = derivation base;
  floating = derivation (base // { name = "ca"; __contentAddressed = true; outputs = [ "out" "dev" ]; });
  impure = derivation (base // { name = "impure"; __impure = true; });
  deferred = derivation (base // { name = "deferred"; input = floating.dev; });
  make = attrs: let d = derivation (base // attrs); in { drv = d.drvPath; out = map (o: o.outPath) d.all; };
  drv_maker = derivation (base // {
    name = "made.drv"; __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256";
  });
in
{
  floating = make { __contentAddressed = true; };
  floating_inputs = make { __contentAddressed = true; a = plain; b = floating; };
  floating_text = make { __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256"; };
  floating_flat = make { __contentAddressed = true; outputHashMode = "flat"; outputHashAlgo = "sha1"; };
  floating_structured = make { __contentAddressed = true; __structuredAttrs = true; };
  impure = make { __impure = true; outputHashMode = "flat"; };
  deferred = make { a = floating; outputs = [ "out" "dev" ]; };
  deferred_twice = make { a = deferred; b = plain; };
  deferred_by_impure = make { a = impure; };
  fixed_hides = make { outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; a = floating; };
  false_is_nothing = make { __contentAddressed = false; };
  output_of = builtins.outputOf (builtins.unsafeDiscardOutputDependency floating.drvPath) "dev";
  output_of_plain = builtins.outputOf (builtins.unsafeDiscardOutputDependency plain.drvPath) "out";
  output_of_made = builtins.outputOf drv_maker.outPath "out";
  output_of_twice = builtins.outputOf (builtins.outputOf drv_maker.outPath "out") "lib";
  dynamic = make { a = builtins.outputOf drv_maker.outPath "out"; b = drv_maker; };
  dynamic_deeper = make {
    a = builtins.outputOf (builtins.outputOf drv_maker.outPath "out") "lib"; c = builtins.outputOf drv_maker.outPath "x"; d = plain;
  };
  git = make { outputHash = "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"; outputHashMode = "git"; };
  text = make { outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "text"; };
  text_drv = make { name = "y.drv"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "text"; };
}
