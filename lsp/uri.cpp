#include "lsp/uri.hpp"

#include <algorithm>
#include <cctype>

namespace nilas::lsp {
namespace {

bool is_plain(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u < 0x80 && std::isalnum(u)) ||
         std::string_view("/-._~").find(c) != std::string_view::npos;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool starts_with_file(std::string_view uri) {
  constexpr std::string_view kScheme = "file:";
  return uri.size() >= kScheme.size() &&
         std::ranges::equal(uri.substr(0, kScheme.size()), kScheme, [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

}  // namespace

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_plain(c)) {
      out += c;
    } else {
      const auto u = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[u >> 4];
      out += kHex[u & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '%') {
      out += s[i];
      continue;
    }
    if (i + 2 >= s.size()) return std::nullopt;
    const int high = hex_digit(s[i + 1]), low = hex_digit(s[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

std::string path_to_uri(std::string_view path) {
  return "file://" + percent_encode(path);
}

std::optional<std::string> uri_to_path(std::string_view uri) {
  if (!starts_with_file(uri)) return std::nullopt;
  std::string_view rest = uri.substr(5);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t slash = rest.find('/');
    const std::string_view host = rest.substr(0, slash);
    if (slash == std::string_view::npos || (!host.empty() && host != "localhost"))
      return std::nullopt;
    rest.remove_prefix(slash);
  }
  rest = rest.substr(0, rest.find_first_of("?#"));
  if (!rest.starts_with('/')) return std::nullopt;
  auto path = percent_decode(rest);
  if (!path || path->find('\0') != std::string::npos) return std::nullopt;
  return canonical_path(*path);
}

std::string canonical_path(std::string_view path, std::string_view base) {
  std::string all;
  if (!path.starts_with('/')) {
    all = base;
    all += '/';
  }
  all += path;
  std::string out;
  for (size_t i = 0; i < all.size();) {
    const size_t slash = std::min(all.find('/', i), all.size());
    const std::string_view part = std::string_view(all).substr(i, slash - i);
    if (part == "..") {
      out.erase(std::min(out.rfind('/'), out.size()));
    } else if (!part.empty() && part != ".") {
      out += '/';
      out += part;
    }
    i = slash + 1;
  }
  return out.empty() ? "/" : out;
}

}  // namespace nilas::lsp
