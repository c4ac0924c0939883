#pragma once
// Values that should not be shown on a screen that others may see.

#include <string_view>

namespace nilas::eval {

/// What `text` looks like: "private key", "access token"; empty if it looks like nothing secret. Only forms that are nothing
/// else: PEM and age keys, and tokens with the prefixes that their issuers gave them so that scanners find them. Hashes,
/// public keys and store paths never match. Linear.
std::string_view secret_kind(std::string_view text);

}  // namespace nilas::eval
