// Lists. Their elements stay lazy wherever the result does not need them.

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

// --- Parts of a list -------------------------------------------------------------------------------------------------

Value head(Vm& vm, Args args) {
  List* list =
      vm.expect_list(args[0], "while evaluating the first argument passed to 'builtins.head'");
  if (list->size() == 0) vm.fail(ErrorKind::Other, "'builtins.head' called on an empty list");
  return list->items[0];
}

Value tail(Vm& vm, Args args) {
  List* list =
      vm.expect_list(args[0], "while evaluating the first argument passed to 'builtins.tail'");
  if (list->size() == 0) vm.fail(ErrorKind::Other, "'builtins.tail' called on an empty list");
  return make_list(vm, list->all().subspan(1));
}

Value elem_at(Vm& vm, Args args) {
  const int64_t n =
      vm.expect_int(args[1], "while evaluating the second argument passed to 'builtins.elemAt'");
  List* list =
      vm.expect_list(args[0], "while evaluating the first argument passed to 'builtins.elemAt'");
  if (n < 0 || n >= static_cast<int64_t>(list->size())) {
    vm.fail(ErrorKind::Other,
            cat("'builtins.elemAt' called with index ", n, " on a list of size ", list->size()));
  }
  return list->items[n];
}

Value length(Vm& vm, Args args) {
  return vm.make_int(
      vm.expect_list(args[0], "while evaluating the first argument passed to builtins.length")
          ->size());
}

namespace {

bool is_written_function(Value v) {
  return v.is_function() && v.object()->kind != ObjectKind::Builtin;
}

}  // namespace

Value elem_now(Vm& vm, Args args) {
  if (!args[1].is_list()) return {};
  const Value sought = vm.resolve(args[0]);
  for (const Value item : args[1].list()->all()) {
    const Value forced = vm.resolve(item);
    if (!sought.is_forced() || !forced.is_forced() || forced.is_function()) return {};
    const int told = vm.equal_now(sought, forced);
    if (told == 1) return Value::boolean(true);
    if (told != 0) return {};
  }
  return Value::boolean(false);
}

Task elem(Vm& vm, Args args) {
  List* list =
      vm.expect_list(args[1], "while evaluating the second argument passed to builtins.elem");
  if (list->size() == 0) co_return Value::boolean(false);
  const Value sought = args[0];
  args[0] = co_await vm.force(args[0]);
  for (uint32_t i = 0; i < list->size(); ++i) {
    const Value item = co_await vm.force(list->items[i]);
    // Functions are never equal, but C++ Nix does not look into what is one and the same value: `elem f [ f ]`.
    if (sought == list->items[i] && is_written_function(item)) co_return Value::boolean(true);
    const int told = vm.equal_now(args[0], item);
    if (told == 1) co_return Value::boolean(true);
    if (told == 0) continue;
    const Value same = co_await equal(vm, Root(vm.heap, args[0]), Root(vm.heap, item));
    if (same.is_true()) co_return same;
  }
  co_return Value::boolean(false);
}

// --- New lists -------------------------------------------------------------------------------------------------------

namespace {

/// A list of thunks: `function` applied to each item.
Value apply_to_all(Vm& vm, Value function, std::span<const Value> items) {
  List* result = vm.alloc_list(items.size());
  for (size_t i = 0; i < items.size(); ++i)
    result->items[i] = vm.make_apply(function, items[i]);
  return Value::of(result);
}

}  // namespace

Value map_now(Vm& vm, Args args) {
  if (!args[1].is_list()) return {};
  const auto items = args[1].list()->all();
  if (items.empty()) return args[1];
  const Value function = vm.resolve(args[0]);
  if (!function.is_function()) return {};
  return apply_to_all(vm, function, items);
}

Task map(Vm& vm, Args args) {
  List* list =
      vm.expect_list(args[1], "while evaluating the second argument passed to builtins.map");
  if (list->size() == 0) co_return args[1];
  args[0] = co_await vm.force(args[0]);
  vm.expect_function(args[0], "while evaluating the first argument passed to builtins.map");
  co_return apply_to_all(vm, args[0], list->all());
}

Value gen_list(Vm& vm, Args args) {
  const int64_t n =
      vm.expect_int(args[1], "while evaluating the second argument passed to builtins.genList");
  const auto too_long = [&] { vm.fail(ErrorKind::Other, cat("cannot create list of size ", n)); };
  if (n < 0) too_long();
  vm.expect_function(args[0], "while evaluating the first argument passed to builtins.genList");
  if (n > UINT32_MAX) too_long();
  List* result = vm.alloc_list(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    if ((i & 0xffff) == 0) vm.poll();
    result->items[i] = vm.make_apply(args[0], Value::small_int(i));
  }
  return Value::of(result);
}

Value concat_lists_now(Vm& vm, Args args) {
  if (!args[0].is_list()) return {};
  const auto lists = args[0].list()->all();
  size_t size = 0;
  for (const Value v : lists) {
    const Value list = vm.resolve(v);
    if (!list.is_list()) return {};
    size += list.list()->size();
  }
  List* result = vm.alloc_list(size);
  Value* to = result->items;
  for (const Value list : lists)
    to = std::ranges::copy(vm.resolve(list).list()->all(), to).out;
  return Value::of(result);
}

Task concat_lists(Vm& vm, Args args) {
  constexpr std::string_view kTrace =
      "while evaluating a value of the list passed to builtins.concatLists";
  List* lists =
      vm.expect_list(args[0], "while evaluating the first argument passed to builtins.concatLists");
  for (uint32_t i = 0; i < lists->size(); ++i) {
    const Value list = co_await vm.force(lists->items[i]);
    vm.expect_list(list, kTrace);
  }
  co_return concat_lists_now(vm, args);
}

Task concat_map(Vm& vm, Args args) {
  constexpr std::string_view kTrace =
      "while evaluating the return value of the function passed to builtins.concatMap";
  vm.expect_function(args[0], "while evaluating the first argument passed to builtins.concatMap");
  List* list =
      vm.expect_list(args[1], "while evaluating the second argument passed to builtins.concatMap");
  RootVector items(vm.heap);
  for (uint32_t i = 0; i < list->size(); ++i) {
    const Value returned = co_await vm.call(args[0], list->items[i]);
    if (!returned.is_list())
      vm.fail_type("a list", returned, kTrace, vm.world.function_span(args[0]));
    const auto more = returned.list()->all();
    items.values.insert(items.values.end(), more.begin(), more.end());
  }
  co_return make_list(vm, items.values);
}

// --- Predicates ------------------------------------------------------------------------------------------------------

Task filter(Vm& vm, Args args) {
  List* list =
      vm.expect_list(args[1], "while evaluating the second argument passed to builtins.filter");
  if (list->size() == 0) co_return args[1];
  args[0] = co_await vm.force(args[0]);
  vm.expect_function(args[0], "while evaluating the first argument passed to builtins.filter");
  std::vector<Value> kept;  // elements of args[1], which keeps them alive
  for (uint32_t i = 0; i < list->size(); ++i) {
    const Value keep = co_await vm.call(args[0], list->items[i]);
    if (vm.expect_bool(keep,
                       "while evaluating the return value of the filtering function passed to "
                       "builtins.filter")) {
      kept.push_back(list->items[i]);
    }
  }
  if (kept.size() == list->size()) co_return args[1];
  co_return make_list(vm, kept);
}

/// `all` looks for an element that fails, `any` for one that does not.
struct Quantifier {
  bool sought;
  std::string_view first_step, second_step, answer_step;
};
constexpr Quantifier kAll{
    false, "while evaluating the first argument passed to builtins.all",
    "while evaluating the second argument passed to builtins.all",
    "while evaluating the return value of the function passed to builtins.all"};
constexpr Quantifier kAny{
    true, "while evaluating the first argument passed to builtins.any",
    "while evaluating the second argument passed to builtins.any",
    "while evaluating the return value of the function passed to builtins.any"};

Task search(Vm& vm, Args args, const Quantifier& quantifier) {
  vm.expect_function(args[0], quantifier.first_step);
  List* list = vm.expect_list(args[1], quantifier.second_step);
  for (uint32_t i = 0; i < list->size(); ++i) {
    const Value answer = co_await vm.call(args[0], list->items[i]);
    if (vm.expect_bool(answer, quantifier.answer_step) == quantifier.sought) {
      co_return Value::boolean(quantifier.sought);
    }
  }
  co_return Value::boolean(!quantifier.sought);
}

Task all(Vm& vm, Args args) {
  return search(vm, args, kAll);
}

Task any(Vm& vm, Args args) {
  return search(vm, args, kAny);
}

Task partition(Vm& vm, Args args) {
  vm.expect_function(args[0], "while evaluating the first argument passed to builtins.partition");
  List* list =
      vm.expect_list(args[1], "while evaluating the second argument passed to builtins.partition");
  std::vector<Value> right, wrong;  // elements of args[1], which keeps them alive
  for (uint32_t i = 0; i < list->size(); ++i) {
    co_await vm.force(list->items[i]);
    const Value holds = co_await vm.call(args[0], list->items[i]);
    const bool is_right =
        vm.expect_bool(holds,
                       "while evaluating the return value of the partition function passed to "
                       "builtins.partition");
    (is_right ? right : wrong).push_back(list->items[i]);
  }
  AttrsBuilder result(vm, 2);
  result.add(vm.symbols.known.right, make_list(vm, right));
  result.add(vm.symbols.known.wrong, make_list(vm, wrong));
  co_return result.finish();
}

Task group_by(Vm& vm, Args args) {
  vm.expect_function(args[0], "while evaluating the first argument passed to builtins.groupBy");
  List* list =
      vm.expect_list(args[1], "while evaluating the second argument passed to builtins.groupBy");
  std::unordered_map<Symbol, std::vector<Value>> groups;  // elements of args[1]
  for (uint32_t i = 0; i < list->size(); ++i) {
    const Value key = co_await vm.call(args[0], list->items[i]);
    const std::string_view name = vm.expect_string_no_context(
        key,
        "while evaluating the return value of the grouping function passed to builtins.groupBy");
    groups[vm.symbols.intern(name)].push_back(list->items[i]);
  }
  AttrsBuilder result(vm, groups.size());
  for (const auto& [symbol, items] : groups)
    result.add(symbol, make_list(vm, items));
  co_return result.finish();
}

// --- Folding ---------------------------------------------------------------------------------------------------------

Task foldl_strict(Vm& vm, Args args) {
  vm.expect_function(args[0], "while evaluating the first argument passed to builtins.foldlStrict");
  List* list =
      vm.expect_list(args[2], "while evaluating the third argument passed to builtins.foldlStrict");
  for (uint32_t i = 0; i < list->size(); ++i) {
    args[1] = co_await vm.call(args[0], args[1], list->items[i]);
  }
  co_return args[1];
}

}  // namespace nilas::eval::builtins
