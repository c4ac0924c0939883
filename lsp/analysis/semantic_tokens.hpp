#pragma once
// What each token of a file is, for highlighting.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lsp/analysis/names.hpp"
#include "syntax/ast.hpp"
#include "syntax/tokens.hpp"

namespace nilas::analysis {

enum class SemanticType : uint8_t {
#define SEMANTIC_TYPE(id, name) id,
#include "lsp/analysis/semantic_tokens.def"
};

enum class SemanticModifier : uint8_t {
#define SEMANTIC_MODIFIER(id, name) id,
#include "lsp/analysis/semantic_tokens.def"
};

/// Names in the order of their numbers.
std::vector<std::string_view> semantic_type_names();
std::vector<std::string_view> semantic_modifier_names();

struct SemanticToken {
  syntax::Span span;
  SemanticType type;
  uint16_t modifiers;  ///< bit m: SemanticModifier m
};

/// The tokens that touch `range`, by position, none of them with a line end inside. Linear in the
/// file.
std::vector<SemanticToken> semantic_tokens(const syntax::Ast& ast, std::string_view text,
                                           std::span<const syntax::TokenSpan> tokens,
                                           const Names& names, syntax::Span range);

}  // namespace nilas::analysis
