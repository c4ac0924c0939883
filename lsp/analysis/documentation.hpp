#pragma once
// Documentation comments (RFC 145) and where they belong.

#include <optional>
#include <string>
#include <string_view>

#include "syntax/ast.hpp"

namespace nilas::analysis {

/// The Markdown inside a doc comment: without `/**`, `*/` and the indentation that all its lines
/// share. `comment` is the
/// comment with its delimiters, or empty.
std::string documentation_text(std::string_view comment);

/// A name where a binding defines it.
struct BoundName {
  syntax::Span name;
  syntax::Span doc;  ///< of its doc comment, empty if none: that of `a.b.c = 1` belongs to c
};

/// The name `name` of the binding at `begin`, which is where the name itself starts, or its whole
/// path: positions of
/// attributes lead to the path. nullopt if no binding stands there (inherit). O(bindings).
std::optional<BoundName> find_bound_name(const syntax::Ast& ast, uint32_t begin,
                                         std::string_view name);

/// Doc comment of a function: its own, or else that of the binding whose value it is. O(bindings).
syntax::Span function_doc(const syntax::Ast& ast, syntax::NodeId lambda);

}  // namespace nilas::analysis
