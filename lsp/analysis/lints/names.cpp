// Names that nobody uses, that hide others, or that stand for themselves.

#include <algorithm>

#include "lsp/analysis/lints/lint.hpp"
#include "lsp/analysis/lints/liveness.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

using syntax::Scope;
using syntax::ScopeKind;

constexpr std::string_view kItself = "this is the name that it defines: evaluating it never ends";
constexpr std::string_view kDefaultItself =
    "the default is the parameter itself: where it is used, evaluation never ends";

bool is_exempt(std::string_view name) {
  return name.starts_with('_');
}

/// Names that overlays and fixed points get by position.
bool is_positional(std::string_view name) {
  return name == "final" || name == "prev" || name == "self" || name == "super";
}

const syntax::Attr& attr_of(const Ast& ast, const Scope& scope, uint32_t index) {
  return ast.set_attrs(ast.sets[ast[scope.node].a])[index];
}

/// `let inherit x;` where x is a static name outside: the same name, once more. (From a `with` it
/// changes what wins, so it has a use.)
bool is_useless_inherit(const Ast& ast, const Decl& decl) {
  const Node& value = ast[decl.value];
  return value.kind == NodeKind::Var && ast.refs[value.b].kind == syntax::RefKind::Local;
}

/// `x = throw "use y";` is there so that nobody uses it.
bool is_trap(const Lint& lint, const Decl& decl) {
  const Node& value = lint.bare(decl.value);
  if (value.kind != NodeKind::Apply) return false;
  const Node& function = lint.bare(value.a);
  return lint.is_global(function, "throw") || lint.is_global(function, "abort");
}

void self_reference(Lint& lint, DeclId id, std::string_view what) {
  const Decl& decl = lint.ast.decls[id];
  if (decl.value == kNone || decl.use_count == 0) return;
  const Node& value = lint.bare(decl.value);
  if (value.kind != NodeKind::Var) return;
  const syntax::Ref& ref = lint.ast.refs[value.b];
  if (ref.kind == syntax::RefKind::Local && ref.target == id)
    lint.report(DiagnosticId::SelfReference, value.span, id, what);
}

void shadowing(Lint& lint, const Scope& scope, DeclId id, bool inherited) {
  const std::string_view name = lint.ast.symbol(lint.ast.decls[id].symbol);
  const Span span = lint.ast.decls[id].name;
  if (!lint.is_global_name(name)) return;
  if (name == "true" || name == "false" || name == "null") {
    return lint.report(DiagnosticId::ShadowedConstant, span, id, name);
  }
  if (scope.kind == ScopeKind::Let && !inherited)
    lint.report(DiagnosticId::ShadowedBuiltin, span, id, name);
}

void unused_binding(Lint& lint, DeclId id, DeclId user) {
  const Decl& decl = lint.ast.decls[id];
  const std::string_view name = lint.ast.symbol(decl.symbol);
  if (user == kNone || !lint.wants(DiagnosticId::UnusedBinding))
    return lint.report(DiagnosticId::UnusedBinding, decl.name, id, name);
  const Decl& by = lint.ast.decls[user];
  lint.report(DiagnosticId::UnusedBinding, decl.name, id, name, {by.name, "this uses it"});
  lint.found.back().message = "'" + std::string(name) + "' is used only by what is never used: '" +
                              std::string(lint.ast.symbol(by.symbol)) + "'";
}

void let_names(Lint& lint, const Scope& scope, const Liveness& liveness) {
  for (uint32_t i = 0; i < scope.decl_count; ++i) {
    const DeclId id = scope.first_decl + i;
    const Decl& decl = lint.ast.decls[id];
    const std::string_view name = lint.ast.symbol(decl.symbol);
    const syntax::AttrKind kind = attr_of(lint.ast, scope, i).kind;
    shadowing(lint, scope, id, kind != syntax::AttrKind::Plain);
    self_reference(lint, id, kItself);
    if (kind == syntax::AttrKind::Inherited && is_useless_inherit(lint.ast, decl)) {
      const DeclId outer = lint.ast.refs[lint.ast[decl.value].b].target;
      lint.report(DiagnosticId::UselessInherit, decl.name, id, name,
                  {lint.ast.decls[outer].name, "it stands here"});
    } else if (!is_exempt(name) && liveness.is_dead(id) && !is_trap(lint, decl)) {
      unused_binding(lint, id, liveness.user_of(id));
    }
  }
}

void set_names(Lint& lint, const Scope& scope) {
  for (uint32_t i = 0; i < scope.decl_count; ++i) {
    const DeclId id = scope.first_decl + i;
    shadowing(lint, scope, id, attr_of(lint.ast, scope, i).kind != syntax::AttrKind::Plain);
    self_reference(lint, id, kItself);
  }
}

void lambda_names(Lint& lint, const Scope& scope) {
  const syntax::LambdaRecord& lambda = lint.ast.lambdas[lint.ast[scope.node].a];
  const bool named = lambda.arg != kNone;
  const DeclId argument = scope.first_decl + lambda.formal_count;
  const bool through_name = named && lint.ast.decls[argument].use_count != 0;
  for (uint32_t i = 0; i < lambda.formal_count; ++i) {
    const DeclId id = scope.first_decl + i;
    const Decl& decl = lint.ast.decls[id];
    const std::string_view name = lint.ast.symbol(decl.symbol);
    shadowing(lint, scope, id, false);
    self_reference(lint, id, kDefaultItself);
    if (decl.use_count != 0 || is_exempt(name)) continue;
    if (name == "self" && !lambda.has_ellipsis) continue;  // every flake is given itself
    if (through_name) {
      lint.report(DiagnosticId::UnusedFormalWithName, decl.name, id, name);
    } else {
      lint.report(DiagnosticId::UnusedFormal, decl.name, id, name);
    }
  }
  if (!named) return;
  shadowing(lint, scope, argument, false);
  const std::string_view name = lint.ast.symbol(lambda.arg);
  if (lint.ast.decls[argument].use_count != 0 || is_exempt(name)) return;
  if (lambda.has_formals) {
    lint.report(DiagnosticId::UnusedPatternName, lambda.arg_span, argument, name);
  } else if (!is_positional(name)) {
    lint.report(DiagnosticId::UnusedArgument, lambda.arg_span, argument, name);
  }
}

}  // namespace

void lint_names(Lint& lint) {
  const Liveness liveness(lint.ast);
  for (const Scope& scope : lint.ast.scopes) {
    switch (scope.kind) {
      case ScopeKind::Let: let_names(lint, scope, liveness); break;
      case ScopeKind::RecSet: set_names(lint, scope); break;
      case ScopeKind::Lambda: lambda_names(lint, scope); break;
      case ScopeKind::With: break;
    }
  }
}

/// A name that no scope defines is looked up in the withs around it, innermost first: each of them
/// may be the one.
void lint_withs(Lint& lint) {
  const Ast& ast = lint.ast;
  std::vector<bool> used(ast.scopes.size());
  for (const syntax::Ref& ref : ast.refs)
    if (ref.kind == syntax::RefKind::With) used[ref.target] = true;
  for (size_t i = ast.scopes.size(); i-- > 0;) {  // outer scopes have lower ids
    const Scope& scope = ast.scopes[i];
    if (used[i] && scope.parent != kNone) used[scope.parent] = true;
    if (scope.kind != ScopeKind::With || used[i]) continue;
    const uint32_t begin = ast[scope.node].span.begin;
    lint.report(DiagnosticId::UnusedWith, {begin, begin + 4}, scope.node);
  }
}

}  // namespace nilas::analysis
