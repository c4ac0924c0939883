#pragma once
// Refactorings: changes on request that keep the value. Each file beside this one holds those of
// one idea. A refactoring that would change what a name means is not offered.

#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/actions.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {

/// What can be done with the selection of a text without errors. An empty selection is a cursor: it
/// means the innermost thing around it. O(nodes).
std::vector<Action> refactorings(const FixInput& input, Span selection);

/// A place in a tree, with what is around it.
struct Selected {
  const FixInput& input;
  const Ast& ast;
  std::string_view text;
  Span selection;                 ///< without white space at its ends
  NodeId node = kNone;            ///< what is selected, or the innermost node around the cursor
  std::vector<NodeId> ancestors;  ///< of `node`, innermost first; only what is written as such

  std::string_view source(Span span) const {
    return text.substr(span.begin, span.end - span.begin);
  }
  std::string_view source(NodeId id) const { return source(ast[id].span); }
  bool is_cursor() const { return selection.begin == selection.end; }
  /// Whether the cursor is on bytes [begin, begin + size), their end included.
  bool is_on(uint32_t begin, uint32_t size) const {
    return is_cursor() && begin <= selection.begin && selection.begin <= begin + size;
  }
};

using Actions = std::vector<Action>;

void extract(const Selected& place, Actions& actions);            // extract.cpp
void inline_binding(const Selected& place, Actions& actions);     // inline.cpp
void rewrite_with(const Selected& place, Actions& actions);       // with.cpp
void rewrite_if(const Selected& place, Actions& actions);         // expressions.cpp
void rewrite_string(const Selected& place, Actions& actions);     // expressions.cpp
void rewrite_attribute(const Selected& place, Actions& actions);  // attributes.cpp
void rewrite_inherit(const Selected& place, Actions& actions);    // attributes.cpp

/// Whether the node is a string that names an attribute: not an expression that could be any other.
bool is_attribute_name(const Ast& ast, NodeId node);

/// `base`, or with a number behind it: a name that nothing in the file binds or refers to.
std::string fresh_name(const Ast& ast, std::string_view base);

/// `replacement` for the bytes of `span`, with blanks where it would grow together with its
/// neighbours.
TextEdit replace(std::string_view text, Span span, std::string replacement);

/// Names that the nodes of `node` take from outside of it, sorted, each once.
struct FreeName {
  std::string_view name;
  syntax::RefKind kind;
  uint32_t target;
  friend bool operator==(const FreeName&, const FreeName&) = default;
};
std::vector<FreeName> free_names(const Ast& ast, NodeId node);

/// Whether the expression can stand as an argument as it is written.
bool stands_alone(const Ast& ast, NodeId node);

}  // namespace nilas::analysis
