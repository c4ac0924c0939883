// The heap by itself: sizes, reuse, large objects, roots, the limit.
#include "evaluator/heap.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <memory>

#include "evaluator/error.hpp"
#include "tests/evaluator/core/fixtures.hpp"

using namespace nilas;
using namespace nilas::eval;

namespace {

void collect(Heap& heap) {
  heap.collect([](Heap&) {});
}

Value make_string(Heap& heap, size_t size, char fill) {
  auto* s = reinterpret_cast<String*>(
      heap.alloc(ObjectKind::String, 17 + size, static_cast<uint32_t>(size)));
  s->context = nullptr;
  std::memset(s->data, fill, size);
  s->data[size] = '\0';
  return Value::of(s);
}

bool is_filled(Value string, size_t size, char fill) {
  const std::string_view text = string.as<String>()->view();
  return text.size() == size && text.find_first_not_of(fill) == text.npos;
}

/// A chain of lists of one element, `depth` deep.
Value make_chain(Heap& heap, size_t depth) {
  Value inner = Value::null();
  for (size_t i = 0; i < depth; ++i) {
    auto* list = reinterpret_cast<List*>(heap.alloc(ObjectKind::List, 16, 1));
    list->items[0] = inner;
    inner = Value::of(list);
  }
  return inner;
}

}  // namespace

TEST_CASE("cells of every size keep what they hold, and are aligned") {
  Heap heap;
  RootVector kept(heap);
  for (size_t size = 0; size < 2000; ++size)
    kept.values.push_back(make_string(heap, size, static_cast<char>('a' + size % 26)));
  const auto check = [&](size_t step) {
    for (size_t i = 0; i < kept.values.size(); ++i) {
      CHECK(kept.values[i].bits() % 8 == Value::kString);
      CHECK(is_filled(kept.values[i], i * step, static_cast<char>('a' + i * step % 26)));
    }
  };
  check(1);
  collect(heap);
  check(1);
  // Every second one becomes garbage, and its cells are used again.
  for (size_t i = 0; i < kept.values.size() / 2; ++i)
    kept.values[i] = kept.values[2 * i];
  kept.values.resize(kept.values.size() / 2);
  for (int round = 0; round < 3; ++round) {
    collect(heap);
    for (size_t size = 0; size < 2000; ++size)
      make_string(heap, size, '#');
    check(2);
  }
}

TEST_CASE("memory that is given up is used again") {
  Heap heap;
  const auto fill = [&] {
    for (size_t i = 0; i < 20000; ++i)
      make_string(heap, i % 700, 'x');
  };
  fill();
  collect(heap);
  const size_t reserved = heap.stats().reserved_bytes;
  for (int round = 0; round < 10; ++round) {
    fill();
    collect(heap);
  }
  CHECK(heap.stats().live_bytes == 0);
  CHECK(heap.stats().reserved_bytes <= reserved);
  CHECK(heap.stats().collections == 11);
}

TEST_CASE("empty blocks move between cell sizes") {
  Heap heap;
  for (int i = 0; i < 100000; ++i)
    make_string(heap, 8, 'x');
  collect(heap);
  const size_t reserved = heap.stats().reserved_bytes;
  for (int i = 0; i < 10000; ++i)
    make_string(heap, 200, 'x');
  CHECK(heap.stats().reserved_bytes == reserved);
}

TEST_CASE("large objects go back to the system") {
  Heap heap;
  Root kept(heap, make_string(heap, 1 << 20, 'k'));
  for (int i = 0; i < 10; ++i)
    make_string(heap, 1 << 20, 'g');
  CHECK(heap.stats().reserved_bytes > 11 << 20);
  collect(heap);
  CHECK(heap.stats().reserved_bytes < 2 << 20);
  CHECK(is_filled(kept, 1 << 20, 'k'));
  kept = Value::null();
  collect(heap);
  CHECK(heap.stats().reserved_bytes == 0);
}

TEST_CASE("roots may be made, moved and dropped in any order") {
  Heap heap;
  auto first = std::make_unique<Root>(heap, make_string(heap, 10, 'a'));
  auto second = std::make_unique<Root>(heap, make_string(heap, 11, 'b'));
  auto moved = std::make_unique<Root>(std::move(*first));
  first.reset();
  auto vector = std::make_unique<RootVector>(heap);
  vector->values.push_back(make_string(heap, 12, 'c'));
  auto moved_vector = std::make_unique<RootVector>(std::move(*vector));
  vector.reset();
  collect(heap);
  make_string(heap, 10, '#');
  CHECK(is_filled(*moved, 10, 'a'));
  CHECK(is_filled(*second, 11, 'b'));
  CHECK(is_filled(moved_vector->values[0], 12, 'c'));
  const size_t live = heap.stats().live_bytes;
  second.reset();
  collect(heap);
  CHECK(heap.stats().live_bytes < live);
  CHECK(is_filled(*moved, 10, 'a'));
}

TEST_CASE("a chain a million deep is marked and freed") {
  Heap heap;
  {
    const Root chain(heap, make_chain(heap, 1'000'000));
    collect(heap);
    CHECK(heap.stats().live_bytes == 16'000'000);
  }
  collect(heap);
  CHECK(heap.stats().live_bytes == 0);
}

TEST_CASE("cycles are freed") {
  Heap heap;
  auto* list = reinterpret_cast<List*>(heap.alloc(ObjectKind::List, 16, 1));
  list->items[0] = Value::of(list);
  collect(heap);
  CHECK(heap.stats().live_bytes == 0);
}

TEST_CASE("the limit holds, for small cells and large ones, and after a collection there is room") {
  for (const size_t size : {size_t{40}, size_t{100'000}}) {
    CAPTURE(size);
    Heap heap({.limit_bytes = 4 << 20});
    for (int round = 0; round < 3; ++round) {
      RootVector kept(heap);
      ErrorKind kind = ErrorKind::Other;
      try {
        for (;;)
          kept.values.push_back(make_string(heap, size, 'x'));
      } catch (const EvalError& error) {
        kind = error.data().kind;
      }
      CHECK(kind == ErrorKind::MemoryLimit);
      CHECK(heap.wants_collection());
      CHECK(heap.stats().live_bytes < 5 << 20);
      CHECK(kept.values.size() * (size + 17) > 3 << 20);
      kept.values.clear();
      collect(heap);
      CHECK(!heap.wants_collection());
    }
  }
}

TEST_CASE("a collection is asked for in time") {
  Heap heap({.first_collection_bytes = 1 << 20, .growth = 2.0});
  CHECK(!heap.wants_collection());
  RootVector kept(heap);
  while (!heap.wants_collection())
    kept.values.push_back(make_string(heap, 100, 'x'));
  CHECK(heap.stats().live_bytes >= 1 << 20);
  CHECK(heap.stats().live_bytes < 2 << 20);
  collect(heap);
  const size_t survived = heap.stats().live_bytes;
  while (!heap.wants_collection())
    make_string(heap, 100, 'x');
  CHECK(heap.stats().live_bytes >= 2 * survived);
}

TEST_CASE("evaluation collects its garbage") {
  tests::TestWorld test({.first_collection_bytes = 8 << 20});
  CHECK(test.print("builtins.foldl' (a: b: builtins.stringLength (toString [ a b \"padding\" ])) 0 "
                   "(builtins.genList (x: x) 300000)") == "17");
  CHECK(test.vm().heap.stats().collections > 3);
  test.vm().collect();
  CHECK(test.vm().heap.stats().live_bytes < 8 << 20);
}

TEST_CASE("memory is flat over many evaluations") {
  tests::TestWorld test;
  const Value thunk = test.thunk(
      "let f = { n, ... }@args: args // { m = n + 1; }; in map (n: (f { inherit n; }).m) "
      "(builtins.genList (x: x) 1000)");
  const Root kept(test.vm().heap, thunk);
  test.print(kept);
  const std::string text =
      "let xs = map (x: { a = x; b = \"${toString x}\"; }) (builtins.genList (x: x) 500); in xs";
  test.print(text);
  test.vm().collect();
  const size_t live = test.vm().heap.stats().live_bytes;
  for (int i = 0; i < 20; ++i) {
    test.print(text);
    test.vm().collect();
  }
  // Each text stays with its code: some constants, keys and positions.
  CHECK(test.vm().heap.stats().live_bytes < live + 20 * 4096);
}
