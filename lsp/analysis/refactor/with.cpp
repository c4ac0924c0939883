// `with x; ...` gives way to names that say where they come from.

#include <algorithm>

#include "lsp/analysis/fixes/fix.hpp"
#include "lsp/analysis/refactor/refactor.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

using syntax::Ref;
using syntax::ScopeId;

ScopeId scope_of(const Ast& ast, NodeId with) {
  for (ScopeId s = 0; s < ast.scopes.size(); ++s)
    if (ast.scopes[s].node == with) return s;
  return kNone;
}

bool is_in_another_with(const Ast& ast, ScopeId scope) {
  for (ScopeId s = ast.scopes[scope].parent; s != kNone; s = ast.scopes[s].parent)
    if (ast.scopes[s].kind == syntax::ScopeKind::With) return true;
  return false;
}

/// What the body looks up: here first, or in a with inside of this one first.
struct Uses {
  std::vector<NodeId> here;
  std::vector<std::string_view> inner;
};

Uses uses_of(const Ast& ast, const Node& with, ScopeId scope) {
  Uses uses;
  const NodeId first = ast[with.b].first;
  for (const Ref& ref : ast.refs) {
    if (ref.kind != RefKind::With || ref.node < first || ref.node > with.b) continue;
    if (ref.target == scope) {
      uses.here.push_back(ref.node);
    } else {
      uses.inner.push_back(ast.symbol(ast[ref.node].a));
    }
  }
  return uses;
}

}  // namespace

void rewrite_with(const Selected& p, Actions& actions) {
  if (p.ast[p.node].kind != NodeKind::With || !p.is_on(p.ast[p.node].span.begin, 4)) return;
  const Node& n = p.ast[p.node];
  const ScopeId scope = scope_of(p.ast, p.node);
  // With another with around, a name may come from either: only evaluation knows. A name that is
  // asked for in an inner with first may still come from this one.
  if (scope == kNone || is_in_another_with(p.ast, scope)) return;
  const Uses uses = uses_of(p.ast, n, scope);
  if (uses.here.empty() || !uses.inner.empty()) return;
  const uint32_t body = p.ast[n.b].span.begin;
  if (has_comment(p.text, n.span.begin, body)) return;
  std::vector<std::string_view> names;
  bool inherited = false;
  for (const NodeId use : uses.here) {
    names.push_back(p.ast.symbol(p.ast[use].a));
    inherited = inherited || (p.ast[use].flags & syntax::kSynthetic);
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  std::string list;
  for (const std::string_view name : names)
    list += " " + std::string(name);
  const std::string from(p.source(n.a));
  actions.push_back(
      {.title = "Replace `with` by `let inherit`",
       .kind = action_kind::kRewrite,
       .edits = {{{n.span.begin, body}, "let inherit (" + from + ")" + list + "; in "}}});
  const NodeKind kind = p.ast[n.a].kind;
  if (inherited || (kind != NodeKind::Var && kind != NodeKind::Select) || !stands_alone(p.ast, n.a))
    return;
  // The prefix must mean the same everywhere in the body.
  for (const FreeName& free : free_names(p.ast, n.a)) {
    if (free.kind == RefKind::With) return;
    for (const syntax::Scope& s : p.ast.scopes) {
      if (s.node >= p.node || s.node < p.ast[n.b].first) continue;
      for (uint32_t i = 0; i < s.decl_count; ++i)
        if (p.ast.symbol(p.ast.decls[s.first_decl + i].symbol) == free.name) return;
    }
  }
  Action action{.title = "Replace `with` by prefixes",
                .kind = action_kind::kRewrite,
                .edits = {{{n.span.begin, body}, ""}}};
  for (const NodeId use : uses.here) {
    const uint32_t at = p.ast[use].span.begin;
    action.edits.push_back({{at, at}, from + "."});
  }
  actions.push_back(std::move(action));
}

}  // namespace nilas::analysis
