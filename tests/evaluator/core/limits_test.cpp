// Limits of a run: each ends it with an error of its own, which no code catches and no thunk remembers.
#include <atomic>
#include <chrono>
#include <doctest/doctest.h>
#include <optional>
#include <thread>

#include "evaluator/format/xml.hpp"
#include "tests/evaluator/core/fixtures.hpp"

using namespace nilas;
using namespace nilas::eval;
using namespace nilas::tests;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// Kind of the error that forcing deeply ends with; nothing if it succeeds.
std::optional<ErrorKind> failure(TestWorld& test, Value v) {
  try {
    test.print(v);
  } catch (const EvalError& error) {
    return error.data().kind;
  }
  return std::nullopt;
}

constexpr const char* kNestedLoops =
    "let xs = builtins.genList (i: i) 1000; in "
    "builtins.foldl' (a: x: builtins.foldl' (b: y: b + x * y) a xs) 0 xs";
constexpr const char* kNestedLoopsResult = "249500250000";

constexpr const char* kEndless = "let f = n: f (n + 1); in f 0";
constexpr uint32_t kDeep = 2'000'000'000;  // tail calls count

}  // namespace

TEST_CASE("fuel: the same thunk goes on with more") {
  TestWorld test;
  const Root thunk(test.vm().heap, test.thunk(kNestedLoops));
  int attempts = 0;
  for (uint64_t fuel = 1000;; fuel *= 4, ++attempts) {
    test.vm().set_limits({.fuel = fuel});
    const auto kind = failure(test, thunk);
    if (!kind) break;
    CHECK(*kind == ErrorKind::FuelLimit);
  }
  CHECK(attempts >= 4);
  CHECK(test.print(thunk) == kNestedLoopsResult);
}

// It holds itself, and C++ Nix's form indents by the depth.
TEST_CASE("memory: what is written is part of it") {
  TestWorld test({.limit_bytes = 32 << 20});
  const Root builtins(test.vm().heap, test.thunk("builtins"));
  const auto write = [&] {
    test.vm().run_task(to_xml(test.vm(), Root(test.vm().heap, builtins), {}));
  };
  try {
    write();
    FAIL("no error");
  } catch (const EvalError& error) {
    CHECK(error.data().kind == ErrorKind::MemoryLimit);
  }
}

TEST_CASE("fuel stops what never ends") {
  TestWorld test;
  test.vm().set_limits({.fuel = 1'000'000, .call_depth = kDeep});
  for (const char* text : {
           kEndless,
           "let f = n: builtins.seq n (f n); in f 0",
           "let f = x: x x; in f f",
           "let s = { __functor = self: x: self x; }; in s 1",
           "let f = n: with { inherit n; }; f n; in f 1",
           "let f = n: assert true; if true then f n else 1; in f 1",
           "builtins.genericClosure { startSet = [ { key = 0; } ]; "
           "operator = x: [ { key = x.key + 1; } ]; }",
           "let xs = [ 1 ] ++ map (x: x) xs; in builtins.length xs",
           "let f = n: map f [ n ]; in f 1",
           "let f = n: { a = f n; }; in f 1",
       }) {
    CAPTURE(std::string(text));
    test.vm().set_limits({.fuel = 1'000'000, .call_depth = kDeep});
    const auto kind = failure(test, test.thunk(text));
    REQUIRE(kind);
    const bool limited = *kind == ErrorKind::FuelLimit || *kind == ErrorKind::MemoryLimit ||
                         *kind == ErrorKind::InfiniteRecursion;
    CHECK(limited);
  }
}

TEST_CASE("depth: tail calls count, and a higher limit lets the same thunk succeed") {
  for (const char* body : {"f (n - 1)", "1 + f (n - 1)", "builtins.head [ (f (n - 1)) ]",
                           "(x: f x) (n - 1)", "with { }; f (n - 1)", "let m = n - 1; in f m",
                           "if true then f (n - 1) else 0", "({ m }: f m) { m = n - 1; }"}) {
    CAPTURE(std::string(body));
    TestWorld test;
    const Root thunk(test.vm().heap, test.thunk(std::string("let f = n: if n < 1 then 0 else ") +
                                                body + "; in f 300 * 0"));
    test.vm().set_limits({.call_depth = 100});
    CHECK(failure(test, thunk) == ErrorKind::DepthLimit);
    CHECK(failure(test, thunk) == ErrorKind::DepthLimit);
    test.vm().set_limits({});
    CHECK(test.print(thunk) == "0");
  }
}

TEST_CASE("deadline") {
  TestWorld test;
  const Root thunk(test.vm().heap, test.thunk(kEndless));
  const auto begin = steady_clock::now();
  test.vm().set_limits({.call_depth = kDeep, .deadline = begin + milliseconds(50)});
  CHECK(failure(test, thunk) == ErrorKind::Deadline);
  CHECK(steady_clock::now() - begin < milliseconds(1000));
  const Root loops(test.vm().heap, test.thunk(kNestedLoops));
  CHECK(failure(test, loops) == ErrorKind::Deadline);
  test.vm().set_limits({});
  CHECK(test.print(loops) == kNestedLoopsResult);
}

TEST_CASE("reading a large text stops, and is done again when it is forced again") {
  MemoryHost host;
  std::string numbers = "[";
  for (int i = 0; i < 20'000; ++i)
    numbers += " 1";
  host.add_file("/large.nix", numbers + "]");
  host.add_file("/large.json", "[" + std::string(20'000, '[') + std::string(20'000, ']') + "]");
  host.add_file("/small.nix", "[ 1 2 ]");
  std::atomic<bool> cancelled = false, cancels = true;
  host.on_read = [&] { cancelled = cancels.load(); };
  World world(host, {});
  const auto length = [&](const char* list) {
    cancelled = false;
    world.vm.set_limits({.cancelled = &cancelled});
    const SourceUnit& unit =
        world.parse_source("«stdin»", "/", std::string("builtins.length (") + list + ")", false);
    const Root value(world.vm.heap, world.vm.run(world.thunk_of(unit)));
    return world.vm.brief(value);
  };
  CHECK(length("import /small.nix") == "2");
  for (const char* list :
       {"import /large.nix", "builtins.fromJSON (builtins.readFile /large.json)"}) {
    CAPTURE(list);
    cancels = true;
    try {
      length(list);
      CHECK(false);
    } catch (const EvalError& error) {
      CHECK(error.data().kind == ErrorKind::Cancelled);
    }
    cancels = false;
    CHECK(length(list) == (std::string_view(list).contains("json") ? "1" : "20000"));
  }
}

TEST_CASE("cancelled from another thread, and forced again") {
  TestWorld test;
  std::atomic<bool> cancelled = false;
  const Root endless(test.vm().heap, test.thunk(kEndless));
  const Root loops(test.vm().heap, test.thunk(kNestedLoops));
  const Limits limits{.call_depth = kDeep, .cancelled = &cancelled};
  const auto cancel_after = [&](Value v, milliseconds delay) {
    cancelled = false;
    test.vm().set_limits(limits);
    steady_clock::time_point at;
    std::thread other([&] {
      std::this_thread::sleep_for(delay);
      at = steady_clock::now();
      cancelled = true;
    });
    const auto kind = failure(test, v);
    const auto end = steady_clock::now();
    other.join();
    if (kind) {
      CHECK(*kind == ErrorKind::Cancelled);
      // Milliseconds; more only if the machine is busy elsewhere.
      CHECK(end - at < milliseconds(500));
    }
    return kind.has_value();
  };
  CHECK(cancel_after(endless, milliseconds(20)));
  CHECK(cancel_after(endless, milliseconds(5)));
  for (int ms = 1; ms < 2000 && cancel_after(loops, milliseconds(ms)); ms *= 3) {
  }
  test.vm().set_limits({});
  CHECK(test.print(loops) == kNestedLoopsResult);
}

TEST_CASE("memory: thunks go back to what they were") {
  TestWorld test({.limit_bytes = 12 << 20});
  const Root thunk(
      test.vm().heap,
      test.thunk("let xs = builtins.genList (i: [ i (i + 1) (toString i) ]) 200000; in "
                 "builtins.deepSeq xs (builtins.length xs)"));
  CHECK(failure(test, thunk) == ErrorKind::MemoryLimit);
  CHECK(test.print("1 + 1") == "2");
  CHECK(failure(test, thunk) == ErrorKind::MemoryLimit);
  test.vm().heap.options.limit_bytes = SIZE_MAX;
  CHECK(test.print(thunk) == "200000");
}

TEST_CASE("memory: one huge object is refused, not attempted") {
  TestWorld test({.limit_bytes = 64 << 20});
  for (const char* text : {
           "builtins.length (builtins.genList (x: x) 2000000000)",
           "let f = n: s: if n == 0 then s else f (n - 1) (s + s); in builtins.stringLength "
           "\"${f 28 \"xx\"}x\"",
           "let f = n: l: if n == 0 then l else f (n - 1) (l ++ l); in builtins.length (f 40 [ 1 "
           "])",
       }) {
    CAPTURE(std::string(text));
    CHECK(failure(test, test.thunk(text)) == ErrorKind::MemoryLimit);
    CHECK(test.print("map (x: x + 1) [ 1 2 3 ]") == "[ 2 3 4 ]");
  }
}

TEST_CASE("memory: whatever the budget, the answer is right or a limit, and the world lives on") {
  constexpr const char* text =
      "let try = x: builtins.tryEval (builtins.deepSeq x x); "
      "bad = i: if i - i / 3 * 3 == 0 then throw \"t${toString i}\" else { v = [ i ]; }; "
      "in builtins.length (builtins.filter (r: r.success) "
      "(map (i: try (bad i)) (builtins.genList (i: i) 600)))";
  size_t base = 0;
  {
    TestWorld test;
    test.vm().collect();
    base = test.vm().heap.stats().live_bytes;
  }
  int limited = 0, finished = 0;
  for (size_t extra = 0; extra < 1 << 20; extra += 12'345) {
    CAPTURE(extra);
    TestWorld test;
    test.vm().heap.options.limit_bytes = base + (32 << 10) + extra;
    try {
      const Root thunk(test.vm().heap, test.thunk(text));
      const auto kind = failure(test, thunk);
      if (kind) CHECK(*kind == ErrorKind::MemoryLimit);
      kind ? ++limited : ++finished;
      test.vm().heap.options.limit_bytes = SIZE_MAX;
      CHECK(test.print(thunk) == "400");
    } catch (const EvalError& error) {
      CHECK(error.data().kind == ErrorKind::MemoryLimit);
      test.vm().heap.options.limit_bytes = SIZE_MAX;
      CHECK(test.print(text) == "400");
    }
  }
  CHECK(limited > 5);
  CHECK(finished > 5);
}

TEST_CASE("memory: frames and stack count") {
  TestWorld test({.limit_bytes = 64 << 20});
  test.vm().set_limits({.call_depth = kDeep});
  const auto kind = failure(test, test.thunk("let f = n: 1 + f (n + 1); in f 0"));
  CHECK(kind == ErrorKind::MemoryLimit);
  CHECK(test.print("1 + 1") == "2");
}

TEST_CASE("no code catches a limit") {
  TestWorld test;
  for (const char* text : {
           "builtins.tryEval (let f = n: f (n + 1); in f 0)",
           "let r = builtins.tryEval (f 0); f = n: 1 + f n; in if r.success then 1 else 2",
           "let f = n: f n; in { a = builtins.tryEval (f 1); }.a.success or 3",
       }) {
    CAPTURE(std::string(text));
    test.vm().set_limits({.fuel = 5000, .call_depth = kDeep});
    CHECK(failure(test, test.thunk(text)) == ErrorKind::FuelLimit);
    test.vm().set_limits({.call_depth = 100});
    CHECK(failure(test, test.thunk(text)) == ErrorKind::DepthLimit);
  }
}

TEST_CASE("every fixture can be interrupted at its first step and then forced") {
  std::atomic<bool> cancelled = true;
  for (const Fixture& f : load_fixtures()) {
    CAPTURE(f.file);
    CAPTURE(f.line);
    TestWorld test;
    Root thunk(test.vm().heap, Value::null());
    try {
      thunk = test.thunk(f.expression);
    } catch (const EvalError&) {
      continue;  // does not parse
    }
    test.vm().set_limits({.cancelled = &cancelled});
    const auto kind = failure(test, thunk);
    CHECK(kind == ErrorKind::Cancelled);
    test.vm().set_limits({});
    CHECK(f.comparable(test.answer(thunk)) == f.wanted());
  }
}

TEST_CASE("values and real errors are remembered, limits are not") {
  TestWorld test;
  const auto traces = [&] { return test.host.messages.size(); };
  const auto twice = [&](const char* text) {
    test.host.messages.clear();
    const Root thunk(test.vm().heap, test.thunk(text));
    const std::string first = test.answer(thunk);
    CHECK(test.answer(thunk) == first);
    return first;
  };
  CHECK(twice("builtins.trace \"hit\" (1 + 1)") == "=> 2");
  CHECK(traces() == 1);
  CHECK(twice("builtins.trace \"hit\" (throw \"no\")").ends_with(" no"));
  CHECK(traces() == 1);
  CHECK(twice("builtins.trace \"hit\" (1 + { })").find("cannot add") != std::string::npos);
  CHECK(traces() == 1);
  CHECK(twice("builtins.trace \"hit\" (let x = x; in x)")
            .ends_with("infinite recursion encountered"));
  CHECK(traces() == 1);
  CHECK(twice("let x = builtins.trace \"hit\" (throw \"no\"); in "
              "[ (builtins.tryEval x).success (builtins.tryEval x).success ]") ==
        "=> [ false false ]");
  CHECK(traces() == 1);
  test.vm().set_limits({.fuel = 5000, .call_depth = kDeep});
  twice("builtins.trace \"hit\" (let f = n: f n; in f 1)");
  CHECK(traces() == 2);
}

TEST_CASE("an error inside an interrupted thunk is found when it is forced again") {
  TestWorld test;
  const Root thunk(test.vm().heap,
                   test.thunk("let f = n: if n == 0 then throw \"end\" else f (n - 1); in f 5000"));
  test.vm().set_limits({.fuel = 1000});
  CHECK(failure(test, thunk) == ErrorKind::FuelLimit);
  test.vm().set_limits({});
  CHECK(failure(test, thunk) == ErrorKind::Throw);
}
