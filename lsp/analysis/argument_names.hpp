#pragma once
// Sets as arguments: which function takes one, and the attributes it takes as far as no formals tell
// them (argument_names.def).

#include <optional>
#include <string_view>
#include <vector>

#include "lsp/analysis/completion.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

/// The argument of a call that a set is, or, as in `mkDerivation (finalAttrs: { })`, the result of.
struct ArgumentPlace {
  syntax::NodeId function = syntax::kNoNode;
  uint32_t before = 0;                     ///< arguments before it
  syntax::NodeId first = syntax::kNoNode;  ///< first argument
  bool is_result = false;
};

/// nullopt if the set is no argument. O(nodes).
std::optional<ArgumentPlace> argument_place(const syntax::Ast& ast, syntax::SetId set);

/// Attributes that the table knows for the set at its place; of `meta`, for packages. O(nodes).
std::vector<CompletionItem> argument_name_items(const syntax::Ast& ast, syntax::SetId set);

}  // namespace nilas::analysis
