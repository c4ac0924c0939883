#include "lsp/analysis/lints/lints.hpp"

#include <algorithm>

#include "lsp/analysis/lints/lint.hpp"

namespace nilas::analysis {
namespace {

void visit(Lint& lint, NodeId id, const Node& n) {
  switch (n.kind) {
    case NodeKind::Error:
    case NodeKind::Int:
    case NodeKind::Float:
    case NodeKind::SearchPath:
    case NodeKind::CurPos:
    case NodeKind::InheritFrom:
    case NodeKind::Path:
    case NodeKind::HasAttr:
    case NodeKind::With:
    case NodeKind::Paren: return;
    case NodeKind::String: return lint_string(lint, id, n);
    case NodeKind::List: return lint_list(lint, n);
    case NodeKind::Var: return lint_variable(lint, id, n);
    case NodeKind::Select: return lint_select(lint, id, n);
    case NodeKind::Apply: return lint_call(lint, id, n);
    case NodeKind::Lambda: return lint_lambda(lint, id, n);
    case NodeKind::Let: return lint_let(lint, id, n);
    case NodeKind::LegacyLet: return lint_legacy_let(lint, id, n);
    case NodeKind::AttrSet: return lint_set(lint, id, n);
    case NodeKind::If: return lint_if(lint, id, n);
    case NodeKind::Assert: return lint_assert(lint, id, n);
    case NodeKind::Unary: return lint_unary(lint, id, n);
    case NodeKind::Binary: return lint_binary(lint, id, n);
  }
}

}  // namespace

bool Lint::is_global_name(std::string_view name) const {
  return std::ranges::binary_search(input.globals, name);
}

NodeId chain(const Ast& ast, NodeId id, std::vector<syntax::SymbolId>& names) {
  for (;;) {
    id = ast.skip_parens(id);
    const Node& n = ast[id];
    if (n.kind == NodeKind::Var) return id;
    if (n.kind != NodeKind::Select || n.c != kNone) return kNone;
    const auto path = ast.path(n.b);
    for (size_t i = path.size(); i-- > 0;) {
      if (path[i].symbol == kNone) return kNone;
      names.push_back(path[i].symbol);
    }
    id = n.a;
  }
}

bool is_surely_boolean(const Ast& ast, NodeId node) {
  const Node& n = ast[ast.skip_parens(node)];
  if (n.kind == NodeKind::HasAttr) return true;
  if (n.kind == NodeKind::Unary) return n.op == static_cast<uint8_t>(syntax::UnaryOp::Not);
  if (n.kind == NodeKind::Var) {
    const std::string_view name = ast.symbol(n.a);
    return ast.refs[n.b].kind == syntax::RefKind::Global && (name == "true" || name == "false");
  }
  if (n.kind != NodeKind::Binary) return false;
  const auto op = static_cast<syntax::BinaryOp>(n.op);
  return op >= syntax::BinaryOp::Equal && op <= syntax::BinaryOp::Implies;
}

std::vector<syntax::Diagnostic> lint(const LintInput& input, const LintSet& wanted) {
  Lint lint(input, wanted);
  const Ast& ast = input.ast;
  for (NodeId id = 0; id < ast.nodes.size(); ++id)
    visit(lint, id, ast.nodes[id]);
  if (lint.wants(DiagnosticId::TypeMismatch)) {
    for (NodeId id = 0; id < ast.nodes.size(); ++id)
      lint_types(lint, id, ast.nodes[id]);
  }
  lint_parentheses(lint);
  lint_bindings(lint);
  lint_names(lint);
  lint_withs(lint);
  std::ranges::stable_sort(lint.found, {},
                           [](const syntax::Diagnostic& d) { return d.span.begin; });
  return std::move(lint.found);
}

}  // namespace nilas::analysis
