// Operators and conditions whose outcome, or uselessness, the text shows.

#include <algorithm>

#include "lsp/analysis/lints/lint.hpp"

namespace nilas::analysis {
namespace {

using syntax::BinaryOp;

bool is_negation(const Node& n) {
  return n.kind == NodeKind::Unary && n.op == static_cast<uint8_t>(syntax::UnaryOp::Not);
}

/// Only what certainly has no effect on the value: the left operand is evaluated and checked in any
/// case, so `true && x` is x only if x is a boolean, which `&&` also demands.
void logical(Lint& lint, NodeId id, const Node& n, BinaryOp op) {
  const auto useless = [&](NodeId operand, bool value) {
    if (!lint.is_literal(operand, value)) return false;
    lint.report(DiagnosticId::UselessBoolean, lint.ast[operand].span, id,
                "this operand does not change the result");
    return true;
  };
  const auto dead = [&](NodeId operand, bool value) {
    if (!lint.is_literal(operand, value)) return;
    lint.report(DiagnosticId::DeadCode, lint.ast[operand].span, id,
                "the right operand is never evaluated");
  };
  if (op == BinaryOp::And) {
    if (!useless(n.a, true) && !useless(n.b, true)) dead(n.a, false);
  } else if (op == BinaryOp::Or) {
    if (!useless(n.a, false) && !useless(n.b, false)) dead(n.a, true);
  } else {
    dead(n.a, false);
  }
}

void comparison(Lint& lint, NodeId id, const Node& n) {
  for (const auto& [literal, other] : {std::pair{n.a, n.b}, std::pair{n.b, n.a}}) {
    const bool yes = lint.is_literal(literal, true);
    if (!yes && !lint.is_literal(literal, false)) continue;
    const bool sure = is_surely_boolean(lint.ast, other);
    return lint.report(
        sure ? DiagnosticId::BooleanComparison : DiagnosticId::PossibleBooleanComparison, n.span,
        id, yes ? "true" : "false");
  }
}

/// `if x ? a.b then x.a.b else ...`
bool asks_what_it_takes(const Lint& lint, const Node& n) {
  const Node& test = lint.bare(n.a);
  if (test.kind != NodeKind::HasAttr || lint.bare(n.b).kind != NodeKind::Select) return false;
  std::vector<syntax::SymbolId> asked, taken;
  const auto path = lint.ast.path(test.b);
  for (size_t i = path.size(); i-- > 0;)
    asked.push_back(path[i].symbol);
  if (std::ranges::find(asked, kNone) != asked.end()) return false;  // a dynamic name
  const NodeId from = chain(lint.ast, test.a, asked), to = chain(lint.ast, n.b, taken);
  if (from == kNone || to == kNone || asked != taken) return false;
  const Node &x = lint.ast[from], &y = lint.ast[to];
  const syntax::Ref &r = lint.ast.refs[x.b], &s = lint.ast.refs[y.b];
  return x.a == y.a && r.kind == s.kind && r.target == s.target;
}

bool is_empty_list(const Node& n) {
  return n.kind == NodeKind::List && n.b == 0;
}

bool is_empty_set(const Ast& ast, const Node& n) {
  if (n.kind != NodeKind::AttrSet || (n.flags & syntax::kSynthetic)) return false;
  const syntax::SetRecord& set = ast.sets[n.a];
  return set.attr_count == 0 && set.dynamic_count == 0 && set.binding_count == 0;
}

}  // namespace

void lint_if(Lint& lint, NodeId id, const Node& n) {
  const bool yes = lint.is_literal(n.a, true);
  if (yes || lint.is_literal(n.a, false)) {
    return lint.report(DiagnosticId::DeadCode, lint.ast[n.a].span, id,
                       "the condition is constant: the '" + std::string(yes ? "else" : "then") +
                           "' branch is never evaluated");
  }
  if ((lint.is_literal(n.b, true) && lint.is_literal(n.c, false)) ||
      (lint.is_literal(n.b, false) && lint.is_literal(n.c, true))) {
    return lint.report(DiagnosticId::BooleanConditional, n.span, id);
  }
  if (asks_what_it_takes(lint, n)) {
    lint.report(DiagnosticId::UselessHasAttr, n.span, id,
                std::string(lint.source(lint.bare(n.b).span)) + " or ...");
  }
}

void lint_assert(Lint& lint, NodeId id, const Node& n) {
  if (lint.is_literal(n.a, true)) {
    lint.report(DiagnosticId::DeadCode, lint.ast[n.a].span, id, "this assertion always holds");
  }
}

void lint_unary(Lint& lint, NodeId id, const Node& n) {
  if (!is_negation(n)) return;
  const Node& inner = lint.bare(n.a);
  if (is_negation(inner)) {
    return lint.report(DiagnosticId::UselessBoolean, n.span, id, "a double negation does nothing");
  }
  const auto op = static_cast<BinaryOp>(inner.op);
  if (inner.kind == NodeKind::Binary && op >= BinaryOp::Equal && op <= BinaryOp::MoreEqual) {
    lint.report(DiagnosticId::NegatedComparison, n.span, id);
  }
}

void lint_binary(Lint& lint, NodeId id, const Node& n) {
  const auto op = static_cast<BinaryOp>(n.op);
  switch (op) {
    case BinaryOp::And:
    case BinaryOp::Or:
    case BinaryOp::Implies: return logical(lint, id, n, op);
    case BinaryOp::Equal:
    case BinaryOp::NotEqual: return comparison(lint, id, n);
    case BinaryOp::Concat:
      for (const NodeId operand : {n.a, n.b}) {
        if (!is_empty_list(lint.bare(operand))) continue;
        return lint.report(DiagnosticId::EmptyListConcat, lint.ast[operand].span, id);
      }
      return;
    case BinaryOp::Update:
      for (const NodeId operand : {n.a, n.b}) {
        if (!is_empty_set(lint.ast, lint.bare(operand))) continue;
        return lint.report(DiagnosticId::EmptyUpdate, lint.ast[operand].span, id);
      }
      return;
    case BinaryOp::Add:
    case BinaryOp::Sub:
    case BinaryOp::Mul:
    case BinaryOp::Div:
    case BinaryOp::Less:
    case BinaryOp::LessEqual:
    case BinaryOp::More:
    case BinaryOp::MoreEqual:
    case BinaryOp::PipeRight:
    case BinaryOp::PipeLeft: return;
  }
}

}  // namespace nilas::analysis
