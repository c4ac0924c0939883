#include "syntax/lexer.hpp"

#include <array>

namespace nilas::syntax {
namespace {

enum CharClass : uint8_t {
  kPathChar = 1,  // [a-zA-Z0-9._+-]
  kIdStart = 2,   // [a-zA-Z_]
  kIdChar = 4,    // [a-zA-Z0-9_'-]
  kUrlChar = 8,   // what may follow the colon of a URL
  kDigit = 16,
  kSpace = 32,  // [ \t\r\n]
  kLetter = 64,
};

constexpr auto kClasses = [] {
  std::array<uint8_t, 256> table{};
  const auto mark = [&](std::string_view chars, int classes) {
    for (const char c : chars)
      table[static_cast<unsigned char>(c)] |= static_cast<uint8_t>(classes);
  };
  for (int i = 0; i < 26; ++i) {
    for (const int c : {'a' + i, 'A' + i}) {
      table[static_cast<size_t>(c)] = kPathChar | kIdStart | kIdChar | kUrlChar | kLetter;
    }
  }
  mark("0123456789", kPathChar | kIdChar | kUrlChar | kDigit);
  mark("_", kPathChar | kIdStart | kIdChar | kUrlChar);
  mark("-", kPathChar | kIdChar | kUrlChar);
  mark("'", kIdChar | kUrlChar);
  mark(".+", kPathChar | kUrlChar);
  mark("%/?:@&=$,!~*", kUrlChar);
  mark(" \t\r\n", kSpace);
  return table;
}();

bool is(unsigned char c, CharClass k) {
  return (kClasses[c] & k) != 0;
}

Token keyword(std::string_view name) {
  switch (name.size()) {
    case 2:
      if (name == "if") return Token::If;
      if (name == "in") return Token::In;
      if (name == "or") return Token::OrKeyword;
      break;
    case 3:
      if (name == "let") return Token::Let;
      if (name == "rec") return Token::Rec;
      break;
    case 4:
      if (name == "then") return Token::Then;
      if (name == "else") return Token::Else;
      if (name == "with") return Token::With;
      break;
    case 6:
      if (name == "assert") return Token::Assert;
      break;
    case 7:
      if (name == "inherit") return Token::Inherit;
      break;
  }
  return Token::Id;
}

}  // namespace

Lexeme Lexer::make(Token token, uint32_t size) {
  matched(size);
  return {.token = token, .span = last_};
}

Lexeme Lexer::enter(Mode mode, Token token, uint32_t size) {
  modes_.push_back(mode);
  return make(token, size);
}

Lexeme Lexer::next() {
  switch (mode()) {
    case Mode::String: return next_string();
    case Mode::IndString: return next_ind_string();
    case Mode::InPath:
    case Mode::InPathSlash: return next_in_path();
    case Mode::Initial:
    case Mode::Default: break;
  }
  return next_default();
}

// White space and comments. A doc comment stays in force over plain comments, until a token comes.
void Lexer::skip_trivia() {
  doc_ = {};
  for (;;) {
    const uint32_t begin = position_;
    const unsigned char c = at(begin);
    uint32_t end = begin;
    if (is(c, kSpace)) {
      while (is(at(end), kSpace))
        ++end;
    } else if (c == '#') {
      while (end < text_.size() && text_[end] != '\n' && text_[end] != '\r')
        ++end;
    } else if (c == '/' && at(begin + 1) == '*') {
      const size_t close = text_.find("*/", begin + 2);
      if (close == std::string_view::npos) return;
      end = static_cast<uint32_t>(close) + 2;
      // `/**/` and `/***` open plain comments.
      const bool doc = at(begin + 2) == '*' && at(begin + 3) != '/' && at(begin + 3) != '*';
      if (doc) doc_ = {begin, end};
    } else {
      return;
    }
    matched(end - begin);
  }
}

// The end of the run of path characters that `begin` lies in (`begin` itself if it is none).
uint32_t Lexer::run_end(uint32_t begin) {
  if (begin < run_begin_ || begin >= run_end_) {
    uint32_t end = begin;
    last_underscore_ = 0;
    for (; is(at(end), kPathChar); ++end) {
      if (text_[end] == '_') last_underscore_ = end + 1;
    }
    run_begin_ = begin;
    run_end_ = end;
  }
  return run_end_;
}

// The size of a path `a/b`, `a/b/` at `begin`; 0 if there is none.
uint32_t Lexer::path_size(uint32_t begin) {
  uint32_t end = run_end(begin);
  if (at(end) != '/' || !is(at(end + 1), kPathChar)) return 0;
  while (at(end) == '/' && is(at(end + 1), kPathChar)) {
    ++end;
    while (is(at(end), kPathChar))
      ++end;
  }
  if (at(end) == '/') ++end;
  return end - begin;
}

// The size of `scheme:rest` at `begin`, a letter; 0 if there is none.
uint32_t Lexer::url_size(uint32_t begin) {
  uint32_t end = run_end(begin);
  if (at(end) != ':' || last_underscore_ > begin || !is(at(end + 1), kUrlChar)) return 0;
  ++end;
  while (is(at(end), kUrlChar))
    ++end;
  return end - begin;
}

// The size of `<a/b>` at `begin`; 0 if there is none.
uint32_t Lexer::search_path_size(uint32_t begin) const {
  uint32_t end = begin + 1;
  for (;;) {
    const uint32_t segment = end;
    while (is(at(end), kPathChar))
      ++end;
    if (end == segment) return 0;
    if (at(end) == '>') return end + 1 - begin;
    if (at(end) != '/') return 0;
    ++end;
  }
}

// The size of the number at `begin` (a digit, or a dot before a digit) and its kind.
uint32_t Lexer::number_size(uint32_t begin, Token& token) const {
  uint32_t end = begin;
  while (is(at(end), kDigit))
    ++end;
  token = Token::Int;
  if (at(end) != '.') return end - begin;
  // A float is `[1-9][0-9]*.[0-9]*` or `0?.[0-9]+`: `00.5` is the integer 00 and the float .5.
  const bool leading = end > begin && text_[begin] != '0';
  const bool zero = end == begin || (end == begin + 1 && text_[begin] == '0');
  if (!leading && !(zero && is(at(end + 1), kDigit))) return end - begin;
  token = Token::Float;
  ++end;
  while (is(at(end), kDigit))
    ++end;
  if (at(end) == 'e' || at(end) == 'E') {
    const uint32_t digits = end + 1 + (at(end + 1) == '+' || at(end + 1) == '-');
    if (is(at(digits), kDigit)) {
      end = digits;
      while (is(at(end), kDigit))
        ++end;
    }
  }
  return end - begin;
}

Lexeme Lexer::hole() {
  const Span hole = holes_.front();
  holes_ = holes_.subspan(1);
  next_hole_ = holes_.empty() ? UINT32_MAX : holes_.front().begin;
  matched(hole.end - hole.begin);
  return {.token = Token::Damaged, .span = hole};
}

Lexeme Lexer::next_default() {
  skip_trivia();
  const uint32_t begin = position_;
  if (begin == next_hole_) [[unlikely]]
    return hole();
  if (begin >= text_.size()) return end_of_file();
  const unsigned char c = at(begin);

  if (is(c, kPathChar) || c == '/') {
    const uint32_t end = run_end(begin);
    if (at(end) == '/') {
      if (const uint32_t size = path_size(begin)) {
        const bool slash = text_[begin + size - 1] == '/';
        return enter(slash ? Mode::InPathSlash : Mode::InPath, Token::Path, size);
      }
      if (at(end + 1) == '$' && at(end + 2) == '{') {
        return enter(Mode::InPathSlash, Token::Path, end + 1 - begin);
      }
    }
    if (is(c, kIdStart)) {
      if (is(c, kLetter)) {
        if (const uint32_t size = url_size(begin)) return make(Token::Uri, size);
      }
      uint32_t id_end = begin + 1;
      while (is(at(id_end), kIdChar))
        ++id_end;
      return make(keyword(text_.substr(begin, id_end - begin)), id_end - begin);
    }
    if (is(c, kDigit) || (c == '.' && is(at(begin + 1), kDigit))) {
      Token token;
      const uint32_t size = number_size(begin, token);
      return make(token, size);
    }
  }
  if (c == '~' && at(begin + 1) == '/') {
    if (const uint32_t size = path_size(begin + 1); size && is(at(begin + 2), kPathChar)) {
      const bool slash = text_[begin + size] == '/';
      return enter(slash ? Mode::InPathSlash : Mode::InPath, Token::HomePath, size + 1);
    }
    if (at(begin + 2) == '$' && at(begin + 3) == '{') {
      return enter(Mode::InPathSlash, Token::HomePath, 2);
    }
  }
  return operator_token();
}

Lexeme Lexer::operator_token() {
  const unsigned char c = at(position_), d = at(position_ + 1);
  switch (c) {
    case 0: return make(Token::End, 1);
    case '.':
      if (d == '.' && at(position_ + 2) == '.') return make(Token::Ellipsis, 3);
      return make(Token::Dot, 1);
    case '=': return d == '=' ? make(Token::Equal, 2) : make(Token::Assign, 1);
    case '!': return d == '=' ? make(Token::NotEqual, 2) : make(Token::Bang, 1);
    case '<':
      if (const uint32_t size = search_path_size(position_)) return make(Token::SearchPath, size);
      if (d == '=') return make(Token::LessEqual, 2);
      return d == '|' ? make(Token::PipeLeft, 2) : make(Token::Less, 1);
    case '>': return d == '=' ? make(Token::MoreEqual, 2) : make(Token::More, 1);
    case '&': return d == '&' ? make(Token::And, 2) : make(Token::Invalid, 1);
    case '|':
      if (d == '|') return make(Token::Or, 2);
      return d == '>' ? make(Token::PipeRight, 2) : make(Token::Invalid, 1);
    case '-': return d == '>' ? make(Token::Implies, 2) : make(Token::Minus, 1);
    case '/': return d == '/' ? make(Token::Update, 2) : make(Token::Slash, 1);
    case '+': return d == '+' ? make(Token::Concat, 2) : make(Token::Plus, 1);
    case '*': return make(Token::Star, 1);
    case '?': return make(Token::Question, 1);
    case ':': return make(Token::Colon, 1);
    case '@': return make(Token::At, 1);
    case ';': return make(Token::Semicolon, 1);
    case ',': return make(Token::Comma, 1);
    case '(': return make(Token::LeftParen, 1);
    case ')': return make(Token::RightParen, 1);
    case '[': return make(Token::LeftBracket, 1);
    case ']': return make(Token::RightBracket, 1);
    case '{': return enter(Mode::Default, Token::LeftBrace, 1);
    case '}': pop(); return make(Token::RightBrace, 1);
    case '$':
      return d == '{' ? enter(Mode::Default, Token::DollarCurly, 2) : make(Token::Invalid, 1);
    case '"': return enter(Mode::String, Token::Quote, 1);
    case '\'': {
      if (d != '\'') return make(Token::Invalid, 1);
      // Spaces and the line end right after the opening quotes belong to them.
      uint32_t end = position_ + 2;
      while (at(end) == ' ')
        ++end;
      return enter(Mode::IndString, Token::IndOpen, at(end) == '\n' ? end + 1 - position_ : 2);
    }
    default: return make(Token::Invalid, 1);
  }
}

// One run of text, with its escapes, up to the closing quote or `${`. What is cut off by the end
// of the file is no text: C++ Nix then sees the end of the file.
Lexeme Lexer::next_string() {
  doc_ = {};
  uint32_t end = position_;
  const auto size = static_cast<uint32_t>(text_.size());
  while (end < size) {
    const char c = text_[end];
    if (c == '"') break;
    if (c == '\\') {
      if (end + 1 >= size) break;
      end += 2;
    } else if (c == '$') {
      if (end + 1 >= size) break;
      const char d = text_[end + 1];
      if (d == '{') break;
      if (d == '\\' && end + 2 >= size) break;
      end += d == '"' ? 1 : d == '\\' ? 3 : 2;
    } else {
      ++end;
    }
  }
  if (end > position_) return make(Token::Str, end - position_);
  if (end >= size) return end_of_file();
  if (text_[end] == '"') {
    pop();
    return make(Token::Quote, 1);
  }
  if (text_[end] == '$' && at(end + 1) == '{') return enter(Mode::Default, Token::DollarCurly, 2);
  return make(Token::End, size - end);
}

Lexeme Lexer::next_ind_string() {
  doc_ = {};
  const auto size = static_cast<uint32_t>(text_.size());
  uint32_t end = position_;
  while (end < size) {
    const char c = text_[end];
    if (c == '$') {
      if (end + 1 >= size || text_[end + 1] == '{' || text_[end + 1] == '\'') break;
      end += 2;
    } else if (c == '\'') {
      if (end + 1 >= size || text_[end + 1] == '\'' || text_[end + 1] == '$') break;
      end += 2;
    } else {
      ++end;
    }
  }
  const auto piece = [&](IndPiece kind, uint32_t length) {
    Lexeme lexeme = make(Token::IndStr, length);
    lexeme.piece = kind;
    return lexeme;
  };
  if (end > position_) return piece(IndPiece::Raw, end - position_);
  if (end >= size) return end_of_file();
  if (text_[end] == '$') {
    if (at(end + 1) == '{') return enter(Mode::Default, Token::DollarCurly, 2);
    return piece(IndPiece::Dollar, 1);
  }
  if (at(end + 1) != '\'') return piece(IndPiece::Quote, 1);
  if (at(end + 2) == '$') return piece(IndPiece::Dollar, 3);
  if (at(end + 2) == '\'') return piece(IndPiece::TwoQuotes, 3);
  if (at(end + 2) == '\\' && end + 3 < size) return piece(IndPiece::Escape, 4);
  pop();
  return make(Token::IndClose, 2);
}

Lexeme Lexer::next_in_path() {
  doc_ = {};
  const uint32_t begin = position_;
  if (at(begin) == '$' && at(begin + 1) == '{') {
    modes_.back() = Mode::InPath;
    return enter(Mode::Default, Token::DollarCurly, 2);
  }
  uint32_t size = path_size(begin);
  if (size == 0) {
    size = run_end(begin) - begin;
    if (at(begin + size) == '/') ++size;
  }
  if (size != 0) {
    modes_.back() = text_[begin + size - 1] == '/' ? Mode::InPathSlash : Mode::InPath;
    return make(Token::Str, size);
  }
  if (mode() == Mode::InPath) {
    pop();
    // C++ Nix looks at one more character to see that the path ends, and takes that back; at the
    // end of the file there is none, and it takes back the path itself.
    if (begin >= text_.size()) last_ = before_last_;
    return {.token = Token::PathEnd, .span = last_};
  }
  // At the end of the file C++ Nix still points at what came before.
  const Span span = begin < text_.size() ? Span{begin, begin + 1} : last_;
  return {.token = Token::Invalid, .error = LexError::TrailingSlash, .span = span};
}

}  // namespace nilas::syntax
