#include "lsp/analysis/refactor/refactor.hpp"

#include <algorithm>

#include "lsp/analysis/fixes/fix.hpp"

namespace nilas::analysis {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

Span trimmed(std::string_view text, Span span) {
  while (span.begin < span.end && kSpace.contains(text[span.begin]))
    ++span.begin;
  while (span.begin < span.end && kSpace.contains(text[span.end - 1]))
    --span.end;
  return span;
}

bool contains(Span outer, Span inner) {
  return outer.begin <= inner.begin && inner.end <= outer.end;
}

/// The outermost node with exactly this span; for a cursor the innermost one around it.
NodeId find_node(const Ast& ast, Span selection) {
  NodeId found = kNone;
  const bool cursor = selection.begin == selection.end;
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& n = ast[id];
    if (n.flags & syntax::kSynthetic || !contains(n.span, selection)) continue;
    if (!cursor) {
      if (n.span == selection) found = id;
    } else if (found == kNone || (contains(ast[found].span, n.span) && n.span != ast[found].span)) {
      found = id;
    }
  }
  return found;
}

std::vector<NodeId> ancestors_of(const Ast& ast, NodeId node) {
  std::vector<NodeId> found;
  for (NodeId id = node + 1; id < ast.nodes.size(); ++id) {
    const Node& n = ast[id];
    if (n.first <= node && !(n.flags & syntax::kSynthetic) && contains(n.span, ast[node].span))
      found.push_back(id);
  }
  return found;
}

bool joins(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_'-/+~<>:@").contains(c);
}

}  // namespace

bool is_attribute_name(const Ast& ast, NodeId node) {
  return std::ranges::any_of(ast.attr_names, [&](const syntax::AttrName& name) {
    return name.expr == node && name.span == ast[node].span;
  });
}

std::string fresh_name(const Ast& ast, std::string_view base) {
  // Names of attributes are in nobody's way.
  const auto is_taken = [&](std::string_view name) {
    return std::ranges::any_of(ast.refs,
                               [&](const auto& r) { return ast.symbol(ast[r.node].a) == name; }) ||
           std::ranges::any_of(ast.decls,
                               [&](const auto& d) { return ast.symbol(d.symbol) == name; });
  };
  std::string name(base);
  for (int i = 2; is_taken(name); ++i)
    name = std::string(base) + std::to_string(i);
  return name;
}

TextEdit replace(std::string_view text, Span span, std::string replacement) {
  if (span.begin > 0 && joins(text[span.begin - 1])) replacement.insert(0, " ");
  if (span.end < text.size() && joins(text[span.end])) replacement += ' ';
  return {span, std::move(replacement)};
}

std::vector<FreeName> free_names(const Ast& ast, NodeId node) {
  std::vector<FreeName> names;
  const NodeId first = ast[node].first;
  const auto is_inside = [&](NodeId id) { return first <= id && id <= node; };
  for (const syntax::Ref& ref : ast.refs) {
    if (!is_inside(ref.node) || ref.kind == syntax::RefKind::Global) continue;
    if (ref.kind == syntax::RefKind::Local &&
        is_inside(ast.scopes[ast.decls[ref.target].scope].node))
      continue;
    if (ref.kind == syntax::RefKind::With && is_inside(ast.scopes[ref.target].node)) continue;
    const FreeName name{ast.symbol(ast[ref.node].a), ref.kind, ref.target};
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  std::ranges::stable_sort(names, {}, &FreeName::name);
  return names;
}

bool stands_alone(const Ast& ast, NodeId node) {
  return is_simple(ast, node);
}

std::vector<Action> refactorings(const FixInput& input, Span selection) {
  std::vector<Action> actions;
  Selected place{.input = input,
                 .ast = input.ast,
                 .text = input.text,
                 .selection = trimmed(input.text, selection)};
  place.node = find_node(input.ast, place.selection);
  if (place.node == kNone) return actions;
  place.ancestors = ancestors_of(input.ast, place.node);
  extract(place, actions);
  inline_binding(place, actions);
  rewrite_with(place, actions);
  rewrite_if(place, actions);
  rewrite_string(place, actions);
  rewrite_attribute(place, actions);
  rewrite_inherit(place, actions);
  return actions;
}

}  // namespace nilas::analysis
