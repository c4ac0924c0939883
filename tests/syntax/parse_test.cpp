// Two ways to an Ast must agree: strict parser and lowering, fresh and incremental.
#include "syntax/parse.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "syntax/builder.hpp"
#include "syntax/dump.hpp"
#include "syntax/lower.hpp"
#include "syntax/strict.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::syntax::test {
namespace {

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

bool same_ast(const Ast& a, const Ast& b) {
  return a.root == b.root && a.blob == b.blob && same_bytes(a.nodes, b.nodes) &&
         same_bytes(a.lists, b.lists) && same_bytes(a.ints, b.ints) &&
         same_bytes(a.floats, b.floats) && same_bytes(a.parts, b.parts) &&
         same_bytes(a.attr_names, b.attr_names) && same_bytes(a.paths, b.paths) &&
         same_bytes(a.sets, b.sets) && same_bytes(a.attrs, b.attrs) &&
         same_bytes(a.dynamic_attrs, b.dynamic_attrs) && same_bytes(a.froms, b.froms) &&
         same_bytes(a.bindings, b.bindings) && same_bytes(a.lambdas, b.lambdas) &&
         same_bytes(a.formals, b.formals) && same_bytes(a.symbols, b.symbols) &&
         same_bytes(a.texts, b.texts) && same_bytes(a.scopes, b.scopes) &&
         same_bytes(a.decls, b.decls) && same_bytes(a.refs, b.refs);
}

void check_lowering(const std::string& text) {
  CAPTURE(text);
  Builder strict(text), lowered(text);
  if (parse_strict(text, strict)) return;  // not valid
  const auto tree = Tree::parse(text);
  REQUIRE(tree);
  const Damage damage = lower(*tree, text, lowered);
  CHECK(damage.errors.empty());
  CHECK(same_ast(strict.ast, lowered.ast));
}

std::vector<std::string> sources() {
  std::vector<std::string> out;
  for (const char* name : {"print.cases", "errors.cases"}) {
    for (const Case& c : read_cases(name))
      out.push_back(c.source);
  }
  out.push_back(read_file(data_path("dump.nix")));
  return out;
}

TEST_CASE("the strict parser and lowering agree to the bit") {
  for (const std::string& text : sources())
    check_lowering(text);
}

std::string random_text(std::mt19937& random, const std::vector<std::string>& pool) {
  static const char* const kPieces[] = {
      "a",      " ",      "b",    ".",    "=",    ";",     "{",        "}",        "[",
      "]",      "(",      ")",    "\"",   "''",   "${",    "}",        ":",        "@",
      ",",      "?",      "let ", " in ", "rec ", "with ", "inherit ", "if ",      " then ",
      " else ", "or ",    "1",    "1.5",  "./a",  "<x>",   "~/y",      "http://z", "+",
      "-",      "//",     "++",   "==",   "&&",   "->",    "!",        "...",      "#c\n",
      "/*d*/",  "/**e*/", "\n",   "\r\n", "$",    "\\",    "'",        "\xc3\xa9", "\xff"};
  std::string out;
  const size_t count = random() % 6;
  for (size_t i = 0; i <= count; ++i) {
    if (random() % 8 == 0) {
      const std::string& source = pool[random() % pool.size()];
      const size_t begin = random() % source.size();
      out += source.substr(begin, random() % 12);
    } else {
      out += kPieces[random() % std::size(kPieces)];
    }
  }
  return out;
}

void check_same(Document& document) {
  const Parsed fresh = parse(document.text());
  const auto parsed = document.parsed();
  const Parsed& kept = *parsed;
  CAPTURE(document.text());
  CHECK(dump_ast(fresh.ast) + dump_scopes(fresh.ast) == dump_ast(kept.ast) + dump_scopes(kept.ast));
  REQUIRE(fresh.diagnostics.size() == kept.diagnostics.size());
  for (size_t i = 0; i < fresh.diagnostics.size(); ++i) {
    CHECK(fresh.diagnostics[i].span == kept.diagnostics[i].span);
    CHECK(fresh.diagnostics[i].message == kept.diagnostics[i].message);
  }
}

TEST_CASE("after any edits a document says what its text says") {
  std::mt19937 random(20240611);
  const std::vector<std::string> pool = sources();
  for (int round = 0; round < 300; ++round) {
    Document document(pool[random() % pool.size()]);
    for (int step = 0; step < 12; ++step) {
      const auto size = static_cast<uint32_t>(document.text().size());
      const uint32_t begin = size == 0 ? 0 : random() % (size + 1);
      const uint32_t end = std::min<uint32_t>(size, begin + random() % 6);
      document.edit(begin, end, random_text(random, pool));
      if (random() % 3 == 0) document.tree();
      check_same(document);
    }
  }
}

// Every span lies in the text, children come before their parents, ids are in range.
void check_sound(const std::string& text, const Ast& ast) {
  const size_t size = text.size();
  REQUIRE(ast.root < ast.nodes.size());
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& n = ast.nodes[id];
    REQUIRE(n.first <= id);
    REQUIRE(n.span.begin <= n.span.end);
    REQUIRE(n.span.end <= size);
  }
  for (const SetRecord& set : ast.sets) {
    for (const Attr& attr : ast.set_attrs(set)) {
      REQUIRE(attr.value < ast.nodes.size());
      REQUIRE((set.node == kNoNode || attr.value < set.node));
    }
  }
  for (const Ref& ref : ast.refs)
    REQUIRE(ast.nodes[ref.node].kind == NodeKind::Var);
  dump_ast(ast);
  dump_scopes(ast);
}

TEST_CASE("any text gives a sound Ast") {
  std::mt19937 random(7);
  const std::vector<std::string> pool = sources();
  for (int round = 0; round < 3000; ++round) {
    std::string text = pool[random() % pool.size()];
    for (int i = 0; i < 3; ++i) {
      const size_t at = random() % (text.size() + 1);
      text.replace(at, random() % 8, random_text(random, pool));
    }
    CAPTURE(text);
    check_sound(text, parse(text).ast);
    check_lowering(text);
  }
}

std::string repeat(std::string_view piece, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i)
    out += piece;
  return out;
}

TEST_CASE("depth and length cost no stack and no more than linear time") {
  const std::pair<std::string, bool> texts[] = {
      {repeat("[", 100000), false},
      {repeat("[", 100000) + repeat("]", 100000), true},
      {repeat("(", 100000) + "1" + repeat(")", 100000), true},
      {repeat("{a=", 100000), false},
      {repeat("\"${", 50000), false},
      {repeat("\"${", 50000) + "1" + repeat("}\"", 50000), true},
      {"1" + repeat("+1", 200000), true},
      {"{}" + repeat(".a", 200000), true},
      {repeat("!", 200000) + "true", true},
      {repeat("x: ", 100000) + "1", true},
      {repeat("with { }; ", 100000) + "1", true},
      {repeat("let a = 1; in ", 50000) + "a", true},
      {repeat("if true then 1 else ", 50000) + "1", true},
      {"{ " + repeat("a.", 100000) + "b = 1; }", true},
      {repeat("{ a.b = ", 20000) + "1" + repeat("; }", 20000), true},
      {repeat("/*", 100000), false},
      {repeat("''${", 50000), false},
      {repeat("a:", 100000), true},
      {repeat("]})", 50000), false},
      {"[ " + repeat("1 ", 300000) + "]", true},
  };
  for (const auto& [text, valid] : texts) {
    CAPTURE(text.substr(0, 20));
    CHECK(parse(text).ok() == valid);
  }
}

TEST_CASE("merging many sets is linear") {
  std::string text = "{ a = { b = 1; };";
  for (int i = 0; i < 50000; ++i)
    text += "a.c" + std::to_string(i) + " = 1;";
  for (int i = 0; i < 50000; ++i)
    text += "d = { e" + std::to_string(i) + " = 1; };";
  const Parsed parsed = parse(text + " }");
  CHECK(parsed.ok());
}

TEST_CASE("what is too large is refused at once") {
  const Parsed parsed = parse(std::string(kMaxSourceBytes + 1, ' '));
  REQUIRE(parsed.diagnostics.size() == 1);
  CHECK(parsed.diagnostics[0].id == DiagnosticId::SourceTooLarge);
}

TEST_CASE("NUL and invalid UTF-8") {
  CHECK(parse(std::string_view("1 \0 2", 5)).ok());  // C++ Nix stops reading there
  CHECK_FALSE(parse(std::string_view("\"a\0b\"", 5)).ok());
  CHECK(parse("\"\xff\xfe\"").ok());
  CHECK_FALSE(parse("\xff").ok());
  CHECK(parse("# \xff\n1").ok());
}

TEST_CASE("a tree that costs too much is given up") {
  CHECK_FALSE(Tree::parse(repeat("[", 100000), nullptr, {.steps = 100}));
}

TEST_CASE("edits tell which parts of the tree changed") {
  const std::string before = "{ a = 1; b = 2; }", after = "{ a = [ ]; b = 2; }";
  auto tree = Tree::parse(before);
  REQUIRE(tree);
  tree->edit({6, 7, 9}, before, after);
  const auto newer = Tree::parse(after, &*tree);
  REQUIRE(newer);
  const auto ranges = tree->changed_ranges(*newer);
  REQUIRE(ranges.size() == 1);
  CHECK(ranges[0] == Span{6, 9});
}

}  // namespace
}  // namespace nilas::syntax::test
