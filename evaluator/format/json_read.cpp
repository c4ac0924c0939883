// A reader of JSON (RFC 8259) whose error messages and positions are those of nlohmann's library, which C++ Nix uses: a
// position counts the characters read so far, the end of the input included, and "last read" starts at the last string or
// number.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <vector>

#include "evaluator/builtins/support.hpp"
#include "evaluator/format/json.hpp"
#include "evaluator/format/utf8.hpp"

namespace nilas::eval {

namespace {

constexpr int kEnd = -1;

enum class Token : uint8_t {
  True, False, Null, String, Unsigned, Signed, Float,
  BeginArray, BeginObject, EndArray, EndObject, NameSeparator, ValueSeparator,
  Error, End,
};

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

std::string code_point_name(unsigned c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'U', '+', '0', '0', kDigits[c >> 4], kDigits[c & 15]};
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token scan();

  std::string string;  ///< of the last String
  uint64_t unsigned_value = 0;
  int64_t signed_value = 0;
  double float_value = 0;

  std::string_view error() const { return error_; }
  size_t read() const { return at_; }
  /// Bytes since the start of the last string or number, control characters made visible.
  std::string last_read() const;
  /// "line 1, column 2"
  std::string position() const;
  std::string_view number_text() const { return text_.substr(start_, at_ - start_); }

 private:
  int get() {
    const int c = at_ < text_.size() ? static_cast<uint8_t>(text_[at_]) : kEnd;
    ++at_;
    return c;
  }
  void unget() { --at_; }
  Token fail(std::string_view message) {
    error_ = message;
    return Token::Error;
  }
  bool skip_bom();
  Token scan_literal(std::string_view rest, Token token);
  Token scan_string();
  Token scan_control_error(int c);
  Token scan_escape();
  std::optional<unsigned> scan_hex4();
  Token scan_number(int first);
  Token classify_number(bool is_float);
  void append_utf8(unsigned code_point);

  std::string_view text_;
  size_t at_ = 0;  // characters read; one past the text after its end was read
  size_t start_ = 0;
  std::string error_;
};

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
  constexpr std::string_view kNames[] = {
      "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS",  "HT",  "LF",
      "VT",  "FF",  "CR",  "SO",  "SI",  "DLE", "DC1", "DC2", "DC3", "DC4", "NAK",
      "SYN", "ETB", "CAN", "EM",  "SUB", "ESC", "FS",  "GS",  "RS",  "US"};
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
    if (c >= '0' && c <= '9') value = value * 16 + static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f') value = value * 16 + static_cast<unsigned>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F') value = value * 16 + static_cast<unsigned>(c - 'A' + 10);
    else return std::nullopt;
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
  if (c == '0') c = get();
  else do c = get(); while (is_digit(c));
  if (c == '.') {
    is_float = true;
    c = get();
    if (!is_digit(c)) return fail("invalid number; expected digit after '.'");
    while (is_digit(c)) c = get();
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
    while (is_digit(c)) c = get();
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

// --- Values ----------------------------------------------------------------------------------------------------------

/// Builds values bottom-up. Nothing runs meanwhile, so nothing is rooted.
class Reader {
 public:
  Reader(Vm& vm, std::string_view text) : vm_(vm), lexer_(text) {}
  Value read();

 private:
  struct Container {
    bool is_object;
    size_t first;  // of its values in values_
    size_t first_name;
  };

  void next() { token_ = lexer_.scan(); }
  Value scalar();
  Value make_number();
  Value close();
  void read_name();
  [[noreturn]] void fail(std::string_view context, std::string_view expected);
  [[noreturn]] void fail_raw(std::string_view message);

  Vm& vm_;
  Lexer lexer_;
  Token token_ = Token::End;
  std::vector<Container> open_;
  std::vector<Value> values_;
  std::vector<Symbol> names_;
};

void Reader::fail_raw(std::string_view message) {
  throw EvalError(ErrorKind::Other, cat("[json.exception.parse_error.101] parse error at ",
                                        lexer_.position(), ": ", message));
}

void Reader::fail(std::string_view context, std::string_view expected) {
  std::string message = cat("syntax error while parsing ", context, " - ");
  if (token_ == Token::Error) {
    message += cat(lexer_.error(), "; last read: '", lexer_.last_read(), "'");
  } else {
    message += cat("unexpected ", name_of(token_));
  }
  if (!expected.empty()) message += cat("; expected ", expected);
  fail_raw(message);
}

/// A name and its colon; `token_` should be the name.
void Reader::read_name() {
  if (token_ != Token::String) fail("object key", name_of(Token::String));
  builtins::refuse_nul(lexer_.string);
  names_.push_back(vm_.symbols.intern(lexer_.string));
  next();
  if (token_ != Token::NameSeparator) fail("object separator", name_of(Token::NameSeparator));
  next();
}

Value Reader::make_number() {
  if (token_ == Token::Signed) return vm_.make_int(lexer_.signed_value);
  if (token_ == Token::Unsigned) {
    if (lexer_.unsigned_value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      throw EvalError(ErrorKind::Other, cat("unsigned json number ", lexer_.unsigned_value,
                                            " outside of Nix integer range"));
    }
    return vm_.make_int(static_cast<int64_t>(lexer_.unsigned_value));
  }
  if (!std::isfinite(lexer_.float_value)) {
    throw EvalError(ErrorKind::Other, cat("[json.exception.out_of_range.406] number overflow parsing '",
                                          lexer_.number_text(), "'"));
  }
  return vm_.make_float(lexer_.float_value);
}

Value Reader::scalar() {
  switch (token_) {
    case Token::True: return Value::boolean(true);
    case Token::False: return Value::boolean(false);
    case Token::Null: return Value::null();
    case Token::String:
      builtins::refuse_nul(lexer_.string);
      return vm_.make_string(lexer_.string);
    case Token::Unsigned:
    case Token::Signed:
    case Token::Float: return make_number();
    case Token::Error: fail("value", "");
    case Token::End:
      if (lexer_.read() == 1) {
        fail_raw(
            "attempting to parse an empty input; check that your input string or stream contains "
            "the expected JSON");
      }
      [[fallthrough]];
    default: fail("value", "'[', '{', or a literal");
  }
}

Value Reader::close() {
  const Container container = open_.back();
  open_.pop_back();
  Value result;
  if (container.is_object) {
    AttrsBuilder attrs(vm_, values_.size() - container.first);
    for (size_t i = 0; container.first + i < values_.size(); ++i) {
      attrs.add(names_[container.first_name + i], values_[container.first + i]);
    }
    names_.resize(container.first_name);
    result = attrs.finish();
  } else {
    result = builtins::make_list(vm_, std::span(values_).subspan(container.first));
  }
  values_.resize(container.first);
  return result;
}

Value Reader::read() {
  next();
  for (;;) {
    // A value starts here.
    Value value;
    if (token_ == Token::BeginArray || token_ == Token::BeginObject) {
      const bool is_object = token_ == Token::BeginObject;
      open_.push_back({is_object, values_.size(), names_.size()});
      next();
      if (token_ != (is_object ? Token::EndObject : Token::EndArray)) {
        if (is_object) read_name();
        continue;
      }
      value = close();
    } else {
      value = scalar();
    }
    // A value ended here, and perhaps the containers around it.
    for (;;) {
      next();
      if (open_.empty()) {
        if (token_ != Token::End) fail("value", name_of(Token::End));
        return value;
      }
      const bool is_object = open_.back().is_object;
      values_.push_back(value);
      if (token_ == Token::ValueSeparator) {
        next();
        if (is_object) read_name();
        break;
      }
      const Token end = is_object ? Token::EndObject : Token::EndArray;
      if (token_ != end) fail(is_object ? "object" : "array", name_of(end));
      value = close();
    }
  }
}

}  // namespace

Value from_json(Vm& vm, std::string_view text) {
  try {
    return Reader(vm, text).read();
  } catch (EvalError& error) {
    if (error.data().message.starts_with("[json")) error.trace("while decoding a JSON string");
    throw;
  }
}

}  // namespace nilas::eval
