#pragma once
// Tokens of JSON (RFC 8259), with the error messages and positions of nlohmann's library, which C++ Nix uses: a position
// counts the characters read so far, the end of the input included, and "last read" starts at the last string or number.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nilas::eval::json {

enum class Token : uint8_t {
  True,
  False,
  Null,
  String,
  Unsigned,
  Signed,
  Float,
  BeginArray,
  BeginObject,
  EndArray,
  EndObject,
  NameSeparator,
  ValueSeparator,
  Error,
  End,
};

/// As messages name it: "'['", "number literal".
std::string_view name_of(Token token);

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
  static constexpr int kEnd = -1;

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

}  // namespace nilas::eval::json
