let
  fetch = args: let d = import <nix/fetchurl.nix> args; in { inherit (d) name; drv = d.drvPath; out = d.outPath; };
  h = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73";
in
{
  sha256 = fetch { url = "http://example.org/a.tar.gz"; sha256 = h; };
  hash = fetch { url = "http://example.org/a.tar.gz"; hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; };
  executable = fetch { url = "http://example.org/a"; sha256 = h; executable = true; };
  unpack = fetch { url = "http://example.org/a.nar.xz"; sha256 = h; unpack = true; name = "named"; };
  sha1 = fetch { url = "http://example.org/a"; sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"; };
  system = fetch { url = "http://example.org/a"; sha256 = h; system = "x86_64-linux"; };
}
