let
  base = { name = "x"; system = "s"; builder = "/b"; };
  show = d: { drv = d.drvPath; out = d.outPath; inherit (d) outputName type; all = map (o: o.outPath) d.all; };
  plain = derivation base;
  multi = derivation (base // { name = "multi"; outputs = [ "out" "dev" "bin" ]; });
  dev_first = derivation (base // { name = "multi"; outputs = [ "dev" "out" ]; });
  dependent = derivation (base // { name = "y"; inherit plain; m = multi.dev; list = [ plain multi multi.bin ]; });
in
builtins.mapAttrs (_: show) {
  inherit plain multi dev_first dependent;
  values = derivation (base // {
    a = 1; b = true; c = false; d = null; e = [ 1 [ ] [ 2 "x" [ ] ] null [ [ ] ] true ]; f = 1.5; g = [ ]; h = "";
    i = -9223372036854775807; j = { outPath = "/x"; }; k = { __toString = self: self.t; t = "called"; outPath = throw "no"; };
    l = [ { outPath = "/y"; } { __toString = self: 12; } ]; m = /fixture/tree/a.txt; n = "quote \" backslash \\ newline \n return \r tab \t ä";
    o = [ [ "x" ] [ ] "y" ];
  });
  args = derivation (base // { args = [ "-c" 1 true null [ 1 2 ] plain /fixture/tree/a.txt { outPath = plain; } ]; });
  source = derivation (base // { src = /fixture/tree; text = "${/fixture/tree/sub}/x"; });
  files = derivation (base // { f = builtins.toFile "f" "see ${builtins.toFile "g" "x"}"; });
  nulls = derivation (base // { __ignoreNulls = true; a = null; b = [ null ]; });
  keep_nulls = derivation (base // { __ignoreNulls = false; a = null; });
  overridden = derivation (base // { out = "given"; });
  long_env = derivation (base // { text = builtins.concatStringsSep "\n" (builtins.genList toString 3000); });
  odd_names = derivation (base // { "a b" = 1; "\"" = 2; "ä" = 3; A = 4; _ = 5; });
  twice = derivation (base // { a = plain; b = plain.drvAttrs.name; c = "${plain} ${plain.out}"; });
  deep = derivation (base // { d = dependent.drvPath; });
  shallow = derivation (base // { d = builtins.unsafeDiscardOutputDependency dependent.drvPath; });
  bare = derivation (base // { d = builtins.unsafeDiscardStringContext dependent.drvPath; });
  addressed_false = derivation (base // { __contentAddressed = false; __impure = false; });
  structured_false = derivation (base // { __structuredAttrs = false; });
}
