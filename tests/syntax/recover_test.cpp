// Mistakes in large files: each is one error in its place, and the rest of the file stays alive.
#include "syntax/recover.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <random>

#include "syntax/dump.hpp"
#include "syntax/parse.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::syntax::test {
namespace {

constexpr int kEntries = 400;

/// A file like nixpkgs' large ones: a function of a set with some hundred bindings, `line` in the place of one of them.
std::string large_text(const std::string& line) {
  std::string text = "{ lib, pkgs }:\nlet\n  shared = 1;\nin\nrec {\n";
  for (int i = 0; i < kEntries; ++i) {
    const std::string n = std::to_string(i);
    if (i == kEntries / 2) text += line;
    text += "  entry" + n + " = {\n    name = \"entry-" + n + "\";\n    inherit (lib) id;\n";
    text += "    script = ''\n      echo ${pkgs.hello} " + n + "\n    '';\n    count = shared + ";
    text += std::to_string(i) + ";\n  };\n";
  }
  return text + "}\n";
}

/// The names of the set that the file's function gives.
size_t entries(const Ast& ast) {
  size_t count = 0;
  for (const SetRecord& set : ast.sets) {
    if (set.node == kNoNode) continue;
    const auto attrs = ast.set_attrs(set);
    const auto named = std::ranges::count_if(
        attrs, [&](const Attr& a) { return ast.symbol(a.symbol).starts_with("entry"); });
    count = std::max(count, static_cast<size_t>(named));
  }
  return count;
}

struct Mistake {
  const char* line;     // with `‸` where the error begins
  const char* message;  // as an editor shows it
};

const Mistake kMistakes[] = {
    {"  extra = lib.id 1‸\n", "missing ';'"},
    {"  extra =‸ ;\n", "missing expression"},
    {"  extra = lib.id (1 + 2‸;\n", "missing ')'"},
    {"  extra = [ 1 2‸ ;\n", "missing ']'"},
    {"  extra = \"text‸;\n", "missing '\"'"},
    {"  extra‸\n", "missing '='"},
    {"  extra = { a = 1; b =‸ ; c = 2; };\n", "missing expression"},
    {"  extra = {\n    a = 1‸\n    b = 2;\n  };\n", "missing ';'"},
    {"  extra = if lib then 1‸;\n", "missing 'else'"},
    {"  extra = {\n    a = {\n      b = 1;\n    }‸\n  };\n", "missing ';'"},
    {"  extra = {\n    a = 1;\n  ‸{};\n", nullptr},
    {"  extra = {\n    a = 1;\n  ‸(};\n", nullptr},
    {"  extra = {\n    a = 1;\n  ‸''};\n", nullptr},
    {"  ‸= 1;\n", nullptr},
    {"  ‸) extra = 1;\n", "unexpected ')'"},
    {"  ‸} extra = 1;\n", "unexpected '}'"},
};

TEST_CASE("a mistake in a large file is one error, and nothing around it is lost") {
  for (const Mistake& m : kMistakes) {
    CAPTURE(std::string(m.line));
    std::string text = large_text(m.line);
    const std::string_view mark = "‸";
    const size_t at = text.find(mark);
    text.erase(at, mark.size());
    const Parsed parsed = parse(text);
    REQUIRE(parsed.diagnostics.size() == 1);
    const Diagnostic& d = parsed.diagnostics.front();
    CHECK(d.id == DiagnosticId::SyntaxError);
    if (m.message != nullptr) {
      CHECK(d.message == m.message);
      CHECK(d.span.begin == at);
    } else {
      const auto line = [&](size_t offset) {
        return std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
      };
      CHECK(line(d.span.begin) == line(at));
    }
    CHECK(entries(parsed.ast) == kEntries);
  }
}

TEST_CASE("what a damaged binding still says is there") {
  const std::string text =
      large_text("  extra = { a = shared; b = lib. };\n  more = entry0.a undefined-name;\n");
  const Parsed parsed = parse(text);
  const bool has_a = std::ranges::any_of(parsed.ast.attrs, [&](const Attr& a) {
    return parsed.ast.symbol(a.symbol) == "a" && parsed.ast.nodes[a.value].kind == NodeKind::Var;
  });
  CHECK(has_a);
  CHECK(std::ranges::any_of(parsed.diagnostics, [](const Diagnostic& d) {
    return d.id == DiagnosticId::UndefinedVariable;
  }));
  CHECK(parsed.diagnostics.size() == 3);  // of `b`: no name after the dot, no semicolon
}

TEST_CASE("several mistakes in a large file") {
  std::string text = large_text("  extra = lib.id (;\n");
  const size_t first = text.find("count = shared + 3;");
  text.erase(first + 18, 1);
  const size_t last = text.find("name = \"entry-390\";");
  text.erase(last + 17, 1);
  const Parsed parsed = parse(text);
  CHECK(parsed.diagnostics.size() == 3);
  CHECK(entries(parsed.ast) >= kEntries - 1);
}

// Many of these cannot be confined; then the whole text gets a tree, as small ones do.
TEST_CASE("any damage to a large file gives a sound Ast, whatever the way to it") {
  std::mt19937 random(99);
  static const char* const kPieces[] = {"{", "}",   "(",    ")", "[",  "]",  "\"", "''", "${", ";",
                                        "=", "in ", "let ", "x", "\n", "# ", "/*", ":",  ",",  "."};
  const std::string original = large_text("");
  Document document(original);
  for (int round = 0; round < 150; ++round) {
    const auto size = static_cast<uint32_t>(document.text().size());
    const uint32_t begin = random() % size;
    document.edit(begin, std::min<uint32_t>(size, begin + random() % 4),
                  kPieces[random() % std::size(kPieces)]);
    CAPTURE(round);
    const std::string text(document.text());
    const Parsed fresh = parse(text);
    const auto parsed = document.parsed();
    const Parsed& kept = *parsed;
    REQUIRE(dump_ast(fresh.ast) == dump_ast(kept.ast));
    REQUIRE(fresh.diagnostics.size() == kept.diagnostics.size());
    for (NodeId id = 0; id < fresh.ast.nodes.size(); ++id) {
      const Node& n = fresh.ast.nodes[id];
      REQUIRE(n.first <= id);
      REQUIRE(n.span.begin <= n.span.end);
      REQUIRE(n.span.end <= text.size());
    }
    if (round % 5 == 4) document.edit(0, static_cast<uint32_t>(document.text().size()), original);
  }
}

}  // namespace
}  // namespace nilas::syntax::test
