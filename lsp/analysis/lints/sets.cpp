// Sets and lets as a whole: empty, old-fashioned, nested, merged, recursive without need.

#include <algorithm>
#include <array>

#include "lsp/analysis/lints/lint.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

using syntax::Attr;

/// Names of the inner let in order, to be asked for while the outer let is walked.
std::vector<syntax::SymbolId> names_of(const Ast& ast, const SetRecord& set) {
  std::vector<syntax::SymbolId> names;
  for (const Attr& attr : ast.set_attrs(set))
    names.push_back(attr.symbol);
  std::ranges::sort(names);
  return names;
}

/// Whether `let A in let B in x` means the same as `let A B in x`: no name of B stands in A, and
/// nothing in A uses a name of B, which it would capture.
bool is_collapsible(const Ast& ast, const Node& outer, const Node& inner) {
  const SetRecord &a = ast.sets[outer.a], &b = ast.sets[inner.a];
  if (a.binding_count == 0 || b.binding_count == 0) return false;
  const auto names = names_of(ast, b);
  const auto is_inner = [&](syntax::SymbolId s) { return std::ranges::binary_search(names, s); };
  if (std::ranges::any_of(ast.set_attrs(a), [&](const Attr& x) { return is_inner(x.symbol); }))
    return false;
  // The refs before the inner let are those of the outer bindings, as nodes are in post-order.
  const NodeId begin = outer.first, end = inner.first;
  auto ref = std::ranges::lower_bound(ast.refs, begin, {}, &syntax::Ref::node);
  for (; ref != ast.refs.end() && ref->node < end; ++ref)
    if (is_inner(ast[ref->node].a)) return false;
  return true;
}

/// Attributes that do something in a recursive set although nothing names them: one is merged into
/// it, and operators call the others.
constexpr std::array<std::string_view, 5> kSpecial = {"__div", "__lessThan", "__mul", "__overrides",
                                                      "__sub"};

void merged(Lint& lint, NodeId id, const Node& n) {
  const SetRecord& set = lint.ast.sets[n.a];
  if ((n.flags & syntax::kSynthetic) || set.node == id) return;
  const bool here = (n.flags & syntax::kRecursive) != 0;
  const bool whole = (lint.ast[set.node].flags & syntax::kRecursive) != 0;
  if (here == whole) return;
  const syntax::Attr* attr = nullptr;  // that both of them define
  for (const Attr& other : lint.ast.attrs)
    if (other.value == set.node) attr = &other;
  const Span span{n.span.begin, n.span.begin + (here ? 3U : 1U)};
  const std::string_view message =
      here ? "this `rec` has no effect: the set is merged with one that has none"
           : "this set is recursive: it is merged with one that is `rec`";
  if (!attr) return lint.report(DiagnosticId::MergedRec, span, id, message);
  lint.report(DiagnosticId::MergedRec, span, id, message,
              {attr->name, "the first definition, which decides"});
}

}  // namespace

void lint_let(Lint& lint, NodeId id, const Node& n) {
  const Span keyword{n.span.begin, n.span.begin + 3};
  if (lint.ast.sets[n.a].binding_count == 0) lint.report(DiagnosticId::EmptyLet, keyword, id);
  const Node& body = lint.ast[n.b];
  if (body.kind == NodeKind::Let && lint.wants(DiagnosticId::CollapsibleLet) &&
      is_collapsible(lint.ast, n, body)) {
    lint.report(DiagnosticId::CollapsibleLet, {body.span.begin, body.span.begin + 3}, id);
  }
}

void lint_legacy_let(Lint& lint, NodeId id, const Node& n) {
  const Span keyword{n.span.begin, n.span.begin + 3};
  const SetRecord& set = lint.ast.sets[n.a];
  const bool body = std::ranges::any_of(lint.ast.set_attrs(set), [&](const Attr& attr) {
    return lint.ast.symbol(attr.symbol) == "body";
  });
  if (body || set.dynamic_count != 0) {
    lint.report(DiagnosticId::DeprecatedLet, keyword, id);
  } else {
    lint.report(DiagnosticId::LegacyLetWithoutBody, keyword, id);
  }
}

void lint_set(Lint& lint, NodeId id, const Node& n) {
  merged(lint, id, n);
  const SetRecord& set = lint.ast.sets[n.a];
  if (!(n.flags & syntax::kRecursive) || (n.flags & syntax::kSynthetic) || set.node != id) return;
  if (set.scope == kNone) return;
  const syntax::Scope& scope = lint.ast.scopes[set.scope];
  for (uint32_t i = 0; i < scope.decl_count; ++i) {
    const Decl& decl = lint.ast.decls[scope.first_decl + i];
    if (decl.use_count != 0 || std::ranges::binary_search(kSpecial, lint.ast.symbol(decl.symbol)))
      return;
  }
  lint.report(DiagnosticId::UnusedRec, {n.span.begin, n.span.begin + 3}, id);
}

}  // namespace nilas::analysis
