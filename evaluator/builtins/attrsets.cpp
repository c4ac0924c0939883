// Sets. Where a result has the same names as an argument it shares that argument's Keys.

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

// --- Reading a set ---------------------------------------------------------------------------------------------------

Value attr_names(Vm& vm, Args args) {
  Attrs* set =
      vm.expect_attrs(args[0], "while evaluating the argument passed to builtins.attrNames");
  List* names = vm.alloc_list(set->size());
  uint32_t n = 0;
  for (const uint32_t i : vm.name_order(set->keys)) {
    names->items[n++] = vm.symbols.string(set->keys->symbols[i]);
  }
  return Value::of(names);
}

Value attr_values(Vm& vm, Args args) {
  Attrs* set =
      vm.expect_attrs(args[0], "while evaluating the argument passed to builtins.attrValues");
  List* values = vm.alloc_list(set->size());
  uint32_t n = 0;
  for (const uint32_t i : vm.name_order(set->keys))
    values->items[n++] = set->values[i];
  return Value::of(values);
}

namespace {

/// Symbol of the string, or kNoSymbol if no set can have such an attribute.
Symbol find_symbol(Vm& vm, Value name, std::string_view trace) {
  return vm.symbols.find(vm.expect_string_no_context(name, trace));
}

}  // namespace

Value get_attr(Vm& vm, Args args) {
  const Symbol name = vm.symbols.intern(vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.getAttr"));
  Attrs* set =
      vm.expect_attrs(args[1], "while evaluating the second argument passed to builtins.getAttr");
  return attribute(vm, set, name, "in the attribute set under consideration");
}

Value has_attr(Vm& vm, Args args) {
  const Symbol name =
      find_symbol(vm, args[0], "while evaluating the first argument passed to builtins.hasAttr");
  Attrs* set =
      vm.expect_attrs(args[1], "while evaluating the second argument passed to builtins.hasAttr");
  return Value::boolean(name != SymbolTable::kNoSymbol && set->find(name) >= 0);
}

Value unsafe_get_attr_pos(Vm& vm, Args args) {
  const Symbol name = find_symbol(
      vm, args[0], "while evaluating the first argument passed to builtins.unsafeGetAttrPos");
  Attrs* set = vm.expect_attrs(
      args[1], "while evaluating the second argument passed to builtins.unsafeGetAttrPos");
  const int32_t index = name == SymbolTable::kNoSymbol ? -1 : set->find(name);
  if (index < 0) return Value::null();
  return position_value(vm, vm.world.position(set->pos(static_cast<uint32_t>(index))));
}

// --- Building sets ---------------------------------------------------------------------------------------------------

namespace {

/// The attributes `picked` (ascending indexes) of `set`.
Value pick(Vm& vm, Attrs* set, std::span<const uint32_t> picked) {
  if (picked.size() == set->size()) return Value::of(set);
  if (picked.empty()) return vm.empty_attrs();
  std::vector<Symbol> symbols;
  std::vector<PosId> positions;
  symbols.reserve(picked.size());
  for (const uint32_t i : picked)
    symbols.push_back(set->keys->symbols[i]);
  if (set->positions) {
    positions.reserve(picked.size());
    for (const uint32_t i : picked)
      positions.push_back(set->pos(i));
  }
  Keys* keys = vm.make_keys(symbols);
  Attrs* result = vm.alloc_attrs(keys, positions.empty() ? nullptr : vm.make_positions(positions));
  for (size_t i = 0; i < picked.size(); ++i)
    result->values[i] = set->values[picked[i]];
  return Value::of(result);
}

/// `set` without the attributes `removed` (indexes in any order, perhaps repeated).
Value without(Vm& vm, Attrs* set, std::vector<uint32_t> removed) {
  std::ranges::sort(removed);
  std::vector<uint32_t> kept;
  kept.reserve(set->size());
  for (uint32_t i = 0, next = 0; i < set->size(); ++i) {
    while (next < removed.size() && removed[next] < i)
      ++next;
    if (next == removed.size() || removed[next] != i) kept.push_back(i);
  }
  return pick(vm, set, kept);
}

}  // namespace

Value remove_attrs_now(Vm& vm, Args args) {
  if (!args[0].is_attrs() || !args[1].is_list()) return {};
  Attrs* set = args[0].attrs();
  std::vector<uint32_t> removed;
  for (const Value v : args[1].list()->all()) {
    const Value name = vm.resolve(v);
    if (!name.is_string() || vm.context(name) != nullptr) return {};
    const Symbol symbol = vm.symbols.find(vm.view(name));
    const int32_t index = symbol == SymbolTable::kNoSymbol ? -1 : set->find(symbol);
    if (index >= 0) removed.push_back(static_cast<uint32_t>(index));
  }
  return removed.empty() ? args[0] : without(vm, set, std::move(removed));
}

Task remove_attrs(Vm& vm, Args args) {
  constexpr std::string_view kTrace =
      "while evaluating the values of the second argument passed to builtins.removeAttrs";
  vm.expect_attrs(args[0], "while evaluating the first argument passed to builtins.removeAttrs");
  List* names = vm.expect_list(
      args[1], "while evaluating the second argument passed to builtins.removeAttrs");
  for (uint32_t i = 0; i < names->size(); ++i) {
    const auto forced = co_await vm.try_force(names->items[i]);
    vm.expect_string_no_context(or_trace(forced, kTrace), kTrace);
  }
  co_return remove_attrs_now(vm, args);
}

Value intersect_attrs(Vm& vm, Args args) {
  Attrs* left = vm.expect_attrs(
      args[0], "while evaluating the first argument passed to builtins.intersectAttrs");
  Attrs* right = vm.expect_attrs(
      args[1], "while evaluating the second argument passed to builtins.intersectAttrs");
  std::vector<uint32_t> common;  // indexes of `right`
  // Searching from the smaller set takes O(n log m), which matters for callPackage: three names against all packages.
  if (left->size() < right->size()) {
    for (const Symbol name : left->keys->all()) {
      const int32_t index = right->find(name);
      if (index >= 0) common.push_back(static_cast<uint32_t>(index));
    }
  } else {
    for (uint32_t i = 0; i < right->size(); ++i) {
      if (left->find(right->keys->symbols[i]) >= 0) common.push_back(i);
    }
  }
  return pick(vm, right, common);
}

Value list_to_attrs_now(Vm& vm, Args args) {
  if (!args[0].is_list()) return {};
  const auto& known = vm.symbols.known;
  const auto list = args[0].list()->all();
  AttrsBuilder result(vm, list.size());
  for (const Value v : list) {
    const Value element = vm.resolve(v);
    if (!element.is_attrs()) return {};
    Attrs* pair = element.attrs();
    const Value* slot = pair->get(known.name);
    const Value name = slot == nullptr ? Value() : vm.resolve(*slot);
    if (!name.exists() || !name.is_string() || vm.context(name) != nullptr) return {};
    // Only the first of equal names must have a value.
    const int32_t value = pair->find(known.value);
    const bool given = value >= 0;
    result.add(vm.symbols.intern(vm.view(name)), given ? pair->values[value] : Value(),
               given ? pair->pos(static_cast<uint32_t>(value)) : 0);
  }
  const Value set = result.finish_first_wins();
  const bool complete = std::ranges::all_of(set.attrs()->all(), [](Value v) { return v.exists(); });
  return complete ? set : Value();
}

Task list_to_attrs(Vm& vm, Args args) {
  constexpr std::string_view kElement =
      "while evaluating an element of the list passed to builtins.listToAttrs";
  constexpr std::string_view kName =
      "while evaluating the `name` attribute of an element of the list passed to "
      "builtins.listToAttrs";
  constexpr std::string_view kPair = "in a {name=...; value=...;} pair";
  const auto& known = vm.symbols.known;
  List* list =
      vm.expect_list(args[0], "while evaluating the argument passed to builtins.listToAttrs");

  for (uint32_t i = 0; i < list->size(); ++i) {
    const Value element = co_await vm.force(list->items[i]);
    Attrs* pair = vm.expect_attrs(element, kElement);
    const auto forced = co_await vm.try_force(attribute(vm, pair, known.name, kPair));
    const SourceSpan place = attribute_place(vm, pair, known.name);
    const Value name = or_trace(forced, kName, place);
    if (!name.is_string()) vm.fail_type("a string", name, kName, place);
    vm.expect_string_no_context(name, kName);
  }
  const Value set = list_to_attrs_now(vm, args);
  if (!set.exists()) attribute(vm, vm.empty_attrs().attrs(), known.value, kPair);
  co_return set;
}

Value cat_attrs_now(Vm& vm, Args args) {
  if (!args[0].is_string() || vm.context(args[0]) != nullptr || !args[1].is_list()) return {};
  const Symbol name = vm.symbols.find(vm.view(args[0]));
  std::vector<Value> values;
  for (const Value v : args[1].list()->all()) {
    const Value element = vm.resolve(v);
    if (!element.is_attrs()) return {};
    const Value* slot = name == SymbolTable::kNoSymbol ? nullptr : element.attrs()->get(name);
    if (slot != nullptr) values.push_back(*slot);
  }
  return make_list(vm, values);
}

Task cat_attrs(Vm& vm, Args args) {
  constexpr std::string_view kTrace =
      "while evaluating an element in the list passed as second argument to builtins.catAttrs";
  find_symbol(vm, args[0], "while evaluating the first argument passed to builtins.catAttrs");
  List* list =
      vm.expect_list(args[1], "while evaluating the second argument passed to builtins.catAttrs");
  for (uint32_t i = 0; i < list->size(); ++i) {
    const Value element = co_await vm.force(list->items[i]);
    vm.expect_attrs(element, kTrace);
  }
  co_return cat_attrs_now(vm, args);
}

Value map_attrs(Vm& vm, Args args) {
  Attrs* set =
      vm.expect_attrs(args[1], "while evaluating the second argument passed to builtins.mapAttrs");
  if (set->size() == 0) return args[1];
  Attrs* result = vm.alloc_attrs(set->keys, nullptr);
  for (uint32_t i = 0; i < set->size(); ++i) {
    result->values[i] =
        vm.make_apply(args[0], vm.symbols.string(set->keys->symbols[i]), set->values[i]);
  }
  return Value::of(result);
}

Task zip_attrs_with(Vm& vm, Args args) {
  constexpr std::string_view kTrace =
      "while evaluating a value of the list passed as second argument to builtins.zipAttrsWith";
  vm.expect_function(args[0],
                     "while evaluating the first argument passed to builtins.zipAttrsWith");
  List* list = vm.expect_list(
      args[1], "while evaluating the second argument passed to builtins.zipAttrsWith");
  for (uint32_t i = 0; i < list->size(); ++i) {
    const Value set = co_await vm.force(list->items[i]);
    vm.expect_attrs(set, kTrace);
  }

  std::unordered_map<Symbol, uint32_t> counts;
  for (const Value set : list->all()) {
    for (const Symbol name : vm.resolve(set).attrs()->keys->all())
      ++counts[name];
  }
  struct Column {
    List* values;
    uint32_t filled = 0;
  };
  std::unordered_map<Symbol, Column> columns;
  columns.reserve(counts.size());
  for (const auto& [name, count] : counts)
    columns[name].values = vm.alloc_list(count);
  for (const Value item : list->all()) {
    Attrs* set = vm.resolve(item).attrs();
    for (uint32_t i = 0; i < set->size(); ++i) {
      Column& column = columns[set->keys->symbols[i]];
      column.values->items[column.filled++] = set->values[i];
    }
  }
  AttrsBuilder result(vm, columns.size());
  for (const auto& [name, column] : columns) {
    result.add(name, vm.make_apply(args[0], vm.symbols.string(name), Value::of(column.values)));
  }
  co_return result.finish();
}

}  // namespace nilas::eval::builtins
