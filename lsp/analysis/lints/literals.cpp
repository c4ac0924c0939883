// Literals: URLs, and literals that are called as if they were functions.

#include "lsp/analysis/lints/lint.hpp"

namespace nilas::analysis {
namespace {

/// What cannot be called is called: its kind in words, or nothing.
std::string_view uncallable(const Lint& lint, const Node& n) {
  switch (n.kind) {
    case NodeKind::Int: return "an integer";
    case NodeKind::Float: return "a float";
    case NodeKind::String: return "a string";
    case NodeKind::List: return "a list";
    case NodeKind::Path:
    case NodeKind::SearchPath: return "a path";
    case NodeKind::AttrSet: {
      const syntax::SetRecord& set = lint.ast.sets[n.a];
      if (set.dynamic_count != 0) return {};
      for (const syntax::Attr& attr : lint.ast.set_attrs(set))
        if (lint.ast.symbol(attr.symbol) == "__functor") return {};
      return "a set";
    }
    default: return {};  // of the other kinds only evaluation knows
  }
}

bool is_number(const Node& n) {
  return n.kind == NodeKind::Int || n.kind == NodeKind::Float;
}

/// `01.5` and `1.0e`, of which Nix makes two expressions.
bool is_torn(const Node& number, const Node& next) {
  return is_number(number) && next.span.begin == number.span.end;
}

std::string torn(const Lint& lint, Span whole) {
  return "'" + std::string(lint.source(whole)) + "' is no number, but two expressions side by side";
}

}  // namespace

void lint_string(Lint& lint, NodeId id, const Node& n) {
  if (n.op != static_cast<uint8_t>(syntax::StringStyle::Url)) return;
  lint.report(DiagnosticId::DeprecatedUrl, n.span, id, lint.ast.text(lint.ast.parts[n.a].text));
}

void lint_call(Lint& lint, NodeId id, const Node& n) {
  const Node& callee = lint.bare(n.a);
  // `<nixpkgs>` is a path only if nobody redefined __findFile.
  if (callee.kind == NodeKind::SearchPath) return;
  const std::string_view kind = uncallable(lint, callee);
  if (kind.empty()) return;
  const Node& argument = lint.ast[lint.ast.lists[n.b]];
  std::string message = std::string(kind) + " cannot be called";
  if (is_torn(callee, argument)) message = torn(lint, {callee.span.begin, argument.span.end});
  lint.report(DiagnosticId::CallOfLiteral, callee.span, id, message);
}

void lint_list(Lint& lint, const Node& n) {
  const Node* before = nullptr;
  for (const NodeId item : lint.ast.children(n.a, n.b)) {
    const Node& next = lint.ast[item];
    const bool number_or_name = is_number(next) || next.kind == NodeKind::Var;
    if (before && number_or_name && is_torn(*before, next)) {
      const Span whole{before->span.begin, next.span.end};
      lint.report(DiagnosticId::CallOfLiteral, whole, item, torn(lint, whole));
    }
    before = &next;
  }
}

}  // namespace nilas::analysis
