let d = derivation { name = "x"; system = "s"; builder = "b"; args = [ ./file ]; out = "o"; }; in [ d.drvPath "${d}" (d == d) (builtins.getContext "${d}") ]
