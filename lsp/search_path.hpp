#pragma once
// Where `<name>` is looked up: entries of -I, settings, NIX_PATH and nix.conf, in this order.

#include <string>
#include <string_view>
#include <vector>

#include "evaluator/world.hpp"

namespace nilas::lsp {

/// "nixpkgs=/path" or "/path".
eval::SearchPathEntry parse_search_path_entry(std::string_view text);

/// Splits NIX_PATH at colons, but not at that of a URL's scheme (`nixpkgs=https://...`).
std::vector<eval::SearchPathEntry> parse_nix_path(std::string_view value);

/// `first` in their order, then those of the environment variable NIX_PATH; without the variable
/// those of the setting `nix-path`; without that the channels that Nix looks for, as far as they
/// exist. Then those of `extra-nix-path`.
std::vector<eval::SearchPathEntry> search_path(const std::vector<std::string>& first);

}  // namespace nilas::lsp
