// Refactorings keep the value. refactor.cases: the title is that of the action; `$0` marks the
// cursor, two of them a selection; after `=>` the text it becomes (a new file follows a line `--
// NAME`), or nothing if it is not offered.

#include "lsp/analysis/refactor/refactor.hpp"

#include <set>

#include "evaluator/builtins.hpp"
#include "syntax/parse.hpp"
#include "tests/lsp/lints/evaluate.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::analysis::test {
namespace {

using namespace syntax::test;

struct Source {
  std::string text;
  Span selection;
};

Source take_selection(const std::string& marked) {
  const Cursor first = take_cursor(marked);
  const bool range = first.text.contains("$0");
  if (!range) return {first.text, {first.offset, first.offset}};
  const Cursor second = take_cursor(first.text);
  return {second.text, {first.offset, second.offset}};
}

void check_case(const Case& c, std::set<std::string>& seen) {
  CAPTURE(c.title);
  const std::string title = c.title.substr(0, c.title.find(": "));
  const Source source = take_selection(c.source);
  const auto globals = eval::global_names();
  const syntax::Parsed parsed = syntax::parse(source.text, globals);
  REQUIRE(parsed.ok());
  std::string got;
  for (const Action& action : refactorings({parsed.ast, source.text, globals}, source.selection)) {
    if (action.title != title) continue;
    CHECK(got.empty());
    got = apply_edits(source.text, action.edits);
    std::map<std::string, std::string> files;
    if (action.file) files[action.file->name] = action.file->text;
    const std::string value = value_of(source.text);
    CHECK_MESSAGE(!value.starts_with("error: "), value);
    CHECK(value_of(got, files) == value);
    if (action.file) got += "-- " + action.file->name + "\n" + action.file->text;
    seen.insert(title);
  }
  while (got.ends_with('\n'))
    got.pop_back();
  CHECK(got == c.expected);
}

TEST_CASE("refactorings keep the value, and are not offered where they would not") {
  std::set<std::string> seen;
  for (const Case& c : read_cases("refactor.cases"))
    check_case(c, seen);
  CHECK(seen.size() == 17);
}

}  // namespace
}  // namespace nilas::analysis::test
