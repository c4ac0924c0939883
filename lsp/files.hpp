#pragma once
// Files that a text names: path literals, `<search>` paths, directories that stand for their
// default.nix. Unsaved buffers count as files.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/world.hpp"
#include "lsp/host.hpp"

namespace nilas::lsp {

class Server;

/// What finding files needs to know of a session, as it was when this was made. Immutable: any
/// thread may use it.
class FileFinder {
 public:
  /// Strand only.
  explicit FileFinder(Server& server);
  FileFinder(OverlayPtr overlay, std::vector<eval::SearchPathEntry> search_path)
      : overlay_(std::move(overlay)), search_path_(std::move(search_path)) {}

  /// The canonical path of a literal: `./x`, `../x`, `/x`, `~/x`.
  std::optional<std::string> find_literal(std::string_view literal,
                                          std::string_view directory) const;
  /// Where `nixpkgs/lib` of `<nixpkgs/lib>` lies; nullopt if no entry of the search path has it.
  std::optional<std::string> find_search_path(std::string_view name) const;
  /// The file that `import` reads for a path: itself, or its default.nix. nullopt if there is none.
  std::optional<std::string> nix_file(const std::string& path) const;

  bool is_file(const std::string& path) const;
  bool is_directory(const std::string& path) const;
  const std::vector<eval::SearchPathEntry>& search_path() const { return search_path_; }

 private:
  OverlayPtr overlay_;
  std::vector<eval::SearchPathEntry> search_path_;
};

}  // namespace nilas::lsp
