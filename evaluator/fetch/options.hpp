#pragma once
// What the user says about fetching.

#include <string>
#include <utility>
#include <vector>

namespace nilas::eval {

struct FetchOptions {
  /// `restrict-eval`: only the search path, allowed_uris and what was fetched can be read.
  bool restricted = false;
  std::vector<std::string> allowed_uris;  ///< prefixes of URLs that may be fetched if restricted
  bool use_registries = true;
  /// `--override-flake FROM TO`: looked at before all registries.
  std::vector<std::pair<std::string, std::string>> registry_overrides;
};

}  // namespace nilas::eval
