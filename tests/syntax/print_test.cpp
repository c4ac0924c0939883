#include "syntax/print.hpp"

#include "syntax/parse.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::syntax::test {
namespace {

void check_print(const Case& c) {
  CAPTURE(c.title);
  const Parsed parsed = parse(c.source);
  REQUIRE_MESSAGE(parsed.ok(), parsed.diagnostics.front().message);
  CHECK(print(parsed.ast, parsed.ast.root, {.base = "/work/dir", .home = "/home/me"}) ==
        c.expected);
}

TEST_CASE("prints as nix-instantiate --parse") {
  for (const Case& c : read_cases("print.cases"))
    check_print(c);
}

TEST_CASE("canonical paths") {
  CHECK(canonical_path("a/b", "/x") == "/x/a/b");
  CHECK(canonical_path("../../../a", "/x/y") == "/a");
  CHECK(canonical_path("//a/./b//c/..", "/x") == "/a/b");
  CHECK(canonical_path(".", "/") == "/");
}

}  // namespace
}  // namespace nilas::syntax::test
