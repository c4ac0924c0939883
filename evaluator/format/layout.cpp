#include "evaluator/format/layout.hpp"

namespace nilas::eval {

namespace {

constexpr size_t kIndent = 2;

}  // namespace

/// Finds the end of each group, and makes those that cannot be filled ordinary ones.
void LaidOutText::match_groups() {
  std::vector<size_t> open;
  for (size_t i = 0; i < marks_.size(); ++i) {
    switch (marks_[i].kind) {
      case Kind::Begin:
      case Kind::BeginFill:
        if (!open.empty()) marks_[open.back()].kind = Kind::Begin;
        open.push_back(i);
        break;
      case Kind::End:
        marks_[open.back()].end = i;
        open.pop_back();
        break;
      case Kind::Space:
      case Kind::LastSpace: break;
    }
  }
}

std::string LaidOutText::take() {
  if (marks_.empty()) return std::move(text_);
  match_groups();

  struct Group {
    bool broken;
    bool fill;
    bool at_start = true;
  };
  std::vector<Group> groups;
  size_t depth = 0;  // of broken groups
  std::string result;
  result.reserve(text_.size() + text_.size() / 4);
  size_t line_start = 0;  // in result
  size_t copied = 0;      // of text_
  const auto break_line = [&](size_t levels) {
    result += '\n';
    line_start = result.size();
    result.append(levels * kIndent, ' ');
    ++copied;  // the space
  };
  const auto fits = [&](size_t size) { return result.size() - line_start + size <= width_; };

  for (size_t i = 0; i < marks_.size(); ++i) {
    const Mark& m = marks_[i];
    result.append(text_, copied, m.offset - copied);
    copied = m.offset;
    switch (m.kind) {
      case Kind::Begin:
      case Kind::BeginFill: {
        // Two columns are kept for what follows the closing bracket.
        const bool broken = !fits(marks_[m.end].offset - m.offset + 2);
        groups.push_back({broken, m.kind == Kind::BeginFill});
        if (broken) ++depth;
        break;
      }
      case Kind::End:
        if (groups.back().broken) --depth;
        groups.pop_back();
        break;
      case Kind::Space: {
        Group& group = groups.back();
        const bool keep = group.fill && !group.at_start && fits(marks_[i + 1].offset - m.offset);
        group.at_start = false;
        if (group.broken && !keep) break_line(depth);
        break;
      }
      case Kind::LastSpace:
        if (groups.back().broken) break_line(depth - 1);
        break;
    }
  }
  result.append(text_, copied);
  return result;
}

}  // namespace nilas::eval
