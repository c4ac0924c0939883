// Fixes keep what they promise. fixes.cases: a source; after `=>`, the text after all fixes of the
// diagnostic in the title. What the table claims is proven for each case: the tree stays the same,
// or the value does (so every source is closed), or an error is gone.

#include "lsp/analysis/fixes/fixes.hpp"

#include <algorithm>
#include <set>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/syntax_findings.hpp"
#include "syntax/print.hpp"
#include "tests/lsp/lints/evaluate.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::analysis::test {
namespace {

using namespace syntax::test;
using syntax::FixClaim;

std::string tree_of(const std::string& text) {
  const syntax::Parsed parsed = syntax::parse(text, eval::global_names());
  REQUIRE_MESSAGE(parsed.ok(), parsed.diagnostics.front().message, " in ", text);
  return syntax::print(parsed.ast, parsed.ast.root, {.base = "/", .home = "/home"});
}

Rules everything() {
  Rules rules;
  for (const syntax::DiagnosticInfo& row : syntax::all_diagnostics())
    rules.set(row.name, "on");
  return rules;
}

struct Fixed {
  std::string text;
  bool found = false;
};

/// The first fix of the first finding of that name that has one.
Fixed fix_once(const std::string& text, std::string_view name, size_t choice) {
  const auto globals = eval::global_names();
  const auto shared = std::make_shared<const std::string>(text);
  const syntax::Parsed parsed = syntax::parse(text, globals);
  for (const Finding& f : syntax_findings("/main.nix", shared, parsed, everything())) {
    if (f.code() != name) continue;
    const auto fixes = fixes_for({parsed.ast, text, globals}, f);
    if (choice < fixes.size()) return {apply_edits(text, fixes[choice].edits), true};
  }
  return {text, false};
}

/// A title is `NAME`, or `NAME 2` for the second of several fixes; a remark may follow a colon.
void check_fix(const Case& c, std::set<std::string, std::less<>>& seen) {
  CAPTURE(c.title);
  std::string name = c.title.substr(0, c.title.find(':'));
  size_t choice = 0;
  if (const size_t space = name.find(' '); space != std::string::npos) {
    choice = std::stoul(name.substr(space)) - 1;
    name.resize(space);
  }
  const auto id = syntax::find_diagnostic(name);
  REQUIRE(id.has_value());
  seen.insert(name);
  const FixClaim claim = syntax::info(*id).claim;
  std::string text = c.source;
  bool any = false;
  for (int round = 0; round < 20; ++round) {
    const Fixed next = fix_once(text, name, choice);
    if (!next.found) break;
    any = true;
    CHECK(next.text != text);
    if (claim == FixClaim::Tree) CHECK(tree_of(next.text) == tree_of(text));
    if (claim == FixClaim::Value) {
      const std::string value = value_of(text);
      CHECK_MESSAGE(!value.starts_with("error: "), value, " in ", text);
      CHECK(value_of(next.text) == value);
    }
    text = next.text;
    if (claim == FixClaim::Repair) break;  // the others may be about something else
  }
  std::string shown = text;
  while (shown.ends_with('\n'))
    shown.pop_back();
  CHECK(shown == c.expected);
  CHECK(any == (shown + "\n" != c.source));
}

TEST_CASE("every fix does what it claims") {
  std::set<std::string, std::less<>> seen;
  for (const Case& c : read_cases("fixes.cases"))
    check_fix(c, seen);
  for (const syntax::DiagnosticInfo& row : syntax::all_diagnostics())
    if (row.claim != FixClaim::None) CHECK_MESSAGE(seen.contains(row.name), row.name);
}

TEST_CASE("fix all fixes what keeps the meaning, and nothing else") {
  for (const Case& c : read_cases("fix_all.cases")) {
    CAPTURE(c.title);
    size_t fixed = 0;
    auto text = fix_text(c.source, Rules(), fixed).value_or(c.source);
    CHECK((fixed > 0) == (text != c.source));
    CHECK(value_of(text) == value_of(c.source));
    while (text.ends_with('\n'))
      text.pop_back();
    CHECK(text == c.expected);
  }
}

}  // namespace
}  // namespace nilas::analysis::test
