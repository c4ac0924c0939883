#pragma once
// file: URIs (RFC 8089, RFC 3986) and paths.

#include <optional>
#include <string>
#include <string_view>

namespace nilas::lsp {

/// `text` with everything percent-encoded that is neither unreserved nor `/`; and back: nullopt for
/// malformed escapes.
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);

/// `file://` URI of an absolute path; what is neither unreserved nor `/` is percent-encoded.
std::string path_to_uri(std::string_view path);

/// Canonical absolute path (no `.`, `..`, `//`) of a `file:` URI; nullopt for other schemes
/// (`untitled:`, `git:`), for
/// other hosts and for malformed escapes. Symlinks stay as they are.
std::optional<std::string> uri_to_path(std::string_view uri);

/// `path` without `.`, `..`, double and trailing slashes; relative to `base` unless it is absolute.
/// Lexical.
std::string canonical_path(std::string_view path, std::string_view base = "/");

}  // namespace nilas::lsp
