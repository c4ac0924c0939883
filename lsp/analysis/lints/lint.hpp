#pragma once
// What the lints share. Each file beside this one holds the lints of one idea; lints.cpp calls them
// with every node, or once for tables that are no nodes. They only look and report.

#include <string_view>
#include <utility>
#include <vector>

#include "lsp/analysis/lints/lints.hpp"
#include "lsp/analysis/tree.hpp"
#include "lsp/analysis/types.hpp"

namespace nilas::analysis {

struct Lint {
  const LintInput& input;
  const Ast& ast;
  const LintSet& wanted;
  std::vector<syntax::Diagnostic> found;
  Types types;

  Lint(const LintInput& input, const LintSet& wanted)
      : input(input), ast(input.ast), wanted(wanted), types(input.ast) {}

  bool wants(DiagnosticId id) const { return wanted[static_cast<size_t>(id)]; }
  /// `subject`: the node, declaration or binding that the fix needs to know.
  void report(DiagnosticId id, Span span, uint32_t subject, std::string_view argument = {}) {
    if (!wants(id)) return;
    found.push_back(syntax::make_diagnostic(id, span, argument));
    found.back().subject = subject;
  }

  /// The same, with another place that belongs to it.
  void report(DiagnosticId id, Span span, uint32_t subject, std::string_view argument,
              syntax::Related related) {
    if (!wants(id)) return;
    report(id, span, subject, argument);
    found.back().related.push_back(std::move(related));
  }

  std::string_view source(Span span) const {
    return input.text.substr(span.begin, span.end - span.begin);
  }
  const Node& bare(NodeId id) const { return ast[ast.skip_parens(id)]; }
  bool is_global(const Node& n, std::string_view name) const {
    return n.kind == NodeKind::Var && ast.refs[n.b].kind == syntax::RefKind::Global &&
           ast.symbol(n.a) == name;
  }
  /// `true` or `false` of the global scope, in parentheses or not.
  bool is_literal(NodeId id, bool value) const {
    return is_global(bare(id), value ? "true" : "false");
  }
  bool is_global_name(std::string_view name) const;
};

/// Of a chain of names, `a.b.c` without anything dynamic: appends the names selected, the last one
/// first, and returns the variable; kNone for any other expression. O(length of the chain).
NodeId chain(const Ast& ast, NodeId id, std::vector<syntax::SymbolId>& names);

/// Whether the value, if there is one, is true or false whatever the names in it mean.
bool is_surely_boolean(const Ast& ast, NodeId node);

// The lints, by file. `id` is the node, `n` what it is.
void lint_string(Lint& lint, NodeId id, const Node& n);      // literals.cpp
void lint_call(Lint& lint, NodeId id, const Node& n);        // literals.cpp
void lint_list(Lint& lint, const Node& n);                   // literals.cpp
void lint_if(Lint& lint, NodeId id, const Node& n);          // booleans.cpp
void lint_assert(Lint& lint, NodeId id, const Node& n);      // booleans.cpp
void lint_unary(Lint& lint, NodeId id, const Node& n);       // booleans.cpp
void lint_binary(Lint& lint, NodeId id, const Node& n);      // booleans.cpp
void lint_let(Lint& lint, NodeId id, const Node& n);         // sets.cpp
void lint_legacy_let(Lint& lint, NodeId id, const Node& n);  // sets.cpp
void lint_set(Lint& lint, NodeId id, const Node& n);         // sets.cpp
void lint_types(Lint& lint, NodeId id, const Node& n);       // types.cpp
void lint_bindings(Lint& lint);                              // bindings.cpp
void lint_lambda(Lint& lint, NodeId id, const Node& n);      // functions.cpp
void lint_variable(Lint& lint, NodeId id, const Node& n);    // builtins.cpp
void lint_select(Lint& lint, NodeId id, const Node& n);      // builtins.cpp
void lint_parentheses(Lint& lint);                           // parentheses.cpp
void lint_names(Lint& lint);                                 // names.cpp
void lint_withs(Lint& lint);                                 // names.cpp

}  // namespace nilas::analysis
