// Fixes of operators, conditions, functions and parentheses.

#include <algorithm>

#include "lsp/analysis/fixes/fix.hpp"
#include "lsp/analysis/lints/lint.hpp"

namespace nilas::analysis {
namespace {

using syntax::BinaryOp;

bool is_true_or_false(const FixContext& c, NodeId id, bool value) {
  const Node& n = c.bare(id);
  return n.kind == NodeKind::Var && c.ast.refs[n.b].kind == syntax::RefKind::Global &&
         c.ast.symbol(n.a) == (value ? "true" : "false");
}

/// `expression` in place of the node of the finding.
Edits become(const FixContext& c, std::string text) {
  const Node& n = c.node();
  return {{n.span, std::move(text)}};
}

/// Comments between the parts that are kept would be lost.
bool keeps_comments(const FixContext& c, std::initializer_list<NodeId> kept) {
  uint32_t at = c.node().span.begin;
  std::vector<Span> spans;
  for (const NodeId id : kept)
    spans.push_back(c.ast[id].span);
  std::ranges::sort(spans, {}, &Span::begin);
  for (const Span span : spans) {
    if (has_comment(c.text, at, span.begin)) return false;
    at = span.end;
  }
  return !has_comment(c.text, at, c.node().span.end);
}

std::string negated(const FixContext& c, NodeId id) {
  switch (c.ast[id].kind) {
    case NodeKind::Apply:
    case NodeKind::Select:
    case NodeKind::HasAttr: return "!" + std::string(c.source(id));
    default: return "!" + argument_text(c, id);
  }
}

std::string_view opposite(BinaryOp op) {
  switch (op) {
    case BinaryOp::Equal: return "!=";
    case BinaryOp::NotEqual: return "==";
    case BinaryOp::Less: return ">=";
    case BinaryOp::LessEqual: return ">";
    case BinaryOp::More: return "<=";
    case BinaryOp::MoreEqual: return "<";
    default: return {};  // no comparison
  }
}

/// Whether white space, or a bracket, makes sure that no token grows when the parenthesis goes.
bool may_touch(std::string_view text, size_t at, std::string_view brackets) {
  return at >= text.size() || std::string_view(" \t\r\n").contains(text[at]) ||
         brackets.contains(text[at]);
}

/// Whether the node of the finding is what a selection takes from: elsewhere a dot begins a path.
bool is_selected_from(const FixContext& c) {
  const NodeId child = c.finding.subject;
  for (NodeId id = child + 1; id < c.ast.nodes.size(); ++id) {
    const Node& n = c.ast[id];
    if (n.first <= c.ast[child].first) return n.kind == NodeKind::Select && n.a == child;
  }
  return false;
}

}  // namespace

Edits fix_useless_boolean(const FixContext& c) {
  const Node& n = c.node();
  if (n.kind == NodeKind::Unary) {
    const NodeId inner = c.bare(n.a).a;
    if (!keeps_comments(c, {inner})) return {};
    return become(c, std::string(c.source(inner)));
  }
  // The operand that the finding underlines goes.
  const NodeId other = c.ast[n.a].span == c.finding.span ? n.b : n.a;
  if (!keeps_comments(c, {other})) return {};
  return become(c, std::string(c.source(other)));
}

Edits fix_neutral_operand(const FixContext& c) {
  return fix_useless_boolean(c);
}

Edits fix_boolean_comparison(const FixContext& c) {
  const Node& n = c.node();
  const bool right = is_true_or_false(c, n.b, true) || is_true_or_false(c, n.b, false);
  const NodeId literal = right ? n.b : n.a, other = right ? n.a : n.b;
  if (!keeps_comments(c, {other})) return {};
  const bool equal = n.op == static_cast<uint8_t>(BinaryOp::Equal);
  if (is_true_or_false(c, literal, equal)) return become(c, std::string(c.source(other)));
  return become(c, negated(c, other));
}

Edits fix_boolean_conditional(const FixContext& c) {
  const Node& n = c.node();
  if (!keeps_comments(c, {n.a})) return {};
  if (is_true_or_false(c, n.b, true)) return become(c, std::string(c.source(n.a)));
  return become(c, negated(c, n.a));
}

Edits fix_negated_comparison(const FixContext& c) {
  const Node& inner = c.bare(c.node().a);
  if (!keeps_comments(c, {inner.a, inner.b})) return {};
  std::string text = std::string(c.source(inner.a)) + " " +
                     std::string(opposite(static_cast<BinaryOp>(inner.op))) + " " +
                     std::string(c.source(inner.b));
  if (surroundings(c.text, c.node().span) == Surroundings::Tight) text = "(" + text + ")";
  return become(c, std::move(text));
}

Edits fix_useless_has_attribute(const FixContext& c) {
  const Node& n = c.node();
  if (!keeps_comments(c, {n.b, n.c}) || has_comment(c.text, n.span.begin, c.ast[n.b].span.begin))
    return {};
  return become(c, std::string(c.source(c.ast.skip_parens(n.b))) + " or " + argument_text(c, n.c));
}

Edits fix_eta_reduction(const FixContext& c) {
  const NodeId function = c.bare(c.node().b).a;
  if (!keeps_comments(c, {function})) return {};
  return become(c, std::string(c.source(function)));
}

Edits fix_redundant_parentheses(const FixContext& c) {
  const Node& n = c.node();
  const Span inner = c.ast[n.a].span;
  Span open{n.span.begin, n.span.begin + 1}, close{n.span.end - 1, n.span.end};
  const bool tight =
      c.source({open.end, inner.begin}).find_first_not_of(" \t") == std::string_view::npos &&
      c.source({inner.end, close.begin}).find_first_not_of(" \t") == std::string_view::npos;
  if (tight) {
    open.end = inner.begin;
    close.begin = inner.end;
  }
  const bool before = n.span.begin == 0 || may_touch(c.text, n.span.begin - 1, "([{;!");
  const bool after =
      may_touch(c.text, n.span.end, ")]};,") || (c.text[n.span.end] == '.' && is_selected_from(c));
  return {{open, before ? "" : " "}, {close, after ? "" : " "}};
}

Edits fix_pattern(const FixContext& c) {
  const syntax::LambdaRecord& lambda = c.ast.lambdas[c.node().a];
  if (has_comment(c.text, lambda.head.begin, c.ast[c.node().b].span.begin)) return {};
  const uint32_t body = c.ast[c.node().b].span.begin;
  const std::string name(lambda.arg == kNone ? "_" : c.ast.symbol(lambda.arg));
  const std::string_view between = c.source({lambda.head.end, body});
  const size_t colon = c.text.rfind(':', body - 1);
  return {{{lambda.head.begin, static_cast<uint32_t>(colon + 1)},
           name + (between.empty() ? ": " : ":")}};
}

}  // namespace nilas::analysis
