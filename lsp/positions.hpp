#pragma once
// Positions of the protocol (LSP 3.17, "Position") against byte offsets: syntax/source.hpp in the
// protocol's words.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "lsp/protocol/basic.hpp"
#include "syntax/source.hpp"

namespace nilas::lsp {

class LineIndex {
 public:
  /// O(bytes). The text is shared, not copied.
  explicit LineIndex(std::shared_ptr<const std::string> text) : source_(std::move(text)) {}

  uint32_t offset(Position position, PositionEncoding encoding) const;
  Position position(uint32_t offset, PositionEncoding encoding) const;
  Range range(syntax::Span span, PositionEncoding encoding) const;
  /// Ends in the wrong order are exchanged.
  syntax::Span span(Range range, PositionEncoding encoding) const;
  uint32_t line_count() const { return source_.line_count(); }

 private:
  syntax::Source source_;
};

/// Positions of offsets that never descend: linear in the text for all of them together.
class AscendingPositions {
 public:
  AscendingPositions(std::string_view text, PositionEncoding encoding)
      : text_(text), encoding_(encoding) {}

  Position at(uint32_t offset);

 private:
  std::string_view text_;
  PositionEncoding encoding_;
  uint32_t offset_ = 0;
  Position position_;
};

}  // namespace nilas::lsp
