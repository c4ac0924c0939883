// A let binding gives way to its value, wherever it is used.

#include <algorithm>
#include <iterator>

#include "lsp/analysis/fixes/fix.hpp"
#include "lsp/analysis/refactor/refactor.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

/// The let binding whose name, or one use of it, the cursor is on.
DeclId binding_at(const Selected& p) {
  for (DeclId d = 0; d < p.ast.decls.size(); ++d) {
    const syntax::Decl& decl = p.ast.decls[d];
    if (p.ast.scopes[decl.scope].kind == syntax::ScopeKind::Let &&
        p.is_on(decl.name.begin, decl.name.end - decl.name.begin))
      return d;
  }
  const Node& n = p.ast[p.node];
  if (n.kind != NodeKind::Var || p.ast.refs[n.b].kind != RefKind::Local) return kNone;
  const DeclId d = p.ast.refs[n.b].target;
  return p.ast.scopes[p.ast.decls[d].scope].kind == syntax::ScopeKind::Let ? d : kNone;
}

const syntax::Binding* binding_of(const Selected& p, DeclId d) {
  const syntax::Decl& decl = p.ast.decls[d];
  const syntax::SetRecord& set = p.ast.sets[p.ast[p.ast.scopes[decl.scope].node].a];
  for (const syntax::Binding& binding : p.ast.set_bindings(set)) {
    if (binding.kind != syntax::BindingKind::Path || binding.value != decl.value) continue;
    if (p.ast.path(binding.path).size() == 1) return &binding;
  }
  return nullptr;
}

/// Whether the names in `value` mean the same at the node `use`, which lies in the same let.
bool means_the_same(const Selected& p, NodeId value, NodeId use, NodeId let) {
  const auto free = free_names(p.ast, value);
  for (const syntax::Scope& scope : p.ast.scopes) {
    if (scope.node >= let || scope.node <= use || p.ast[scope.node].first > use) continue;
    // Between the let and the use. A with may provide what another with did outside of it.
    if (p.ast[scope.node].first <= value && value <= scope.node) continue;
    for (const FreeName& name : free) {
      if (scope.kind == syntax::ScopeKind::With && name.kind == RefKind::With) return false;
      for (uint32_t i = 0; i < scope.decl_count; ++i)
        if (p.ast.symbol(p.ast.decls[scope.first_decl + i].symbol) == name.name) return false;
    }
  }
  return true;
}

/// `inherit a;` with an expression in the place of the name. In a recursive set or a let, that one
/// would mean other names.
std::vector<TextEdit> bind_inherited(const Selected& p, NodeId var, const std::string& text) {
  const Span at = p.ast[var].span;
  for (const SetRecord& set : p.ast.sets) {
    if (set.scope != kNone) continue;
    for (const syntax::Binding& binding : p.ast.set_bindings(set)) {
      if (binding.kind != syntax::BindingKind::Inherit) continue;
      const auto names = p.ast.path(binding.path);
      if (std::ranges::find(names, at, &syntax::AttrName::span) == names.end()) continue;
      if (has_comment(p.text, binding.span.begin, binding.span.end)) return {};
      const std::string bound = std::string(p.source(at)) + " = " + text;
      if (names.size() == 1) return {{{binding.span.begin, at.end}, bound}};
      return {{removal(p.text, at), ""}, {{binding.span.end, binding.span.end}, " " + bound + ";"}};
    }
  }
  return {};
}

}  // namespace

void inline_binding(const Selected& p, Actions& actions) {
  const DeclId d = p.is_cursor() ? binding_at(p) : kNone;
  if (d == kNone) return;
  const syntax::Decl& decl = p.ast.decls[d];
  const NodeId let = p.ast.scopes[decl.scope].node;
  const syntax::Binding* binding = binding_of(p, d);
  if (!binding || has_comment(p.text, binding->span.begin, p.ast[binding->value].span.begin))
    return;
  const NodeId value = binding->value;
  const std::string text(p.source(value));
  Action action{.title = "Inline `" + std::string(p.ast.symbol(decl.symbol)) + "`",
                .kind = action_kind::kInline,
                .edits = remove_bindings(p.input, let, {decl.symbol})};
  size_t uses = 0;
  for (const syntax::Ref& ref : p.ast.refs) {
    if (ref.kind != RefKind::Local || ref.target != d) continue;
    const Node& use = p.ast[ref.node];
    if (p.ast[value].first <= ref.node && ref.node <= value) return;  // it has no end
    if (!means_the_same(p, value, ref.node, let)) return;
    if (use.flags & syntax::kSynthetic) {
      auto bound = bind_inherited(p, ref.node, text);
      if (bound.empty()) return;
      std::ranges::move(bound, std::back_inserter(action.edits));
      ++uses;
      continue;
    }
    const bool bare =
        stands_alone(p.ast, value) || surroundings(p.text, use.span) == Surroundings::Whole;
    TextEdit edit = replace(p.text, use.span, bare ? text : "(" + text + ")");
    // Within what goes with the binding there is nothing left to do.
    const bool gone =
        std::ranges::any_of(action.edits, [&](const TextEdit& e) { return overlaps(e, edit); });
    if (gone) return;
    action.edits.push_back(std::move(edit));
    ++uses;
  }
  if (uses != 0) actions.push_back(std::move(action));
}

}  // namespace nilas::analysis
