#pragma once
// Text with brackets that is broken into lines where it does not fit.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nilas::eval {

/// Collects text, its groups, and the spaces in them that may become line breaks.
class LaidOutText {
 public:
  enum class Breaks : uint8_t { Everywhere, WhereFull };

  /// `width` columns; 0: nothing is ever broken, and nothing is recorded.
  explicit LaidOutText(uint32_t width) : width_(width) {}

  void add(std::string_view text) { text_ += text; }
  /// Everything up to end_group() is broken at all of its spaces or at none. A group told WhereFull that has no
  /// groups inside, such as a list of numbers, is broken only where its lines are full.
  void begin_group(Breaks breaks) {
    mark(breaks == Breaks::WhereFull ? Kind::BeginFill : Kind::Begin);
  }
  void end_group() { mark(Kind::End); }
  /// A space, or a line break if its group is broken.
  void add_space() {
    mark(Kind::Space);
    text_ += ' ';
  }
  /// As add_space, but the line after it is indented as the line that the group began on.
  void add_last_space() {
    mark(Kind::LastSpace);
    text_ += ' ';
  }
  size_t size() const { return text_.size(); }
  /// The text, laid out. Linear in its size.
  std::string take();

 private:
  enum class Kind : uint8_t { Begin, BeginFill, End, Space, LastSpace };
  struct Mark {
    Kind kind;
    size_t offset;
    size_t end = 0;  // Begin: index of its End
  };
  void match_groups();
  void mark(Kind kind) {
    if (width_ > 0) marks_.push_back({kind, text_.size()});
  }

  uint32_t width_;
  std::string text_;
  std::vector<Mark> marks_;
};

}  // namespace nilas::eval
