#include "lsp/analysis/argument_names.hpp"

#include <algorithm>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

/// Also the rank of an item.
enum Importance : uint8_t { REQUIRED, COMMON, OPTIONAL };

struct ArgumentName {
  std::string_view function, name;
  Importance importance;
  std::string_view meaning;
};

constexpr ArgumentName kNames[] = {
#define NAME(function, name, importance, meaning) {function, name, importance, meaning},
#include "lsp/analysis/argument_names.def"
#undef NAME
};

/// `fetchGit`, `builtins.fetchGit` of the global scope.
bool is_global(const Ast& ast, NodeId function) {
  const Node& n = ast[ast.skip_parens(function)];
  const Node& root = n.kind == NodeKind::Select ? ast[n.a] : n;
  return root.kind == NodeKind::Var && ast.refs[root.b].kind == RefKind::Global;
}

/// Functions of nixpkgs whose attributes end in mkDerivation, by their names.
bool makes_derivation(std::string_view name) {
  const bool builds =
      name.starts_with("build") &&
      (name.ends_with("Package") || name.ends_with("Application") || name.ends_with("Module"));
  return builds || name == "mkDerivation" || name == "overrideAttrs" || name == "mkShell" ||
         name == "mkShellNoCC";
}

std::string_view table_name(const Ast& ast, const ArgumentPlace& place) {
  const std::string_view name = last_name(ast, place.function);
  if (place.before == 0 && makes_derivation(name)) return "mkDerivation";
  return place.before == 0 && !place.is_result && is_global(ast, place.function) ? name : "";
}

/// The set in which a set is bound to `name`.
syntax::SetId set_of_binding(const Ast& ast, syntax::SetId set, std::string_view name) {
  for (syntax::SetId id = 0; id < ast.sets.size(); ++id) {
    for (const syntax::Attr& attr : ast.set_attrs(ast.sets[id])) {
      if (attr.kind == syntax::AttrKind::Plain && ast.symbol(attr.symbol) == name &&
          ast.skip_parens(attr.value) == ast.sets[set].node)
        return id;
    }
  }
  return kNone;
}

}  // namespace

std::optional<ArgumentPlace> argument_place(const Ast& ast, syntax::SetId set) {
  NodeId node = ast.sets[set].node;
  bool is_result = false;
  for (NodeId id = node; id < ast.nodes.size(); ++id) {
    const Node& n = ast[id];
    if (n.kind == NodeKind::Lambda && ast.skip_parens(n.b) == node) {
      node = id;
      is_result = true;
    }
    if (n.kind != NodeKind::Apply) continue;
    const auto arguments = ast.children(n.b, n.c);
    for (uint32_t i = 0; i < arguments.size(); ++i) {
      if (ast.skip_parens(arguments[i]) == node)
        return ArgumentPlace{n.a, i, arguments[0], is_result};
    }
  }
  return std::nullopt;
}

std::vector<CompletionItem> argument_name_items(const Ast& ast, syntax::SetId set) {
  std::string_view function;
  if (const auto place = argument_place(ast, set)) {
    function = table_name(ast, *place);
  } else if (const syntax::SetId package = set_of_binding(ast, set, "meta"); package != kNone) {
    const auto outer = argument_place(ast, package);
    if (outer && table_name(ast, *outer) == "mkDerivation") function = "meta";
  }
  std::vector<CompletionItem> out;
  for (const ArgumentName& n : kNames) {
    if (n.function != function) continue;
    out.push_back({.label = std::string(n.name),
                   .kind = CompletionKind::Parameter,
                   .detail = std::string(n.meaning),
                   .rank = n.importance});
  }
  return out;
}

}  // namespace nilas::analysis
