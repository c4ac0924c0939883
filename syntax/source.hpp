#pragma once
// A text and its lines: byte offsets against lines and columns.
//
// A line ends with LF, CRLF or a lone CR: so say LSP 3.17 ("Position") and C++ Nix alike. The text
// may hold anything: the byte 0 is a character, and each byte that is no part of valid UTF-8 counts
// as one character in every encoding, as editors show it as one U+FFFD.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "syntax/ast.hpp"

namespace nilas::syntax {

/// A text above this size is refused before parsing (DiagnosticId::SourceTooLarge), so that memory
/// stays bounded: an Ast takes up to 30 bytes for a byte of text. The largest file of nixpkgs,
/// hackage-packages.nix, has 15 MB.
inline constexpr size_t kMaxSourceBytes = size_t{24} << 20;

/// Above this size broken text gets no tree: tree-sitter needs 150 bytes and 1 us for a byte of
/// dense text.
inline constexpr size_t kMaxTreeBytes = size_t{4} << 20;

/// What columns count.
enum class Encoding : uint8_t { Utf8, Utf16, Utf32 };

/// Both from 0.
struct LineColumn {
  uint32_t line = 0;
  uint32_t column = 0;
  friend bool operator==(const LineColumn&, const LineColumn&) = default;
};

class Source {
 public:
  /// O(bytes). The text is shared, not copied.
  explicit Source(std::shared_ptr<const std::string> text);
  explicit Source(std::string text)
      : Source(std::make_shared<const std::string>(std::move(text))) {}

  std::string_view text() const { return *text_; }
  uint32_t line_count() const { return static_cast<uint32_t>(starts_.size()); }

  /// A line without its end; empty beyond the last one. O(length of the line).
  std::string_view line(uint32_t number) const;

  /// An offset inside a character means its beginning; one beyond the end, the end.
  /// O(log lines + length of the line), O(log lines) for UTF-8.
  LineColumn position(uint32_t offset, Encoding encoding = Encoding::Utf8) const;

  /// The offset of a position. A column beyond the end of its line means the line's end, a line
  /// beyond the last one the end of the text, a column inside a character its beginning.
  uint32_t offset(LineColumn position, Encoding encoding = Encoding::Utf8) const;

 private:
  std::shared_ptr<const std::string> text_;
  std::vector<uint32_t> starts_;
};

/// How many bytes the character at the beginning of `text` (not empty) takes; 1 if it is not valid
/// UTF-8 (also for surrogates, overlong forms and what lies above U+10FFFF).
uint32_t character_size(std::string_view text);

}  // namespace nilas::syntax
