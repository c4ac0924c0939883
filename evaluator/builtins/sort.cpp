// builtins.sort: peeksort, a natural merge sort (Munro and Wild, "Nearly-optimal mergesorts", 2018). The comparator is user
// code: it may evaluate anything, and it may contradict itself; then the result is still a reordering of the input. Which one,
// and which pairs are compared in which order, is as in C++ Nix, whose choices within the algorithm are made here too.
//
// A part of the list is cut where a run (ascending, or strictly descending and reversed) crosses its middle; both sides are
// sorted, and merged. What is known of runs at the ends of a part is handed down. Small parts are sorted by insertion. Sorted
// input takes few more than n comparisons, any input O(n log n). Equal elements keep their order.

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

/// What is sorted, and room to merge in.
struct Sorting {
  Args args;
  RootVector items, room;
};

constexpr uint32_t kSmall = 16;

/// Elements [begin, end); those before left_end and those from right_begin on are sorted. With `merge`, both halves are
/// sorted that meet at left_end.
struct Part {
  uint32_t begin, end, left_end, right_begin;
  bool merge = false;
};

struct Run {
  uint32_t begin, end;
};

Task sort_small(Vm& vm, Sorting* s, Part part) {
  std::vector<Value>& items = s->items.values;
  for (uint32_t next = part.begin + 1; next < part.end; ++next) {
    for (uint32_t at = next; at > part.begin; --at) {
      const Value less = co_await vm.call(s->args[0], items[at], items[at - 1]);
      if (!vm.expect_bool(less, kResultTrace)) break;
      std::swap(items[at], items[at - 1]);
    }
  }
  co_return Value::null();
}

Task merge(Vm& vm, Sorting* s, Part part) {
  std::vector<Value>&items = s->items.values, &room = s->room.values;
  room.assign(items.begin() + part.begin, items.begin() + part.end);
  const auto middle = part.left_end - part.begin, end = part.end - part.begin;
  uint32_t left = 0, right = middle, to = part.begin;
  while (left < middle && right < end) {
    const Value less = co_await vm.call(s->args[0], room[right], room[left]);
    items[to++] = room[vm.expect_bool(less, kResultTrace) ? right++ : left++];
  }
  while (left < middle)
    items[to++] = room[left++];
  while (right < end)
    items[to++] = room[right++];
  co_return Value::null();
}

/// The run that holds element middle - 1, between what is sorted at the ends of `part`; ascending when this is done.
Task find_run(Vm& vm, Sorting* s, Part part, uint32_t middle, Run* run) {
  std::vector<Value>& items = s->items.values;
  const Value less = co_await vm.call(s->args[0], items[middle], items[middle - 1]);
  const bool descending = vm.expect_bool(less, kResultTrace);
  *run = {middle - 1, middle};
  while (run->begin > part.left_end) {
    const Value more = co_await vm.call(s->args[0], items[run->begin], items[run->begin - 1]);
    if (vm.expect_bool(more, kResultTrace) != descending) break;
    --run->begin;
  }
  while (run->end < part.right_begin) {
    const Value more = co_await vm.call(s->args[0], items[run->end], items[run->end - 1]);
    if (vm.expect_bool(more, kResultTrace) != descending) break;
    ++run->end;
  }
  if (descending) std::reverse(items.begin() + run->begin, items.begin() + run->end);
  co_return Value::null();
}

/// What is left to do: the last of it first.
void cut(std::vector<Part>& todo, const Part& p, uint32_t middle, Run run) {
  if (run.begin == p.begin && run.end == p.end) return;
  const bool before =
      middle - run.begin < run.end - middle;  // most of the run lies in the right half
  const uint32_t at = before ? run.begin : run.end;
  todo.push_back({p.begin, p.end, at, at, true});
  if (before) {
    todo.push_back({at, p.end, run.end, p.right_begin});
    todo.push_back({p.begin, at, p.left_end, at - 1});
  } else {
    todo.push_back({at, p.end, at + 1, p.right_begin});
    todo.push_back({p.begin, at, p.left_end, run.begin});
  }
}

Task peeksort(Vm& vm, Sorting* s) {
  const auto size = static_cast<uint32_t>(s->items.values.size());
  std::vector<Part> todo{{0, size, 0, size}};
  while (!todo.empty()) {
    const Part p = todo.back();
    todo.pop_back();
    if (p.merge) {
      co_await merge(vm, s, p);
      continue;
    }
    if (p.left_end == p.end || p.right_begin == p.begin) continue;
    if (p.end - p.begin <= kSmall) {
      co_await sort_small(vm, s, p);
      continue;
    }
    const uint32_t middle = p.begin + (p.end - p.begin) / 2;
    if (middle <= p.left_end) {
      todo.push_back({p.begin, p.end, p.left_end, p.left_end, true});
      todo.push_back({p.left_end, p.end, p.left_end + 1, p.right_begin});
    } else if (middle >= p.right_begin) {
      todo.push_back({p.begin, p.end, p.right_begin, p.right_begin, true});
      todo.push_back({p.begin, p.right_begin, p.left_end, p.right_begin - 1});
    } else {
      Run run{};
      co_await find_run(vm, s, p, middle, &run);
      cut(todo, p, middle, run);
    }
  }
  co_return Value::null();
}

}  // namespace

Task sort(Vm& vm, Args args) {
  List* list =
      vm.expect_list(args[1], "while evaluating the second argument passed to builtins.sort");
  const uint32_t size = list->size();
  if (size == 0) co_return args[1];
  args[0] = co_await vm.force(args[0]);
  vm.expect_function(args[0], "while evaluating the first argument passed to builtins.sort");

  Sorting sorting{args, RootVector(vm.heap), RootVector(vm.heap)};
  std::vector<Value>& items = sorting.items.values;
  items.resize(size);
  for (uint32_t i = 0; i < size; ++i) {
    const Value item = co_await vm.force(list->items[i]);
    items[i] = item;
  }
  if (is_less_than(vm, args[0])) {
    if (sort_plain(vm, items)) co_return make_list(vm, items);
    co_await SetNote{{&add_ordering_step, nullptr}};
  }
  co_await peeksort(vm, &sorting);
  co_return make_list(vm, items);
}

}  // namespace nilas::eval::builtins
