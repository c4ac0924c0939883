// A selected expression gets a name: in a let, as a parameter with a default, or as a file.

#include <algorithm>

#include "lsp/analysis/fixes/fix.hpp"
#include "lsp/analysis/refactor/refactor.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

/// Where a binding can go so that the names in the selection mean the same there: around an
/// expression that something delimits on both sides, or into a let whose body that is.
struct Host {
  NodeId expression;
  NodeId let = kNone;
};

/// Whether the selection takes a name from the scope of `binder`.
bool needs_scope(const Selected& p, NodeId binder) {
  return std::ranges::any_of(free_names(p.ast, p.node), [&](const FreeName& name) {
    return name.kind == RefKind::Local &&
           p.ast.scopes[p.ast.decls[name.target].scope].node == binder;
  });
}

/// Whether a set is merged with what is said of it elsewhere, so that it must stay a literal.
bool is_merged(const Ast& ast, NodeId id) {
  const Node& n = ast[id];
  if (n.kind != NodeKind::AttrSet) return false;
  const SetRecord& set = ast.sets[n.a];
  return set.node != id || std::ranges::any_of(ast.set_attrs(set), [&](const syntax::Attr& attr) {
           return attr.name.begin < n.span.begin || attr.name.begin >= n.span.end;
         });
}

Host host_of(const Selected& p) {
  NodeId child = p.node;
  for (const NodeId id : p.ancestors) {
    const Node& n = p.ast[id];
    switch (n.kind) {
      case NodeKind::Let:
        if (p.ast.skip_parens(child) == child && child == n.b) return {child, id};
        return {child};
      case NodeKind::With:
        if (child == n.b) return {child};
        break;
      case NodeKind::AttrSet:
        // `"${e}" = ...;`: the name is no place for a let, and is evaluated outside of the set.
        if (is_attribute_name(p.ast, child)) {
          if ((n.flags & syntax::kRecursive) != 0) return {kNone};
          break;
        }
        if (child != p.node) return {child};
        // The whole value of a binding: outside of the set.
        if (needs_scope(p, id)) return {kNone};
        break;
      case NodeKind::Lambda:
      case NodeKind::LegacyLet: return {child};
      default: break;  // the others bind no names
    }
    child = id;
  }
  return {child};
}

std::string base_name(const Selected& p) {
  for (const Binding& binding : p.ast.bindings) {
    if (binding.kind != BindingKind::Path || binding.value != p.node) continue;
    const syntax::AttrName& last = p.ast.path(binding.path).back();
    if (last.symbol == kNone || p.source(last.span) != p.ast.symbol(last.symbol)) break;
    std::string name(p.ast.symbol(last.symbol));
    if (name != "or" && fresh_name(p.ast, name) == name) return name;
  }
  const Node& n = p.ast[p.ast.skip_parens(p.node)];
  if (n.kind == NodeKind::Select) {
    const syntax::AttrName& last = p.ast.path(n.b).back();
    if (last.symbol != kNone && p.source(last.span) == p.ast.symbol(last.symbol))
      return std::string(p.ast.symbol(last.symbol));
  }
  return "value";
}

void extract_to_let(const Selected& p, Actions& actions) {
  const Host host = host_of(p);
  if (host.expression == kNone) return;
  if (host.let == kNone && host.expression == p.node) return;  // it has its binding already
  if (is_merged(p.ast, host.expression)) return;
  const std::string name = fresh_name(p.ast, base_name(p));
  const std::string binding = name + " = " + std::string(p.source(p.node)) + ";";
  Action action{.title = "Extract to let", .kind = action_kind::kExtract, .edits = {}};
  const TextEdit use = replace(p.text, p.ast[p.node].span, name);
  if (host.let != kNone) {
    const auto bindings = p.ast.set_bindings(p.ast.sets[p.ast[host.let].a]);
    const uint32_t keyword = p.ast[host.let].span.begin;
    const uint32_t last = bindings.empty() ? keyword : bindings.back().span.begin;
    const uint32_t at = bindings.empty() ? keyword + 3 : bindings.back().span.end;
    const std::string_view indent = indentation(p.text, last);
    const size_t line = last == 0 ? 0 : p.text.find_last_of("\r\n", last - 1) + 1;
    const bool own_line = !bindings.empty() && line + indent.size() == last && line != 0;
    action.edits = {{{at, at}, (own_line ? "\n" + std::string(indent) : " ") + binding}, use};
  } else {
    const Span whole = p.ast[host.expression].span;
    const std::string indent(indentation(p.text, whole.begin));
    const bool lines = p.source(whole).contains('\n');
    const std::string head =
        lines ? "let\n" + indent + "  " + binding + "\n" + indent + "in\n" + indent
              : "let " + binding + " in ";
    action.edits = {{{whole.begin, whole.begin}, head}, use};
  }
  actions.push_back(std::move(action));
}

/// The innermost function with formals around the selection, if everything the selection needs is
/// known there: nothing between may bind its names.
const syntax::LambdaRecord* function_for(const Selected& p) {
  for (const NodeId id : p.ancestors) {
    const Node& n = p.ast[id];
    if (n.kind != NodeKind::Lambda || !p.ast.lambdas[n.a].has_formals) continue;
    const syntax::LambdaRecord& lambda = p.ast.lambdas[n.a];
    if (p.ast[p.node].span.begin < lambda.head.end) return nullptr;  // in the formals themselves
    for (const FreeName& name : free_names(p.ast, p.node)) {
      const syntax::ScopeId scope =
          name.kind == RefKind::Local ? p.ast.decls[name.target].scope : name.target;
      const NodeId binder = p.ast.scopes[scope].node;
      if (n.first <= binder && binder < id) return nullptr;
    }
    return &lambda;
  }
  return nullptr;
}

void extract_to_argument(const Selected& p, Actions& actions) {
  const syntax::LambdaRecord* lambda = function_for(p);
  if (!lambda) return;
  const std::string name = fresh_name(p.ast, base_name(p));
  auto formal = add_formal(p.input, *lambda, name + " ? " + std::string(p.source(p.node)));
  if (!formal) return;
  actions.push_back({.title = "Extract to a parameter with a default",
                     .kind = action_kind::kExtract,
                     .edits = {std::move(*formal), replace(p.text, p.ast[p.node].span, name)}});
}

void extract_to_file(const Selected& p, Actions& actions) {
  std::vector<std::string_view> names;
  for (const FreeName& free : free_names(p.ast, p.node)) {
    if (std::ranges::find(names, free.name) != names.end()) return;  // two of the same name
    names.push_back(free.name);
  }
  const auto takes = [&](std::string_view name) {
    return std::ranges::any_of(p.ast.refs, [&](const syntax::Ref& ref) {
      return ref.kind == RefKind::Global && p.ast[p.node].first <= ref.node && ref.node <= p.node &&
             p.ast.symbol(p.ast[ref.node].a) == name;
    });
  };
  std::string head, arguments;
  for (const std::string_view name : names) {
    if (takes(name)) return;
    head += (head.empty() ? "{ " : ", ") + std::string(name);
    arguments += " " + std::string(name);
  }
  std::string name = fresh_name(p.ast, base_name(p)) + ".nix";
  std::erase(name, '\'');  // no character of a path
  std::string call = "import ./" + name;
  if (!names.empty()) call += " { inherit" + arguments + "; }";
  if (surroundings(p.text, p.ast[p.node].span) != Surroundings::Whole) call = "(" + call + ")";
  actions.push_back({.title = "Extract to " + name,
                     .kind = action_kind::kExtract,
                     .edits = {replace(p.text, p.ast[p.node].span, std::move(call))},
                     .file = NewFile{name, (head.empty() ? "" : head + " }:\n") +
                                               std::string(p.source(p.node)) + "\n"}});
}

}  // namespace

void extract(const Selected& p, Actions& actions) {
  if (p.is_cursor() || is_attribute_name(p.ast, p.node)) return;
  const NodeId bare = p.ast.skip_parens(p.node);
  const Node& n = p.ast[bare];
  if (n.kind == NodeKind::Var || n.kind == NodeKind::Int) return;  // short enough
  // A set that is merged with another definition of its attribute must stay written as one.
  if (n.kind == NodeKind::AttrSet && p.ast.sets[n.a].node != bare) return;
  // __curPos tells where it stands.
  for (NodeId id = p.ast[p.node].first; id <= p.node; ++id)
    if (p.ast[id].kind == NodeKind::CurPos) return;
  extract_to_let(p, actions);
  extract_to_argument(p, actions);
  extract_to_file(p, actions);
}

}  // namespace nilas::analysis
