#include "lsp/commands/terminal_text.hpp"

namespace nilas::lsp {
namespace {

constexpr size_t kTabWidth = 8;
constexpr char kEscape = '\x1b';
constexpr char kBell = '\a';

bool in(char c, char first, char last) {
  return c >= first && c <= last;
}

/// Length of the escape sequence that `text` starts with.
size_t escape_sequence(std::string_view text) {
  size_t i = 1;
  const auto skip = [&](char first, char last) {
    while (i < text.size() && in(text[i], first, last))
      ++i;
  };
  if (i == text.size()) return i;
  if (text[i] == '[') {
    ++i;
    skip('0', '?');  // parameters
    skip(' ', '/');
    if (i < text.size() && in(text[i], '@', '~')) ++i;
  } else if (text[i] == ']') {
    // Of a terminal's operating system, as for links: up to a bell, or an escape and a backslash.
    i = text.find_first_of("\x1b\a", i);
    if (i == text.npos) return text.size();
    const bool two = text[i] == kEscape && i + 1 < text.size() && text[i + 1] == '\\';
    i += two ? 2 : 1;
  } else if (in(text[i], '@', '_')) {
    ++i;
  }
  return i;
}

}  // namespace

std::string terminal_text(std::string_view text) {
  constexpr std::string_view kSpecial = "\t\r\a\x1b";
  if (text.find_first_of(kSpecial) == text.npos) return std::string(text);
  std::string out;
  size_t column = 0;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == kEscape) {
      i += escape_sequence(text.substr(i));
      continue;
    }
    ++i;
    if (c == '\r' || c == kBell) continue;
    if (c == '\t') {
      const size_t spaces = kTabWidth - column % kTabWidth;
      out.append(spaces, ' ');
      column += spaces;
      continue;
    }
    out += c;
    const bool continued = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    const bool control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    if (!continued && !control) ++column;
  }
  return out;
}

}  // namespace nilas::lsp
