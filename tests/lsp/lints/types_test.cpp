// Inference: data/types.cases are expressions with their types; the types of builtins are held
// against the builtins themselves.

#include "lsp/analysis/types.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "evaluator/builtins.hpp"
#include "syntax/parse.hpp"
#include "tests/lsp/lints/evaluate.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::analysis::test {
namespace {

using syntax::test::read_file;

constexpr std::string_view kHead = "x: y: ";

/// The type of an expression within a function of `x` and `y`.
Type type_of(const Ast& ast, Types& types) {
  const Node& outer = ast[ast.root];
  return types.of(ast[outer.b].b);
}

TEST_CASE("types of expressions") {
  const std::string path = std::string(NILAS_TEST_DATA) + "/types.cases";
  const std::string want = read_file(path);
  std::istringstream lines(want);
  std::string got;
  size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    const size_t arrow = line.rfind(" => ");
    if (line.starts_with('#') || arrow == std::string::npos) {
      got += line + "\n";
      continue;
    }
    const std::string text = std::string(kHead) + line.substr(0, arrow);
    const syntax::Parsed parsed = syntax::parse(text, eval::global_names());
    REQUIRE_MESSAGE(parsed.ok(), line);
    Types types(parsed.ast);
    got += line.substr(0, arrow) + " => " + types.text(type_of(parsed.ast, types)) + "\n";
    ++count;
  }
  if (std::getenv("NILAS_REWRITE_GOLDENS") != nullptr) std::ofstream(path) << got;
  CHECK(got == want);
  CHECK(count > 100);
}

TEST_CASE("deep and circular expressions are no danger") {
  const auto type_text = [](const std::string& text) {
    const syntax::Parsed parsed = syntax::parse(text, eval::global_names());
    Types types(parsed.ast);
    return types.text(types.of(parsed.ast.root));
  };
  std::string names = "let a0 = 1; ", lists = "let a0 = [ 1 ]; ", sets = "let a0 = { b = 1; }; ";
  for (int i = 1; i < 3000; ++i) {
    const std::string a = "a" + std::to_string(i), b = "a" + std::to_string(i - 1);
    names += a + " = " + b + "; ";
    lists += a + " = " + b + " ++ " + b + "; ";
    sets += a + " = " + b + " // " + b + "; ";
  }
  CHECK(type_text(names + "in a2999") == "any");
  CHECK(type_text(names + "in a100") == "int");
  CHECK(type_text(lists + "in a2999") == "list");
  CHECK(type_text(sets + "in a2999.b") == "any");
  CHECK(type_text(sets + "in a2999") == "set");
  CHECK(type_text("let a = a // a; in a.b") == "any");
  CHECK(type_text("let f = x: f (f x); in f 1") == "any");
}

// --- Builtins ------------------------------------------------------------------------------------
TEST_CASE("every builtin has one type, with as many parameters as it takes") {
  std::set<std::string_view> names;
  for (const BuiltinType& type : builtin_types()) {
    CAPTURE(type.text);
    CHECK_MESSAGE(names.insert(type.info->name()).second, type.info->name());
    CHECK_MESSAGE(type.parameters.size() == type.info->arity(), type.info->name());
    CHECK(type.result.function.empty());
  }
  for (const eval::BuiltinInfo& info : eval::builtin_table())
    if (!info.internal) CHECK_MESSAGE(names.contains(info.name()), info.name());
}

TEST_CASE("damaged types are refused") {
  for (const char* text : {"", "strin", "[int", "(a -> b", "{ x int }", "a ->", "int int", "a | "})
    CHECK_MESSAGE(!parse_type(text), text);
}

struct Sample {
  std::string_view text;
  Kinds kind;
};
/// Values of each kind that builtins may take.
constexpr std::array<Sample, 24> kSamples = {{
    {"null", kNullKind},
    {"true", kBoolKind},
    {"1", kIntKind},
    {"0", kIntKind},
    {"1.5", kFloatKind},
    {R"("a")", kStringKind},
    {R"("1")", kStringKind},
    {R"("sha256")", kStringKind},
    {R"("/dir/f")", kStringKind},
    {"/dir/f", kPathKind},
    {"/dir", kPathKind},
    {"[ ]", kListKind},
    {"[ 1 2 ]", kListKind},
    {R"([ "a" ])", kListKind},
    {"[ { a = 1; } ]", kListKind},
    {"[ [ 1 ] ]", kListKind},
    {R"([ { name = "a"; value = 1; } ])", kListKind},
    {"{ }", kSetKind},
    {"{ a = 1; }", kSetKind},
    {R"({ outPath = "/dir/f"; })", kSetKind},
    {"(v: true)", kFunctionKind},
    {"(v: [ 1 ])", kFunctionKind},
    {R"((v: "a"))", kFunctionKind},
    {"(v: w: 1)", kFunctionKind},
}};

Kinds kind_of(eval::Value v) {
  switch (v.type()) {
    case eval::Type::Null: return kNullKind;
    case eval::Type::Bool: return kBoolKind;
    case eval::Type::Int: return kIntKind;
    case eval::Type::Float: return kFloatKind;
    case eval::Type::String: return kStringKind;
    case eval::Type::Path: return kPathKind;
    case eval::Type::List: return kListKind;
    case eval::Type::Attrs: return kSetKind;
    case eval::Type::Function: return kFunctionKind;
    case eval::Type::Thunk:
    case eval::Type::Internal: break;
  }
  return 0;
}

/// Kind of what a text evaluates to; 0 if that fails.
Kinds kind_of_text(eval::World& world, const std::string& text) {
  try {
    const eval::SourceUnit& unit = world.parse_source("/main.nix", "/", text, true);
    return kind_of(world.vm.run(world.thunk_of(unit)));
  } catch (const eval::EvalError&) {
    return 0;
  }
}

/// Calls every builtin with combinations of the samples. What succeeds must agree with its type:
/// arguments are of kinds that are accepted, results of kinds that are inferred.
TEST_CASE("the types of builtins are true") {
  tests::MemoryHost host;
  host.add_file("/dir/f", "1");
  eval::World world(host, {});
  size_t calls = 0;
  for (const BuiltinType& type : builtin_types()) {
    const size_t arity = type.parameters.size();
    CAPTURE(type.info->name());
    size_t combinations = 1;
    for (size_t i = 0; i < arity; ++i)
      combinations *= kSamples.size();
    if (combinations > 1000) combinations = 20000;  // three parameters: most of them
    for (size_t c = 0; c < combinations; ++c) {
      std::string call = "builtins." + std::string(type.info->name());
      std::array<const Sample*, 3> given{};
      size_t rest = c;
      for (size_t i = 0; i < arity; ++i, rest /= kSamples.size()) {
        given[i] = &kSamples[rest % kSamples.size()];
        call += " " + std::string(given[i]->text);
      }
      const Kinds kind = kind_of_text(world, call);
      if (kind == 0) continue;
      ++calls;
      const syntax::Parsed parsed = syntax::parse(call, eval::global_names());
      Types types(parsed.ast);
      CHECK_MESSAGE((types.of(parsed.ast.root).kinds & kind) != 0, call);
      for (size_t i = 0; i < arity; ++i) {
        if (!type.info->forces(static_cast<uint32_t>(i))) continue;
        CHECK_MESSAGE((type.parameters[i].accepted() & given[i]->kind) != 0, call);
      }
    }
  }
  CHECK(calls > 3000);
}

}  // namespace
}  // namespace nilas::analysis::test
