// Attributes written another way: quoted or not, as a path or a nested set, inherited or bound.

#include <algorithm>

#include "lsp/analysis/fixes/fix.hpp"
#include "lsp/analysis/refactor/refactor.hpp"
#include "lsp/analysis/tree.hpp"
#include "syntax/print.hpp"

namespace nilas::analysis {
namespace {

using syntax::AttrName;

/// A binding the cursor is in, with the set it is written in; the innermost one.
struct Found {
  const SetRecord* set = nullptr;
  const Binding* binding = nullptr;
};

Found binding_at(const Selected& p) {
  Found found;
  for (const SetRecord& set : p.ast.sets) {
    for (const Binding& binding : p.ast.set_bindings(set)) {
      if (binding.span.begin > p.selection.begin || p.selection.begin > binding.span.end) continue;
      const bool inner = !found.binding || binding.span.begin >= found.binding->span.begin;
      if (inner) found = {&set, &binding};
    }
  }
  return found;
}

/// A name of an attribute path under the cursor.
const AttrName* name_at(const Selected& p) {
  for (const AttrName& name : p.ast.attr_names)
    if (p.is_on(name.span.begin, name.span.end - name.span.begin)) return &name;
  return nullptr;
}

std::string printed_name(std::string_view name) {
  std::string out;
  syntax::print_name(out, name);
  return out;
}

void quote(const Selected& p, Actions& actions) {
  const AttrName* name = name_at(p);
  if (!name || name->symbol == kNone) return;
  const std::string_view written = p.source(name->span), symbol = p.ast.symbol(name->symbol);
  if (written == symbol) {
    actions.push_back({.title = "Quote the name",
                       .kind = action_kind::kRewrite,
                       .edits = {{name->span, "\"" + std::string(symbol) + "\""}}});
  } else if (written.starts_with('"') && printed_name(symbol) == symbol && symbol != "or") {
    actions.push_back({.title = "Remove the quotes",
                       .kind = action_kind::kRewrite,
                       .edits = {replace(p.text, name->span, std::string(symbol))}});
  }
}

/// The literal that is the whole value of the binding, and of nothing else: no rec, nothing merged.
const SetRecord* own_literal(const Selected& p, const Binding& binding) {
  const NodeId value = binding.value;
  const Node& n = p.ast[value];
  if (n.kind != NodeKind::AttrSet || (n.flags & syntax::kRecursive)) return nullptr;
  const SetRecord& set = p.ast.sets[n.a];
  return set.node == value ? &set : nullptr;
}

/// `a = { b = 1; c = 2; };` to `a.b = 1; a.c = 2;`
void flatten(const Selected& p, const Binding& binding, Actions& actions) {
  const SetRecord* inner = own_literal(p, binding);
  if (!inner || inner->binding_count == 0) return;
  const auto names = p.ast.path(binding.path);
  const Span path{names.front().span.begin, names.back().span.end};
  const Span value = p.ast[binding.value].span;
  std::string text;
  uint32_t at = value.begin + 1;
  const bool lines = p.source(value).contains('\n');
  for (const Binding& b : p.ast.set_bindings(*inner)) {
    if (b.kind != BindingKind::Path || has_comment(p.text, at, b.span.begin)) return;
    if (!text.empty())
      text += lines ? "\n" + std::string(indentation(p.text, binding.span.begin)) : " ";
    text += std::string(p.source(path)) + "." + std::string(p.source(b.span));
    at = b.span.end;
  }
  if (has_comment(p.text, at, value.end) || has_comment(p.text, path.end, value.begin)) return;
  actions.push_back({.title = "Flatten the nested set",
                     .kind = action_kind::kRewrite,
                     .edits = {{binding.span, std::move(text)}}});
}

/// Whether a binding says something of the attribute `symbol` of its set.
bool is_about(const Ast& ast, const Binding& binding, syntax::SymbolId symbol) {
  const auto path = ast.path(binding.path);
  if (binding.kind == BindingKind::Path) return path.front().symbol == symbol;
  return std::ranges::any_of(path, [&](const AttrName& n) { return n.symbol == symbol; });
}

/// Whether a comment stands between a binding and its neighbours.
bool is_commented(const Selected& p, const SetRecord& set, const Binding& binding) {
  const Span around = p.ast[set.node].span;
  if (binding.span.begin < around.begin || binding.span.end > around.end) return true;
  uint32_t before = around.begin, after = around.end;
  for (const Binding& b : p.ast.set_bindings(set)) {
    if (b.span.end <= binding.span.begin) before = std::max(before, b.span.end);
    if (b.span.begin >= binding.span.end) after = std::min(after, b.span.begin);
  }
  return has_comment(p.text, before, binding.span.begin) ||
         has_comment(p.text, binding.span.end, after);
}

/// `a.b = 1; a.c = 2;` to `a = { b = 1; c = 2; };`, where the first of them stands.
void pack(const Selected& p, const SetRecord& set, const Binding& binding, Actions& actions) {
  const AttrName& name = p.ast.path(binding.path)[0];
  if (name.symbol == kNone) return;
  std::vector<const Binding*> packed;
  for (const Binding& b : p.ast.set_bindings(set)) {
    if (!is_about(p.ast, b, name.symbol)) continue;
    if (b.kind != BindingKind::Path || p.ast.path(b.path).size() < 2) return;
    packed.push_back(&b);
  }
  const auto rest_of = [&](const Binding& b) {
    return Span{p.ast.path(b.path)[1].span.begin, b.span.end};
  };
  Action action{.title = "Pack into a nested set", .kind = action_kind::kRewrite, .edits = {}};
  const Binding& first = *packed.front();
  const bool one = packed.size() == 1;
  if (one) {
    action.edits = {{{name.span.end, rest_of(first).begin}, " = { "},
                    {{first.span.end, first.span.end}, " };"}};
    return actions.push_back(std::move(action));
  }
  const bool lines = p.source({first.span.begin, packed.back()->span.end}).contains('\n');
  const std::string indent =
      lines ? "\n" + std::string(indentation(p.text, first.span.begin)) : " ";
  std::string text(p.source(p.ast.path(first.path)[0].span));
  text += " = {";
  for (const Binding* b : packed)
    text += indent + (lines ? "  " : "") + std::string(p.source(rest_of(*b)));
  action.edits.push_back({first.span, text + indent + "};"});
  for (const Binding* b : std::span(packed).subspan(1)) {
    if (is_commented(p, set, *b)) return;  // that would be left behind
    action.edits.push_back({removal(p.text, b->span), ""});
  }
  actions.push_back(std::move(action));
}

/// `a = x.a;` to `inherit (x) a;`: a matter of taste, so nobody is told unasked.
void inherit_from(const Selected& p, const Binding& binding, Actions& actions) {
  LintSet wanted;
  wanted.set(static_cast<size_t>(syntax::DiagnosticId::ManualInheritFrom));
  const auto index = static_cast<uint32_t>(&binding - p.ast.bindings.data());
  for (const auto& d : lint({p.ast, p.text, p.input.globals}, wanted)) {
    if (d.subject != index) continue;
    for (Fix& fix : fixes_for(p.input, {d.span, syntax::Severity::Hint, d.id, "", {}, d.subject})) {
      actions.push_back({.title = std::move(fix.title),
                         .kind = action_kind::kRewrite,
                         .edits = std::move(fix.edits)});
    }
  }
}

bool is_recursive(const SetRecord& set) {
  return set.scope != kNone;
}

}  // namespace

void rewrite_attribute(const Selected& p, Actions& actions) {
  if (!p.is_cursor()) return;
  quote(p, actions);
  const Found found = binding_at(p);
  if (!found.binding || found.binding->kind != BindingKind::Path) return;
  const auto names = p.ast.path(found.binding->path);
  if (p.selection.begin > names.back().span.end) return;  // on the names only
  inherit_from(p, *found.binding, actions);
  flatten(p, *found.binding, actions);
  pack(p, *found.set, *found.binding, actions);
}

/// `inherit a;` to `a = a;`, `inherit (x) a;` to `a = x.a;`.
void rewrite_inherit(const Selected& p, Actions& actions) {
  if (!p.is_cursor()) return;
  const Found found = binding_at(p);
  if (!found.binding || found.binding->kind == BindingKind::Path) return;
  const Binding& binding = *found.binding;
  const auto names = p.ast.path(binding.path);
  const bool from = binding.kind == BindingKind::InheritFrom;
  if (names.empty() || (!from && is_recursive(*found.set))) return;
  if (has_comment(p.text, binding.span.begin, binding.span.end)) return;
  std::string source;
  if (from) {
    source = p.source(binding.value);
    source = (stands_alone(p.ast, binding.value) ? source : "(" + source + ")") + ".";
  }
  std::string text;
  for (const AttrName& name : names) {
    const std::string written(p.source(name.span));
    if (!from && written.starts_with('"')) return;
    text += (text.empty() ? "" : " ") + written + " = " + source + written + ";";
  }
  actions.push_back({.title = "Write the bindings out",
                     .kind = action_kind::kRewrite,
                     .edits = {{binding.span, std::move(text)}}});
}

}  // namespace nilas::analysis
