#pragma once
// Lowers a concrete syntax tree to an Ast, whatever state the text is in.

#include <string>
#include <string_view>
#include <vector>

#include "syntax/builder.hpp"
#include "syntax/cst.hpp"

namespace nilas::syntax {

/// What lowering learned about the broken places of a text.
struct Damage {
  std::vector<Diagnostic> errors;  ///< syntax errors, by position, worded for an editor
  std::vector<Span> regions;       ///< what tree-sitter could not make sense of
  /// Names that occur in those regions, sorted. A definition may hide there, so that a use
  /// elsewhere must not be called undefined.
  std::vector<std::string> names;
};

/// Makes the Ast of `tree`, the tree of `text`, with a root in any case; errors that are not of
/// syntax (duplicate attributes, ...) go to builder.diagnostics. For valid text the result equals
/// that of parse_strict to the bit. Linear; no native recursion.
Damage lower(const Tree& tree, std::string_view text, Builder& builder);

/// What is put around a part of a text to make its bindings an expression. `rec`, because braces alone might be formals.
inline constexpr std::string_view kPartOpening = "rec{", kPartClosing = "}";

/// As lower(), for the bindings in `part` of `text`: `tree` is that of the part between kPartOpening and kPartClosing. What
/// it defines goes to `set` of the builder, which stays open; the Ast's root is left alone. Spans are those in `text`.
Damage lower_bindings(const Tree& tree, std::string_view text, Span part, Builder& builder,
                      Builder::PendingSetId set);

}  // namespace nilas::syntax
