#pragma once
// Growing selections: the word, the expression around it, the binding, and so on to the whole file.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/tokens.hpp"

namespace nilas::analysis {

/// What can be selected around `offset`, innermost first, each containing the one before it; ends
/// with the whole text. At most 200. O(nodes).
std::vector<syntax::Span> selection_ranges(const syntax::Ast& ast, std::string_view text,
                                           std::span<const syntax::TokenSpan> tokens,
                                           uint32_t offset);

}  // namespace nilas::analysis
