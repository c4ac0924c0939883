#pragma once
// Files that come with Nix itself: <nix/fetchurl.nix>.

#include <string>
#include <string_view>

namespace nilas::eval {

/// Where they appear to be. No host has such a directory.
inline constexpr std::string_view kCorePkgsDir = "/«nix-internal»";

/// Text of the file, or null.
const std::string* core_package(std::string_view path);

}  // namespace nilas::eval
