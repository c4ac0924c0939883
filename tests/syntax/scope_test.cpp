#include "syntax/scope.hpp"

#include <cstdlib>

#include "syntax/dump.hpp"
#include "syntax/parse.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::syntax::test {
namespace {

// What the name at `$0` refers to: "local TEXT-BEFORE-IT...", "with", "global" or "nothing".
void check_target(const std::string& source, const std::string& want) {
  CAPTURE(source);
  const Cursor cursor = take_cursor(source);
  const Parsed parsed = parse(cursor.text);
  std::string got = "no name";
  for (const Ref& ref : parsed.ast.refs) {
    const Span span = parsed.ast[ref.node].span;
    if (span.begin > cursor.offset || cursor.offset >= span.end) continue;
    switch (ref.kind) {
      case RefKind::Local: {
        const Span name = parsed.ast.decls[ref.target].name;
        got = cursor.text.substr(name.begin, name.end - name.begin) + " at " +
              std::to_string(name.begin);
        break;
      }
      case RefKind::With: {
        const NodeId with = parsed.ast.scopes[ref.target].node;
        got = "with at " + std::to_string(parsed.ast[with].span.begin);
        break;
      }
      case RefKind::Global: got = "global"; break;
      case RefKind::Unbound: got = "nothing"; break;
    }
  }
  CHECK(got == want);
}

TEST_CASE("names") {
  check_target("x: $0x", "x at 0");
  check_target("x: x: $0x", "x at 3");
  check_target("{ a, b ? $0a }: b", "a at 2");
  check_target("{ a }@b: $0b", "b at 6");
  check_target("let a = 1; b = $0a; in b", "a at 4");
  check_target("let a = $0a; in a", "a at 4");
  check_target("a: let inherit $0a; in a", "a at 0");
  check_target("a: let inherit a; in $0a", "a at 15");
  check_target("a: rec { inherit $0a; b = a; }", "a at 0");
  check_target("a: rec { inherit a; b = $0a; }", "a at 17");
  check_target("a: rec { inherit ($0a) b; a = 1; }", "a at 24");
  check_target("a: { inherit ($0a) b; a = 1; }", "a at 0");
  check_target("{ a = 1; b = $0a; }", "nothing");
  check_target("rec { ${$0a} = 1; a = 2; }", "a at 16");
  check_target("rec { a.b = $0c; c = 1; }", "c at 15");
  check_target("rec { a.b = $0b; }", "nothing");
  check_target("let { a = 1; body = $0a; }", "a at 6");
  check_target("$0map", "global");
  check_target("map: $0map", "map at 0");
  check_target("with { }; $0x", "with at 0");
  check_target("with { }; with { }; $0x", "with at 10");
  check_target("with { }; with $0x; 1", "with at 0");
  check_target("x: with { }; $0x", "x at 0");
  check_target("with { }; $0map", "global");
  check_target("with { }; x: y: $0x", "x at 10");
  check_target("{ a = rec { b = 1; }; c = 1; a.d = $0b; }", "b at 12");
  check_target("{ a.x = 1; a = rec { b = $0x; }; }", "nothing");
  check_target("{ a = rec { b = 1; }; c = $0b; a.d = b; }", "nothing");
}

TEST_CASE("uses are counted") {
  const Parsed parsed = parse("let a = 1; b = a + a; c = 2; in b");
  const auto uses = [&](size_t i) { return parsed.ast.decls[i].use_count; };
  CHECK(uses(0) == 2);
  CHECK(uses(1) == 1);
  CHECK(uses(2) == 0);
}

TEST_CASE("the Ast and the scopes as text") {
  for (const char* name : {"dump"}) {
    const std::string source = read_file(data_path(std::string(name) + ".nix"));
    const Parsed parsed = parse(source);
    const std::string got = dump_ast(parsed.ast) + "\n" + dump_scopes(parsed.ast);
    const std::string golden = data_path(std::string(name) + ".golden");
    if (std::getenv("NILAS_REWRITE_GOLDENS") != nullptr) {
      std::ofstream(golden, std::ios::binary) << got;
    }
    CHECK(got == read_file(golden));
  }
}

}  // namespace
}  // namespace nilas::syntax::test
