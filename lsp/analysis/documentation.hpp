#pragma once
// Documentation comments (RFC 145) and where they belong.

#include <string>
#include <string_view>

#include "syntax/ast.hpp"

namespace nilas::analysis {

/// The Markdown inside a doc comment: without `/**`, `*/` and the indentation that all its lines share. `comment` is the
/// comment with its delimiters, or empty.
std::string documentation_text(std::string_view comment);

/// Doc comment (its span, empty if none) of the binding that defines the name at `name`: that of `a.b.c = 1` belongs to c.
/// O(bindings).
syntax::Span binding_doc(const syntax::Ast& ast, syntax::Span name);

/// Doc comment of a function: its own, or else that of the binding whose value it is. O(bindings).
syntax::Span function_doc(const syntax::Ast& ast, syntax::NodeId lambda);

}  // namespace nilas::analysis
