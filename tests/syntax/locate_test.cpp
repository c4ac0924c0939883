#include "syntax/locate.hpp"

#include "syntax/parse.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::syntax::test {
namespace {

std::string describe(const std::string& text, const Parsed& parsed, const Located& at) {
  const auto part = [&](Span span) { return text.substr(span.begin, span.end - span.begin); };
  const auto value = [&] {
    return at.expr == kNoNode ? std::string("?") : part(parsed.ast[at.expr].span);
  };
  switch (at.kind) {
    case LocatedKind::Nothing: return "nothing";
    case LocatedKind::Expression: return "expression " + value();
    case LocatedKind::Prefix:
      return "prefix " + part(at.span) + " (" + std::to_string(at.names) + " of " + value() + ")";
    case LocatedKind::Binding: return "binding " + part(at.span) + " = " + value();
    case LocatedKind::Inherited: {
      const bool from = parsed.ast[at.expr].kind == NodeKind::Select;
      return std::string(from ? "inherited from a set " : "inherited ") + part(at.span);
    }
    case LocatedKind::Parameter:
      return "parameter " + part(at.span) + (at.formal == kNone ? "" : " ? " + value());
  }
  return "";
}

void check_locate(const std::string& source, const std::string& want) {
  CAPTURE(source);
  const Cursor cursor = take_cursor(source);
  Document document(cursor.text);
  const Tree* tree = document.tree();
  REQUIRE(tree != nullptr);
  const Located at = locate(*tree, document.parsed()->ast, cursor.offset);
  CHECK(describe(cursor.text, *document.parsed(), at) == want);
}

TEST_CASE("a variable, a number, a path, a search path") {
  check_locate("x: f: f $0x", "expression x");
  check_locate("x: f: f xy$0z", "expression xyz");
  check_locate("[ $012 ]", "expression 12");
  check_locate("[ 1$0.5 ]", "expression 1.5");
  check_locate("[ ./a/$0b.nix ]", "expression ./a/b.nix");
  check_locate("[ ~/$0b ]", "expression ~/b");
  check_locate("[ <nix$0pkgs> ]", "expression <nixpkgs>");
  check_locate("a: [ ./x$0/${a}/y ]", "expression ./x/${a}/y");
  check_locate("a: [ ./x/${a}/$0y ]", "expression ./x/${a}/y");
  check_locate("a: [ ./x/${$0a}/y ]", "expression a");
  check_locate("[ $0__curPos ]", "expression __curPos");
  check_locate("[ http$0://a.b ]", "expression http://a.b");
}

TEST_CASE("names of a chain") {
  check_locate("a: $0a.b.c", "expression a");
  check_locate("a: a.$0b.c", "prefix a.b (1 of a)");
  check_locate("a: a.b.$0c", "expression a.b.c");
  check_locate("a: a$0.b.c", "prefix a.b (1 of a)");
  check_locate("a: a.b$0.c", "expression a.b.c");
  check_locate("a: a.b.$0c or 1", "prefix a.b.c (2 of a)");
  check_locate("a: a.$0b.c or 1", "prefix a.b (1 of a)");
  check_locate("a: a.b.c $0or 1", "expression a.b.c or 1");
  check_locate("a: a.b.c or $01", "expression 1");
  check_locate("a: a.\"$0b\".c", "prefix a.\"b\" (1 of a)");
  check_locate("a: a.${$0a}.c", "expression a");
  check_locate("a: a.$0${a}.c", "prefix a.${a} (1 of a)");
  check_locate("a: a.\"x$0y${a}\".c", "prefix a.\"xy${a}\" (1 of a)");
  check_locate("a: (f: f) a.b.$0c", "expression a.b.c");
  check_locate("a: (a.$0b).c", "expression a.b");
}

TEST_CASE("names left of =") {
  check_locate("{ $0a = 1; }", "binding a = 1");
  check_locate("{ a $0= 1; }", "binding a = 1");
  check_locate("{ a = 1$0; }", "nothing");
  check_locate("{ $0a.b.c = 1; }", "binding a = b.c = 1");
  check_locate("{ a.$0b.c = 1; }", "binding a.b = c = 1");
  check_locate("{ a.b.$0c = 1; }", "binding a.b.c = 1");
  check_locate("{ a.$0b.c = 1; a.b.d = 2; }", "binding a.b = c = 1; a.b.d = 2");
  check_locate("let $0a = 1; in a", "binding a = 1");
  check_locate("rec { \"$0a b\" = 1; }", "binding \"a b\" = 1");
  check_locate("x: { a.$0${x} = 1; }", "binding a.${x} = 1");
  check_locate("x: { a.${$0x} = 1; }", "expression x");
  check_locate("{ a = { b = 1; }; a.$0c = 2; }", "binding a.c = 2");
  check_locate("{ a = { $0b = 1; }; a.c = 2; }", "binding b = 1");
  check_locate("{ a.c = 2; a = { $0b = 1; }; }", "binding b = 1");
  check_locate("let { $0body = 1; }", "binding body = 1");
}

TEST_CASE("inherited names") {
  check_locate("a: { inherit $0a; }", "inherited a");
  check_locate("a: { inherit (a) $0b; }", "inherited from a set b");
  check_locate("a: { inherit (a) \"$0b\"; }", "inherited from a set \"b\"");
  check_locate("a: { inherit ($0a) b; }", "expression a");
  check_locate("a: { inherit $0(a.c) b; }", "expression a.c");
  check_locate("a: { $0inherit a; }", "nothing");
}

TEST_CASE("operators") {
  check_locate("1 $0+ 2 * 3", "expression 1 + 2 * 3");
  check_locate("1 + 2 $0* 3", "expression 2 * 3");
  check_locate("a: $0-a + 1", "expression -a");
  check_locate("a: $0!a == 1", "expression !a");
  check_locate("a: !a =$0= 1", "expression !a == 1");
  check_locate("a: a $0? b.c && true", "expression a ? b.c");
  check_locate("a: a ? b.$0c && true", "expression a ? b.c");
  check_locate("a: [ ] +$0+ a", "expression [ ] ++ a");
  check_locate("a: b: a $0|> b", "expression a |> b");
}

TEST_CASE("brackets and keywords") {
  check_locate("2 * $0(1 + 2)", "expression (1 + 2)");
  check_locate("2 * (1 + 2$0)", "expression (1 + 2)");
  check_locate("$0[ 1 ]", "expression [ 1 ]");
  check_locate("f: f $0{ a = 1; }", "expression { a = 1; }");
  check_locate("$0rec { a = 1; }", "expression rec { a = 1; }");
  check_locate("rec { a = 1; $0}", "expression rec { a = 1; }");
  check_locate("$0let a = 1; in a", "expression let a = 1; in a");
  check_locate("let a = 1; i$0n a", "expression let a = 1; in a");
  check_locate("$0let { body = 1; }", "expression let { body = 1; }");
  check_locate("$0if true then 1 else 2", "expression if true then 1 else 2");
  check_locate("if true then 1 $0else 2", "expression if true then 1 else 2");
  check_locate("wi$0th { }; 1", "expression with { }; 1");
  check_locate("as$0sert true; 1", "expression assert true; 1");
  check_locate("x$0: x", "expression x: x");
}

TEST_CASE("strings") {
  check_locate("[ \"a$0b\" ]", "expression \"ab\"");
  check_locate("[ $0\"ab\" ]", "expression \"ab\"");
  check_locate("[ \"a \\n$0 b\" ]", "expression \"a \\n b\"");
  check_locate("a: [ \"x ${$0a} y\" ]", "expression a");
  check_locate("a: [ \"x ${a} $0y\" ]", "expression \"x ${a} y\"");
  check_locate("a: [ \"x $0${a.b} y\" ]", "expression a.b");
  check_locate("''\n  a$0b\n''", "expression ''\n  ab\n''");
  check_locate("''\n $0 ab\n''", "expression ''\n  ab\n''");
}

TEST_CASE("parameters") {
  check_locate("$0x: x", "parameter x");
  check_locate("{ $0a, b ? 1 }: a", "parameter a ? ?");
  check_locate("{ a, $0b ? 1 }: a", "parameter b ? 1");
  check_locate("{ a, b ? $01 }: a", "expression 1");
  check_locate("$0x@{ a }: a", "parameter x");
  check_locate("{ a }@$0x: a", "parameter x");
}

TEST_CASE("nothing") {
  check_locate("1 $0 + 2", "nothing");
  check_locate("1 # c$0omment", "nothing");
  check_locate("/* a$0 */ 1", "nothing");
  check_locate("/** a$0 */ 1", "nothing");
  check_locate("a: a$0 ", "nothing");
  check_locate("$0", "nothing");
}

TEST_CASE("in broken text") {
  check_locate("{ a = $0b.; c = 1; b = 2; }", "expression b");
  check_locate("let a = 1; b = $0a\nin b", "expression a");
  check_locate("{ $0a = ; b = 2; }", "binding a = ");
  check_locate("{ a = 1\n  $0b = 2; }", "binding b = 2");
}

}  // namespace
}  // namespace nilas::syntax::test
