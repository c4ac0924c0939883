#pragma once
// Positions of the protocol against byte offsets (LSP 3.17, "Position"): lines end with LF, CRLF or CR; a character
// beyond the end of its line means the line's end; one inside a code point means its beginning.
//
// A byte that is no part of valid UTF-8 counts as one character in every encoding: editors show it as U+FFFD.

#include <cstdint>
#include <string_view>
#include <vector>

#include "lsp/protocol/basic.hpp"
#include "syntax/ast.hpp"

namespace nilas::lsp {

class LineIndex {
 public:
  /// `text` must stay alive. O(bytes).
  explicit LineIndex(std::string_view text);

  /// O(log lines + length of the line).
  uint32_t offset(Position position, PositionEncoding encoding) const;
  Position position(uint32_t offset, PositionEncoding encoding) const;
  Range range(syntax::Span span, PositionEncoding encoding) const;
  syntax::Span span(Range range, PositionEncoding encoding) const;

 private:
  std::string_view line(size_t number) const;  // without its end

  std::string_view text_;
  std::vector<uint32_t> starts_;
};

}  // namespace nilas::lsp
