#pragma once
// The nixpkgs that a document most likely means: the one it lies in, or that of the search path.

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "lsp/evaluation.hpp"
#include "lsp/files.hpp"

namespace nilas::lsp {

/// Directory of the sources of nixpkgs for a file in `directory`; nullopt if there is none. A few
/// stats.
std::optional<std::string> find_nixpkgs(const FileFinder& files, const std::string& directory);

/// The text whose evaluation knows nixpkgs (analysis/conventions.hpp), one for each directory of
/// sources, so that a world evaluates it once. Any thread.
class NixpkgsTexts {
 public:
  /// Of the nixpkgs that a document in `directory` means, if there is one. Packages are not known
  /// to the files that all of them are made of: every edit of those would evaluate them anew.
  std::optional<EvaluatedText> find(const FileFinder& files, const std::string& directory);

 private:
  std::mutex mutex_;
  std::map<std::string, EvaluatedText> texts_;  // by text
};

}  // namespace nilas::lsp
