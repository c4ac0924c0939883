// Bindings as they are written: forms of inherit, keys that repeat.

#include <algorithm>

#include "lsp/analysis/lints/lint.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

constexpr uint32_t kRepeated = 3;  // bindings with the same first name that deserve a set

/// Whether a written name can stand in an inherit as it is.
bool is_plain_name(const Lint& lint, const syntax::AttrName& name) {
  return name.symbol != kNone && lint.source(name.span) == lint.ast.symbol(name.symbol);
}

/// `a = a;` outside of rec and let, where both names are the same.
void manual_inherit(Lint& lint, const Binding& binding, uint32_t index, bool recursive) {
  const auto path = lint.ast.path(binding.path);
  if (path.size() != 1 || !is_plain_name(lint, path[0])) return;
  const Node& value = lint.bare(binding.value);
  const std::string_view name = lint.ast.symbol(path[0].symbol);
  if (value.kind == NodeKind::Var && value.a == path[0].symbol && !recursive) {
    return lint.report(DiagnosticId::ManualInherit, binding.span, index, name);
  }
  if (value.kind != NodeKind::Select || value.c != kNone) return;
  const auto names = lint.ast.path(value.b);
  if (names.back().symbol != path[0].symbol) return;
  // Of `a = x.y.a;`, the source is `x.y`: a name or a chain of names.
  const NodeKind base = lint.bare(value.a).kind;
  if (base != NodeKind::Var && base != NodeKind::Select) return;
  const Span span{value.span.begin, names.size() == 1 ? lint.ast[value.a].span.end
                                                      : names[names.size() - 2].span.end};
  lint.report(DiagnosticId::ManualInheritFrom, binding.span, index,
              "inherit (" + std::string(lint.source(span)) + ") " + std::string(name) + ";");
}

void repeated_keys(Lint& lint, const SetRecord& set, std::vector<syntax::SymbolId>& firsts) {
  firsts.clear();
  for (const Binding& binding : lint.ast.set_bindings(set)) {
    if (binding.kind != BindingKind::Path) continue;
    const auto path = lint.ast.path(binding.path);
    if (path.size() > 1 && path[0].symbol != kNone) firsts.push_back(path[0].symbol);
  }
  if (firsts.size() < kRepeated) return;
  std::ranges::sort(firsts);
  for (uint32_t i = 0; i < set.binding_count; ++i) {
    const uint32_t index = set.first_binding + i;
    const Binding& binding = lint.ast.bindings[index];
    if (binding.kind != BindingKind::Path) continue;
    const auto path = lint.ast.path(binding.path);
    if (path.size() < 2 || path[0].symbol == kNone) continue;
    const auto [begin, end] = std::ranges::equal_range(firsts, path[0].symbol);
    if (end - begin < kRepeated) continue;
    lint.report(DiagnosticId::RepeatedKeys, path[0].span, index, lint.ast.symbol(path[0].symbol));
    firsts.erase(begin, end);  // one word is enough
  }
}

}  // namespace

void lint_bindings(Lint& lint) {
  if (lint.wants(DiagnosticId::UnquotedName)) {
    for (const syntax::AttrName& name : lint.ast.attr_names)
      if (name.expr != kNone && lint.source(name.span).starts_with("${"))
        lint.report(DiagnosticId::UnquotedName, name.span, name.expr);
  }
  std::vector<syntax::SymbolId> firsts;
  const bool keys = lint.wants(DiagnosticId::RepeatedKeys);
  for (const SetRecord& set : lint.ast.sets) {
    if (set.binding_count == 0) continue;
    for (uint32_t i = 0; i < set.binding_count; ++i) {
      const uint32_t index = set.first_binding + i;
      const Binding& binding = lint.ast.bindings[index];
      if (binding.kind == BindingKind::Path) {
        manual_inherit(lint, binding, index, set.scope != kNone);
      } else if (lint.ast.path(binding.path).empty()) {
        lint.report(DiagnosticId::EmptyInherit, binding.span, index);
      }
    }
    if (keys) repeated_keys(lint, set, firsts);
  }
}

}  // namespace nilas::analysis
