#include "evaluator/format/layout.hpp"

namespace nilas::eval {

namespace {

constexpr size_t kIndent = 2;

}  // namespace

std::string LaidOutText::take() {
  if (marks_.empty()) return std::move(text_);

  std::vector<size_t> open;
  for (size_t i = 0; i < marks_.size(); ++i) {
    if (marks_[i].kind == Kind::Begin) {
      open.push_back(i);
    } else if (marks_[i].kind == Kind::End) {
      marks_[open.back()].end = i;
      open.pop_back();
    }
  }

  std::string result;
  result.reserve(text_.size() + text_.size() / 4);
  size_t line_start = 0;  // in result
  size_t copied = 0;      // of text_
  std::vector<bool> broken;
  size_t depth = 0;  // of broken groups
  for (const Mark& m : marks_) {
    result.append(text_, copied, m.offset - copied);
    copied = m.offset;
    switch (m.kind) {
      case Kind::Begin: {
        // Two columns are kept for what follows the closing bracket.
        const size_t flat = marks_[m.end].offset - m.offset;
        broken.push_back(result.size() - line_start + flat + 2 > width_);
        if (broken.back()) ++depth;
        break;
      }
      case Kind::End:
        if (broken.back()) --depth;
        broken.pop_back();
        break;
      case Kind::Space:
      case Kind::LastSpace:
        if (!broken.back()) break;
        result += '\n';
        line_start = result.size();
        result.append((m.kind == Kind::Space ? depth : depth - 1) * kIndent, ' ');
        copied = m.offset + 1;
        break;
    }
  }
  result.append(text_, copied);
  return result;
}

}  // namespace nilas::eval
