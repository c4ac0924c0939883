#include "syntax/source.hpp"

#include <algorithm>
#include <cstring>

namespace nilas::syntax {
namespace {

uint32_t units(uint32_t bytes, Encoding encoding) {
  switch (encoding) {
    case Encoding::Utf8: return bytes;
    case Encoding::Utf16: return bytes == 4 ? 2 : 1;  // beyond U+FFFF: a surrogate pair
    case Encoding::Utf32: return 1;
  }
  return 1;
}

}  // namespace

uint32_t character_size(std::string_view text) {
  const auto byte = [&](size_t i) -> uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto follows = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint32_t lead = byte(0), second = byte(1);
  if (lead >= 0xc2 && lead <= 0xdf && follows(1)) return 2;
  if (lead >= 0xe0 && lead <= 0xef && follows(1) && follows(2)) {
    const bool overlong = lead == 0xe0 && second < 0xa0;
    const bool surrogate = lead == 0xed && second >= 0xa0;
    return overlong || surrogate ? 1 : 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4 && follows(1) && follows(2) && follows(3)) {
    const bool overlong = lead == 0xf0 && second < 0x90;
    const bool beyond = lead == 0xf4 && second >= 0x90;
    return overlong || beyond ? 1 : 4;
  }
  return 1;
}

namespace {

// How many bytes at the beginning of `text` are ASCII, a word at a time: at least all but seven of them. Lines mostly are,
// and then columns are bytes in every encoding.
size_t ascii_prefix(std::string_view text) {
  size_t i = 0;
  for (; i + sizeof(uint64_t) <= text.size(); i += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, sizeof word);
    if ((word & 0x8080808080808080ULL) != 0) break;
  }
  return i;
}

}  // namespace

Source::Source(std::shared_ptr<const std::string> shared) : text_(std::move(shared)), starts_{0} {
  const std::string_view text = *text_;
  // Each edit comes here: a search for one byte is many times as fast as one for two.
  const bool returns = text.contains('\r');
  const auto next_end = [&](size_t from) {
    return returns ? text.find_first_of("\r\n", from) : text.find('\n', from);
  };
  for (size_t i = next_end(0); i != std::string_view::npos; i = next_end(i)) {
    i += text.substr(i).starts_with("\r\n") ? 2 : 1;
    starts_.push_back(static_cast<uint32_t>(i));
  }
}

std::string_view Source::line(uint32_t number) const {
  if (number >= line_count()) return {};
  const std::string_view rest = text().substr(starts_[number]);
  return rest.substr(0, rest.find_first_of("\r\n"));
}

LineColumn Source::position(uint32_t offset, Encoding encoding) const {
  offset = std::min(offset, static_cast<uint32_t>(text().size()));
  const auto next = std::ranges::upper_bound(starts_, offset);
  const auto number = static_cast<uint32_t>(next - starts_.begin() - 1);
  const uint32_t start = starts_[number];
  if (encoding == Encoding::Utf8) return {number, offset - start};
  auto column = static_cast<uint32_t>(ascii_prefix(text().substr(start, offset - start)));
  for (uint32_t i = start + column; i < offset;) {
    const uint32_t size = character_size(text().substr(i));
    if (i + size > offset) break;
    column += units(size, encoding);
    i += size;
  }
  return {number, column};
}

uint32_t Source::offset(LineColumn position, Encoding encoding) const {
  if (position.line >= line_count()) return static_cast<uint32_t>(text().size());
  const std::string_view line = this->line(position.line);
  size_t i = ascii_prefix(line.substr(0, position.column));
  auto column = static_cast<uint32_t>(i);
  while (i < line.size()) {
    const uint32_t size = character_size(line.substr(i));
    column += units(size, encoding);
    if (column > position.column) break;
    i += size;
  }
  return starts_[position.line] + static_cast<uint32_t>(i);
}

}  // namespace nilas::syntax
