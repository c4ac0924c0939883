#pragma once
// What an editor can fold: brackets, strings, let, branches, bindings, comments.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/tokens.hpp"

namespace nilas::analysis {

enum class FoldingKind : uint8_t { Code, Comment };

struct FoldingRange {
  syntax::Span span;  ///< what disappears; brackets stay
  uint32_t first_line, last_line;
  FoldingKind kind = FoldingKind::Code;
  /// What follows the range on its last line, but for white space: a bracket or keyword that shall
  /// stay visible.
  bool closed = false;
};

/// By first line, the larger one first; each of several lines. Works on tokens, so that damaged
/// code folds too. Linear but for sorting.
std::vector<FoldingRange> folding_ranges(const syntax::Ast& ast, std::string_view text,
                                         std::span<const syntax::TokenSpan> tokens);

}  // namespace nilas::analysis
