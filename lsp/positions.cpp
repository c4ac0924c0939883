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

syntax::Span LineIndex::span(Range range, PositionEncoding encoding) const {
  const uint32_t a = offset(range.start, encoding), b = offset(range.end, encoding);
  return {std::min(a, b), std::max(a, b)};
}

}  // namespace nilas::lsp
