#pragma once
// Renaming a name of one file, and proving that nothing else has changed its meaning.

#include <expected>
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

/// The edits that rename what stands at `offset`, by position; or why that cannot be done.
///
/// `inherit x;` that only passes the name on becomes `x = new;` or `new = x;`, so that the name of
/// the other side stays. Callers in this file follow a renamed formal. The result is parsed and
/// resolved: each name must mean what it meant, or the rename is refused.
std::expected<std::vector<TextEdit>, std::string> rename(const syntax::Ast& ast, const Names& names,
                                                         std::string_view text, uint32_t offset,
                                                         std::string_view new_name);

}  // namespace nilas::analysis
