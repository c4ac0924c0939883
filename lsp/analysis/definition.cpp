#include "lsp/analysis/definition.hpp"

#include <algorithm>

#include "lsp/analysis/documentation.hpp"
#include "lsp/analysis/evaluation_errors.hpp"
#include "lsp/analysis/tree.hpp"
#include "lsp/analysis/value_origin.hpp"

namespace nilas::analysis {
namespace {

using eval::SourceUnit;
using eval::Value;
using eval::World;

std::string_view slice(const SourceUnit& unit, Span span) {
  return std::string_view(*unit.text).substr(span.begin, span.end - span.begin);
}

/// The set that `node` (or the first names of its path) evaluates to; nothing if it is not known or
/// is no set.
Value evaluate_set(World& world, const SourceUnit& unit, NodeId node, uint32_t path_names) {
  try {
    const Value v = world.vm.run(world.focus(unit, node, path_names));
    return v.is_attrs() ? v : Value();
  } catch (const eval::EvalError&) {
    return {};
  }
}

/// The declaration that belongs to attribute `index` of a set with a scope, or of a let.
const syntax::Attr* attr_of(const Ast& ast, const syntax::Decl& decl, uint32_t index) {
  const Node& owner = ast[ast.scopes[decl.scope].node];
  if (owner.kind != NodeKind::Let && owner.kind != NodeKind::LegacyLet &&
      owner.kind != NodeKind::AttrSet) {
    return nullptr;
  }
  const auto attrs = ast.set_attrs(ast.sets[owner.a]);
  return index < attrs.size() ? &attrs[index] : nullptr;
}

Definition parameter_definition(const SourceUnit& unit, const syntax::Decl& decl) {
  Definition d = definition_at(unit, DefinitionKind::Parameter, decl.name);
  d.parameter = std::string(slice(unit, decl.name));
  d.value = decl.value;
  if (decl.value != syntax::kNoNode) {
    d.parameter += " ? ";
    d.parameter += slice(unit, (*unit.ast)[decl.value].span);
  }
  const Ast& ast = *unit.ast;
  const auto& lambda = ast.lambdas[ast[ast.scopes[decl.scope].node].a];
  for (const syntax::Formal& formal : ast.lambda_formals(lambda)) {
    if (formal.name == decl.name) d.documentation = documentation_text(slice(unit, formal.doc));
  }
  return d;
}

/// What a local name refers to, and the expression to ask next if it only passes on what is defined
/// elsewhere
/// (`inherit x;`, `inherit (e) x;`).
struct LocalStep {
  Definition definition;
  NodeId passed_on = syntax::kNoNode;
};

LocalStep local_step(const SourceUnit& unit, syntax::DeclId id) {
  const Ast& ast = *unit.ast;
  const syntax::Decl& decl = ast.decls[id];
  const syntax::Scope& scope = ast.scopes[decl.scope];
  if (scope.kind == syntax::ScopeKind::Lambda) return {parameter_definition(unit, decl)};
  const bool is_let = scope.kind == syntax::ScopeKind::Let;
  LocalStep step{definition_at(
      unit, is_let ? DefinitionKind::LetBinding : DefinitionKind::Attribute, decl.name)};
  step.definition.value = decl.value;
  const syntax::Attr* attr = attr_of(ast, decl, id - scope.first_decl);
  if (attr && attr->kind != syntax::AttrKind::Plain) step.passed_on = attr->value;
  return step;
}

/// Searches the sets of the `with`s around a name, innermost first.
std::optional<Definition> with_definition(World& world, const SourceUnit& unit,
                                          syntax::ScopeId scope, std::string_view name,
                                          Inherits inherits) {
  const Ast& ast = *unit.ast;
  for (; scope != syntax::kNone; scope = ast.scopes[scope].parent) {
    if (ast.scopes[scope].kind != syntax::ScopeKind::With) continue;
    const Value set = evaluate_set(world, unit, ast[ast.scopes[scope].node].a, 0);
    if (!set.exists())
      return std::nullopt;  // it might be defined here: nothing certain can be said
    if (auto d = attribute_definition(world, set, name, inherits)) return d;
  }
  return std::nullopt;
}

std::optional<Definition> select_definition(World& world, const SourceUnit& unit, NodeId node,
                                            uint32_t path_names, Inherits inherits) {
  const Ast& ast = *unit.ast;
  const Node& n = ast[node];
  const auto path = ast.path(n.b);
  if (path.empty() || path_names > path.size()) return std::nullopt;
  const uint32_t last = path_names == 0 ? static_cast<uint32_t>(path.size()) : path_names;
  const syntax::AttrName& name = path[last - 1];
  if (name.symbol == syntax::kNone) return std::nullopt;
  Value set;
  if (last > 1) {
    set = evaluate_set(world, unit, node, last - 1);
  } else if (ast[n.a].kind == NodeKind::InheritFrom) {
    const syntax::SetRecord& record = ast.sets[ast[n.a].a];
    set = evaluate_set(world, unit, ast.set_froms(record)[ast[n.a].b], 0);
  } else {
    set = evaluate_set(world, unit, n.a, 0);
  }
  if (!set.exists()) return std::nullopt;
  return attribute_definition(world, set, ast.symbol(name.symbol), inherits);
}

}  // namespace

std::optional<Definition> find_definition(World& world, const SourceUnit& unit, NodeId node,
                                          uint32_t path_names, Inherits inherits) {
  const Ast& ast = *unit.ast;
  std::optional<Definition> passed;  // the first `inherit` on the way: better than nothing
  const auto or_passed = [&](std::optional<Definition> d) {
    return d ? std::move(d) : std::move(passed);
  };
  for (;; path_names = 0) {
    node = ast.skip_parens(node);
    const Node& n = ast[node];
    if (n.kind == NodeKind::Select)
      return or_passed(select_definition(world, unit, node, path_names, inherits));
    if (n.kind != NodeKind::Var) return passed;
    const syntax::Ref& ref = ast.refs[n.b];
    const std::string_view name = ast.symbol(n.a);
    switch (ref.kind) {
      case syntax::RefKind::With:
        return or_passed(with_definition(world, unit, ref.target, name, inherits));
      case syntax::RefKind::Global:
        return Definition{DefinitionKind::Builtin, std::string(name), {}, {}, {}};
      case syntax::RefKind::Unbound: return passed;
      case syntax::RefKind::Local: break;
    }
    LocalStep step = local_step(unit, ref.target);
    if (step.passed_on == syntax::kNoNode) return std::move(step.definition);
    if (!passed) passed = std::move(step.definition);
    node = step.passed_on;
  }
}

namespace {

/// Whether the attribute whose name is written at `begin` is inherited.
bool is_inherited(const Ast& ast, uint32_t begin) {
  return std::ranges::any_of(ast.attrs, [&](const syntax::Attr& attr) {
    return attr.name.begin == begin && attr.kind != syntax::AttrKind::Plain;
  });
}

eval::SourceSpan origin_of_attribute(World& world, Value set, std::string_view name) {
  try {
    const auto value = attribute_value(world, set, name);
    return value ? origin_of_value(world, *value, name) : eval::SourceSpan{};
  } catch (const eval::EvalError& e) {
    if (e.data().kind == eval::ErrorKind::Cancelled) throw;
    return {};
  }
}

}  // namespace

std::optional<Definition> attribute_definition(World& world, Value set, std::string_view name,
                                               Inherits inherits) {
  const eval::Symbol symbol = world.vm.symbols.find(name);
  if (symbol == eval::SymbolTable::kNoSymbol) return std::nullopt;
  const int32_t index = set.attrs()->find(symbol);
  if (index < 0) return std::nullopt;
  Definition d{DefinitionKind::Attribute, std::string(name), {}, {}, {}};
  eval::SourceSpan span = world.position(set.attrs()->pos(static_cast<uint32_t>(index)));
  const eval::SourceUnit* unit = world.source(span.source);
  const bool passed_on =
      inherits == Inherits::Follow && unit && is_inherited(*unit->ast, span.span.begin);
  if (!unit || passed_on) {
    const eval::SourceSpan origin = origin_of_attribute(world, set, name);
    if (world.source(origin.source)) span = origin;
    unit = world.source(span.source);
  }
  d.place = place_of(world, span);
  if (!unit || !d.place) return d;
  if (const auto bound = find_bound_name(*unit->ast, span.span.begin, name)) {
    d.place->span = bound->name;
    d.documentation = documentation_text(slice(*unit, bound->doc));
  }
  return d;
}

std::optional<Definition> definition_in_text(const SourceUnit& unit, const Names& names,
                                             uint32_t offset) {
  const Name* name = names.at(offset);
  const Entity entity = name ? names.used_by(*name) : Entity{};
  const auto places = names.definitions(entity);
  if (places.empty()) return std::nullopt;
  return entity.kind == Entity::Kind::Parameter
             ? definition_of_parameter(unit, places.front())
             : definition_at(unit, DefinitionKind::Attribute, places.front());
}

Definition definition_of_parameter(const SourceUnit& unit, Span name) {
  const Ast& ast = *unit.ast;
  for (const syntax::Decl& decl : ast.decls) {
    if (decl.name == name && ast.scopes[decl.scope].kind == syntax::ScopeKind::Lambda) {
      return parameter_definition(unit, decl);
    }
  }
  return definition_at(unit, DefinitionKind::Parameter, name);
}

Definition definition_at(const SourceUnit& unit, DefinitionKind kind, Span name) {
  Definition d{kind, std::string(slice(unit, name)), Place{unit.name, unit.text, name}, {}, {}};
  std::string_view text = d.name;
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
    text = text.substr(1, text.size() - 2);
  if (const auto bound = find_bound_name(*unit.ast, name.begin, text)) {
    d.documentation = documentation_text(slice(unit, bound->doc));
  }
  return d;
}

}  // namespace nilas::analysis
