#include "lsp/analysis/package_facts.hpp"

#include <expected>

#include "lsp/analysis/value_origin.hpp"

namespace nilas::analysis {
namespace {

using eval::Root;
using eval::Value;
using eval::World;

constexpr uint32_t kMaxItems = 20;

std::expected<Value, std::string> forced(World& world, Value slot) {
  try {
    return world.vm.run(slot);
  } catch (const eval::EvalError& e) {
    if (e.data().kind == eval::ErrorKind::Cancelled) throw;
    const std::string& message = e.data().message;
    const size_t lf = message.find('\n');
    return std::unexpected("«error: " + message.substr(0, lf) +
                           (lf == std::string::npos ? "»" : " ...»"));
  }
}

/// A string as it is, anything else as Nix; an error in one line.
std::string text_of(World& world, Value slot) {
  const auto v = forced(world, slot);
  if (!v) return v.error();
  return v->is_string() ? std::string(world.vm.view(*v)) : world.vm.brief(*v);
}

/// The same, of a list what is in it.
std::string fact_text(World& world, Value slot) {
  const auto v = forced(world, slot);
  if (!v || !v->is_list()) return text_of(world, slot);
  std::string text;
  const Root list(world.vm.heap, *v);
  for (uint32_t i = 0; i < list->list()->size() && i < kMaxItems; ++i)
    text += (i ? " " : "") + text_of(world, list->list()->items[i]);
  return text;
}

const Value* slot_of(World& world, const Root& set, std::string_view name) {
  const eval::Symbol symbol = world.vm.symbols.find(name);
  return symbol == eval::SymbolTable::kNoSymbol ? nullptr : set->attrs()->get(symbol);
}

}  // namespace

std::vector<HoverFact> package_facts(World& world, const Root& derivation,
                                     std::initializer_list<std::string_view> names) {
  std::vector<HoverFact> facts;
  for (const std::string_view name : names) {
    if (const Value* slot = slot_of(world, derivation, name))
      facts.push_back({std::string(name), fact_text(world, *slot)});
  }
  const Value* meta_slot = slot_of(world, derivation, "meta");
  const auto meta = meta_slot ? forced(world, *meta_slot) : std::unexpected(std::string());
  if (!meta || !meta->is_attrs()) return facts;
  const Root meta_set(world.vm.heap, *meta);
  for (const std::string_view name : {"description", "homepage"}) {
    const Value* slot = slot_of(world, meta_set, name);
    const auto value = slot ? forced(world, *slot) : std::unexpected(std::string());
    if (value && value->is_string())
      facts.push_back({std::string(name), std::string(world.vm.view(*value))});
  }
  return facts;
}

}  // namespace nilas::analysis
