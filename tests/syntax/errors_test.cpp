#include <algorithm>
#include <cstdlib>

#include "syntax/parse.hpp"
#include "tests/syntax/annotate.hpp"
#include "tests/syntax/cases.hpp"

namespace nilas::syntax::test {
namespace {

// The first two lines of what nix-instantiate prints, as "LINE:COLUMN: MESSAGE".
void check_error(const Case& c) {
  CAPTURE(c.title);
  std::string text = c.source;
  text.pop_back();
  const Parsed parsed = parse(text);
  REQUIRE(!parsed.ok());
  const std::string shown = format_error(parsed.diagnostics.front(), Source(text), "«stdin»");
  const std::string marker = "\n       at «stdin»:";
  const size_t at = shown.find(marker);
  REQUIRE(at != std::string::npos);
  const std::string place =
      shown.substr(at + marker.size(), shown.find('\n', at + 1) - at - marker.size());
  CHECK(place + " " + shown.substr(7, at - 7) == c.expected);
}

TEST_CASE("refuses what C++ Nix refuses, there and in its words") {
  for (const Case& c : read_cases("errors.cases"))
    check_error(c);
}

TEST_CASE("errors show the line between its neighbours") {
  const std::string text = "{\n\tx = 1;\n  x = 2;\n}\n";
  const Parsed parsed = parse(text);
  CHECK(format_error(parsed.diagnostics.front(), Source(text), "/a.nix") ==
        "error: attribute 'x' already defined at /a.nix:2:2\n"
        "       at /a.nix:3:3:\n"
        "            2| \tx = 1;\n"
        "            3|   x = 2;\n"
        "             |   ^\n"
        "            4| }");
}

std::vector<Remark> remarks_on(const std::string& text) {
  std::vector<Remark> remarks;
  for (const Diagnostic& d : parse(text).diagnostics)
    remarks.push_back({d.span, std::string(info(d.id).name) + ": " + d.message});
  return remarks;
}

TEST_CASE("diagnostics as an editor shows them") {
  const char* name = "diagnostics.nix.txt";
  const std::string want = read_file(data_path(name));
  std::string got;
  for (const std::string& part : split_parts(want)) {
    const std::string text = without_annotations(part);
    got += (got.empty() ? "" : "----\n") + annotate(text, remarks_on(text));
  }
  if (std::getenv("NILAS_REWRITE_GOLDENS") != nullptr) {
    std::ofstream(data_path(name), std::ios::binary) << got;
  }
  CHECK(got == want);
}

TEST_CASE("the table of diagnostics") {
  std::vector<std::string_view> names;
  for (const DiagnosticInfo& row : all_diagnostics()) {
    CHECK(!row.documentation.empty());
    CHECK(row.fix.empty() == (row.claim == FixClaim::None));
    CHECK(find_diagnostic(row.name).has_value());
    names.push_back(row.name);
  }
  std::ranges::sort(names);
  CHECK(std::ranges::adjacent_find(names) == names.end());
}

}  // namespace
}  // namespace nilas::syntax::test
