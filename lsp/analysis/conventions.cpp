#include "lsp/analysis/conventions.hpp"

#include <algorithm>

#include "lsp/analysis/builtin_types.hpp"
#include "lsp/analysis/documentation.hpp"
#include "lsp/analysis/evaluation_errors.hpp"
#include "lsp/analysis/function_text.hpp"
#include "lsp/analysis/package_facts.hpp"
#include "lsp/analysis/tree.hpp"
#include "lsp/analysis/value_origin.hpp"

namespace nilas::analysis {
namespace {

/// Names of nested `with`s that are looked up in each other have many.
constexpr size_t kMaxMeanings = 16;

/// A parameter, by its name and the function it belongs to.
std::optional<Convention> meaning_of_parameter(const Ast& ast, const syntax::Decl& decl) {
  const std::string_view name = ast.symbol(decl.symbol);
  if (name == "lib") return Convention{ConventionRoot::Lib, {}};
  if (name == "pkgs") return Convention{ConventionRoot::Packages, {}};
  const NodeId lambda = ast.scopes[decl.scope].node;
  const NodeId root = ast.skip_parens(ast.root);
  if (lambda == root && is_package_function(ast) &&
      decl.name != ast.lambdas[ast[lambda].a].arg_span)
    return Convention{ConventionRoot::Packages, {std::string(name)}};
  // `final: prev:` of an overlay.
  const Node& outer = ast[root];
  const bool overlay = outer.kind == NodeKind::Lambda && !ast.lambdas[outer.a].has_formals &&
                       ast[ast.skip_parens(outer.b)].kind == NodeKind::Lambda;
  const bool known = name == "final" || name == "prev" || name == "super" || name == "self";
  if (overlay && known) return Convention{ConventionRoot::Packages, {}};
  return std::nullopt;
}

/// A path as Nix, whatever characters it has. (What holds a slash is quoted.)
std::string quoted(std::string_view path) {
  return "(/. + " + attribute_text(path) + ")";
}

}  // namespace

bool is_package_function(const Ast& ast) {
  const Node& root = ast[ast.skip_parens(ast.root)];
  if (root.kind != NodeKind::Lambda || !ast.lambdas[root.a].has_formals) return false;
  bool package = false;
  for (const syntax::Formal& formal : ast.lambda_formals(ast.lambdas[root.a])) {
    const std::string_view name = ast.symbol(formal.symbol);
    // Modules and flakes take other things under their names.
    if (name == "config" || name == "options" || name == "inputs" || name == "self") return false;
    package = package || name == "lib" || name == "stdenv" || name == "stdenvNoCC" ||
              name == "callPackage" || name == "newScope" || name.starts_with("fetch") ||
              name.starts_with("build") || name.starts_with("write") || name.starts_with("mk") ||
              name == "runCommand" || name == "rustPlatform" || name == "symlinkJoin";
  }
  return package;
}

namespace {

/// What a variable comes down to: a parameter, or an attribute of what the `with`s around it hold.
std::vector<Convention> meanings_of_variable(const Ast& ast, const Names& names, NodeId var) {
  const syntax::Ref& ref = ast.refs[ast[var].b];
  if (ref.kind == syntax::RefKind::With) {
    auto out = conventional_withs(ast, names, var);
    for (Convention& c : out)
      c.names.emplace_back(ast.symbol(ast[var].a));
    return out;
  }
  if (ref.kind != syntax::RefKind::Local || names.attr_of_decl(ref.target) != kNone) return {};
  auto meaning = meaning_of_parameter(ast, ast.decls[ref.target]);
  return meaning ? std::vector{std::move(*meaning)} : std::vector<Convention>{};
}

}  // namespace

std::vector<Convention> conventional_meanings(const Ast& ast, const Names& names,
                                              const BaseExpression& base) {
  std::vector<std::string> selected;  // last first
  NodeId node = base.node;
  size_t count = base.path_names;
  for (int steps = 0; steps < 20; ++steps) {
    node = count > 0 ? node : names.resolve(node);
    const Node& n = ast[node];
    if (n.kind == NodeKind::Var) {
      auto out = meanings_of_variable(ast, names, node);
      for (Convention& c : out)
        c.names.insert(c.names.end(), selected.rbegin(), selected.rend());
      return out;
    }
    if (n.kind != NodeKind::Select) return {};
    const auto path = ast.path(n.b);
    const auto used = count > 0 ? path.first(std::min(count, path.size())) : path;
    for (size_t i = used.size(); i-- > 0;) {
      if (used[i].symbol == kNone) return {};
      selected.emplace_back(ast.symbol(used[i].symbol));
    }
    count = 0;
    node = n.a;
    if (ast[node].kind == NodeKind::InheritFrom) {
      const auto froms = ast.set_froms(ast.sets[ast[node].a]);
      if (ast[node].b >= froms.size()) return {};
      node = froms[ast[node].b];
    }
  }
  return {};
}

std::optional<Convention> conventional_parameter(const Ast& ast, Span name) {
  for (const syntax::Decl& decl : ast.decls) {
    if (decl.name == name && ast.scopes[decl.scope].kind == syntax::ScopeKind::Lambda)
      return meaning_of_parameter(ast, decl);
  }
  return std::nullopt;
}

std::vector<Convention> conventional_withs(const Ast& ast, const Names& names, NodeId var) {
  std::vector<Convention> out;
  if (ast[var].kind != NodeKind::Var) return out;
  const syntax::Ref& ref = ast.refs[ast[var].b];
  if (ref.kind != syntax::RefKind::With) return out;
  for (syntax::ScopeId s = ref.target; s != kNone; s = ast.scopes[s].parent) {
    if (ast.scopes[s].kind != syntax::ScopeKind::With) continue;
    auto meanings = conventional_meanings(ast, names, {ast[ast.scopes[s].node].a, 0});
    if (meanings.empty()) break;  // it may hold anything
    std::ranges::move(meanings, std::back_inserter(out));
    if (out.size() >= kMaxMeanings) break;
  }
  return out;
}

std::string nixpkgs_text(std::string_view root, KnownPackages packages) {
  const std::string pkgs = packages == KnownPackages::None
                               ? "{ }"
                               : "import " + quoted(root) + " { config = { }; overlays = [ ]; }";
  // A let: what it binds is evaluated once for all who ask (evaluator/focus.cpp).
  return "let lib = import (" + quoted(root) + " + \"/lib\"); pkgs = " + pkgs + "; in [ lib pkgs ]";
}

std::optional<eval::Value> conventional_value(eval::World& world, const eval::SourceUnit& nixpkgs,
                                              const Convention& convention) {
  const Ast& ast = *nixpkgs.ast;
  const Node& body = ast[ast[ast.skip_parens(ast.root)].b];
  const auto roots = ast.children(body.a, body.b);
  eval::Value value =
      world.vm.run(world.focus(nixpkgs, roots[convention.root == ConventionRoot::Lib ? 0 : 1]));
  for (const std::string& name : convention.names) {
    if (!value.is_attrs()) return std::nullopt;
    const eval::Symbol symbol = world.vm.symbols.find(name);
    const eval::Value* slot =
        symbol == eval::SymbolTable::kNoSymbol ? nullptr : value.attrs()->get(symbol);
    if (!slot) return std::nullopt;
    value = world.vm.run(*slot);
  }
  return value;
}

namespace {

/// The first of the sets without the last names that has an attribute of that name.
std::optional<eval::Value> set_with(eval::World& world, const eval::SourceUnit& nixpkgs,
                                    const std::vector<Convention>& candidates) {
  for (Convention set_of : candidates) {
    if (set_of.names.empty()) continue;
    const std::string name = std::move(set_of.names.back());
    set_of.names.pop_back();
    const auto set = conventional_value(world, nixpkgs, set_of);
    // Evaluation may have been the first to see the name.
    const eval::Symbol symbol = world.vm.symbols.find(name);
    if (set && set->is_attrs() && symbol != eval::SymbolTable::kNoSymbol &&
        set->attrs()->get(symbol))
      return set;
  }
  return std::nullopt;
}

std::optional<eval::Value> value_of(eval::World& world, const eval::SourceUnit& nixpkgs,
                                    const std::vector<Convention>& candidates) {
  const auto set = set_with(world, nixpkgs, candidates);
  if (!set) return std::nullopt;
  return attribute_value(world, *set, candidates.front().names.back());
}

std::optional<Definition> definition_of(eval::World& world, const eval::SourceUnit& nixpkgs,
                                        const std::vector<Convention>& candidates,
                                        Inherits inherits) {
  const auto set = set_with(world, nixpkgs, candidates);
  if (!set) return std::nullopt;
  return attribute_definition(world, *set, candidates.front().names.back(), inherits);
}

/// How a function is called, which package it is.
void describe(eval::World& world, eval::Value value, HoverContent& content) {
  if (value.is_attrs()) {
    const eval::Root set(world.vm.heap, value);
    if (!is_derivation(world, set)) return;
    content.type = "derivation";
    content.facts = package_facts(world, set, {"name", "version"});
    return;
  }
  if (!value.is_function()) return;
  content.type = "function";
  if (const auto builtin = builtin_of(value)) {
    content.code = builtin_signature(*builtin);
    if (content.documentation.empty())
      content.documentation = builtin_documentation(*builtin->info);
    return;
  }
  const auto node = world.function_node(value);
  if (!node) return;
  content.code = function_heads(*node->unit->ast, *node->unit->text, node->node);
  content.function = place_of(world, world.function_span(value));
  if (!content.documentation.empty()) return;
  const syntax::Span doc = function_doc(*node->unit->ast, node->node);
  content.documentation =
      documentation_text(node->unit->text->substr(doc.begin, doc.end - doc.begin));
}

}  // namespace

std::optional<eval::Value> value_by_convention(eval::World& world, const eval::SourceUnit& nixpkgs,
                                               const Ast& ast, const Names& names,
                                               const BaseExpression& expression) {
  return value_of(world, nixpkgs, conventional_meanings(ast, names, expression));
}

std::optional<Definition> definition_by_convention(eval::World& world,
                                                   const eval::SourceUnit& nixpkgs, const Ast& ast,
                                                   const Names& names,
                                                   const BaseExpression& expression,
                                                   Inherits inherits) {
  return definition_of(world, nixpkgs, conventional_meanings(ast, names, expression), inherits);
}

void explain_by_convention(eval::World& world, const eval::SourceUnit& nixpkgs,
                           const std::vector<Convention>& meanings, HoverContent& content) {
  auto definition = definition_of(world, nixpkgs, meanings, Inherits::Follow);
  if (!definition) return;
  content.note = "What nixpkgs has under this name; the value depends on an argument.";
  if (content.documentation.empty()) content.documentation = definition->documentation;
  // A parameter is defined where it stands; what is passed for it has a place of its own.
  if (!content.definition || content.definition->kind != DefinitionKind::Parameter)
    content.definition = std::move(definition);
  if (const auto value = value_of(world, nixpkgs, meanings)) describe(world, *value, content);
}

}  // namespace nilas::analysis
