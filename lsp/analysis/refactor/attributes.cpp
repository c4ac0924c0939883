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

/// `a.b = 1;` to `a = { b = 1; };`, if nothing else is said about `a`.
void pack(const Selected& p, const SetRecord& set, const Binding& binding, Actions& actions) {
  const auto names = p.ast.path(binding.path);
  if (names.size() < 2 || names[0].symbol == kNone) return;
  const auto count = std::ranges::count_if(p.ast.set_bindings(set), [&](const Binding& b) {
    return std::ranges::any_of(p.ast.path(b.path),
                               [&](const AttrName& n) { return n.symbol == names[0].symbol; });
  });
  if (count != 1) return;
  const uint32_t rest = names[1].span.begin;
  actions.push_back({.title = "Pack into a nested set",
                     .kind = action_kind::kRewrite,
                     .edits = {{{names[0].span.end, rest}, " = { "},
                               {{binding.span.end, binding.span.end}, " };"}}});
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
