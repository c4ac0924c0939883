#include "evaluator/store/corepkgs.hpp"

namespace nilas::eval {

namespace {

// A fixed-output derivation that Nix's own downloader builds, without any package. Nix manual,
// "builtin:fetchurl". Its attributes decide its hash, so names and values are those of C++ Nix.
const std::string kFetchurl = R"nix({
  url,
  name ? baseNameOf (toString url),
  hash ? "",
  sha512 ? "",
  sha256 ? "",
  sha1 ? "",
  md5 ? "",
  outputHashAlgo ?
    if hash != "" then ""
    else if sha512 != "" then "sha512"
    else if sha1 != "" then "sha1"
    else if md5 != "" then "md5"
    else "sha256",
  outputHash ?
    if hash != "" then hash
    else if sha512 != "" then sha512
    else if sha1 != "" then sha1
    else if md5 != "" then md5
    else sha256,
  unpack ? false,
  executable ? false,
  impure ? false,
  system ? "",
}:
let
  content = if impure then { __impure = true; } else { inherit outputHash outputHashAlgo; };
in
derivation ({
  inherit name url unpack executable;
  system = "builtin";
  builder = "builtin:fetchurl";
  urls = [ url ];
  outputHashMode = if executable || unpack then "recursive" else "flat";
  preferLocalBuild = true;
  impureEnvVars = [ "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy" ];
} // content)
)nix";

}  // namespace

const std::string* core_package(std::string_view path) {
  if (!path.starts_with(kCorePkgsDir)) return nullptr;
  return path.substr(kCorePkgsDir.size()) == "/fetchurl.nix" ? &kFetchurl : nullptr;
}

}  // namespace nilas::eval
