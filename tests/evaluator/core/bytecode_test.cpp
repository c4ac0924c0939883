// Bytecode: every instruction is used, its text is as it was, and the verifier sees what is broken.
#include <cstdlib>
#include <doctest/doctest.h>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "evaluator/code.hpp"
#include "evaluator/compiler.hpp"
#include "syntax/parse.hpp"
#include "tests/evaluator/core/fixtures.hpp"

using namespace nilas;
using namespace nilas::eval;
using namespace nilas::tests;

namespace {

struct Line {
  std::string op;
  std::string operands;
};

std::vector<Line> lines_of(const std::string& disassembly) {
  std::istringstream in(disassembly);
  std::string line;
  std::getline(in, line);  // the heading
  std::vector<Line> lines;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string pc;
    Line l;
    words >> pc >> l.op;
    std::getline(words, l.operands);
    lines.push_back(std::move(l));
  }
  return lines;
}

bool makes_code(const std::string& op) {
  return op.ends_with("Thunk") || op.ends_with("Closure");
}

/// A code block and those it refers to, outermost first.
std::vector<CodeId> reachable(const World& world, CodeId from) {
  std::vector<CodeId> ids{from};
  std::set<CodeId> seen{from};
  for (size_t i = 0; i < ids.size(); ++i)
    for (const Line& l : lines_of(disassemble(world, ids[i])))
      if (makes_code(l.op))
        if (const auto id = static_cast<CodeId>(std::stoul(l.operands)); seen.insert(id).second)
          ids.push_back(id);
  return ids;
}

const std::set<std::string>& all_ops() {
  static const std::set<std::string> ops{
#define OP(name, a, words, pops, pushes) #name,
#include "evaluator/opcodes.def"
#undef OP
  };
  return ops;
}

const char* const kGolden[] = {
    "x: y: x + y",
    "{ a, b ? a + 1, ... }@args: [ a b args ]",
    "{ a, b ? 2 }: a * b",
    "let f = n: if n == 0 then 1 else n * f (n - 1); in f 5",
    "rec { a = 1; b = a + c; c = { inherit a b; }; }",
    "with { x = 1; }; with { y = 2; }; x + y",
    "s: s.a.b or (s ? c.d && s.\"${s.e}\" == 1)",
    "n: { ${n} = 1; \"${n}x\" = ./a/${n}; }",
    "xs: builtins.foldl' (a: x: a // x) { } (map (x: { y = x; }) xs)",
    "a: b: c: d: { w = a + b + c + d; x = a + b + c - d; y = [ (a * b * c * d) ]; z = e: a + b + c "
    "+ d + e; }",
    "x: assert x != null; \"a${x}b\" < ''c''",
};

}  // namespace

TEST_CASE("every instruction is emitted by some fixture") {
  std::set<std::string> used;
  const auto note = [&](const World& world, CodeId root) {
    for (const CodeId id : reachable(world, root))
      for (const Line& l : lines_of(disassemble(world, id)))
        used.insert(l.op);
  };
  for (const Fixture& f : load_fixtures()) {
    TestWorld test;
    const SourceUnit* unit = nullptr;
    try {
      unit = &test.world.parse_source("«stdin»", "/", f.expression, false);
    } catch (const EvalError&) {
      continue;
    }
    test.vm().set_limits({.fuel = 100'000});
    test.answer(test.world.thunk_of(*unit));
    note(test.world, unit->root_code);
    // Code of our own, for builtins called through values and the like, comes before any source.
    if (used.empty() || !used.contains("CallExtra"))
      for (CodeId id = 0; id < test.world.source(1)->root_code; ++id)
        note(test.world, id);
  }
  // What only a focus or broken text compiles to.
  TestWorld test;
  auto text = std::make_shared<const std::string>("x: { a = ; b = x; c = nope; }");
  auto ast = std::make_shared<const syntax::Ast>(syntax::parse(*text).ast);
  const SourceUnit& unit = test.world.add_source("broken", "/", text, ast, false);
  for (syntax::NodeId node = 0; node < ast->nodes.size(); ++node) {
    const Value thunk = test.world.focus(unit, node);
    const CodeId code = thunk.thunk()->object.count;
    test.answer(thunk);
    note(test.world, code);
  }
  // And what a world that remembers calls does.
  MemoryHost host;
  host.add_file("/f.nix", "{ }: 1");
  World remembering(host, {.remembers_calls = true});
  const SourceUnit& call = remembering.parse_source("«stdin»", "/", "import /f.nix { }", false);
  remembering.vm.run(remembering.thunk_of(call));
  note(remembering, call.root_code);
  for (const std::string& op : all_ops()) {
    CAPTURE(op);
    CHECK(used.contains(op));
  }
}

TEST_CASE("disassembly") {
  std::string got;
  for (const char* text : kGolden) {
    TestWorld test;
    const SourceUnit& unit = test.world.parse_source("«stdin»", "/", text, false);
    Root value(test.vm().heap, test.world.thunk_of(unit));
    try {
      value = test.vm().run(value);
      // The bodies of functions are compiled when they run; with these arguments they do, and fail or not.
      test.vm().run_call(value, {test.vm().empty_attrs()});
    } catch (const EvalError&) {
    }
    got += std::string("# ") + text + "\n";
    // Numbers of code blocks depend on how many builtins there are.
    const CodeId base = unit.root_code;
    for (const CodeId id : reachable(test.world, base)) {
      std::istringstream lines(disassemble(test.world, id));
      std::string line;
      std::getline(lines, line);
      got += "code " + std::to_string(id - base) + line.substr(line.find(',')) + "\n";
      while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string pc, op, operand;
        words >> pc >> op >> operand;
        if (makes_code(op)) {
          const size_t at = line.find(operand, line.find(op) + op.size());
          line.replace(at, operand.size(), "code " + std::to_string(std::stoul(operand) - base));
        }
        got += line + "\n";
      }
    }
    got += "\n";
  }
  const std::string path = std::string(NILAS_CORE_DATA) + "/disassembly.golden";
  if (std::getenv("UPDATE_EXPECT") != nullptr) std::ofstream(path) << got;
  std::ostringstream expected;
  expected << std::ifstream(path).rdbuf();
  CHECK(got == expected.str());
}

namespace {

/// Root block of an expression, compiled outside the world's table so that it can be broken.
struct Compiled {
  explicit Compiled(const char* text) : unit(test.world.parse_source("«stdin»", "/", text, false)) {
    block.unit = &unit;
    block.node = unit.ast->root;
    Compiler(test.world, block).compile();
  }
  std::vector<uint32_t>& words() { return block.body->words; }
  TestWorld test;
  const SourceUnit& unit;
  CodeBlock block;
};

uint32_t encoded(Op op, uint32_t a = 0) {
  return static_cast<uint32_t>(op) | a << 8;
}

}  // namespace

TEST_CASE("the verifier accepts what the compiler makes") {
  for (const char* text : kGolden) {
    CAPTURE(std::string(text));
    Compiled c(text);
    CHECK(verify(c.block).empty());
  }
}

TEST_CASE("the verifier names what is wrong") {
  const auto check = [](const char* text, const std::function<void(Compiled&)>& damage,
                        const std::string& complaint) {
    CAPTURE(std::string(text));
    Compiled c(text);
    damage(c);
    const std::string said = verify(c.block);
    CAPTURE(said);
    CAPTURE(complaint);
    CHECK(said.find(complaint) != std::string::npos);
  };
  check("1", [](Compiled& c) { c.words().clear(); }, "no instructions");
  check("1", [](Compiled& c) { c.words().pop_back(); }, "control leaves the code");
  check("1", [](Compiled& c) { c.words()[0] = 0xff; }, "no such instruction");
  check("1", [](Compiled& c) { c.words()[0] = encoded(Op::Pop); }, "underflow");
  check("1", [](Compiled& c) { c.words()[0] = encoded(Op::Local, 3); }, "slot 3 is not there");
  check("1", [](Compiled& c) { c.words()[0] = encoded(Op::Const, 7); }, "no constant");
  check("1", [](Compiled& c) { c.words()[0] = encoded(Op::Jump, 100); }, "control leaves the code");
  check("1", [](Compiled& c) { c.words()[0] = encoded(Op::Attrs, 0); }, "no literal");
  check("1", [](Compiled& c) { c.words()[0] = encoded(Op::Formals, 0); }, "no formals");
  check("1", [](Compiled& c) { c.words()[0] = encoded(Op::CallBuiltin, 0xffffff); }, "no builtin");
  check(
      "1", [](Compiled& c) { c.words().back() = encoded(Op::Select, 1); }, "operands are missing");
  check("1", [](Compiled& c) { c.words().back() = encoded(Op::Thunk, 1); }, "operands are missing");
  check("1 + 2 * 3", [](Compiled& c) { c.block.body->max_stack = 1; }, "overflow");
  // The second branch leaves nothing on the stack.
  check(
      "(if 1 == 1 then 2 else 3) + 1",
      [](Compiled& c) {
        const size_t join = c.words().size() - 3;
        c.words()[join - 1] = encoded(Op::Jump, static_cast<uint32_t>(join));
      },
      "stack height");
}

TEST_CASE("the verifier survives any damage") {
  for (const char* text : kGolden) {
    Compiled c(text);
    for (size_t i = 0; i < c.words().size(); ++i) {
      const uint32_t word = c.words()[i];
      for (int bit = 0; bit < 32; ++bit) {
        c.words()[i] = word ^ (1U << bit);
        verify(c.block);
      }
      for (uint32_t op = 0; op < 256; ++op) {
        c.words()[i] = (word & ~0xffU) | op;
        verify(c.block);
      }
      c.words()[i] = word;
    }
    const auto whole = c.words();
    for (size_t size = whole.size(); size-- > 0;) {
      c.words().resize(size);
      CHECK(!verify(c.block).empty());
    }
  }
}
