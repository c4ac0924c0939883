// builtins.sort: a natural merge sort. The comparator is user code: it may evaluate anything, and it may contradict itself,
// in which case the result is still a reordering of the input.
//
// First the list is cut into runs that are ascending already (strictly descending ones are reversed), then neighbouring
// runs are merged, pass by pass. Sorted input takes n - 1 comparisons, any input O(n log n). Equal elements keep their order:
// an element of the right run goes first only if it is less than the left one.

#include <algorithm>
#include <vector>

#include "evaluator/builtins/builtins.hpp"

namespace nilas::eval::builtins {

namespace {

void add_ordering_step(EvalError& error, void*) {
  error.trace("while evaluating the ordering function passed to builtins.sort");
}

constexpr std::string_view kResultTrace =
    "while evaluating the return value of the sorting function passed to builtins.sort";

/// All items integers, or all strings: sorted without asking the VM. False if they are something else.
bool sort_plain(Vm& vm, std::span<Value> items) {
  if (std::ranges::all_of(items, [](Value v) { return v.is_int(); })) {
    std::ranges::stable_sort(items, {}, [](Value v) { return v.as_int(); });
    return true;
  }
  if (!std::ranges::all_of(items, [](Value v) { return v.is_string(); })) return false;
  std::vector<std::pair<std::string_view, Value>> keyed;
  keyed.reserve(items.size());
  for (const Value v : items)
    keyed.emplace_back(vm.view(v), v);
  std::ranges::stable_sort(keyed, {}, [](const auto& pair) { return pair.first; });
  std::ranges::transform(keyed, items.begin(), [](const auto& pair) { return pair.second; });
  return true;
}

bool is_less_than(Vm& vm, Value comparator) {
  return comparator.object()->kind == ObjectKind::Builtin &&
         vm.builtin_name(comparator) == "lessThan";
}

}  // namespace

Task sort(Vm& vm, Args args) {
  List* list =
      vm.expect_list(args[1], "while evaluating the second argument passed to builtins.sort");
  const uint32_t size = list->size();
  if (size == 0) co_return args[1];
  args[0] = co_await vm.force(args[0]);
  vm.expect_function(args[0], "while evaluating the first argument passed to builtins.sort");

  RootVector sorted(vm.heap);
  sorted.values.resize(size);
  for (uint32_t i = 0; i < size; ++i) {
    sorted.values[i] = co_await vm.force(list->items[i]);
  }
  std::vector<Value>& items = sorted.values;
  if (is_less_than(vm, args[0])) {
    if (sort_plain(vm, items)) co_return make_list(vm, items);
    co_await SetNote{{&add_ordering_step, nullptr}};
  }

  // Runs: starts of each, and the end of the last.
  std::vector<uint32_t> runs;
  for (uint32_t start = 0; start < size;) {
    runs.push_back(start);
    uint32_t end = start + 1;
    bool descending = false;
    for (; end < size; ++end) {
      const Value result = co_await vm.call(args[0], items[end], items[end - 1]);
      const bool less = vm.expect_bool(result, kResultTrace);
      if (end == start + 1)
        descending = less;
      else if (less != descending)
        break;
    }
    if (descending) std::reverse(items.begin() + start, items.begin() + end);
    start = end;
  }
  runs.push_back(size);

  RootVector merged(vm.heap);
  while (runs.size() > 2) {
    std::vector<uint32_t> longer_runs;
    merged.values.clear();
    for (size_t run = 0; run + 1 < runs.size(); run += 2) {
      longer_runs.push_back(runs[run]);
      uint32_t left = runs[run];
      const uint32_t middle = runs[run + 1];
      uint32_t right = middle;
      const uint32_t end = run + 2 < runs.size() ? runs[run + 2] : middle;
      while (left < middle && right < end) {
        const Value result = co_await vm.call(args[0], items[right], items[left]);
        const bool less = vm.expect_bool(result, kResultTrace);
        merged.values.push_back(items[less ? right++ : left++]);
      }
      merged.values.insert(merged.values.end(), items.begin() + left, items.begin() + middle);
      merged.values.insert(merged.values.end(), items.begin() + right, items.begin() + end);
    }
    longer_runs.push_back(size);
    runs = std::move(longer_runs);
    std::swap(items, merged.values);
  }
  co_return make_list(vm, items);
}

}  // namespace nilas::eval::builtins
