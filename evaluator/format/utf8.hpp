#pragma once
// What may follow in well-formed UTF-8 (Unicode standard, table 3-7).

#include <cstdint>

namespace nilas::eval {

/// Recognises UTF-8 byte by byte.
struct Utf8State {
  uint8_t missing = 0;              ///< continuation bytes still to come
  uint8_t low = 0x80, high = 0xbf;  ///< what the next of them may be

  /// Takes one byte; false if it cannot stand there.
  bool take(uint8_t byte) {
    if (missing > 0) {
      if (byte < low || byte > high) return false;
      --missing;
      low = 0x80;
      high = 0xbf;
      return true;
    }
    if (byte < 0x80) return true;
    if (byte < 0xc2 || byte > 0xf4) return false;
    missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte == 0xe0) low = 0xa0;   // no overlong forms
    if (byte == 0xed) high = 0x9f;  // no surrogates
    if (byte == 0xf0) low = 0x90;
    if (byte == 0xf4) high = 0x8f;  // nothing above U+10FFFF
    return true;
  }
};

}  // namespace nilas::eval
