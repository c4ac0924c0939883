#include <algorithm>
#include <cstdlib>

#include "syntax/parse.hpp"
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

// Every line `# ^^^ message` says what an editor shows under the carets (`|` for an insertion
// point) in the line above.
std::string annotate(const std::string& text, const std::vector<Diagnostic>& diagnostics) {
  const Source source(text);
  std::string out;
  for (uint32_t line = 0; line < source.line_count(); ++line) {
    if (line + 1 < source.line_count() || !source.line(line).empty()) {
      out += std::string(source.line(line)) + "\n";
    }
    for (const Diagnostic& d : diagnostics) {
      const LineColumn begin = source.position(d.span.begin);
      if (begin.line != line) continue;
      const LineColumn end = source.position(d.span.end);
      const uint32_t size = end.line == line ? end.column - begin.column : 1;
      std::string mark = "#" + std::string(begin.column > 0 ? begin.column - 1 : 0, ' ');
      mark += size == 0 ? "|" : std::string(size, '^');
      out += mark + " " + std::string(info(d.id).name) + ": " + d.message + "\n";
    }
  }
  return out;
}

std::string without_annotations(const std::string& text) {
  std::string out;
  const Source source(text);
  for (uint32_t line = 0; line + 1 < source.line_count(); ++line) {
    const std::string_view s = source.line(line);
    const size_t first = s.find_first_not_of(' ', 1);
    const bool mark = s.starts_with('#') && first != std::string_view::npos &&
                      (s[first] == '^' || s[first] == '|');
    if (!mark) out += std::string(s) + "\n";
  }
  return out;
}

TEST_CASE("diagnostics as an editor shows them") {
  const char* name = "diagnostics.nix.txt";
  const std::string want = read_file(data_path(name));
  std::string got;
  size_t at = 0;
  while (at < want.size()) {  // parts are separated by a line `----`
    const size_t end = std::min(want.find("----\n", at), want.size());
    const std::string part = without_annotations(want.substr(at, end - at));
    got += annotate(part, parse(part).diagnostics);
    if (end < want.size()) got += "----\n";
    at = end + 5;
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
    names.push_back(row.name);
  }
  std::ranges::sort(names);
  CHECK(std::ranges::adjacent_find(names) == names.end());
}

}  // namespace
}  // namespace nilas::syntax::test
