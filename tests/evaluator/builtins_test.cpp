// Every builtin against values and messages that C++ Nix computed: the fixtures in builtins/, recorded by
// builtins/regenerate.py. Each expression runs in a world of its own, and once more with a collection at every safepoint.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "evaluator/builtins.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <ranges>
#include <set>

#include "evaluator/format/print.hpp"
#include "evaluator/world.hpp"
#include "tests/evaluator/fixtures.hpp"
#include "tests/evaluator/outcome.hpp"

using namespace nilas;
using namespace nilas::eval;

namespace {

const std::filesystem::path kFixtures = NILAS_BUILTIN_FIXTURES;

std::vector<std::filesystem::path> fixture_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

void check_fixtures(bool stress) {
  WorldOptions options;
  options.heap.stress = stress;
  for (const auto& path : fixture_files()) {
    for (const auto& fixture : tests::read_fixtures(path)) {
      INFO(path.filename().string(), ":", fixture.line, ": ", fixture.expression);
      CHECK(tests::outcome({}, options, fixture.expression) == fixture.expected);
    }
  }
}

}  // namespace

TEST_CASE("builtins give what C++ Nix gives") {
  check_fixtures(false);
}

TEST_CASE("builtins keep alive what they hold") {
  check_fixtures(true);
}

TEST_CASE("the table of builtins is sound") {
  std::set<std::string_view> names;
  for (const BuiltinInfo& info : builtin_table()) {
    if (info.internal) continue;
    INFO(info.registered);
    CHECK(names.insert(info.registered).second);
    CHECK((info.leaf == nullptr) != (info.task == nullptr));
    CHECK(info.strictness.find_first_not_of("slAFILS") == std::string_view::npos);
    CHECK(std::ranges::count(info.arguments, ' ') + 1 == static_cast<long>(info.arity()));
  }
  CHECK(std::ranges::is_sorted(global_names()));
}

TEST_CASE("the texts of builtins say what there is to say") {
  for (const BuiltinInfo& info : builtin_table()) {
    if (info.internal) continue;
    INFO(info.registered);
    CHECK(info.doc.size() >= 40);
    CHECK(info.doc.find_first_of(" \n") != 0);
    // Each argument by its name, in italics.
    for (const auto& word : std::views::split(info.arguments, ' ')) {
      const std::string argument(word.begin(), word.end());
      INFO(argument);
      CHECK(info.doc.contains("*" + argument + "*"));
    }
    // Samples are closed, and marked as Nix.
    size_t fences = 0;
    for (size_t at = 0; (at = info.doc.find("```", at)) != info.doc.npos; at += 3)
      ++fences;
    CHECK(fences % 2 == 0);
    CHECK(info.doc.contains("```nix") == (fences > 0));
  }
}

TEST_CASE("every builtin has fixtures of what it refuses") {
  std::set<std::string, std::less<>> refused;
  for (const auto& path : fixture_files()) {
    for (const auto& fixture : tests::read_fixtures(path)) {
      constexpr std::string_view kPrefix = "builtins.";
      if (!fixture.expression.starts_with(kPrefix)) continue;
      if (!("\n" + fixture.expected).contains("\n! ")) continue;
      const std::string_view rest = std::string_view(fixture.expression).substr(kPrefix.size());
      refused.emplace(rest.substr(0, rest.find(' ')));
    }
  }
  for (const BuiltinInfo& info : builtin_table()) {
    INFO(info.name());
    CHECK((info.internal || refused.contains(info.name())));
  }
}
