#include "lsp/positions.hpp"

#include <algorithm>

namespace nilas::lsp {
namespace {

syntax::Encoding of(PositionEncoding encoding) {
  switch (encoding) {
    case PositionEncoding::Utf8: return syntax::Encoding::Utf8;
    case PositionEncoding::Utf16: return syntax::Encoding::Utf16;
    case PositionEncoding::Utf32: return syntax::Encoding::Utf32;
  }
  return syntax::Encoding::Utf16;
}

}  // namespace

uint32_t LineIndex::offset(Position position, PositionEncoding encoding) const {
  return source_.offset({position.line, position.character}, of(encoding));
}

Position LineIndex::position(uint32_t offset, PositionEncoding encoding) const {
  const syntax::LineColumn at = source_.position(offset, of(encoding));
  return {at.line, at.column};
}

Range LineIndex::range(syntax::Span span, PositionEncoding encoding) const {
  return {position(span.begin, encoding), position(span.end, encoding)};
}

Position AscendingPositions::at(uint32_t offset) {
  offset = std::min(offset, static_cast<uint32_t>(text_.size()));
  while (offset_ < offset) {
    const auto c = static_cast<unsigned char>(text_[offset_]);
    if (c == '\r' || c == '\n') {
      offset_ += c == '\r' && text_.substr(offset_).starts_with("\r\n") ? 2 : 1;
      if (offset_ > offset) {  // between CR and LF
        --offset_;
        return position_;
      }
      position_ = {position_.line + 1, 0};
      continue;
    }
    const uint32_t size = c < 0x80 || encoding_ == PositionEncoding::Utf8
                              ? 1
                              : syntax::character_size(text_.substr(offset_));
    if (offset_ + size > offset) break;  // inside a character: its beginning
    offset_ += size;
    position_.character += size == 4 && encoding_ == PositionEncoding::Utf16 ? 2 : 1;
  }
  return position_;
}

syntax::Span LineIndex::span(Range range, PositionEncoding encoding) const {
  const uint32_t a = offset(range.start, encoding), b = offset(range.end, encoding);
  return {std::min(a, b), std::max(a, b)};
}

}  // namespace nilas::lsp
