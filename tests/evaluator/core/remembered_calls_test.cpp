// WorldOptions::remembers_calls: `import FILE { }` is evaluated once for all texts of a world.
#include <doctest/doctest.h>

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
      const SourceUnit& unit = world.parse_source("«stdin»", "/", text, false);
      const Root value(world.vm.heap, world.vm.run(world.thunk_of(unit)));
      return world.vm.brief(value);
    } catch (const EvalError& error) {
      return "error: " + error.data().message;
    }
  }
  size_t calls() const { return host.messages.size(); }

  MemoryHost host;
  World world;
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
