// Fixes that take unused names away.

#include <algorithm>
#include <set>

#include "lsp/analysis/fixes/fix.hpp"
#include "lsp/analysis/lints/liveness.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

/// A name of an inherit, with the blanks before it.
Span name_removal(std::string_view text, Span name) {
  const size_t last = text.find_last_not_of(" \t\r\n", name.begin - 1);
  auto begin = static_cast<uint32_t>(last + 1);
  // A comment that ends with its line needs that end.
  const size_t line = text.find_last_of("\r\n", last) + 1;
  if (text.substr(line, begin - line).contains('#'))
    begin = static_cast<uint32_t>(text.find_first_of("\r\n", begin));
  return {std::min(begin, name.begin), name.end};
}

/// With the doc comment that belongs to it.
Span binding_removal(const FixInput& c, const Binding& binding) {
  Span span = binding.span;
  if (binding.doc.end != 0 && skip_trivia(c.text, binding.doc.end) == span.begin)
    span.begin = binding.doc.begin;
  return removal(c.text, span);
}

/// Takes `gone` out of the bindings of the let or set.
void remove_names(const FixInput& c, const syntax::SetRecord& set, const std::set<SymbolId>& gone,
                  Edits& edits, size_t& left) {
  for (const Binding& binding : c.ast.set_bindings(set)) {
    const auto names = c.ast.path(binding.path);
    if (binding.kind == BindingKind::Path) {
      if (gone.contains(names[0].symbol)) {
        edits.push_back({binding_removal(c, binding), ""});
      } else {
        ++left;
      }
      continue;
    }
    const auto is_gone = [&](const syntax::AttrName& n) { return gone.contains(n.symbol); };
    const auto count = std::ranges::count_if(names, is_gone);
    if (count != 0 && static_cast<size_t>(count) == names.size()) {
      edits.push_back({removal(c.text, binding.span), ""});
      continue;
    }
    ++left;
    for (const syntax::AttrName& name : names)
      if (is_gone(name)) edits.push_back({name_removal(c.text, name.span), ""});
  }
}

/// Dead bindings refer to each other: with `first`, everything goes that would miss it.
std::set<DeclId> that_need(const Ast& ast, DeclId first) {
  const Liveness liveness(ast);
  std::vector<DeclId> dead;
  for (DeclId d = 0; d < ast.decls.size(); ++d)
    if (liveness.is_dead(d)) dead.push_back(d);
  const auto contains = [&](DeclId d, NodeId node) {
    const NodeId value = ast.decls[d].value;
    return ast[value].first <= node && node <= value;
  };
  std::set<DeclId> gone{first};
  for (std::vector<DeclId> work{first}; !work.empty();) {
    const DeclId target = work.back();
    work.pop_back();
    for (const syntax::Ref& ref : ast.refs) {
      if (ref.kind != syntax::RefKind::Local || ref.target != target) continue;
      for (const DeclId d : dead)
        if (contains(d, ref.node) && gone.insert(d).second) work.push_back(d);
    }
  }
  return gone;
}

}  // namespace

Edits remove_bindings(const FixInput& c, NodeId let, const std::set<SymbolId>& gone) {
  Edits edits;
  size_t left = 0;
  const Node& n = c.ast[let];
  remove_names(c, c.ast.sets[n.a], gone, edits, left);
  if (left != 0 || n.kind != NodeKind::Let) return edits;
  const Span head{n.span.begin, c.ast[n.b].span.begin};
  std::string rest;
  uint32_t at = head.begin;
  for (const TextEdit& e : edits) {
    if (e.span.begin > at) rest += c.text.substr(at, e.span.begin - at);
    at = std::max(at, e.span.end);
  }
  if (at < head.end) rest += c.text.substr(at, head.end - at);
  if (rest.contains('#') || rest.contains("/*")) return edits;
  return {{head, ""}};
}

Edits fix_useless_inherit(const FixContext& c) {
  const Decl& decl = c.ast.decls[c.finding.subject];
  return remove_bindings(c.input, c.ast.scopes[decl.scope].node, {decl.symbol});
}

Edits fix_unused_binding(const FixContext& c) {
  std::set<NodeId> lets;
  const std::set<DeclId> gone = that_need(c.ast, c.finding.subject);
  for (const DeclId d : gone)
    lets.insert(c.ast.scopes[c.ast.decls[d].scope].node);
  Edits all;
  for (const NodeId let : lets) {
    std::set<SymbolId> symbols;
    for (const DeclId d : gone)
      if (c.ast.scopes[c.ast.decls[d].scope].node == let) symbols.insert(c.ast.decls[d].symbol);
    std::ranges::move(remove_bindings(c.input, let, symbols), std::back_inserter(all));
  }
  // One let may lie within what is taken out of another.
  std::ranges::stable_sort(all, {}, [](const TextEdit& e) { return e.span.begin; });
  Edits edits;
  for (TextEdit& e : all) {
    if (!edits.empty() && e.span.end <= edits.back().span.end) continue;
    if (!edits.empty() && e.span.begin < edits.back().span.end) return {};
    edits.push_back(std::move(e));
  }
  return edits;
}

Edits fix_unused_with(const FixContext& c) {
  const Node& n = c.node();
  const uint32_t semicolon = skip_trivia(c.text, c.ast[n.a].span.end);
  if (has_comment(c.text, n.span.begin, semicolon)) return {};
  uint32_t end = c.ast[n.b].span.begin;
  if (has_comment(c.text, semicolon, end)) {
    end = static_cast<uint32_t>(c.text.find_first_not_of(" \t\r\n", semicolon + 1));
  }
  return {{{n.span.begin, end}, ""}};
}

Edits fix_unused_rec(const FixContext& c) {
  const uint32_t begin = c.node().span.begin;
  const uint32_t brace = skip_trivia(c.text, begin + 3);
  if (has_comment(c.text, begin, brace)) return {};
  return {{{begin, brace}, ""}};
}

Edits fix_unused_pattern_name(const FixContext& c) {
  const Span name = c.finding.span;
  const uint32_t after = skip_trivia(c.text, name.end);
  if (c.text[after] == '@') {
    const uint32_t pattern = skip_trivia(c.text, after + 1);
    if (has_comment(c.text, name.end, pattern)) return {};
    return {{{name.begin, pattern}, ""}};
  }
  const size_t brace = c.text.rfind('}', name.begin);
  if (brace == std::string_view::npos) return {};
  const auto begin = static_cast<uint32_t>(brace + 1);
  if (has_comment(c.text, begin, name.begin)) return {};
  return {{{begin, name.end}, ""}};
}

}  // namespace nilas::analysis
