#include "syntax/tokens.hpp"

#include <algorithm>

#include "syntax/lexer.hpp"

namespace nilas::syntax {
namespace {

TokenKind kind_of(const Lexeme& lexeme, std::string_view text) {
  switch (lexeme.token) {
    case Token::Id: return TokenKind::Name;
    case Token::If: return TokenKind::If;
    case Token::Then: return TokenKind::Then;
    case Token::Else: return TokenKind::Else;
    case Token::Assert: return TokenKind::Assert;
    case Token::With: return TokenKind::With;
    case Token::Let: return TokenKind::Let;
    case Token::In: return TokenKind::In;
    case Token::Rec: return TokenKind::Rec;
    case Token::Inherit: return TokenKind::Inherit;
    case Token::OrKeyword: return TokenKind::Or;
    case Token::Int: return TokenKind::Integer;
    case Token::Float: return TokenKind::Float;
    case Token::Uri: return TokenKind::Uri;
    case Token::Path:
    case Token::HomePath: return TokenKind::Path;
    case Token::SearchPath: return TokenKind::SearchPath;
    case Token::Quote: return TokenKind::Quote;
    case Token::Str: return TokenKind::Text;
    case Token::IndOpen: return TokenKind::IndOpen;
    case Token::IndClose: return TokenKind::IndClose;
    case Token::IndStr:
      // A lone `$` or `'` in front of other text is no escape.
      return lexeme.piece == IndPiece::Raw || text.size() == 1 ? TokenKind::IndText
                                                               : TokenKind::IndEscape;
    case Token::DollarCurly: return TokenKind::DollarCurly;
    case Token::LeftBrace: return TokenKind::LeftBrace;
    case Token::RightBrace: return TokenKind::RightBrace;
    case Token::LeftParen: return TokenKind::LeftParen;
    case Token::RightParen: return TokenKind::RightParen;
    case Token::LeftBracket: return TokenKind::LeftBracket;
    case Token::RightBracket: return TokenKind::RightBracket;
    case Token::Dot: return TokenKind::Dot;
    case Token::Ellipsis: return TokenKind::Ellipsis;
    case Token::Comma: return TokenKind::Comma;
    case Token::Semicolon: return TokenKind::Semicolon;
    case Token::Colon: return TokenKind::Colon;
    case Token::At: return TokenKind::At;
    case Token::Assign: return TokenKind::Assign;
    case Token::Question: return TokenKind::Question;
    case Token::Invalid:
    case Token::End: return TokenKind::Invalid;
    default: return TokenKind::Operator;
  }
}

/// Comments between two tokens: [begin, end) holds nothing else but white space.
void add_comments(std::string_view text, uint32_t begin, uint32_t end,
                  std::vector<TokenSpan>& out) {
  while (begin < end) {
    if (text[begin] == '#') {
      const size_t stop = text.find_first_of("\r\n", begin);
      const auto line_end = static_cast<uint32_t>(std::min<size_t>(stop, end));
      out.push_back({begin, line_end, TokenKind::Comment});
      begin = line_end;
    } else if (text[begin] == '/') {
      const size_t close = text.find("*/", begin + 2);
      const auto stop = close == std::string_view::npos ? end : static_cast<uint32_t>(close + 2);
      out.push_back({begin, stop, TokenKind::Comment});
      begin = stop;
    } else {
      ++begin;
    }
  }
}

}  // namespace

std::vector<TokenSpan> tokenize(std::string_view text) {
  std::vector<TokenSpan> out;
  out.reserve(text.size() / 5);
  Lexer lexer(text);
  uint32_t end = 0;  // of the last token
  for (;;) {
    const Lexeme lexeme = lexer.next();
    if (lexeme.token == Token::End) break;
    if (lexeme.error == LexError::TrailingSlash) {
      lexer.leave_path();
      continue;
    }
    if (lexeme.token == Token::PathEnd) continue;
    Span span = lexeme.span;
    if (span.begin > end) add_comments(text, end, span.begin, out);
    if (lexeme.token == Token::Slash && text.substr(span.begin).starts_with("/*")) {
      end = span.begin;  // a comment that is never closed
      break;
    }
    end = span.end;
    TokenKind kind = kind_of(lexeme, text.substr(span.begin, span.end - span.begin));
    if (kind == TokenKind::IndOpen) span.end = span.begin + 2;
    if (kind == TokenKind::Text && lexer.in_path()) kind = TokenKind::Path;
    out.push_back({span.begin, span.end, kind});
  }
  // What comes after the last token can be a comment too, also one that is never closed.
  const auto size = static_cast<uint32_t>(text.size());
  const size_t rest = text.find_first_not_of(" \t\r\n", end);
  if (rest < size && (text[rest] == '#' || text.substr(rest).starts_with("/*"))) {
    add_comments(text, static_cast<uint32_t>(rest), size, out);
  }
  return out;
}

}  // namespace nilas::syntax
