#include "lsp/analysis/value_origin.hpp"

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

using eval::SourceUnit;
using eval::Value;
using eval::World;

/// The name of the binding whose value is `node`.
std::optional<Span> name_of_value(const Ast& ast, NodeId node) {
  for (const Binding& binding : ast.bindings) {
    if (binding.kind != BindingKind::Path || binding.value == kNoNode) continue;
    if (ast.skip_parens(binding.value) == node) return ast.path(binding.path).back().span;
  }
  return std::nullopt;
}

eval::SourceSpan function_origin(const World& world, Value function) {
  eval::SourceSpan span = world.function_span(function);
  const auto node = world.function_node(function);
  const auto name = node ? name_of_value(*node->unit->ast, node->node) : std::nullopt;
  if (name) span.span = *name;
  return span;
}

eval::SourceSpan position_of(World& world, Value set, std::string_view name) {
  const eval::Symbol symbol = world.vm.symbols.find(name);
  const int32_t index = symbol == eval::SymbolTable::kNoSymbol ? -1 : set.attrs()->find(symbol);
  return index < 0 ? eval::SourceSpan{}
                   : world.position(set.attrs()->pos(static_cast<uint32_t>(index)));
}

/// As nixpkgs finds `meta.position`: where the description is written. Its name, if that stands in
/// the same file, begins the package.
eval::SourceSpan derivation_origin(World& world, const eval::Root& set) {
  const auto meta = attribute_value(world, set, "meta");
  if (!meta || !meta->is_attrs()) return {};
  const eval::SourceSpan described = position_of(world, *meta, "description");
  for (const std::string_view name : {"pname", "name"}) {
    const eval::SourceSpan named = position_of(world, set, name);
    if (named.source == described.source) return named;
  }
  return described;
}

/// The innermost binding around an attribute that has the name.
eval::SourceSpan set_origin(World& world, Value set, std::string_view name) {
  for (uint32_t i = 0; i < set.attrs()->size(); ++i) {
    const eval::SourceSpan span = world.position(set.attrs()->pos(i));
    const SourceUnit* unit = world.source(span.source);
    if (!unit) continue;
    const Ast& ast = *unit->ast;
    std::optional<Span> best;
    for (const Binding& binding : ast.bindings) {
      if (binding.kind != BindingKind::Path || binding.value == kNoNode) continue;
      const Span value = ast[binding.value].span;
      if (span.span.begin < value.begin || span.span.begin >= value.end) continue;
      const syntax::AttrName& last = ast.path(binding.path).back();
      if (last.symbol == kNone || ast.symbol(last.symbol) != name) continue;
      if (!best || best->begin < last.span.begin) best = last.span;
    }
    if (best) return {span.source, *best};
  }
  return {};
}

}  // namespace

std::optional<Value> attribute_value(World& world, Value set, std::string_view name) {
  const eval::Symbol symbol = world.vm.symbols.find(name);
  const Value* slot = symbol == eval::SymbolTable::kNoSymbol ? nullptr : set.attrs()->get(symbol);
  return slot ? std::optional(world.vm.run(*slot)) : std::nullopt;
}

bool is_derivation(World& world, Value set) {
  const auto type = attribute_value(world, set, "type");
  return type && type->is_string() && world.vm.view(*type) == "derivation";
}

eval::SourceSpan origin_of_value(World& world, Value value, std::string_view name) {
  if (value.is_function()) return function_origin(world, value);
  if (!value.is_attrs()) return {};
  const eval::Root set(world.vm.heap, value);
  return is_derivation(world, set) ? derivation_origin(world, set) : set_origin(world, set, name);
}

}  // namespace nilas::analysis
