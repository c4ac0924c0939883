#pragma once
// Changes of a text, and how to find one's way between its tokens.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"

namespace nilas::analysis {

/// The bytes of `span` become `text`.
struct TextEdit {
  syntax::Span span;
  std::string text;
  friend bool operator==(const TextEdit&, const TextEdit&) = default;
};

/// Sorts the edits, which must not overlap, and applies them.
std::string apply_edits(std::string_view text, std::vector<TextEdit> edits);

/// Positions of an old text in the new one.
class Shift {
 public:
  /// `edits`: by position; they must outlive this.
  explicit Shift(const std::vector<TextEdit>& edits) : edits_(edits) {}
  uint32_t operator()(uint32_t offset) const;

 private:
  const std::vector<TextEdit>& edits_;
};

/// Whether two edits touch the same bytes; insertions at the same place count as touching.
bool overlaps(const TextEdit& a, const TextEdit& b);

/// Where the next token begins at or after `at`: behind white space and comments. O(what is
/// skipped).
uint32_t skip_trivia(std::string_view text, uint32_t at);

/// Whether a comment begins in [begin, end), which must lie between tokens.
bool has_comment(std::string_view text, uint32_t begin, uint32_t end);

/// What to delete so that `span` vanishes without leaving holes: its lines if it has them for
/// itself, else the blanks after it, or before it.
syntax::Span removal(std::string_view text, syntax::Span span);

/// What stands around an expression, judged by its neighbours.
enum class Surroundings : uint8_t {
  Whole,    ///< delimited on both sides: any expression may stand there
  Logical,  ///< besides that, `&&`, `||` or `->`: comparisons may
  Tight,    ///< anything else
};
Surroundings surroundings(std::string_view text, syntax::Span span);

/// White space from the start of the line of `at` to its first other character.
std::string_view indentation(std::string_view text, uint32_t at);

}  // namespace nilas::analysis
