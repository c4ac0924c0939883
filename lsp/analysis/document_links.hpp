#pragma once
// What in a file leads elsewhere: paths, `<search>` paths, URLs, flake references.

#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"

namespace nilas::analysis {

enum class LinkKind : uint8_t {
  Path,        ///< `target`: the literal
  SearchPath,  ///< `target`: without the angle brackets
  Url,         ///< `target`: what a browser opens
};

struct DocumentLink {
  syntax::Span span;
  LinkKind kind;
  std::string target;
};

/// Paths and strings with interpolation lead nowhere. By position. O(nodes).
std::vector<DocumentLink> document_links(const syntax::Ast& ast);

/// The page of a flake reference (`github:owner/repo/ref?dir=x`, `git+https://...`), or the URL
/// itself; empty for text that is no URL.
std::string url_of(std::string_view text);

}  // namespace nilas::analysis
