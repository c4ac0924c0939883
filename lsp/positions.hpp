#pragma once
// Positions of the protocol (LSP 3.17, "Position") against byte offsets: syntax/source.hpp in the
// protocol's words.

#include <cstdint>
#include <string>
#include <string_view>

#include "lsp/protocol/basic.hpp"
#include "syntax/source.hpp"

namespace nilas::lsp {

class LineIndex {
 public:
  /// O(bytes).
  explicit LineIndex(std::string_view text) : source_(std::string(text)) {}

  uint32_t offset(Position position, PositionEncoding encoding) const;
  Position position(uint32_t offset, PositionEncoding encoding) const;
  Range range(syntax::Span span, PositionEncoding encoding) const;
  /// Ends in the wrong order are exchanged.
  syntax::Span span(Range range, PositionEncoding encoding) const;

 private:
  syntax::Source source_;
};

}  // namespace nilas::lsp
