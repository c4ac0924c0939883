// The native stack does not grow with the program: not in parsing, compiling, calls, forcing, equality, printing, JSON,
// deep forcing, nor in freeing memory. Everything here runs on a stack of 1 MiB.
#include <doctest/doctest.h>
#include <exception>
#include <functional>
#include <pthread.h>

#include "evaluator/format/json.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/format/xml.hpp"
#include "tests/evaluator/core/fixtures.hpp"

using namespace nilas;
using namespace nilas::eval;
using namespace nilas::tests;

namespace {

void on_small_stack(const std::function<void()>& body) {
  struct Call {
    const std::function<void()>& body;
    std::exception_ptr failed;
  } call{body, nullptr};
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, 1 << 20) == 0);
  pthread_t thread;
  const auto start = [](void* data) -> void* {
    auto* c = static_cast<Call*>(data);
    try {
      c->body();
    } catch (...) {
      c->failed = std::current_exception();
    }
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, start, &call) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  if (call.failed) std::rethrow_exception(call.failed);
}

std::string repeated(std::string_view text, size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i)
    out += text;
  return out;
}

constexpr size_t kDepth = 100'000;

// The time for some nested sources is quadratic (each thunk looks for its captures in all that it encloses), which
// sanitizers make minutes of. A tenth still has only 100 bytes of native stack a level.
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kSourceDepth = kDepth / 10;
#else
constexpr size_t kSourceDepth = kDepth;
#endif

const std::string kLists = "builtins.foldl' (a: b: [ a ]) [ ] (builtins.genList (x: x) 100000)";
const std::string kSets =
    "builtins.foldl' (a: b: { inherit a; }) { } (builtins.genList (x: x) 100000)";

}  // namespace

TEST_CASE("nested lists and sets are compared, printed, forced and freed") {
  on_small_stack([] {
    TestWorld test;
    Vm& vm = test.vm();
    vm.set_limits({.call_depth = 1'000'000});
    for (const std::string& text : {kLists, kSets}) {
      CAPTURE(text.substr(0, 40));
      const Root value(vm.heap, vm.run(test.thunk(text)));
      const std::string printed = test.print(value);
      CHECK(printed.size() > 2 * kDepth);
      CHECK(test.print("let a = " + text + "; b = " + text + "; in a == b") == "true");
      CHECK(test.print("let a = " + text + "; b = " + text + "; in [ a 1 ] == [ b 2 ]") == "false");
      CHECK(test.print("builtins.deepSeq (" + text + ") 1") == "1");
      const Value json = vm.run_task(to_json(vm, Root(vm.heap, value), {}));
      CHECK(vm.view(json).size() > 2 * kDepth);
      const Value again = from_json(vm, vm.view(json));
      CHECK(test.print(again) == printed);
      // Its indentation would take gigabytes.
      CHECK_THROWS_AS(vm.run_task(to_xml(vm, Root(vm.heap, value), {})), EvalError);
      const Value hover = vm.run_task(print_value(vm, Root(vm.heap, value), PrintOptions::hover()));
      CHECK(!vm.view(hover).empty());
      vm.collect();
    }
    CHECK(test.print("let a = " + kLists + "; b = " + kLists + "; in a < b") == "false");
    vm.collect();
  });
}

TEST_CASE("long chains of thunks") {
  on_small_stack([] {
    TestWorld test;
    test.vm().set_limits({.call_depth = 1'000'000});
    CHECK(test.print(
              "let xs = builtins.genList (i: if i == 0 then 0 else builtins.elemAt xs (i - 1) + 1) "
              "100000; in builtins.elemAt xs 99999") == "99999");
    // Memoised on the way.
    CHECK(test.print("let xs = builtins.genList (i: if i == 0 then throw \"bottom\" else "
                     "builtins.elemAt xs (i - 1) + 1) 50000; in "
                     "map (i: (builtins.tryEval (builtins.elemAt xs i)).success) [ 49999 10 0 ]") ==
          "[ false false false ]");
    CHECK(test.answer("let xs = builtins.genList (i: builtins.elemAt xs "
                      "(if i == 0 then 99999 else i - 1)) 100000; in builtins.elemAt xs 99999")
              .ends_with("infinite recursion encountered"));
    test.vm().collect();
  });
}

TEST_CASE("long chains of operators at run time") {
  on_small_stack([] {
    TestWorld test;
    const auto fold = [&](const std::string& function, const std::string& start) {
      return "builtins.foldl' (" + function + ") " + start + " (builtins.genList (x: x) 100000)";
    };
    CHECK(test.print("builtins.stringLength (" + fold("a: b: a + \"0123456789\"", "\"\"") + ")") ==
          "1000000");
    CHECK(test.print("builtins.stringLength (" + fold("a: b: \"0123456789\" + a", "\"\"") + ")") ==
          "1000000");
    CHECK(test.print("(" + fold("a: b: a // { x = b; }", "{ }") + ").x") == "99999");
    test.vm().set_limits({.call_depth = 1'000'000});
    CHECK(test.print("(" + fold("f: b: x: f (x + 1)", "(x: x)") + ") 0") == "100000");
    CHECK(test.print("builtins.length (" + fold("a: b: if b < 1000 then a ++ [ b ] else a", "[ ]") +
                     ")") == "1000");
    CHECK(test.print("toString (" + fold("a: b: [ a ]", "1") + ")") == "\"1\"");
    CHECK(test.print("\"${" + fold("a: b: { outPath = a; }", "\"deep\"") + "}\"") == "\"deep\"");
    CHECK(test.print("(" + fold("a: b: { __toString = s: a; }", "\"deep\"") + ") + \"\"") ==
          "\"deep\"");
  });
}

TEST_CASE("a list of ten million") {
  on_small_stack([] {
    TestWorld test;
    CHECK(test.print("builtins.length (builtins.foldl' (a: b: a ++ a) [ 0 1 2 3 4 5 6 7 8 9 ] "
                     "(builtins.genList (x: x) 20))") == "10485760");
    CHECK(test.print("builtins.elemAt (builtins.foldl' (a: b: a ++ a) [ 0 1 2 3 4 5 6 7 8 9 ] "
                     "(builtins.genList (x: x) 20)) 10485759") == "9");
    test.vm().collect();
    CHECK(test.vm().heap.stats().live_bytes < 16 << 20);
  });
}

TEST_CASE("runaway recursion is an error") {
  on_small_stack([] {
    TestWorld test;
    for (const char* text : {
             "let f = n: 1 + f (n - 1); in f 0",
             "let f = n: [ (f n) ]; in f 0 == f 0",
             "let f = n: { a = f n; }; in builtins.toJSON (f 0)",
             "let f = n: builtins.head [ (f n) ]; in f 0",
             "let f = n: builtins.foldl' (a: b: f b) 0 [ n ]; in f 0",
             "let f = n: builtins.sort (a: b: f a) [ 2 1 ]; in f 0",
             "let f = n: \"${f n}\"; in f 0",
             "let s = { __functor = self: x: 1 + self x; }; in s 1",
             "let s = { __toString = self: \"${self}\"; }; in \"${s}\"",
             "({ __functor = self: self; }) 3",
             "builtins.toString (let s = { outPath = s; }; in s)",
         }) {
      CAPTURE(std::string(text));
      test.vm().set_limits({.fuel = 3'000'000});
      CHECK(test.answer(text).starts_with("!> "));
      test.vm().collect();
    }
    CHECK(test.print("1 + 1") == "2");
  });
}

namespace {

struct Nested {
  const char* what;
  const char* prefix;
  const char* middle;
  const char* suffix;
  const char* answer;  // null: any
};

// prefix and suffix are repeated.
const Nested kNested[] = {
    {"parentheses", "(", "1", ")", "=> 1"},
    {"lists", "[", "1", "]", nullptr},
    {"sets", "{a=", "1", ";}", nullptr},
    {"recursive sets", "rec{a=", "1", ";}", nullptr},
    {"attribute paths", "a.", "a", "", nullptr},
    {"let", "let a=1;in ", "a", "", "=> 1"},
    {"let in bindings", "let a=", "1", ";in a", "=> 1"},
    {"functions", "x: ", "1", "", "=> <LAMBDA>"},
    {"functions with formals", "{a?1}: ", "1", "", "=> <LAMBDA>"},
    {"defaults", "{a?", "1", "}: a", "=> <LAMBDA>"},
    {"not", "!", "true", "", "=> true"},
    {"negation", "- ", "1", "", "=> 1"},
    {"sum", "0+", "1", "", "=> 1"},
    {"sum in parentheses", "0+(", "1", ")", "=> 1"},
    {"lists joined", "[1]++", "[]", "", nullptr},
    {"sets joined", "{a=1;}//", "{}", "", "=> { a = 1; }"},
    {"implication", "false -> ", "true", "", "=> true"},
    {"and", "true&&", "true", "", "=> true"},
    {"or", "false||", "true", "", "=> true"},
    {"if", "if true then ", "1", " else 2", "=> 1"},
    {"else", "if false then 2 else ", "1", "", "=> 1"},
    {"conditions", "if ", "true", " then true else false", "=> true"},
    {"assert", "assert true;", "1", "", "=> 1"},
    {"assert conditions", "assert ", "true", ";true", "=> true"},
    {"with", "with {};", "1", "", "=> 1"},
    {"with environments", "with ", "{}", ";{}", "=> { }"},
    {"applications", "(x: x) (", "1", ")", nullptr},
    {"functions applied", "(", "x: 1", ") 2", nullptr},
    {"strict builtins", "builtins.toString (", "1", ")", "=> \"1\""},
    {"selections", "({a=", "1", ";}).a", "=> 1"},
    {"defaults of selections", "{}.a or (", "1", ")", "=> 1"},
    {"has-attr", "{a=", "1", ";} ? a", "=> true"},
    {"strings", "\"${", "\"x\"", "}\"", "=> \"x\""},
    {"indented strings", "''${", "\"x\"", "}''", "=> \"x\""},
    {"dynamic names", "{${", "\"x\"", "}=1;}", nullptr},
    {"inherit", "{inherit(", "{a=1;}", ")a;}", "=> { a = 1; }"},
    {"paths", "/a/${", "\"x\"", "}", nullptr},
    {"legacy let", "let{body=", "1", ";}", "=> 1"},
    {"comparison", "1==(", "1", ")", nullptr},
    {"order", "1<(", "1", ")", nullptr},
};

}  // namespace

TEST_CASE("deeply nested source") {
  for (const Nested& n : kNested) {
    CAPTURE(std::string(n.what));
    const std::string text =
        repeated(n.prefix, kSourceDepth) + n.middle + repeated(n.suffix, kSourceDepth);
    on_small_stack([&] {
      TestWorld test;
      test.vm().set_limits({.call_depth = 1'000'000});
      const std::string answer = test.answer(text);
      if (n.answer != nullptr) CHECK(answer.substr(0, 200) == std::string(n.answer));
    });
  }
}

TEST_CASE("a hundred thousand of each, side by side") {
  on_small_stack([] {
    TestWorld test;
    std::string formals, sum = "0", set, lets;
    for (size_t i = 0; i < 70'000; ++i) {
      const std::string name = "a" + std::to_string(i);
      formals += (i > 0 ? "," : "") + name;
      sum += "+" + name;
      set += name + "=1;";
      lets += name + "=" + (i > 0 ? "a" + std::to_string(i - 1) + "+" : "") + "1;";
    }
    // More captures than a thunk's header can count.
    CHECK(test.print("builtins.head (({" + formals + "}: [ (" + sum + ") ]) {" + set + "})") ==
          "70000");
    CHECK(test.print("({" + formals + "}: x: " + sum + ") {" + set + "} 1") == "70000");
    CHECK(test.print("let " + lets + " in a69999") == "70000");
    CHECK(test.print("(rec {" + lets + "}).a69999") == "70000");
    CHECK(test.print("builtins.length [" + repeated(" 1", kDepth) + " ]") == "100000");
    CHECK(test.print("builtins.stringLength \"" + repeated("${\"ab\"}", kDepth) + "\"") ==
          "200000");
  });
}
