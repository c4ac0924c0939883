#include "lsp/search_path.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <sstream>
#include <unistd.h>

#include "lsp/nix_settings.hpp"

namespace nilas::lsp {
namespace {

/// Whether the colon at `at` belongs to a URL: `scheme://`, or the pseudo-scheme `flake:`.
bool is_url_colon(std::string_view text, size_t at) {
  size_t begin = at;
  while (begin > 0 && (std::isalnum(static_cast<unsigned char>(text[begin - 1])) ||
                       std::string_view("+-.").contains(text[begin - 1]))) {
    --begin;
  }
  const std::string_view scheme = text.substr(begin, at - begin);
  if (scheme == "flake" || scheme == "channel") return true;
  return !scheme.empty() && text.substr(at + 1).starts_with("//");
}

void add_if_exists(std::vector<eval::SearchPathEntry>& out, std::string prefix, std::string path) {
  if (::access(path.c_str(), F_OK) == 0) out.push_back({std::move(prefix), std::move(path)});
}

std::vector<eval::SearchPathEntry> default_channels() {
  std::vector<eval::SearchPathEntry> out;
  if (const char* home = std::getenv("HOME")) {
    add_if_exists(out, "", std::string(home) + "/.nix-defexpr/channels");
  }
  const std::string root = "/nix/var/nix/profiles/per-user/root/channels";
  add_if_exists(out, "nixpkgs", root + "/nixpkgs");
  add_if_exists(out, "", root);
  return out;
}

/// Entries separated by spaces, as settings of Nix have them.
std::vector<eval::SearchPathEntry> parse_words(const std::string& value) {
  std::vector<eval::SearchPathEntry> out;
  std::istringstream in(value);
  for (std::string word; in >> word;)
    out.push_back(parse_search_path_entry(word));
  return out;
}

}  // namespace

eval::SearchPathEntry parse_search_path_entry(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

std::vector<eval::SearchPathEntry> parse_nix_path(std::string_view value) {
  std::vector<eval::SearchPathEntry> out;
  size_t begin = 0;
  for (size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && (value[i] != ':' || is_url_colon(value, i))) continue;
    if (i > begin) out.push_back(parse_search_path_entry(value.substr(begin, i - begin)));
    begin = i + 1;
  }
  return out;
}

std::vector<eval::SearchPathEntry> search_path(const std::vector<std::string>& first) {
  std::vector<eval::SearchPathEntry> out;
  for (const std::string& entry : first)
    out.push_back(parse_search_path_entry(entry));
  std::optional<std::vector<eval::SearchPathEntry>> path;
  if (const char* variable = std::getenv("NIX_PATH")) path = parse_nix_path(variable);
  const bool from_environment = path.has_value();
  std::vector<eval::SearchPathEntry> extra;
  for (const auto& [name, value] : nix_conf()) {
    if (name == "nix-path" && !from_environment) {
      path = parse_words(value);
      extra.clear();
    }
    if (name == "extra-nix-path") std::ranges::move(parse_words(value), std::back_inserter(extra));
  }
  std::ranges::move(path ? *std::move(path) : default_channels(), std::back_inserter(out));
  std::ranges::move(extra, std::back_inserter(out));
  return out;
}

}  // namespace nilas::lsp
