#pragma once
// URLs (RFC 3986) as flake references use them. No network, no file system.

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nilas::eval {

using UrlQuery = std::map<std::string, std::string, std::less<>>;

/// A URL in its parts, percent escapes resolved except in the authority.
struct Url {
  std::string scheme;
  std::optional<std::string> authority;  ///< "user@host:port", as written; empty in "file:///x"
  std::vector<std::string> path;         ///< between slashes: {"", "a", "b"} is "/a/b"
  UrlQuery query;                        ///< of equal names the first
  std::string fragment;

  std::string to_string() const;
  /// The path as one text, nothing escaped.
  std::string path_text() const;
  /// The parts of the path that are not empty.
  std::vector<std::string> path_segments() const;
  /// "tarball" of "tarball+https"; nothing in "https".
  std::optional<std::string_view> application() const;
  /// "https" of "tarball+https".
  std::string_view transport() const;
};

/// Splits at slashes: what Url::path holds.
std::vector<std::string> split_url_path(std::string_view path);

/// Whether characters that RFC 3986 forbids pass where Nix has always let them pass: a space and `"`
/// in the query, and `^` besides in the fragment.
enum class UrlSyntax : uint8_t { Strict, Lenient };

/// The error is C++ Nix's text for it. O(n).
std::expected<Url, std::string> parse_url(std::string_view text, UrlSyntax syntax);

/// "a=1&b=%20" decoded; pairs without `=` are left out. The error names a broken escape.
std::expected<UrlQuery, std::string> decode_query(std::string_view query);
std::expected<std::string, std::string> percent_decode(std::string_view text);
/// Everything but letters, digits, `-._~` and the characters of `keep` escaped.
std::string percent_encode(std::string_view text, std::string_view keep = "");

/// The URL that git means by `text`: an absolute path becomes file://, `user@host:path` becomes
/// ssh://, "git+" in front of a scheme goes away.
std::expected<Url, std::string> git_url(std::string_view text);

}  // namespace nilas::eval
