#pragma once
// The tokens of Nix, one at a time, exactly as C++ Nix cuts them: longest match, the earlier rule
// on a tie, and a stack of modes for strings, paths and interpolations.
//
// Two things deserve care. First, almost every token may be the beginning of a path (`a-b.c/d`) or
// a URL (`a+b:c`), and only the end of the run of path characters tells. A scan to that end for
// every token is quadratic in `1+1+1+...`; so the end of the run around the current position is
// remembered, and each run is scanned once. Second, a token of a string mode does not care what
// the parser thinks of it: the modes depend on the text alone.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"

namespace nilas::syntax {

#include "strict_tables.inc"

/// What an IndStr token stands for; only Raw text takes part in the stripping of indentation.
enum class IndPiece : uint8_t { Raw, Dollar, TwoQuotes, Escape, Quote };

/// What kept the lexer from making a token.
enum class LexError : uint8_t { None, TrailingSlash };

struct Lexeme {
  Token token;
  IndPiece piece = IndPiece::Raw;
  LexError error = LexError::None;  ///< if set, `token` is Invalid
  Span span;
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  /// The next token. At the end (or at a NUL outside strings, which C++ Nix takes for the end):
  /// End, whose span's end is where C++ Nix reports an unexpected end.
  Lexeme next();

  /// What lies in a hole becomes one token, Damaged. The holes must ascend and not overlap; one that does not begin where a
  /// token outside of strings begins is not seen, nor are those behind it. They must outlive the lexer.
  void set_holes(std::span<const Span> holes) {
    holes_ = holes;
    next_hole_ = holes.empty() ? UINT32_MAX : holes.front().begin;
  }

  /// Goes on at `offset`, right after the opening quotes of a '' string.
  void enter_ind_string(uint32_t offset) {
    position_ = offset;
    modes_.push_back(Mode::IndString);
  }

  /// Goes on at `offset`, where a token outside of strings begins. What is passed over must leave the modes as they are.
  void jump(uint32_t offset) { position_ = offset; }

  /// Goes on after LexError::TrailingSlash as if the path had ended there.
  void leave_path() { pop(); }

  /// Whether the next token may be a part of a path.
  bool in_path() const { return mode() == Mode::InPath || mode() == Mode::InPathSlash; }

  /// The doc comment right before the last token (other comments may stand between); empty if none.
  Span doc() const { return doc_; }

 private:
  enum class Mode : uint8_t { Initial, Default, String, IndString, InPath, InPathSlash };

  void matched(uint32_t size) {
    before_last_ = last_;
    last_ = {position_, position_ + size};
    position_ += size;
  }
  Lexeme end_of_file() const { return {.token = Token::End, .span = {last_.end, last_.end}}; }
  Lexeme make(Token token, uint32_t size);
  Lexeme enter(Mode mode, Token token, uint32_t size);
  Lexeme next_default();
  Lexeme next_string();
  Lexeme next_ind_string();
  Lexeme next_in_path();
  void skip_trivia();
  Lexeme hole();
  Lexeme operator_token();
  uint32_t path_size(uint32_t begin);
  uint32_t url_size(uint32_t begin);
  uint32_t search_path_size(uint32_t begin) const;
  uint32_t number_size(uint32_t begin, Token& token) const;
  uint32_t run_end(uint32_t begin);
  unsigned char at(size_t i) const {
    return i < text_.size() ? static_cast<unsigned char>(text_[i]) : 0;
  }
  Mode mode() const { return modes_.empty() ? Mode::Initial : modes_.back(); }
  void pop() {
    if (!modes_.empty()) modes_.pop_back();
  }

  std::string_view text_;
  std::span<const Span> holes_;  ///< those to come
  uint32_t next_hole_ = UINT32_MAX;
  uint32_t position_ = 0;
  std::vector<Mode> modes_;
  uint32_t run_begin_ = 0, run_end_ = 0;  ///< the run of path characters looked at last
  uint32_t last_underscore_ = 0;          ///< 1 + offset of its last `_`, or 0
  Span doc_;
  Span last_;         ///< what was matched last, white space included
  Span before_last_;  ///< and before that
};

}  // namespace nilas::syntax
