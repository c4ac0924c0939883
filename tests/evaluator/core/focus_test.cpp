// World::focus: the value of one node in its real scope; and where things were written.
#include <doctest/doctest.h>

#include "evaluator/builtins.hpp"
#include "evaluator/trace.hpp"
#include "syntax/parse.hpp"
#include "tests/evaluator/core/fixtures.hpp"

using namespace nilas;
using namespace nilas::eval;
using namespace nilas::tests;
using syntax::NodeId;

namespace {

struct Case {
  const char* text;    // ‹ and › around the node
  const char* answer;  // as in the fixtures, without positions of errors
};

/// The node between the marks, which are taken out of `text`; the outermost with that span.
syntax::Span take_marks(std::string& text) {
  constexpr std::string_view open = "‹", close = "›";
  const size_t begin = text.find(open);
  text.erase(begin, open.size());
  const size_t end = text.find(close);
  text.erase(end, close.size());
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

NodeId find_node(const syntax::Ast& ast, syntax::Span span) {
  for (NodeId id = static_cast<NodeId>(ast.nodes.size()); id-- > 0;)
    if (ast.nodes[id].span == span && !(ast.nodes[id].flags & syntax::kSynthetic)) return id;
  return syntax::kNoNode;
}

std::string focus_answer(TestWorld& test, std::string text, uint32_t path_names = 0) {
  const syntax::Span span = take_marks(text);
  const SourceUnit& unit = test.world.parse_source("«stdin»", "/", text, false);
  const NodeId node = find_node(*unit.ast, span);
  REQUIRE(node != syntax::kNoNode);
  std::string answer = test.answer(test.world.focus(unit, node, path_names));
  if (answer.starts_with("!> ")) answer = "!> " + answer.substr(answer.find(' ', 3) + 1);
  return answer;
}

const Case kClosed[] = {
    {"‹1 + 1›", "=> 2"},
    {"let a = 1; b = ‹a + 1›; in b * 2", "=> 2"},
    {"let a = ‹b.c›; b = { c = 4; }; in a", "=> 4"},
    {"let a = 1; in ‹a›", "=> 1"},
    {"let a = 1; in let b = 2; in [ ‹(a + b)› a ]", "=> 3"},
    {"rec { x = 1; y = ‹x + 1›; }", "=> 2"},
    {"rec { x = ‹y.z›; y = { z = x2; }; x2 = 7; }", "=> 7"},
    {"{ x = 1; y = ‹{ z = 2; }›; }", "=> { z = 2; }"},
    {"let o = { p = rec { q = 1; r = [ ‹(q + 1)› ]; }; }; in o", "=> 2"},
    {"{ s.a = 1; t.b = { }; s.c = let x = 1; in ‹[ x ]›; }", "=> [ 1 ]"},
    {"rec { x = 1; s.a = x; t.b.c = { }; s.d.e = rec { y = x; z = ‹[ x y ]›; }; }", "=> [ 1 1 ]"},
    {"rec { x = 1; a = ‹{ b = x; }›; a.c = 2; }", "=> { b = 1; c = 2; }"},
    {"rec { x = 1; a = (‹{ b = x; }›); a.c = 2; }", "=> { b = 1; c = 2; }"},
    {"with { x = 3; }; ‹x + 1›", "=> 4"},
    {"with { a = 1; }; with { b = 2; }; ‹[ a b ]›", "=> [ 1 2 ]"},
    {"with { a = 1; }; with ‹{ b = a; }›; b", "=> { b = 1; }"},
    {"with { a = { b = 1; }; }; with ‹a›; b", "=> { b = 1; }"},
    {"let s = { t = { x = 1; }; }; inherit (‹s.t›) x; in x", "=> { x = 1; }"},
    {"let s = { x = 5; }; in { inherit (s) x; y = ‹s.x›; }", "=> 5"},
    {"let n = \"k\"; in \"a${‹n + \"!\"›}\"", "=> \"k!\""},
    {"let n = \"k\"; in rec { ${‹n + \"x\"›} = z; z = 1; }", "=> \"kx\""},
    {"let n = \"k\"; in rec { ${n + \"x\"} = ‹z + 1›; z = 1; }", "=> 2"},
    {"let { a = 1; body = ‹a + 2›; }", "=> 3"},
    {"if ‹1 == 1› then 2 else 3", "=> true"},
    {"if false then ‹1 + 1› else 3", "=> 2"},
    {"assert ‹1 == 2›; 3", "=> false"},
    {"assert false; ‹3 + 1›", "=> 4"},
    {"map (‹x: x + 1›) [ 1 ]", "=> <LAMBDA>"},
    {"builtins.head [ ‹(1 + 1)› 2 ]", "=> 2"},
    {"{ a = 1; }.${‹\"a\" + \"\"›}", "=> \"a\""},
    {"{ a = 1; }.b or ‹(1 + 4)›", "=> 5"},
    {"rec { a.b = 1; x = 2; a.c = ‹x + 1›; }", "=> 3"},
    {"rec { a.b = 1; x = ‹a.c›; a.c = 5; }", "=> 5"},
    {"rec { __overrides = { a = 9; }; a = 1; b = ‹a + 1›; }", "=> 2"},
    {"let f = x: x; in ‹f 3›", "=> 3"},
    {"let a = throw \"no\"; b = ‹1 + 1›; in a", "=> 2"},
    {"let a = ‹throw \"no\"›; b = a; in 1", "!> no"},
    {"let a = ‹b›; b = a; in 1", "!> infinite recursion encountered"},
    {"builtins.tryEval (‹throw \"x\"›)", "!> x"},
};

const Case kInFunctions[] = {
    {"let f = x: ‹x + 1›; in f 2", "!> the value depends on the argument 'x'"},
    {"let f = x: let y = 2; in ‹y * 3›; in f 2", "=> 6"},
    {"let f = x: let y = x; in ‹y›; in f 2", "!> the value depends on the argument 'x'"},
    {"{ pkgs, lib ? 1 }: ‹lib›", "!> the value depends on the argument 'lib'"},
    {"{ pkgs }@args: ‹args.pkgs›", "!> the value depends on the argument 'args'"},
    {"({ a ? 1, b ? ‹a + 1› }: b)", "!> the value depends on the argument 'a'"},
    {"{ a ? ‹1 + 1› }: a", "=> 2"},
    {"a: b: ‹{ x = 1; }›", "=> { x = 1; }"},
    {"a: b: ‹{ x = a; }.x›", "!> the value depends on the argument 'a'"},
    {"a: ‹{ x = 1; y = a; }.x›", "=> 1"},
    {"x: ‹builtins.tryEval x›", "!> the value depends on the argument 'x'"},
    {"x: with ‹x›; y", "!> the value depends on the argument 'x'"},
    {"x: with x; ‹y›", "!> the value depends on the argument 'x'"},
    {"x: with x; ‹[ 1 ]›", "=> [ 1 ]"},
    {"x: with x; with { y = 1; }; ‹y›", "=> 1"},
    {"let outer = 4; in x: y: ‹outer + 1›", "=> 5"},
    {"x: rec { a = 1; b = ‹a + 1›; c = x; }", "=> 2"},
    {"x: ‹x: x + 1›", "=> <LAMBDA>"},
    {"x: ‹(x: x + 1) 2›", "=> 3"},
};

}  // namespace

TEST_CASE("a node in a closed scope") {
  for (const bool stress : {false, true}) {
    for (const Case& c : kClosed) {
      CAPTURE(std::string(c.text));
      TestWorld test({.limit_bytes = TestWorld::kLimitBytes, .stress = stress});
      CHECK(focus_answer(test, c.text) == std::string(c.answer));
    }
  }
}

TEST_CASE("a node inside a function that nobody called") {
  for (const bool stress : {false, true}) {
    for (const Case& c : kInFunctions) {
      CAPTURE(std::string(c.text));
      TestWorld test({.limit_bytes = TestWorld::kLimitBytes, .stress = stress});
      CHECK(focus_answer(test, c.text) == std::string(c.answer));
    }
  }
}

TEST_CASE("some names of a path") {
  TestWorld test;
  const char* text = "let s = { a.b.c = 1; }; in ‹s.a.b.c or 9›";
  CHECK(focus_answer(test, text, 1) == "=> { b = { c = 1; }; }");
  CHECK(focus_answer(test, text, 2) == "=> { c = 1; }");
  CHECK(focus_answer(test, text, 3) == "=> 1");
  CHECK(focus_answer(test, text, 0) == "=> 1");
  CHECK(focus_answer(test, "let s = { }; in ‹s.a.b or 9›", 1) == "!> attribute 'a' missing");
  CHECK(focus_answer(test, "let s = { }; in ‹s.a.b or 9›", 2) == "=> 9");
  CHECK(focus_answer(test, "x: ‹x.a.b›", 1) == "!> the value depends on the argument 'x'");
}

TEST_CASE(
    "focusing shares nothing with the file's own evaluation, and remembers no unknown argument") {
  TestWorld test;
  const SourceUnit& unit =
      test.world.parse_source("«stdin»", "/", "let f = x: x + 1; in f 2", false);
  const NodeId body = find_node(*unit.ast, {11, 16});
  REQUIRE(body != syntax::kNoNode);
  const Root focus(test.vm().heap, test.world.focus(unit, body));
  for (int i = 0; i < 2; ++i) {
    try {
      test.vm().run(focus);
      CHECK(false);
    } catch (const EvalError& error) {
      CHECK(error.data().kind == ErrorKind::UnknownArgument);
    }
  }
  CHECK(test.print(test.world.thunk_of(unit)) == "3");
}

TEST_CASE("every node of every fixture can be focused on") {
  for (const Fixture& f : load_fixtures()) {
    TestWorld test({.limit_bytes = size_t{256} << 20});
    const SourceUnit* unit = nullptr;
    try {
      unit = &test.world.parse_source("«stdin»", "/", f.expression, false);
    } catch (const EvalError&) {
      continue;
    }
    for (NodeId node = 0; node < unit->ast->nodes.size(); ++node) {
      CAPTURE(f.file);
      CAPTURE(f.line);
      CAPTURE(node);
      test.vm().set_limits({.fuel = 2000, .call_depth = 100});
      const std::string answer = test.answer(test.world.focus(*unit, node));
      CHECK(!answer.empty());
    }
  }
}

/// The error of each node, as `LINE:COLUMN MESSAGE`, "" for those that have a value, "limit" for those that reach one.
/// `backwards`: the last node is asked first.
std::vector<std::string> errors_of_nodes(const std::string& text, bool backwards) {
  TestWorld test({.limit_bytes = size_t{256} << 20});
  const auto kept = std::make_shared<const std::string>(text);
  const auto ast = std::make_shared<const syntax::Ast>(syntax::parse(text, global_names()).ast);
  const SourceUnit& unit = test.world.add_source("«stdin»", "/", kept, ast, false);
  const auto count = static_cast<NodeId>(ast->nodes.size());
  std::vector<std::string> errors(count);
  for (NodeId i = 0; i < count; ++i) {
    const NodeId node = backwards ? count - 1 - i : i;
    test.vm().set_limits({.fuel = 2000, .call_depth = 100});
    try {
      test.vm().run(test.world.focus(unit, node));
    } catch (const EvalError& error) {
      if (is_limit(error.data().kind)) {
        errors[node] = "limit";
        continue;
      }
      const LineColumn at = test.world.line_column(place_of(error.data()));
      errors[node] =
          std::to_string(at.line) + ":" + std::to_string(at.column) + " " + error.data().message;
    }
  }
  return errors;
}

TEST_CASE("an error is where it happened, whoever met it first") {
  std::vector<std::string> texts{
      "let lib = import (/ in lib.j.ib; in lib.j.n",
      "let a = throw \"x\"; in [ (builtins.tryEval a) (-a) a.b (a + 1) ([ 1 ] ++ a) ]"};
  for (const Fixture& f : load_fixtures())
    texts.push_back(f.expression);
  for (const std::string& text : texts) {
    CAPTURE(text);
    const auto forwards = errors_of_nodes(text, false), backwards = errors_of_nodes(text, true);
    for (size_t node = 0; node < forwards.size(); ++node) {
      // How much is left to do depends on what was done.
      if (forwards[node] == "limit" || backwards[node] == "limit") continue;
      CAPTURE(node);
      CHECK(forwards[node] == backwards[node]);
    }
  }
}

TEST_CASE("positions of attributes and functions") {
  TestWorld test;
  const char* text =
      "let f = { a }: a; g = x: y:\n  x; in {\n  one = f;\r\n  two = g 1; inherit f; }";
  const Root set(test.vm().heap, test.vm().run(test.thunk(text)));
  const auto name_of = [&](Value f) {
    const auto at = test.world.line_column(test.world.function_span(f));
    return std::to_string(at.line) + ":" + std::to_string(at.column);
  };
  const auto position = [&](const char* name) {
    Attrs* attrs = set.get().attrs();
    const auto index = attrs->find(test.vm().symbols.intern(name));
    const auto at =
        test.world.line_column(test.world.position(attrs->pos(static_cast<uint32_t>(index))));
    return std::to_string(at.line) + ":" + std::to_string(at.column);
  };
  const auto value = [&](const char* name) {
    return test.vm().run(*set.get().attrs()->get(test.vm().symbols.intern(name)));
  };
  CHECK(position("one") == "3:3");
  CHECK(position("two") == "4:3");
  CHECK(position("f") == "4:22");
  CHECK(name_of(value("one")) == "1:9");
  // A partial application stands for the inner function.
  CHECK(name_of(value("two")) == "1:26");
  CHECK(!test.world.function_span(test.vm().builtin("head")).known());
  CHECK(test.world.line_column({}).line == 0);
}
