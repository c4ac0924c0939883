#include "evaluator/format/json_lexer.hpp"

#include <charconv>
#include <cstdlib>

#include "evaluator/format/utf8.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval::json {

std::string_view name_of(Token token) {
  switch (token) {
    case Token::True: return "true literal";
    case Token::False: return "false literal";
    case Token::Null: return "null literal";
    case Token::String: return "string literal";
    case Token::Unsigned:
    case Token::Signed:
    case Token::Float: return "number literal";
    case Token::BeginArray: return "'['";
    case Token::BeginObject: return "'{'";
    case Token::EndArray: return "']'";
    case Token::EndObject: return "'}'";
    case Token::NameSeparator: return "':'";
    case Token::ValueSeparator: return "','";
    case Token::Error: return "<parse error>";
    case Token::End: return "end of input";
  }
  return {};
}

namespace {

std::string code_point_name(unsigned c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'U', '+', '0', '0', kDigits[c >> 4], kDigits[c & 15]};
}

}  // namespace

std::string Lexer::last_read() const {
  std::string shown;
  for (const char c : text_.substr(start_, std::min(at_, text_.size()) - start_)) {
    if (static_cast<uint8_t>(c) < 0x20) {
      shown += cat("<", code_point_name(static_cast<uint8_t>(c)), ">");
    } else {
      shown += c;
    }
  }
  return shown;
}

std::string Lexer::position() const {
  const std::string_view before = text_.substr(0, std::min(at_, text_.size()));
  const size_t newline = before.rfind('\n');
  const size_t column = newline == std::string_view::npos ? at_ : at_ - newline - 1;
  return cat("line ", 1 + std::ranges::count(before, '\n'), ", column ", column);
}

bool Lexer::skip_bom() {
  if (get() == 0xef) return get() == 0xbb && get() == 0xbf;
  unget();
  return true;
}

Token Lexer::scan() {
  if (at_ == 0 && !skip_bom()) return fail("invalid BOM; must be 0xEF 0xBB 0xBF if given");
  int c;
  do {
    c = get();
  } while (c == ' ' || c == '\t' || c == '\n' || c == '\r');
  switch (c) {
    case '[': return Token::BeginArray;
    case ']': return Token::EndArray;
    case '{': return Token::BeginObject;
    case '}': return Token::EndObject;
    case ':': return Token::NameSeparator;
    case ',': return Token::ValueSeparator;
    case 't': return scan_literal("rue", Token::True);
    case 'f': return scan_literal("alse", Token::False);
    case 'n': return scan_literal("ull", Token::Null);
    case '"': return scan_string();
    case '\0':
    case kEnd: return Token::End;
    default:
      if (c == '-' || (c >= '0' && c <= '9')) return scan_number(c);
      return fail("invalid literal");
  }
}

Token Lexer::scan_literal(std::string_view rest, Token token) {
  for (const char c : rest) {
    if (get() != c) return fail("invalid literal");
  }
  return token;
}

// --- Strings ---------------------------------------------------------------------------------------------------------

Token Lexer::scan_string() {
  start_ = at_ - 1;
  string.clear();
  Utf8State utf8;
  for (;;) {
    const int c = get();
    if (utf8.missing > 0 || c >= 0x80) {
      if (c == kEnd || !utf8.take(static_cast<uint8_t>(c))) {
        return fail("invalid string: ill-formed UTF-8 byte");
      }
      string += static_cast<char>(c);
      continue;
    }
    if (c == kEnd) return fail("invalid string: missing closing quote");
    if (c == '"') return Token::String;
    if (c < 0x20) return scan_control_error(c);
    if (c != '\\') {
      string += static_cast<char>(c);
    } else if (scan_escape() == Token::Error) {
      return Token::Error;
    }
  }
}

Token Lexer::scan_control_error(int c) {
  constexpr std::string_view kNames[] = {"NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL",
                                         "BS",  "HT",  "LF",  "VT",  "FF",  "CR",  "SO",  "SI",
                                         "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB",
                                         "CAN", "EM",  "SUB", "ESC", "FS",  "GS",  "RS",  "US"};
  const std::string code = code_point_name(static_cast<unsigned>(c));
  std::string message = cat("invalid string: control character ", code, " (", kNames[c],
                            ") must be escaped to \\u", code.substr(2));
  constexpr std::string_view kShort = "\b\t\n\f\r";
  constexpr std::string_view kLetters = "btnfr";
  const size_t escape = kShort.find(static_cast<char>(c));
  if (escape != std::string_view::npos) message += cat(" or \\", kLetters[escape]);
  return fail(message);
}

Token Lexer::scan_escape() {
  constexpr std::string_view kLowSurrogate =
      "invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF";
  constexpr std::string_view kHex = "invalid string: '\\u' must be followed by 4 hex digits";
  switch (const int c = get()) {
    case '"':
    case '\\':
    case '/': string += static_cast<char>(c); break;
    case 'b': string += '\b'; break;
    case 'f': string += '\f'; break;
    case 'n': string += '\n'; break;
    case 'r': string += '\r'; break;
    case 't': string += '\t'; break;
    case 'u': {
      const auto first = scan_hex4();
      if (!first) return fail(kHex);
      unsigned code_point = *first;
      if (code_point >= 0xd800 && code_point <= 0xdbff) {
        if (get() != '\\' || get() != 'u') return fail(kLowSurrogate);
        const auto second = scan_hex4();
        if (!second) return fail(kHex);
        if (*second < 0xdc00 || *second > 0xdfff) return fail(kLowSurrogate);
        code_point = 0x10000 + ((code_point - 0xd800) << 10) + (*second - 0xdc00);
      } else if (code_point >= 0xdc00 && code_point <= 0xdfff) {
        return fail("invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF");
      }
      append_utf8(code_point);
      break;
    }
    default: return fail("invalid string: forbidden character after backslash");
  }
  return Token::String;
}

std::optional<unsigned> Lexer::scan_hex4() {
  unsigned value = 0;
  for (int i = 0; i < 4; ++i) {
    const int c = get();
    if (c >= '0' && c <= '9')
      value = value * 16 + static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      value = value * 16 + static_cast<unsigned>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      value = value * 16 + static_cast<unsigned>(c - 'A' + 10);
    else
      return std::nullopt;
  }
  return value;
}

void Lexer::append_utf8(unsigned c) {
  const auto add = [&](unsigned byte) { string += static_cast<char>(byte); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xc0 | c >> 6);
    add(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    add(0xe0 | c >> 12);
    add(0x80 | (c >> 6 & 0x3f));
    add(0x80 | (c & 0x3f));
  } else {
    add(0xf0 | c >> 18);
    add(0x80 | (c >> 12 & 0x3f));
    add(0x80 | (c >> 6 & 0x3f));
    add(0x80 | (c & 0x3f));
  }
}

// --- Numbers ---------------------------------------------------------------------------------------------------------

Token Lexer::scan_number(int first) {
  const auto is_digit = [](int c) { return c >= '0' && c <= '9'; };
  start_ = at_ - 1;
  int c = first;
  if (c == '-') {
    c = get();
    if (!is_digit(c)) return fail("invalid number; expected digit after '-'");
  }
  bool is_float = false;
  if (c == '0')
    c = get();
  else
    do
      c = get();
    while (is_digit(c));
  if (c == '.') {
    is_float = true;
    c = get();
    if (!is_digit(c)) return fail("invalid number; expected digit after '.'");
    while (is_digit(c))
      c = get();
  }
  if (c == 'e' || c == 'E') {
    is_float = true;
    c = get();
    if (c == '+' || c == '-') {
      c = get();
      if (!is_digit(c)) return fail("invalid number; expected digit after exponent sign");
    } else if (!is_digit(c)) {
      return fail("invalid number; expected '+', '-', or digit after exponent");
    }
    while (is_digit(c))
      c = get();
  }
  unget();
  return classify_number(is_float);
}

// What does not fit into 64 bits is a float.
Token Lexer::classify_number(bool is_float) {
  const std::string_view text = number_text();
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (!is_float) {
    if (text.front() == '-') {
      if (std::from_chars(begin, end, signed_value).ec == std::errc()) return Token::Signed;
    } else if (std::from_chars(begin, end, unsigned_value).ec == std::errc()) {
      return Token::Unsigned;
    }
  }
  float_value = std::strtod(std::string(text).c_str(), nullptr);
  return Token::Float;
}

}  // namespace nilas::eval::json
