#pragma once
// Fixtures of the form `## title`, source, a line `=>`, expected text; what precedes the first
// title is a remark.

#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace nilas::syntax::test {

struct Case {
  std::string title, source, expected;  // source with its last line end, expected without
};

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string data_path(const std::string& name) {
  return std::string(NILAS_TEST_DATA) + "/" + name;
}

inline std::vector<Case> read_cases(const std::string& name) {
  const std::string text = "\n" + read_file(data_path(name));
  std::vector<Case> cases;
  for (size_t at = text.find("\n## "); at != std::string::npos;) {
    const size_t next = text.find("\n## ", at + 1);
    const std::string part = text.substr(at + 4, next == std::string::npos ? next : next - at - 3);
    const size_t line = part.find('\n') + 1;
    const size_t arrow = part.find("\n=>\n", line - 1);
    REQUIRE_MESSAGE(arrow != std::string::npos, name, ": no => in ", part);
    std::string expected = part.substr(arrow + 4);
    while (expected.ends_with('\n'))
      expected.pop_back();
    cases.push_back({part.substr(0, line - 1), part.substr(line, arrow + 1 - line), expected});
    at = next;
  }
  REQUIRE(!cases.empty());
  return cases;
}

/// A source with `$0` taken out, and where it was.
struct Cursor {
  std::string text;
  uint32_t offset;
};

inline Cursor take_cursor(std::string text) {
  const size_t at = text.find("$0");
  REQUIRE_MESSAGE(at != std::string::npos, "no $0 in ", text);
  text.erase(at, 2);
  return {std::move(text), static_cast<uint32_t>(at)};
}

}  // namespace nilas::syntax::test
