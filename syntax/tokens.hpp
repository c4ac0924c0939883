#pragma once
// The tokens of a text, comments included, for those who look at a text rather than at its meaning:
// highlighting, folding, selections, half-typed code.

#include <cstdint>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"

namespace nilas::syntax {

enum class TokenKind : uint8_t {
  Comment,  ///< `# ...` without its line end, or `/* ... */`
  Name,
  // Keywords.
  If,
  Then,
  Else,
  Assert,
  With,
  Let,
  In,
  Rec,
  Inherit,
  Or,
  // Literals.
  Integer,
  Float,
  Uri,
  Path,        ///< a run of a path's text; a path with interpolations has several
  SearchPath,  ///< `<nixpkgs>`
  Quote,       ///< `"`, opening or closing
  Text,        ///< a run of a quoted string's text, with its escapes
  IndOpen,     ///< `''`, without the line end that belongs to it
  IndText,
  IndEscape,  ///< `''$`, `'''`, `''\n`
  IndClose,
  // Punctuation.
  DollarCurly,  ///< `${`
  LeftBrace,
  RightBrace,  ///< also of `${ }`
  LeftParen,
  RightParen,
  LeftBracket,
  RightBracket,
  Dot,
  Ellipsis,
  Comma,
  Semicolon,
  Colon,
  At,
  Assign,
  Question,
  Operator,  ///< all others
  Invalid,   ///< a byte that begins no token
};

struct TokenSpan {
  uint32_t begin, end;
  TokenKind kind;
};

/// All tokens of `text` in order, broken or not; what follows a NUL outside of strings is no token
/// of Nix and missing. Linear.
std::vector<TokenSpan> tokenize(std::string_view text);

}  // namespace nilas::syntax
