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

/// Looked through rather than looked up.
constexpr size_t kShort = 100;  // bytes

/// No line ends in it, and each byte is a unit of any encoding.
bool is_ascii_line(std::string_view s) {
  return std::ranges::none_of(s,
                              [](unsigned char c) { return c == '\n' || c == '\r' || c >= 0x80; });
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
  const Position start = position(span.begin, encoding);
  const size_t begin = std::min<size_t>(span.begin, source_.text().size());
  const std::string_view spanned = source_.text().substr(begin, span.end - span.begin);
  if (spanned.size() < kShort && is_ascii_line(spanned)) {
    const auto units = static_cast<uint32_t>(spanned.size());
    return {start, {start.line, start.character + units}};
  }
  return {start, position(span.end, encoding)};
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
