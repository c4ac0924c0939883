#pragma once

// Tokens, characters, and the verbs that every part of the scanner is written in.

#include "../tree_sitter/parser.h"

// The order is that of `externals` in grammar.js.
enum Token {
  IDENTIFIER,
  IF,
  THEN,
  ELSE,
  ASSERT,
  WITH,
  LET,
  IN,
  REC,
  INHERIT,
  OR,
  INTEGER,
  FLOAT,
  URI,
  SEARCH_PATH,
  PATH,
  PATH_START,
  PATH_BAD,
  HOME_PATH,
  HOME_PATH_START,
  HOME_PATH_BAD,
  PATH_FRAGMENT,
  PATH_FRAGMENT_BAD,
  TRAILING_SLASH,
  STRING_FRAGMENT,
  STRING_CONTINUES,
  STRING_REST,
  STRING_ESCAPE,
  MISSING_QUOTE,
  INDENTED_FRAGMENT,
  INDENTED_CONTINUES,
  INDENTED_REST,
  INDENTED_ESCAPE,
  MISSING_INDENTED_QUOTE,
  COMMENT,
  DOC_COMMENT,
  UNTERMINATED_COMMENT,
  MISSING_EXPRESSION,
  MISSING_SEMICOLON,
  MISSING_SELECTED,
  MISSING_KEY,
  MISSING_ASSIGNMENT,
  MISSING_PAREN,
  MISSING_BRACKET,
  MISSING_BRACE,
  MISSING_INTERPOLATION_END,
  MISSING_THEN,
  MISSING_ELSE,
  MISSING_IN,
  RESERVED_WORD,
  MISSING_COLON,
  MISSING_COMMA,
  MISSING_FORMALS_END,
  MISSING_SET,
  MISSING_EQUALS,
  MISSING_NAME,
  MAY_BE_FORMAL,
  ERROR_SENTINEL,
};

enum CharClass {
  WORD_START = 1,  // starts a name
  WORD = 2,        // continues a name (the quote is the only one that no path holds)
  DIGIT = 4,
  PATH_CHAR = 8,
  SCHEME_CHAR = 16,  // before the colon of a URL
  URI_CHAR = 32,     // after it
  BLANK = 64,
};

#define LETTER (WORD_START | WORD | PATH_CHAR | SCHEME_CHAR | URI_CHAR)
#define NUMERAL (WORD | DIGIT | PATH_CHAR | SCHEME_CHAR | URI_CHAR)

// clang-format off
static const uint8_t kClasses[128] = {
    ['\t'] = BLANK,
    ['\n'] = BLANK,
    ['\r'] = BLANK,
    [' '] = BLANK,
    ['a'] = LETTER, ['b'] = LETTER, ['c'] = LETTER, ['d'] = LETTER, ['e'] = LETTER,
    ['f'] = LETTER, ['g'] = LETTER, ['h'] = LETTER, ['i'] = LETTER, ['j'] = LETTER,
    ['k'] = LETTER, ['l'] = LETTER, ['m'] = LETTER, ['n'] = LETTER, ['o'] = LETTER,
    ['p'] = LETTER, ['q'] = LETTER, ['r'] = LETTER, ['s'] = LETTER, ['t'] = LETTER,
    ['u'] = LETTER, ['v'] = LETTER, ['w'] = LETTER, ['x'] = LETTER, ['y'] = LETTER,
    ['z'] = LETTER,
    ['A'] = LETTER, ['B'] = LETTER, ['C'] = LETTER, ['D'] = LETTER, ['E'] = LETTER,
    ['F'] = LETTER, ['G'] = LETTER, ['H'] = LETTER, ['I'] = LETTER, ['J'] = LETTER,
    ['K'] = LETTER, ['L'] = LETTER, ['M'] = LETTER, ['N'] = LETTER, ['O'] = LETTER,
    ['P'] = LETTER, ['Q'] = LETTER, ['R'] = LETTER, ['S'] = LETTER, ['T'] = LETTER,
    ['U'] = LETTER, ['V'] = LETTER, ['W'] = LETTER, ['X'] = LETTER, ['Y'] = LETTER,
    ['Z'] = LETTER,
    ['0'] = NUMERAL, ['1'] = NUMERAL, ['2'] = NUMERAL, ['3'] = NUMERAL, ['4'] = NUMERAL,
    ['5'] = NUMERAL, ['6'] = NUMERAL, ['7'] = NUMERAL, ['8'] = NUMERAL, ['9'] = NUMERAL,
    ['_'] = WORD_START | WORD | PATH_CHAR | URI_CHAR,
    ['-'] = WORD | PATH_CHAR | SCHEME_CHAR | URI_CHAR,
    ['\''] = WORD | URI_CHAR,
    ['.'] = PATH_CHAR | SCHEME_CHAR | URI_CHAR,
    ['+'] = PATH_CHAR | SCHEME_CHAR | URI_CHAR,
    ['%'] = URI_CHAR, ['/'] = URI_CHAR, ['?'] = URI_CHAR, [':'] = URI_CHAR, ['@'] = URI_CHAR,
    ['&'] = URI_CHAR, ['='] = URI_CHAR, ['$'] = URI_CHAR, [','] = URI_CHAR, ['!'] = URI_CHAR,
    ['~'] = URI_CHAR, ['*'] = URI_CHAR,
};
// clang-format on

// Invalid UTF-8 reaches us as -1.
static inline uint8_t class_of(int32_t c) {
  return c >= 0 && c < 128 ? kClasses[c] : 0;
}

static inline bool is(const TSLexer* lexer, uint8_t classes) {
  return (class_of(lexer->lookahead) & classes) != 0;
}

static inline void advance(TSLexer* lexer) {
  lexer->advance(lexer, false);
}

static inline bool finish(TSLexer* lexer, enum Token token) {
  lexer->result_symbol = (TSSymbol)token;
  return true;
}

static inline bool finish_here(TSLexer* lexer, enum Token token) {
  lexer->mark_end(lexer);
  return finish(lexer, token);
}
