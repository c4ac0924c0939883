#pragma once
// Words that an editor shows between those of the text: parameters of arguments, and what a long
// binding was called, at its end.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/names.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

enum class InlayHintKind : uint8_t { Parameter, BindingEnd };

struct InlayHint {
  uint32_t offset;
  std::string label;
  InlayHintKind kind;
  syntax::Span definition;  ///< of the parameter or the binding's name, in this file; may be empty
};

struct InlayHintOptions {
  bool parameters = true;  ///< in front of literals, lists, sets and functions as arguments
  uint32_t binding_end_lines = 25;  ///< of a binding that gets a hint; 0: none does
};

/// Hints within `range`, by position. O(nodes + bindings).
std::vector<InlayHint> inlay_hints(const syntax::Ast& ast, const Names& names,
                                   std::string_view text, syntax::Span range,
                                   const InlayHintOptions& options);

}  // namespace nilas::analysis
