// Every fixture, in the ordinary way and with a collection at every safepoint.
#include <cstdlib>
#include <doctest/doctest.h>

#include "tests/evaluator/core/fixtures.hpp"

using namespace nilas;
using namespace nilas::tests;

namespace {

void check(TestWorld& test, const Fixture& f) {
  CAPTURE(f.file);
  CAPTURE(f.line);
  CAPTURE(f.expression);
  CHECK(f.comparable(test.answer(f.expression)) == f.wanted());
}

}  // namespace

TEST_CASE("fixtures") {
  auto fixtures = load_fixtures();
  CHECK(fixtures.size() > 500);
  if (std::getenv("UPDATE_EXPECT") != nullptr) {
    for (Fixture& f : fixtures) {
      TestWorld test;
      const std::string answer = f.comparable(test.answer(f.expression));
      f.intended = f.intended && answer == f.known;
      f.known = answer == f.expected ? std::string() : answer;
    }
    write_known(fixtures);
    return;
  }
  for (const Fixture& f : fixtures) {
    TestWorld test;
    check(test, f);
  }
}

TEST_CASE("fixtures with a collection at every safepoint") {
  for (const Fixture& f : load_fixtures()) {
    TestWorld test({.limit_bytes = TestWorld::kLimitBytes, .stress = true});
    check(test, f);
  }
}

TEST_CASE("fixtures one after the other in one world") {
  TestWorld test;
  for (const Fixture& f : load_fixtures())
    check(test, f);
}
