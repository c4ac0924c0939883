#include "lsp/analysis/line_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace nilas::analysis {
namespace {

/// Differing lines up to which the shortest script is searched: 2,000 of them cost 16 MB.
constexpr int kMaxDifferences = 2000;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

using Lines = std::span<const std::string_view>;

/// Lines [a, a_end) of the old text become lines [b, b_end) of the new one.
struct Hunk {
  size_t a, a_end, b, b_end;
};

/// The furthest points that d steps reach, on each diagonal k = x - y; for every d up to the last.
class Myers {
 public:
  Myers(Lines a, Lines b) : a_(a), b_(b) {}

  /// Nothing, if the texts differ too much.
  bool search() {
    const int n = static_cast<int>(a_.size()), m = static_cast<int>(b_.size());
    std::vector<int> reach(3, 0);  // diagonals -1, 0, 1 of step 0
    for (int d = 0; d <= std::min(n + m, kMaxDifferences); ++d) {
      std::vector<int> next(static_cast<size_t>(2 * d + 3), -1);
      for (int k = -d; k <= d; k += 2) {
        int x = d == 0 ? 0 : best_start(reach, d, k);
        int y = x - k;
        while (x < n && y < m && a_[static_cast<size_t>(x)] == b_[static_cast<size_t>(y)])
          ++x, ++y;
        next[static_cast<size_t>(k + d + 1)] = x;
        if (x >= n && y >= m) {
          steps_.push_back(std::move(next));
          return true;
        }
      }
      reach = next;
      steps_.push_back(std::move(next));
    }
    return false;
  }

  /// The way back, as hunks in order.
  std::vector<Hunk> hunks() const {
    std::vector<Hunk> out;
    int x = static_cast<int>(a_.size()), y = static_cast<int>(b_.size());
    for (int d = static_cast<int>(steps_.size()) - 1; d > 0; --d) {
      const int k = x - y;
      const auto& reach = steps_[static_cast<size_t>(d - 1)];
      const bool down = goes_down(reach, d, k);
      const int before_k = down ? k + 1 : k - 1;
      const int before_x = at(reach, d - 1, before_k);
      const int before_y = before_x - before_k;
      const Hunk hunk{static_cast<size_t>(before_x), static_cast<size_t>(before_x + (down ? 0 : 1)),
                      static_cast<size_t>(before_y),
                      static_cast<size_t>(before_y + (down ? 1 : 0))};
      if (!out.empty() && out.back().a == hunk.a_end && out.back().b == hunk.b_end) {
        out.back().a = hunk.a;
        out.back().b = hunk.b;
      } else {
        out.push_back(hunk);
      }
      x = before_x;
      y = before_y;
    }
    std::ranges::reverse(out);
    return out;
  }

 private:
  /// Of step `d`: its diagonals are -d..d, with one more on each side.
  static int at(const std::vector<int>& reach, int d, int k) {
    return reach[static_cast<size_t>(k + d + 1)];
  }
  static bool goes_down(const std::vector<int>& reach, int d, int k) {
    return k == -d || (k != d && at(reach, d - 1, k - 1) < at(reach, d - 1, k + 1));
  }
  static int best_start(const std::vector<int>& reach, int d, int k) {
    return goes_down(reach, d, k) ? at(reach, d - 1, k + 1) : at(reach, d - 1, k - 1) + 1;
  }

  Lines a_, b_;
  std::vector<std::vector<int>> steps_;
};

}  // namespace

std::vector<TextEdit> line_diff(std::string_view before, std::string_view after) {
  const std::vector<std::string_view> old_lines = lines_of(before), new_lines = lines_of(after);
  Lines a = old_lines, b = new_lines;
  const auto first = std::ranges::mismatch(a, b);
  const auto same_front = static_cast<size_t>(first.in1 - a.begin());
  a = a.subspan(same_front);
  b = b.subspan(same_front);
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a = a.first(a.size() - 1);
    b = b.first(b.size() - 1);
  }
  if (a.empty() && b.empty()) return {};
  std::vector<Hunk> hunks;
  if (Myers search(a, b); search.search()) {
    hunks = search.hunks();
  } else {
    hunks = {{0, a.size(), 0, b.size()}};
  }
  const auto offset = [&](Lines lines, size_t line, std::string_view text, size_t end) {
    return line < lines.size() ? static_cast<size_t>(lines[line].data() - text.data()) : end;
  };
  const size_t a_end = a.empty()
                           ? offset(old_lines, same_front, before, before.size())
                           : static_cast<size_t>(a.back().data() - before.data()) + a.back().size();
  const size_t b_end = b.empty()
                           ? offset(new_lines, same_front, after, after.size())
                           : static_cast<size_t>(b.back().data() - after.data()) + b.back().size();
  std::vector<TextEdit> edits;
  for (const Hunk& h : hunks) {
    const size_t begin = offset(a, h.a, before, a_end), end = offset(a, h.a_end, before, a_end);
    const size_t from = offset(b, h.b, after, b_end), to = offset(b, h.b_end, after, b_end);
    edits.push_back({{static_cast<uint32_t>(begin), static_cast<uint32_t>(end)},
                     std::string(after.substr(from, to - from))});
  }
  return edits;
}

}  // namespace nilas::analysis
