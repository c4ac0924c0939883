// WorldOptions::remembers_calls: `import FILE { }` is evaluated once for all texts of a world, a call with another closed
// argument once for all texts of a file that are the same up to its end.
#include <doctest/doctest.h>

#include "evaluator/builtins.hpp"
#include "syntax/parse.hpp"
#include "tests/evaluator/core/fixtures.hpp"

using namespace nilas;
using namespace nilas::eval;
using namespace nilas::tests;

namespace {

/// A world that remembers, collects at every safepoint, and has a function in /f.nix.
struct Remembering {
  explicit Remembering(const std::string& function, bool remembers = true)
      : world(host, {.heap = {.limit_bytes = TestWorld::kLimitBytes, .stress = true},
                     .remembers_calls = remembers}) {
    host.add_file("/f.nix", function);
  }

  /// The printed value, or what the error says.
  std::string answer(const std::string& text) {
    try {
      return value_of(world.parse_source("«stdin»", "/", text, false));
    } catch (const EvalError& error) {
      return "error: " + error.data().message;
    }
  }
  /// Of a version of a file; broken ones may be evaluated, too.
  std::string version(const std::string& text, const std::string& path = "/main.nix") {
    const auto kept = std::make_shared<const std::string>(text);
    const auto ast = std::make_shared<const syntax::Ast>(syntax::parse(text, global_names()).ast);
    try {
      return value_of(world.add_source(path, "/", kept, ast, true));
    } catch (const EvalError& error) {
      return "error: " + error.data().message;
    }
  }
  std::string value_of(const SourceUnit& unit) {
    last = &unit;
    const Root value(world.vm.heap, world.vm.run(world.thunk_of(unit)));
    return world.vm.brief(value);
  }
  size_t calls() const { return host.messages.size(); }

  MemoryHost host;
  World world;
  const SourceUnit* last = nullptr;  // what was evaluated last
};

constexpr const char* kFunction =
    "{ n ? 1 }: builtins.trace \"called\" { inherit n; twice = n + n; }";

}  // namespace

TEST_CASE("calls with the empty set are remembered from text to text") {
  Remembering test(kFunction);
  CHECK(test.answer("(import /f.nix { }).twice") == "2");
  CHECK(test.answer("let f = import /f.nix { }; in f.n + f.twice") == "3");
  CHECK(test.answer("builtins.attrNames (import /f.nix {})") == "[ \"n\" \"twice\" ]");
  CHECK(test.answer("with builtins; (import ./f.nix (rec { })).twice") == "2");
  CHECK(test.calls() == 1);
}

TEST_CASE("other calls are not") {
  Remembering test(kFunction);
  CHECK(test.answer("(import /f.nix { n = 2; }).twice") == "4");
  CHECK(test.answer("(import /f.nix { n = 3; }).twice") == "6");
  CHECK(test.answer("let f = import /f.nix; in (f { }).twice") == "2");
  CHECK(test.answer("import /f.nix { } { }").starts_with("error: attempt to call something"));
  CHECK(test.answer("let import = _: _: 7; in import /f.nix { }") == "7");
  CHECK(test.calls() == 4);
}

TEST_CASE("nor are those that failed") {
  Remembering test("{ }: builtins.trace \"called\" (throw \"no\")");
  CHECK(test.answer("import /f.nix { }") == "error: no");
  CHECK(test.answer("(builtins.tryEval (import /f.nix { })).success") == "false");
  CHECK(test.calls() == 2);
}

TEST_CASE("without the option every call is evaluated") {
  Remembering test(kFunction, false);
  CHECK(test.answer("(import /f.nix { }).twice") == "2");
  CHECK(test.answer("(import /f.nix { }).twice") == "2");
  CHECK(test.calls() == 2);
}

TEST_CASE("a file that gives no function is refused as ever") {
  Remembering test("{ a = 1; }");
  for (int i = 0; i < 2; ++i)
    CHECK(
        test.answer("import /f.nix { }").starts_with("error: attempt to call something which is"));
  test.host.add_file("/g.nix",
                     "{ __functor = self: { }: builtins.trace \"called\" self.a; a = 5; }");
  CHECK(test.answer("import /g.nix { }") == "5");
  CHECK(test.answer("import /g.nix { } + 1") == "6");
  CHECK(test.calls() == 1);
}

TEST_CASE("calls with a closed argument are remembered while the text before its end stays") {
  Remembering test(kFunction);
  CHECK(test.version("let f = import /f.nix { n = 2; }; in f.n") == "2");
  const SourceUnit& first = *test.last;
  CHECK(test.version("let f = import /f.nix { n = 2; }; in f.twice") == "4");
  CHECK(test.version("let f = import /f.nix { n = 2; }; in f.twice + (") ==
        "error: this expression has a syntax error");
  CHECK(test.calls() == 1);
  // Positions in the argument are the same for each text that is the same up to there.
  CHECK(test.world.is_in({first.id, {8, 32}}, first));
  CHECK(test.world.is_in({first.id, {8, 32}}, *test.last));
  CHECK_FALSE(test.world.is_in({first.id, {37, 40}}, *test.last));

  CHECK(test.version("let f = import /f.nix { n = 3; }; in f.n") == "3");
  CHECK(test.version("let g = import /f.nix { n = 2; }; in g.n") == "2");
  CHECK(test.version("let f = import  /f.nix { n = 2; }; in f.n") == "2");
  CHECK(test.version("let f = import /f.nix { n = 2; }; in f.n", "/other.nix") == "2");
  CHECK_FALSE(test.world.is_in({first.id, {8, 32}}, *test.last));
  CHECK(test.calls() == 5);
}

TEST_CASE("within one text each call with a closed argument is evaluated once") {
  Remembering test(kFunction);
  const std::string args = "(import /f.nix { n = builtins.stringLength \"two\"; }).twice";
  CHECK(test.answer("let f = x: " + args + "; in f 1 + f 2") == "12");
  CHECK(test.calls() == 1);
  CHECK(test.answer("let f = x: " + args + " + " + args + "; in f 1 + f 2") == "24");
  CHECK(test.calls() == 3);
}

TEST_CASE("arguments that take something from around them are not remembered") {
  Remembering test(kFunction);
  CHECK(test.version("let f = n: (import /f.nix { inherit n; }).n; in f 1 + f 2") == "3");
  CHECK(test.version("let f = x: (import /f.nix { n = x; }).n; in f 1 + f 2") == "3");
  CHECK(test.version("let f = x: with { n = x; }; (import /f.nix { n = n; }).n; in f 1 + f 2") ==
        "3");
  CHECK(test.version("let f = x: (import /f.nix (let y = x; in { n = y; })).n; in f 1 + f 2") ==
        "3");
  CHECK(test.calls() == 8);
  CHECK(test.version("let f = x: (import /f.nix (let y = 1; in { n = y; })).n; in f 1 + f 2") ==
        "2");
  CHECK(test.calls() == 9);
}

TEST_CASE("of one function and file the last few calls are kept") {
  Remembering test(kFunction);
  const auto call = [&](int n) {
    return test.version("import /f.nix { n = " + std::to_string(n) + "; }");
  };
  for (int n = 10; n < 16; ++n)
    call(n);
  CHECK(test.calls() == 6);
  for (int n = 15; n >= 12; --n)
    call(n);
  CHECK(test.calls() == 6);
  call(11);
  CHECK(test.calls() == 7);
}
