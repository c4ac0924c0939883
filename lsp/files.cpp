#include "lsp/files.hpp"

#include <cstdlib>
#include <filesystem>

#include "lsp/search_path.hpp"
#include "lsp/server.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {

FileFinder::FileFinder(Server& server)
    : overlay_(server.documents.overlay()),
      search_path_(lsp::search_path(server.settings.search_path)) {}

std::optional<std::string> FileFinder::find_literal(std::string_view literal,
                                                    std::string_view directory) const {
  if (!literal.starts_with("~/")) return canonical_path(literal, directory);
  const char* home = std::getenv("HOME");
  if (!home) return std::nullopt;
  return canonical_path(literal.substr(2), home);
}

std::optional<std::string> FileFinder::find_search_path(std::string_view name) const {
  for (const eval::SearchPathEntry& entry : search_path_) {
    std::string_view rest = name;
    if (!entry.prefix.empty()) {
      if (!name.starts_with(entry.prefix)) continue;
      rest.remove_prefix(entry.prefix.size());
      if (!rest.empty() && rest.front() != '/') continue;
      if (!rest.empty()) rest.remove_prefix(1);
    }
    const std::string base = canonical_path(entry.path, std::filesystem::current_path().string());
    std::string path = rest.empty() ? base : canonical_path(rest, base);
    if (is_file(path) || is_directory(path)) return path;
  }
  return std::nullopt;
}

std::optional<std::string> FileFinder::nix_file(const std::string& path) const {
  if (is_file(path)) return path;
  std::string inside = path + "/default.nix";
  return is_file(inside) ? std::optional(std::move(inside)) : std::nullopt;
}

bool FileFinder::is_file(const std::string& path) const {
  if (overlay_->contains(path)) return true;
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

bool FileFinder::is_directory(const std::string& path) const {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

}  // namespace nilas::lsp
