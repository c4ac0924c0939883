let
  base = { name = "f"; system = "s"; builder = "/b"; };
  empty = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  make = attrs: let d = derivation (base // attrs); in { drv = d.drvPath; out = d.outPath; };
  flat = derivation (base // { outputHash = empty; });
  flat_by_other_means = derivation (base // { outputHash = empty; builder = "/other"; input = flat; });
  other = derivation (base // { name = "g"; outputHash = empty; });
in
{
  flat = make { outputHash = empty; };
  mode_flat = make { outputHash = empty; outputHashMode = "flat"; };
  recursive = make { outputHash = empty; outputHashMode = "recursive"; };
  nar = make { outputHash = empty; outputHashMode = "nar"; };
  algorithm = make { outputHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; outputHashAlgo = "sha256"; };
  base32 = make { outputHash = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"; outputHashAlgo = "sha256"; };
  base64 = make { outputHash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashAlgo = "sha256"; };
  null_algorithm = make { outputHash = empty; outputHashAlgo = null; };
  empty_algorithm = make { outputHash = empty; outputHashAlgo = ""; };
  sha1 = make { outputHash = "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"; outputHashMode = "recursive"; };
  md5 = make { outputHash = "d41d8cd98f00b204e9800998ecf8427e"; outputHashAlgo = "md5"; };
  sha512 = make { outputHash = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="; };
  no_hash = make { outputHash = ""; outputHashAlgo = "sha256"; };
  # What depends on a fixed output does not depend on how it is fetched, only its .drv path does.
  user = make { input = flat; };
  user_of_other_means = make { input = flat_by_other_means; };
  user_of_both = make { a = flat; b = flat_by_other_means; c = other; };
  content_addressed_does_not_matter = make { outputHash = empty; outputs = [ "out" ]; };
}
