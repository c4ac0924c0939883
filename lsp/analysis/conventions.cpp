#include "lsp/analysis/conventions.hpp"

#include <algorithm>

#include "lsp/analysis/builtin_types.hpp"
#include "lsp/analysis/documentation.hpp"
#include "lsp/analysis/evaluation_errors.hpp"
#include "lsp/analysis/function_text.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

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

std::optional<Convention> conventional_meaning(const Ast& ast, const Names& names,
                                               const BaseExpression& base) {
  std::vector<std::string> selected;  // last first
  NodeId node = base.node;
  size_t count = base.path_names;
  for (int steps = 0; steps < 20; ++steps) {
    node = count > 0 ? node : names.resolve(node);
    const Node& n = ast[node];
    if (n.kind == NodeKind::Select) {
      const auto path = ast.path(n.b);
      const auto used = count > 0 ? path.first(std::min(count, path.size())) : path;
      for (size_t i = used.size(); i-- > 0;) {
        if (used[i].symbol == kNone) return std::nullopt;
        selected.emplace_back(ast.symbol(used[i].symbol));
      }
      count = 0;
      node = n.a;
      if (ast[node].kind == NodeKind::InheritFrom) {
        const auto froms = ast.set_froms(ast.sets[ast[node].a]);
        if (ast[node].b >= froms.size()) return std::nullopt;
        node = froms[ast[node].b];
      }
      continue;
    }
    if (n.kind != NodeKind::Var || ast.refs[n.b].kind != syntax::RefKind::Local)
      return std::nullopt;
    const syntax::DeclId decl = ast.refs[n.b].target;
    if (names.attr_of_decl(decl) != kNone) return std::nullopt;
    auto meaning = meaning_of_parameter(ast, ast.decls[decl]);
    if (!meaning) return std::nullopt;
    meaning->names.insert(meaning->names.end(), selected.rbegin(), selected.rend());
    return meaning;
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
    auto meaning = conventional_meaning(ast, names, {ast[ast.scopes[s].node].a, 0});
    if (!meaning) break;  // it may hold anything
    out.push_back(std::move(*meaning));
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

/// The sets that an expression's last name may be an attribute of, and that name.
std::vector<Convention> candidate_sets(const Ast& ast, const Names& names,
                                       const BaseExpression& expression, std::string& name) {
  const Node& n = ast[expression.node];
  if (n.kind == NodeKind::Var && ast.refs[n.b].kind == syntax::RefKind::With) {
    name = ast.symbol(n.a);
    return conventional_withs(ast, names, expression.node);
  }
  auto meaning = conventional_meaning(ast, names, expression);
  if (!meaning || meaning->names.empty()) return {};
  name = std::move(meaning->names.back());
  meaning->names.pop_back();
  return {std::move(*meaning)};
}

/// The first of them that has the attribute.
std::optional<eval::Value> set_with(eval::World& world, const eval::SourceUnit& nixpkgs,
                                    const std::vector<Convention>& candidates,
                                    std::string_view name) {
  for (const Convention& candidate : candidates) {
    const auto set = conventional_value(world, nixpkgs, candidate);
    const eval::Symbol symbol = world.vm.symbols.find(name);
    if (set && set->is_attrs() && symbol != eval::SymbolTable::kNoSymbol &&
        set->attrs()->get(symbol))
      return set;
  }
  return std::nullopt;
}

}  // namespace

std::optional<eval::Value> value_by_convention(eval::World& world, const eval::SourceUnit& nixpkgs,
                                               const Ast& ast, const Names& names,
                                               const BaseExpression& expression) {
  std::string name;
  const auto candidates = candidate_sets(ast, names, expression, name);
  const auto set = set_with(world, nixpkgs, candidates, name);
  if (!set) return std::nullopt;
  return world.vm.run(*set->attrs()->get(world.vm.symbols.find(name)));
}

std::optional<Definition> definition_by_convention(eval::World& world,
                                                   const eval::SourceUnit& nixpkgs, const Ast& ast,
                                                   const Names& names,
                                                   const BaseExpression& expression) {
  std::string name;
  const auto candidates = candidate_sets(ast, names, expression, name);
  const auto set = set_with(world, nixpkgs, candidates, name);
  return set ? attribute_definition(world, *set, name) : std::nullopt;
}

void explain_by_convention(eval::World& world, const eval::SourceUnit& nixpkgs, const Ast& ast,
                           const Names& names, const BaseExpression& expression,
                           HoverContent& content) {
  auto definition = definition_by_convention(world, nixpkgs, ast, names, expression);
  if (!definition) return;
  content.note = "What nixpkgs has under this name; the value depends on an argument.";
  content.documentation = definition->documentation;
  content.definition = std::move(definition);
  const auto value = value_by_convention(world, nixpkgs, ast, names, expression);
  if (!value || !value->is_function()) return;
  content.type = "function";
  if (const auto builtin = builtin_of(*value)) {
    content.code = builtin_signature(*builtin);
    if (content.documentation.empty())
      content.documentation = builtin_documentation(*builtin->info);
    return;
  }
  const auto node = world.function_node(*value);
  if (!node) return;
  content.code = function_heads(*node->unit->ast, *node->unit->text, node->node);
  content.function = place_of(world, world.function_span(*value));
  if (!content.documentation.empty()) return;
  const syntax::Span doc = function_doc(*node->unit->ast, node->node);
  content.documentation =
      documentation_text(node->unit->text->substr(doc.begin, doc.end - doc.begin));
}

}  // namespace nilas::analysis
