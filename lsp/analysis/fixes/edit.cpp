#include "lsp/analysis/fixes/edit.hpp"

#include <algorithm>
#include <array>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kSpace = " \t\r\n";

uint32_t line_begin(std::string_view text, uint32_t at) {
  return at == 0 ? 0 : static_cast<uint32_t>(text.find_last_of("\r\n", at - 1) + 1);
}

bool ends_with_word(std::string_view text, std::string_view word) {
  if (!text.ends_with(word)) return false;
  if (text.size() == word.size()) return true;
  const char before = text[text.size() - word.size() - 1];
  return kSpace.contains(before) || std::string_view("();{}[]").contains(before);
}

bool starts_with_word(std::string_view text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  if (text.size() == word.size()) return true;
  const char after = text[word.size()];
  return kSpace.contains(after) || after == '(' || after == '[' || after == '{';
}

}  // namespace

std::string apply_edits(std::string_view text, std::vector<TextEdit> edits) {
  std::ranges::stable_sort(edits, {}, [](const TextEdit& e) { return e.span.begin; });
  std::string out;
  uint32_t at = 0;
  for (const TextEdit& edit : edits) {
    out.append(text, at, edit.span.begin - at).append(edit.text);
    at = edit.span.end;
  }
  return out.append(text, at);
}

uint32_t Shift::operator()(uint32_t offset) const {
  int64_t moved = offset;
  for (const TextEdit& e : edits_) {
    if (e.span.end > offset) break;
    moved += static_cast<int64_t>(e.text.size()) - (e.span.end - e.span.begin);
  }
  return static_cast<uint32_t>(moved);
}

bool overlaps(const TextEdit& a, const TextEdit& b) {
  if (a.span.begin == b.span.begin) return true;
  return a.span.begin < b.span.end && b.span.begin < a.span.end;
}

uint32_t skip_trivia(std::string_view text, uint32_t at) {
  size_t i = at;
  for (;;) {
    i = std::min(text.find_first_not_of(kSpace, i), text.size());
    if (i == text.size()) break;
    if (text[i] == '#') {
      i = std::min(text.find_first_of("\r\n", i), text.size());
    } else if (text.substr(i, 2) == "/*") {
      const size_t close = text.find("*/", i + 2);
      i = close == std::string_view::npos ? text.size() : close + 2;
    } else {
      break;
    }
  }
  return static_cast<uint32_t>(i);
}

bool has_comment(std::string_view text, uint32_t begin, uint32_t end) {
  const std::string_view part = text.substr(begin, end - begin);
  return part.contains('#') || part.contains("/*");
}

Span removal(std::string_view text, Span span) {
  const uint32_t begin = line_begin(text, span.begin);
  const bool first =
      text.substr(begin, span.begin - begin).find_first_not_of(kBlanks) == std::string_view::npos;
  const auto after =
      static_cast<uint32_t>(std::min(text.find_first_not_of(kBlanks, span.end), text.size()));
  const bool last = after == text.size() || text[after] == '\n' || text[after] == '\r';
  if (first && last && after < text.size()) {
    const bool crlf = text.substr(after, 2) == "\r\n";
    return {begin, after + (crlf ? 2U : 1U)};
  }
  if (!last) return {span.begin, after};
  uint32_t from = span.begin;
  while (from > begin && kBlanks.contains(text[from - 1]))
    --from;
  return {from, span.end};
}

Surroundings surroundings(std::string_view text, Span span) {
  std::string_view before = text.substr(0, span.begin);
  before = before.substr(0, before.find_last_not_of(kSpace) + 1);
  const std::string_view after = text.substr(skip_trivia(text, span.end));
  const auto opens = [&] {
    if (before.empty() || before.ends_with('(') || before.ends_with("${")) return true;
    if (before.ends_with('=')) {
      const char c = before.size() > 1 ? before[before.size() - 2] : ' ';
      return c != '=' && c != '!' && c != '<' && c != '>';
    }
    // A colon may end a URL only if something follows it at once; a semicolon ends `with x;`.
    if (before.ends_with(':') || before.ends_with(';')) return true;
    return std::ranges::any_of(std::array{"then", "else", "in", "if", "assert", "with"},
                               [&](const char* word) { return ends_with_word(before, word); });
  };
  const auto closes = [&] {
    if (after.empty() || std::string_view(");},").contains(after[0])) return true;
    return starts_with_word(after, "then") || starts_with_word(after, "else");
  };
  const auto is_logical = [](bool at_end, std::string_view s) {
    return std::ranges::any_of(std::array{"&&", "||", "->"}, [&](const char* op) {
      return at_end ? s.ends_with(op) : s.starts_with(op);
    });
  };
  const bool open = opens(), close = closes();
  if (open && close) return Surroundings::Whole;
  if ((open || is_logical(true, before)) && (close || is_logical(false, after)))
    return Surroundings::Logical;
  return Surroundings::Tight;
}

std::string_view indentation(std::string_view text, uint32_t at) {
  const uint32_t begin = line_begin(text, at);
  const size_t end = std::min(text.find_first_not_of(kBlanks, begin), text.size());
  return text.substr(begin, end - begin);
}

}  // namespace nilas::analysis
