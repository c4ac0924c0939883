#include "lsp/positions.hpp"

#include <algorithm>

namespace nilas::lsp {
namespace {

/// Bytes of the code point that `s` begins with; 1 if it is no valid UTF-8.
size_t code_point_size(std::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char lead = byte(0);
  const size_t size = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  if (size > s.size()) return 1;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 1;
  }
  // Overlong forms, surrogates, and what lies beyond U+10FFFF
  if (lead == 0xe0 && byte(1) < 0xa0) return 1;
  if (lead == 0xed && byte(1) > 0x9f) return 1;
  if (lead == 0xf0 && byte(1) < 0x90) return 1;
  if (lead == 0xf4 && byte(1) > 0x8f) return 1;
  return size;
}

uint32_t units(size_t bytes, PositionEncoding encoding) {
  switch (encoding) {
    case PositionEncoding::Utf8: return static_cast<uint32_t>(bytes);
    case PositionEncoding::Utf16: return bytes == 4 ? 2 : 1;
    case PositionEncoding::Utf32: return 1;
  }
  return 1;
}

}  // namespace

LineIndex::LineIndex(std::string_view text) : text_(text), starts_{0} {
  for (size_t i = text.find_first_of("\r\n"); i != std::string_view::npos;
       i = text.find_first_of("\r\n", i)) {
    i += text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n' ? 2 : 1;
    starts_.push_back(static_cast<uint32_t>(i));
  }
}

std::string_view LineIndex::line(size_t number) const {
  const size_t begin = starts_[number];
  const size_t end = number + 1 < starts_.size() ? starts_[number + 1] : text_.size();
  std::string_view s = text_.substr(begin, end - begin);
  if (number + 1 < starts_.size()) {
    if (s.ends_with('\n')) s.remove_suffix(1);
    if (s.ends_with('\r')) s.remove_suffix(1);
  }
  return s;
}

uint32_t LineIndex::offset(Position position, PositionEncoding encoding) const {
  if (position.line >= starts_.size()) return static_cast<uint32_t>(text_.size());
  std::string_view rest = line(position.line);
  uint32_t offset = starts_[position.line];
  uint32_t left = position.character;
  while (!rest.empty() && left > 0) {
    const size_t size = code_point_size(rest);
    const uint32_t width = units(size, encoding);
    if (width > left) break;
    left -= width;
    offset += static_cast<uint32_t>(size);
    rest.remove_prefix(size);
  }
  return offset;
}

Position LineIndex::position(uint32_t offset, PositionEncoding encoding) const {
  offset = std::min(offset, static_cast<uint32_t>(text_.size()));
  const auto next = std::ranges::upper_bound(starts_, offset);
  const auto number = static_cast<uint32_t>(next - starts_.begin()) - 1;
  // An offset inside CRLF belongs to the end of the line.
  const std::string_view content = line(number);
  size_t bytes = std::min<size_t>(offset - starts_[number], content.size());
  if (encoding == PositionEncoding::Utf8) return {number, static_cast<uint32_t>(bytes)};
  std::string_view before = content.substr(0, bytes);
  uint32_t character = 0;
  while (!before.empty()) {
    const size_t size = code_point_size(before);
    character += units(size, encoding);
    before.remove_prefix(size);
  }
  return {number, character};
}

Range LineIndex::range(syntax::Span span, PositionEncoding encoding) const {
  return {position(span.begin, encoding), position(span.end, encoding)};
}

syntax::Span LineIndex::span(Range range, PositionEncoding encoding) const {
  const uint32_t a = offset(range.start, encoding), b = offset(range.end, encoding);
  return {std::min(a, b), std::max(a, b)};
}

}  // namespace nilas::lsp
