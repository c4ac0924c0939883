#include "evaluator/fetch/url.hpp"

#include <algorithm>

#include "evaluator/encoding.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSubDelimiters = "!$&'()*+,;=";
constexpr std::string_view kKeptInQuery = ":@/?";
constexpr std::string_view kKeptInPath = ":@";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_unreserved(char c) {
  return is_letter(c) || is_digit(c) || "-._~"sv.contains(c);
}

/// Whether `text` consists of unreserved characters, escapes, sub-delimiters and those of `extra`.
bool consists_of(std::string_view text, std::string_view extra) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_unreserved(c) || kSubDelimiters.contains(c) || extra.contains(c)) continue;
    if (c != '%' || i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) {
      return false;
    }
    i += 2;
  }
  return true;
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text[0]) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || "+-."sv.contains(c);
  });
}

bool is_authority(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at != text.npos && !consists_of(text.substr(0, at), ":")) return false;
  std::string_view host = at == text.npos ? text : text.substr(at + 1);
  std::string_view port;
  if (host.starts_with('[')) {
    const size_t close = host.find(']');
    if (close == host.npos || !consists_of(host.substr(1, close - 1), ":")) return false;
    port = host.substr(close + 1);
    if (!port.empty() && port[0] != ':') return false;
  } else if (const size_t colon = host.find(':'); colon != host.npos) {
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  if (!port.empty() && !std::ranges::all_of(port.substr(1), is_digit)) return false;
  return host.starts_with('[') || consists_of(host, "");
}

/// Takes what follows the first `mark` off `text`; nothing if there is none.
std::optional<std::string_view> cut(std::string_view& text, char mark) {
  const size_t at = text.find(mark);
  if (at == text.npos) return std::nullopt;
  const std::string_view rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

std::string join_path(const std::vector<std::string>& path, bool encode) {
  std::string text;
  for (size_t i = 0; i < path.size(); ++i) {
    if (i > 0) text += '/';
    text += encode ? percent_encode(path[i], kKeptInPath) : path[i];
  }
  return text;
}

}  // namespace

std::vector<std::string> split_url_path(std::string_view path) {
  std::vector<std::string> parts;
  while (true) {
    const size_t slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash == path.npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

std::string percent_encode(std::string_view text, std::string_view keep) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c) || keep.contains(c)) {
      out += c;
    } else {
      const auto byte = static_cast<uint8_t>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::expected<std::string, std::string> percent_decode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = i + 2 < text.size() || i + 3 == text.size()
                          ? decode_base16(text.substr(i + 1, 2))
                          : Decoded(std::unexpected('%'));
    if (!byte) return std::unexpected(cat("invalid URI parameter '", text, "'"));
    out += *byte;
    i += 2;
  }
  return out;
}

std::expected<UrlQuery, std::string> decode_query(std::string_view query) {
  UrlQuery pairs;
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto value = cut(pair, '=');
    if (!value) continue;
    auto name = percent_decode(pair);
    auto decoded = percent_decode(*value);
    if (!name) return std::unexpected(name.error());
    if (!decoded) return std::unexpected(decoded.error());
    pairs.emplace(std::move(*name), std::move(*decoded));
  }
  return pairs;
}

std::expected<Url, std::string> parse_url(std::string_view text, UrlSyntax syntax) {
  const auto invalid = [&] { return std::unexpected(cat("'", text, "' is not a valid URL")); };
  const bool lenient = syntax == UrlSyntax::Lenient;
  Url url;
  std::string_view rest = text;
  const auto fragment = cut(rest, '#');
  const auto query = cut(rest, '?');
  const size_t colon = rest.find(':');
  if (colon == rest.npos || !is_scheme(rest.substr(0, colon))) return invalid();
  url.scheme = rest.substr(0, colon);
  rest.remove_prefix(colon + 1);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t slash = std::min(rest.find('/'), rest.size());
    url.authority = rest.substr(0, slash);
    rest.remove_prefix(slash);
    if (!is_authority(*url.authority)) return invalid();
  }
  const bool is_file = url.transport() == "file";
  if (is_file && url.authority && !url.authority->empty()) {
    return std::unexpected(
        cat("file:// URL '", text, "' has unexpected authority '", *url.authority, "'"));
  }
  if (!consists_of(rest, ":@/") || (query && !consists_of(*query, lenient ? ":@/? \"" : ":@/?")) ||
      (fragment && !consists_of(*fragment, lenient ? ":@/? \"^" : ":@/?"))) {
    return invalid();
  }
  url.path = split_url_path(is_file && rest.empty() ? "/" : rest);
  for (std::string& part : url.path)
    part = *percent_decode(part);
  if (query) url.query = *decode_query(*query);
  if (fragment) url.fragment = *percent_decode(*fragment);
  return url;
}

std::string Url::to_string() const {
  std::string text = scheme + ":";
  if (authority) text += "//" + *authority;
  text += join_path(path, true);
  char separator = '?';
  for (const auto& [name, value] : query) {
    text += separator;
    text += percent_encode(name, kKeptInQuery);
    text += '=';
    text += percent_encode(value, kKeptInQuery);
    separator = '&';
  }
  if (!fragment.empty()) text += "#" + percent_encode(fragment);
  return text;
}

std::string Url::path_text() const {
  return join_path(path, false);
}

std::vector<std::string> Url::path_segments() const {
  std::vector<std::string> parts;
  std::ranges::copy_if(path, std::back_inserter(parts), [](auto& part) { return !part.empty(); });
  return parts;
}

std::optional<std::string_view> Url::application() const {
  const size_t plus = scheme.find('+');
  if (plus == scheme.npos) return std::nullopt;
  return std::string_view(scheme).substr(0, plus);
}

std::string_view Url::transport() const {
  const size_t plus = scheme.find('+');
  return std::string_view(scheme).substr(plus == scheme.npos ? 0 : plus + 1);
}

std::expected<Url, std::string> git_url(std::string_view text) {
  if (text.starts_with('/')) {
    return Url{.scheme = "file", .authority = "", .path = split_url_path(text)};
  }
  // user@host:path, unless it is a URL or a slash says that the colon belongs to a path.
  const size_t colon = text.find(':');
  const size_t slash = text.find('/');
  if (colon != text.npos && colon < slash && !text.substr(colon).starts_with("://") &&
      text.substr(0, colon) != "file" && text.substr(0, colon) != "git+file") {
    const std::string_view path = text.substr(colon + 1);
    if (path.empty()) {
      return std::unexpected(cat("SCP-style Git URL '", text, "' has an empty path"));
    }
    Url url{.scheme = "ssh", .authority = std::string(text.substr(0, colon))};
    url.path = split_url_path(path.starts_with('/') ? std::string(path) : cat("/", path));
    return url;
  }
  auto url = parse_url(text, UrlSyntax::Strict);
  if (url && url->application() == "git") url->scheme = std::string(url->transport());
  return url;
}

}  // namespace nilas::eval
