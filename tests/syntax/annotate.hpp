#pragma once
// Texts with what is said about them: every line `# ^^^ name: message` says what an editor shows
// under the carets (`|` for an insertion point) in the line above.

#include <string>
#include <vector>

#include "syntax/diagnostic.hpp"
#include "syntax/source.hpp"

namespace nilas::syntax::test {

struct Remark {
  Span span;
  std::string text;
};

inline std::string annotate(const std::string& text, const std::vector<Remark>& remarks) {
  const Source source(text);
  std::string out;
  for (uint32_t line = 0; line < source.line_count(); ++line) {
    if (line + 1 < source.line_count() || !source.line(line).empty()) {
      out += std::string(source.line(line)) + "\n";
    }
    for (const Remark& remark : remarks) {
      const LineColumn begin = source.position(remark.span.begin);
      if (begin.line != line) continue;
      const LineColumn end = source.position(remark.span.end);
      const uint32_t size = end.line == line ? end.column - begin.column : 1;
      std::string mark = "#" + std::string(begin.column > 0 ? begin.column - 1 : 0, ' ');
      mark += size == 0 ? "|" : std::string(size, '^');
      out += mark + " " + remark.text + "\n";
    }
  }
  return out;
}

inline std::string without_annotations(const std::string& text) {
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

/// The parts of a file, which are separated by lines `----`.
inline std::vector<std::string> split_parts(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find("----\n", at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 5;
  }
  return parts;
}

}  // namespace nilas::syntax::test
