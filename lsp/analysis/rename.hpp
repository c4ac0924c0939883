#pragma once
// Renaming a name in one file, and proving that nothing else in it has changed its meaning. All
// files: workspace_rename.hpp.

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/fixes/edit.hpp"
#include "lsp/analysis/names.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

struct RenameTarget {
  syntax::Span span;        ///< the name under the cursor
  std::string placeholder;  ///< it, without quotes
};

/// What a rename at `offset` would rename; else why it cannot, in a sentence for the user. An empty
/// one: no name stands there.
std::expected<RenameTarget, std::string> prepare_rename(const syntax::Ast& ast, const Names& names,
                                                        uint32_t offset);

/// A name that is renamed. Of an `inherit`, only one side is: what it defines, or what it uses.
struct RenamePlace {
  const Name* name;
  bool defines;
};

/// The edits that rename places of one file, by position; or why that cannot be done. `entity`: what
/// is renamed, if this file writes it; else nothing, and the places use what another file writes.
///
/// `inherit x;` that only passes the name on becomes `x = new;` or `new = x;`, so that the name of
/// the other side stays. The result is parsed and resolved: each name must mean what it meant, or the
/// rename is refused.
std::expected<std::vector<TextEdit>, std::string> rename_places(
    const syntax::Ast& ast, const Names& names, std::string_view text, const Entity& entity,
    std::span<const RenamePlace> places, std::string_view new_name);

}  // namespace nilas::analysis
