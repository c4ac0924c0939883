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
  if (is_number(callee) && argument.span.begin == callee.span.end) {
    const std::string number(lint.source({callee.span.begin, argument.span.end}));
    message = "'" + number + "' is no number, but two expressions side by side";
  }
  lint.report(DiagnosticId::CallOfLiteral, callee.span, id, message);
}

}  // namespace nilas::analysis
