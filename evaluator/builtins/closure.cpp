// builtins.genericClosure: a breadth-first search that recognises elements by their key.
//
// Keys are compared by Nix's <, so an ordered container would need the VM for every comparison. Almost always all keys are
// strings or all are integers: these go into hash sets. Anything else (floats, paths, lists, a mix of numbers) goes into a treap
// whose comparisons are awaited. Keys of different types fail in their first comparison, with Nix's message.

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <unordered_set>
#include <vector>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/format/print.hpp"

namespace nilas::eval::builtins {

namespace {

/// Keys seen so far. The keys themselves stay alive through the elements of the result.
struct SeenKeys {
  struct Node {
    Value key;
    uint32_t priority;
    uint32_t child[2];  // smaller, larger keys; kNone
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  enum class Kind : uint8_t { Empty, Strings, Integers, Other } kind = Kind::Empty;
  std::unordered_set<std::string_view> strings;
  std::unordered_set<int64_t> integers;
  std::vector<Node> nodes;
  uint32_t root = kNone;
  Value first;
  std::minstd_rand random;

  /// Whether the key is new, if that can be told without evaluation.
  std::optional<bool> insert_plain(Vm& vm, Value key) {
    if (kind == Kind::Empty) {
      first = key;
      kind = key.is_string() ? Kind::Strings : key.is_int() ? Kind::Integers : Kind::Other;
    }
    if (kind == Kind::Strings && key.is_string()) return strings.insert(vm.view(key)).second;
    if (kind == Kind::Integers && key.is_int()) return integers.insert(key.as_int()).second;
    return std::nullopt;
  }

  /// Hangs `key` below the last step of `path` (nodes from the root, with the side taken) and restores the heap order.
  void attach(Value key, std::vector<std::pair<uint32_t, int>>& path) {
    uint32_t node = static_cast<uint32_t>(nodes.size());
    nodes.push_back({key, static_cast<uint32_t>(random()), {kNone, kNone}});
    while (!path.empty() && nodes[path.back().first].priority < nodes[node].priority) {
      const auto [parent, side] = path.back();
      path.pop_back();
      nodes[parent].child[side] = nodes[node].child[1 - side];
      nodes[node].child[1 - side] = parent;
      // Until the loop ends nobody else points to `node`.
    }
    if (path.empty())
      root = node;
    else
      nodes[path.back().first].child[path.back().second] = node;
  }
};

/// true or false: was `key` new? `seen` lies in the frame of the Task that awaits this one.
Task insert_compared(Vm& vm, SeenKeys* seen, Root key) {
  std::vector<std::pair<uint32_t, int>> path;
  for (uint32_t at = seen->root; at != SeenKeys::kNone;) {
    const Value less =
        co_await less_than(vm, Root(vm.heap, key), Root(vm.heap, seen->nodes[at].key));
    if (!less.is_true()) {
      const Value more =
          co_await less_than(vm, Root(vm.heap, seen->nodes[at].key), Root(vm.heap, key));
      if (!more.is_true()) co_return Value::boolean(false);
    }
    const int side = less.is_true() ? 0 : 1;
    path.emplace_back(at, side);
    at = seen->nodes[at].child[side];
  }
  seen->attach(key, path);
  co_return Value::boolean(true);
}

/// What is under way, for the trace of an error. Plain data: it is read after the Task's locals are gone.
struct Progress {
  enum class Step : uint8_t { Other, Element, Key, Operator } step = Step::Other;
  Vm* vm;
  Value element;
  Value compared_with;  // Key: an element seen before
};

std::string shown(const Progress& progress, Value element) {
  return print_shallow(*progress.vm, element, PrintOptions::message());
}

void add_step(EvalError& error, void* data) {
  const Progress& progress = *static_cast<const Progress*>(data);
  switch (progress.step) {
    case Progress::Step::Other: break;
    case Progress::Step::Element:
      error.trace(cat("in genericClosure element ", shown(progress, progress.element)));
      break;
    case Progress::Step::Key:
      error.trace(cat("with element ", shown(progress, progress.compared_with)));
      error.trace(cat("while comparing element ", shown(progress, progress.element)));
      break;
    case Progress::Step::Operator:
      error.trace(cat("while calling operator on genericClosure element ",
                      shown(progress, progress.element)));
      break;
  }
}

}  // namespace

Task generic_closure(Vm& vm, Args args) {
  constexpr std::string_view kOperatorTrace =
      "while evaluating the 'operator' attribute passed as argument to builtins.genericClosure";
  constexpr std::string_view kArgument =
      "in the attrset passed as argument to builtins.genericClosure";
  const auto& known = vm.symbols.known;
  Attrs* argument = vm.expect_attrs(
      args[0], "while evaluating the first argument passed to builtins.genericClosure");
  const Value start = co_await vm.force(attribute(vm, argument, known.start_set, kArgument));
  List* start_set = vm.expect_list(
      start,
      "while evaluating the 'startSet' attribute passed as argument to builtins.genericClosure");
  if (start_set->size() == 0) co_return Value::of(start_set);
  const auto forced_operator =
      co_await vm.try_force(attribute(vm, argument, known.operator_, kArgument));
  const Root function(vm.heap, or_trace(forced_operator, kOperatorTrace));
  vm.expect_function(function, kOperatorTrace);

  Progress progress{.vm = &vm, .element = {}, .compared_with = {}};
  co_await SetNote{{&add_step, &progress}};
  RootVector elements(vm.heap);  // the queue; what is new moves to its front
  elements.values.assign(start_set->items, start_set->items + start_set->size());
  size_t found = 0;
  SeenKeys seen;
  for (size_t next = 0; next < elements.values.size(); ++next) {
    progress.element = elements.values[next];
    progress.step = Progress::Step::Element;
    elements.values[next] = co_await vm.force(elements.values[next]);
    Attrs* element = vm.expect_attrs(elements.values[next], "");
    Value& key_slot = attribute(vm, element, known.key, "");
    progress.step = Progress::Step::Other;
    const Value key = co_await vm.force(key_slot);

    progress.step = Progress::Step::Key;
    progress.compared_with = elements.values[0];
    std::optional<bool> is_new = seen.insert_plain(vm, key);
    if (!is_new) {
      if (seen.kind != SeenKeys::Kind::Other) {
        // A key of another type: an error, unless both are numbers.
        co_await less_than(vm, Root(vm.heap, key), Root(vm.heap, seen.first));
        seen.kind = SeenKeys::Kind::Other;
        for (size_t i = 0; i < found; ++i) {
          const Value old = vm.resolve(*elements.values[i].attrs()->get(known.key));
          co_await insert_compared(vm, &seen, Root(vm.heap, old));
        }
      }
      const Value added = co_await insert_compared(vm, &seen, Root(vm.heap, key));
      is_new = added.is_true();
    }
    if (!*is_new) continue;

    progress.step = Progress::Step::Operator;
    elements.values[found] = elements.values[next];
    const Value more = co_await vm.call(function, elements.values[found]);
    ++found;
    const List* list = vm.expect_list(
        more,
        "while evaluating the return value of the `operator` passed to builtins.genericClosure");
    elements.values.insert(elements.values.end(), list->items, list->items + list->size());
  }
  co_return make_list(vm, std::span(elements.values).first(found));
}

}  // namespace nilas::eval::builtins
