#pragma once
// What the fixes share. Each file beside this one holds the fixes of one idea.

#include <optional>
#include <set>

#include "lsp/analysis/fixes/fixes.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {

using Edits = std::vector<TextEdit>;

struct FixContext {
  const FixInput& input;
  const Ast& ast;
  std::string_view text;
  const Finding& finding;

  std::string_view source(Span span) const {
    return text.substr(span.begin, span.end - span.begin);
  }
  std::string_view source(NodeId id) const { return source(ast[id].span); }
  const Node& bare(NodeId id) const { return ast[ast.skip_parens(id)]; }
  /// The node of the finding.
  const Node& node() const { return ast[finding.subject]; }
};

/// Whether the expression can be an argument or the base of a selection as it is written.
bool is_simple(const Ast& ast, NodeId id);

/// The text of an expression, in parentheses unless is_simple.
std::string argument_text(const FixContext& c, NodeId id);

/// Adds a formal (with its default, if it has one) behind the last one of a function, in the style
/// of that: on a line of its own or not. nullopt if there is no place.
std::optional<TextEdit> add_formal(const FixInput& input, const syntax::LambdaRecord& lambda,
                                   std::string_view formal);

/// Takes names out of the bindings of a let or set. A let that loses its last binding goes as well,
/// unless a comment would be lost with it.
Edits remove_bindings(const FixInput& input, NodeId set, const std::set<syntax::SymbolId>& names);

// Empty: no fix here. The name is that of the diagnostic.
Edits fix_useless_inherit(const FixContext& c);          // fix_names.cpp
Edits fix_unused_binding(const FixContext& c);           // fix_names.cpp
Edits fix_unused_with(const FixContext& c);              // fix_names.cpp
Edits fix_unused_rec(const FixContext& c);               // fix_names.cpp
Edits fix_unused_pattern_name(const FixContext& c);      // fix_names.cpp
Edits fix_legacy_let(const FixContext& c);               // fix_sets.cpp
Edits fix_empty_let(const FixContext& c);                // fix_sets.cpp
Edits fix_collapsible_let(const FixContext& c);          // fix_sets.cpp
Edits fix_empty_inherit(const FixContext& c);            // fix_sets.cpp
Edits fix_manual_inherit(const FixContext& c);           // fix_sets.cpp
Edits fix_manual_inherit_from(const FixContext& c);      // fix_sets.cpp
Edits fix_useless_boolean(const FixContext& c);          // fix_expressions.cpp
Edits fix_boolean_comparison(const FixContext& c);       // fix_expressions.cpp
Edits fix_boolean_conditional(const FixContext& c);      // fix_expressions.cpp
Edits fix_negated_comparison(const FixContext& c);       // fix_expressions.cpp
Edits fix_useless_has_attribute(const FixContext& c);    // fix_expressions.cpp
Edits fix_neutral_operand(const FixContext& c);          // fix_expressions.cpp
Edits fix_eta_reduction(const FixContext& c);            // fix_expressions.cpp
Edits fix_redundant_parentheses(const FixContext& c);    // fix_expressions.cpp
Edits fix_pattern(const FixContext& c);                  // fix_expressions.cpp
Edits fix_unused_suppression(const FixContext& c);       // fix_errors.cpp
std::vector<Fix> repair_syntax(const FixContext& c);     // fix_errors.cpp
std::vector<Fix> repair_undefined(const FixContext& c);  // fix_errors.cpp
Edits fix_trailing_slash(const FixContext& c);           // fix_errors.cpp

}  // namespace nilas::analysis
