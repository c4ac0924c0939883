// What an edit did not touch is taken over, and nobody can tell.
#include "syntax/graft.hpp"

#include <doctest/doctest.h>
#include <random>

#include "syntax/dump.hpp"
#include "syntax/parse.hpp"
#include "syntax/strict.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::syntax::test {
namespace {

std::string described(const Parsed& parsed) {
  std::string out = dump_ast(parsed.ast) + dump_scopes(parsed.ast);
  for (const Diagnostic& d : parsed.diagnostics) {
    out += std::to_string(d.span.begin) + "-" + std::to_string(d.span.end) + " " + d.message + " " +
           std::to_string(d.reported_offset()) + " " + std::string(d.reported_message()) + "\n";
  }
  return out;
}

void check_as_fresh(Document& document) {
  CAPTURE(document.text());
  const auto kept = document.parsed();
  const Parsed fresh = parse(document.text());
  CHECK(described(*kept) == described(fresh));
  for (NodeId id = 0; id < kept->ast.nodes.size(); ++id) {
    const Node& n = kept->ast.nodes[id];
    REQUIRE(n.first <= id);
    REQUIRE(n.span.begin <= n.span.end);
    REQUIRE(n.span.end <= document.text().size());
  }
}

const std::string kText = R"(
/** The whole. */
{ lib, pkgs ? import <nixpkgs> { }, ... }@args:
let
  /** Adds. */
  add = a: /** inner */ b: a + b + 1000000;
  inherit (lib) id const;
  numbers = [ 1 2.5 (-3) (add 1 2) "text ${toString (add 3 4)} more" ];
  nested = rec {
    deep.a.b = "one two three four five six";
    deep.c = let x = 1; in x * 2 + x * 3 + x * 4;
    path = ./some/path + "/${deep.a.b}/other";
    other = { inherit path; x.y = 1; ${"dyn" + "amic"} = path; };
  };
in
assert lib != null && nested ? deep.a;
with pkgs;
{
  merged = { one = "first first first first"; };
  merged.two = if numbers == [ ] then hello else nested.deep.a.b or "none";
  rec-merged = rec { a = 1; b = a + a + a + a + a + a; };
  rec-merged.c = ''
    indented ${hello.name} text ''${ not } ''\n
  '';
  functions = { f = { x, y ? x + 1, ... }: x + y; g = { a, b }@both: both // { inherit a; }; };
  inherit (functions) f g;
  "quoted name" = args.lib.id or (x: x) (numbers ++ [ 1 ]) |> id;
  last = { a = { b = { c = { d = "deep deep deep deep deep"; }; }; }; };
}
)";

TEST_CASE("after an edit at any place the Ast is that of the text") {
  static const char* const kInserted[] = {"x",  " ",         "\"", "{",          "}",
                                          ";",  "=",         "# ", "/** n */ ",  "''",
                                          "${", "a.b = 1; ", "(",  "inherit f; "};
  size_t round = 0;
  for (uint32_t at = 0; at <= kText.size(); at += 3) {
    Document document(kText);
    document.parsed();
    const std::string inserted = kInserted[round++ % std::size(kInserted)];
    document.edit(at, at, inserted);
    check_as_fresh(document);
    document.edit(at, at + static_cast<uint32_t>(inserted.size()), "");
    check_as_fresh(document);
  }
}

TEST_CASE("many edits between two questions count as one") {
  std::mt19937 random(4);
  for (int round = 0; round < 60; ++round) {
    Document document(kText);
    document.parsed();
    for (int step = 0; step < 6; ++step) {
      for (int edits = 1 + static_cast<int>(random() % 3); edits > 0; --edits) {
        const auto size = static_cast<uint32_t>(document.text().size());
        const uint32_t begin = random() % (size + 1);
        const uint32_t end = begin + random() % 3;
        document.edit(begin, end, random() % 2 == 0 ? "x" : "");
      }
      check_as_fresh(document);
    }
  }
}

struct Change {
  const char* what;
  const char* before;
  const char* after;
};

TEST_CASE("what stands around a value decides as if it was read there") {
  const Change kChanges[] = {
      {"a name becomes a duplicate", "  functions = {", "  merged.one = {"},
      {"a literal is merged no longer", "  merged.two =", "  unmerged.two ="},
      {"a literal is merged now", "  last = {", "  functions.last = {"},
      {"a doc comment goes", "/** Adds. */", ""},
      {"a doc comment comes", "  numbers =", "  /** Ten. */ numbers ="},
      {"search paths can be overridden", "  last =", "  __nixPath = [ ]; last ="},
      {"operators can be overridden", "  last =", "  __sub = x: y: x; last ="},
      {"two names are undefined", "with pkgs;", ""},
      {"a comment swallows a semicolon", "  inherit (lib) id const;",
       "  inherit (lib) id # const;"},
      {"all is a string", "let\n", "\"let\n"},
      {"a set is recursive", "merged = {", "merged = rec {"},
  };
  for (const Change& change : kChanges) {
    CAPTURE(std::string(change.what));
    Document document(kText);
    document.parsed();
    const size_t at = kText.find(change.before);
    REQUIRE(at != std::string::npos);
    const auto begin = static_cast<uint32_t>(at);
    document.edit(begin, begin + static_cast<uint32_t>(std::string(change.before).size()),
                  change.after);
    check_as_fresh(document);
    document.edit(begin, begin + static_cast<uint32_t>(std::string(change.after).size()),
                  change.before);
    check_as_fresh(document);
  }
}

// A number is changed in the earlier Ast alone: if it shows, the text was not read again.
TEST_CASE("bindings that the edit did not touch are not read again") {
  const std::string rest = " many = 1; more = 2; words = 3; " + std::string(300, ' ') + "}";
  const std::string text = "{ a = 1; b = { changed = 111; }; c = { alike = 222; };" + rest;
  Leftovers left;
  Builder first(text);
  REQUIRE(!parse_strict(text, first, {.bindings = &left.bindings}));
  left.symbols = first.symbols();
  for (int64_t& i : first.ast.ints)
    i += 1000;

  const std::string edited = "{ a = 1; b = { change = 111; }; c = { alike = 222; };" + rest;
  const auto begin = static_cast<uint32_t>(text.find("d = 111"));
  const Earlier earlier{first.ast, left, begin, begin + 1, begin};
  std::vector<Graftable> bindings;
  Builder second = make_builder(edited, &earlier);
  REQUIRE(!parse_strict(edited, second, {.earlier = &earlier, .bindings = &bindings}));
  CHECK(second.ast.ints == std::vector<int64_t>{1, 111, 1222, 1001, 1002, 1003});
  CHECK(bindings.size() == left.bindings.size());
}

}  // namespace
}  // namespace nilas::syntax::test
