#pragma once
// Fixtures of expressions and what they give: blocks separated by empty lines,
//
//     # a comment
//     @ours why the expectation is not what the reference prints    (optional)
//     builtins.add 1 2                                              (one or more lines)
//     ~ trace: a line that is shown to the user
//     = 3                                                           (the value, as nix-instantiate --eval --strict prints it)
//     ! the message of the error instead, one `!` a line

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace nilas::tests {

struct ExpressionFixture {
  std::string expression;
  std::string expected;  ///< the lines with their marks, each with a line break
  int line = 0;          ///< of the expression, from 1
};

inline std::vector<ExpressionFixture> read_fixtures(const std::filesystem::path& path) {
  std::vector<ExpressionFixture> fixtures;
  std::ifstream file(path);
  std::string line;
  bool in_block = false;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty()) in_block = false;
    if (line.empty() || line.starts_with("#") || line.starts_with("@")) continue;
    const bool expected =
        line.starts_with("= ") || line.starts_with("! ") || line.starts_with("~ ");
    if (!in_block) fixtures.push_back({"", "", number});
    in_block = true;
    ExpressionFixture& fixture = fixtures.back();
    if (expected)
      fixture.expected += line + "\n";
    else
      fixture.expression += (fixture.expression.empty() ? "" : "\n") + line;
  }
  return fixtures;
}

/// `text` with `mark` and a space before each of its lines, as in the fixtures.
inline std::string marked_lines(char mark, std::string_view text) {
  std::string marked;
  for (;;) {
    const size_t end = text.find('\n');
    marked += std::string{mark, ' '} + std::string(text.substr(0, end)) + "\n";
    if (end == std::string_view::npos) return marked;
    text.remove_prefix(end + 1);
  }
}

}  // namespace nilas::tests
