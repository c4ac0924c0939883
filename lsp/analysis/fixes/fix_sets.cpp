// Fixes of lets, sets and inherits.

#include <algorithm>

#include "lsp/analysis/fixes/fix.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

const Binding& binding_of(const FixContext& c) {
  return c.ast.bindings[c.finding.subject];
}

/// `body = e;` of a legacy let, if it is written like that and nothing else refers to it.
const Binding* body_of(const FixContext& c, const syntax::SetRecord& set) {
  const Binding* body = nullptr;
  for (const Binding& binding : c.ast.set_bindings(set)) {
    const auto path = c.ast.path(binding.path);
    const bool named = std::ranges::any_of(path, [&](const syntax::AttrName& n) {
      return n.symbol != kNone && c.ast.symbol(n.symbol) == "body";
    });
    if (!named) continue;
    if (body || binding.kind != BindingKind::Path || path.size() != 1) return nullptr;
    body = &binding;
  }
  if (!body || set.dynamic_count != 0) return nullptr;
  const syntax::Scope& scope = c.ast.scopes[set.scope];
  for (uint32_t i = 0; i < scope.decl_count; ++i) {
    const syntax::Decl& decl = c.ast.decls[scope.first_decl + i];
    if (c.ast.symbol(decl.symbol) == "body" && decl.use_count != 0) return nullptr;
  }
  return body;
}

}  // namespace

Edits fix_legacy_let(const FixContext& c) {
  const Node& n = c.node();
  const uint32_t brace = skip_trivia(c.text, n.span.begin + 3);
  if (has_comment(c.text, n.span.begin, brace)) return {};
  const Binding* body = body_of(c, c.ast.sets[n.a]);
  if (!body || has_comment(c.text, body->span.begin, c.ast[body->value].span.begin) ||
      has_comment(c.text, c.ast[body->value].span.end, body->span.end)) {
    // What it means, by definition.
    return {{{n.span.begin, brace}, "(rec "}, {{n.span.end, n.span.end}, ".body)"}};
  }
  const bool whole = surroundings(c.text, n.span) == Surroundings::Whole;
  return {{{n.span.begin, brace + 1}, whole ? "let" : "(let"},
          {removal(c.text, body->span), ""},
          {{n.span.end - 1, n.span.end},
           "in " + std::string(c.source(body->value)) + (whole ? "" : ")")}};
}

Edits fix_empty_let(const FixContext& c) {
  const Node& n = c.node();
  const uint32_t body = c.ast[n.b].span.begin;
  if (has_comment(c.text, n.span.begin, body)) return {};
  return {{{n.span.begin, body}, ""}};
}

Edits fix_collapsible_let(const FixContext& c) {
  const Node& outer = c.node();
  const Node& inner = c.ast[outer.b];
  const auto bindings = c.ast.set_bindings(c.ast.sets[outer.a]);
  const uint32_t end = bindings.back().span.end;
  const uint32_t in = skip_trivia(c.text, end);
  if (has_comment(c.text, end, inner.span.begin)) {
    return {{removal(c.text, {in, in + 2}), ""},
            {removal(c.text, {inner.span.begin, inner.span.begin + 3}), ""}};
  }
  return {{{end, inner.span.begin + 3}, ""}};
}

Edits fix_empty_inherit(const FixContext& c) {
  if (has_comment(c.text, c.finding.span.begin, c.finding.span.end)) return {};
  return {{removal(c.text, c.finding.span), ""}};
}

Edits fix_manual_inherit(const FixContext& c) {
  const Binding& binding = binding_of(c);
  if (has_comment(c.text, binding.span.begin, binding.span.end)) return {};
  return {
      {binding.span, "inherit " + std::string(c.source(c.ast.path(binding.path)[0].span)) + ";"}};
}

Edits fix_manual_inherit_from(const FixContext& c) {
  const Binding& binding = binding_of(c);
  if (has_comment(c.text, binding.span.begin, binding.span.end)) return {};
  const Node& value = c.bare(binding.value);
  const auto names = c.ast.path(value.b);
  const uint32_t end =
      names.size() == 1 ? c.ast[value.a].span.end : names[names.size() - 2].span.end;
  return {{binding.span, "inherit (" + std::string(c.source({value.span.begin, end})) + ") " +
                             std::string(c.source(c.ast.path(binding.path)[0].span)) + ";"}};
}

}  // namespace nilas::analysis
