let
  d = derivation { name = "x"; system = "s"; builder = "/b"; outputs = [ "out" "dev" ]; };
  e = derivation { name = "y"; system = "s"; builder = "/b"; };
  c = builtins.getContext;
  mixed = "${d}${d.dev}${e.drvPath}${/fixture/tree/a.txt}";
in
{
  none = c "x";
  output = c "${d}";
  outputs = c "${d.dev} ${d}";
  drv = c d.drvPath;
  source = c "${/fixture/tree/a.txt}";
  mixed = c mixed;
  both = c "${d} ${d.drvPath}";
  appended = c (builtins.appendContext mixed (c mixed));
  appended_path = c (builtins.appendContext "x" { ${builtins.unsafeDiscardStringContext d.drvPath} = { path = true; allOutputs = true; outputs = [ "out" "a" ]; }; });
  appended_nothing = c (builtins.appendContext "x" { ${builtins.unsafeDiscardStringContext d.drvPath} = { path = false; outputs = [ ]; }; });
  discarded = c (builtins.unsafeDiscardStringContext mixed);
  no_outputs = c (builtins.unsafeDiscardOutputDependency mixed);
  with_outputs = c (builtins.addDrvOutputDependencies (builtins.unsafeDiscardOutputDependency d.drvPath));
  idempotent = c (builtins.addDrvOutputDependencies d.drvPath);
  has = map builtins.hasContext [ "x" "${d}" (builtins.substring 0 0 "${d}") (builtins.unsafeDiscardStringContext "${d}") ];
  base = c (baseNameOf "${d}/x");
  dir = c (dirOf "${d}/x");
  path = c (builtins.toPath "${d}/x/../y");
  replaced = c (builtins.replaceStrings [ "x" ] [ "${e}" ] "y");
  replaced_in = c (builtins.replaceStrings [ "y" ] [ "${e}" ] "y");
  joined = c (builtins.concatStringsSep "${d}" [ "a" "${e}" ]);
  json = c (builtins.toJSON { a = d; b = [ e.drvPath ]; });
  xml = c (builtins.toXML [ "${d}" ]);
  split = builtins.hasContext (builtins.head (builtins.split "x" "${d}"));
  discard_coerces = builtins.unsafeDiscardStringContext d == d.outPath;
}
