# Strings joined one by one, at once, and by interpolation.
let
  inherit (builtins) foldl' genList concatStringsSep stringLength;
  appended = foldl' (s: i: s + "item ${toString i};\n") "" (genList (i: i) 20000);
  joined = concatStringsSep "," (map toString (genList (i: i) 200000));
in
[ (stringLength appended) (stringLength joined) (builtins.hashString "sha256" appended) ]
