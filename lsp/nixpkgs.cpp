#include "lsp/nixpkgs.hpp"

#include <algorithm>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/conventions.hpp"
#include "lsp/hover_style.hpp"
#include "syntax/parse.hpp"

namespace nilas::lsp {
namespace {

bool is_nixpkgs(const FileFinder& files, const std::string& directory) {
  return files.is_file(directory + "/lib/default.nix") &&
         files.is_file(directory + "/pkgs/top-level/default.nix");
}

}  // namespace

std::optional<std::string> find_nixpkgs(const FileFinder& files, const std::string& directory) {
  for (std::string at = directory; at.size() > 1; at.resize(std::max<size_t>(1, at.rfind('/')))) {
    if (is_nixpkgs(files, at)) return at;
  }
  auto found = files.find_search_path("nixpkgs");
  return found && is_nixpkgs(files, *found) ? found : std::nullopt;
}

std::optional<EvaluatedText> NixpkgsTexts::find(const FileFinder& files,
                                                const std::string& directory) {
  const auto root = find_nixpkgs(files, directory);
  if (!root) return std::nullopt;
  const bool core = is_in({*root + "/pkgs/top-level", *root + "/pkgs/stdenv"}, directory);
  const std::string text = analysis::nixpkgs_text(
      *root, core ? analysis::KnownPackages::None : analysis::KnownPackages::All);
  const std::scoped_lock lock(mutex_);
  EvaluatedText& known = texts_[text];
  if (!known.text) {
    auto parsed = syntax::parse(text, eval::global_names());
    known = {.path = "«nixpkgs»",
             .directory = *root,
             .text = std::make_shared<const std::string>(text),
             .ast = std::make_shared<const syntax::Ast>(std::move(parsed.ast))};
  }
  return known;
}

}  // namespace nilas::lsp
