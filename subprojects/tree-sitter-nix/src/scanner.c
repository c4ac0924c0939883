// The half of the lexer that a table cannot do.
//
// Words, numbers, paths and URLs overlap in Nix: `a`, `a/b`, `a.b/c` and `a:b` are a name, two paths
// and a URL, and which one it is shows only at the first character that none of them may hold. The
// scanner reads that run once and decides as flex's longest match does, whatever the grammar expects
// at this point: a token in a wrong place is a syntax error, not a reason to cut it differently.
//
// Invariants
//   - No state. Nesting of strings and interpolations lives in the grammar, so depth is unbounded and
//     every token depends on nothing but the parse state and the text from its start.
//   - Each token reads a bounded stretch beyond its end, or the file is broken (see the three
//     "unterminated" cases). Otherwise `1+1+1...`, where each token may start a path, is quadratic.
//   - Virtual tokens have no width and are emitted only where no continuation is valid Nix, each at
//     most once per position, so that they neither change valid programs nor loop.

#include "tree_sitter/parser.h"

#include <string.h>

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
  STRING_ESCAPE,
  MISSING_QUOTE,
  INDENTED_FRAGMENT,
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
  MISSING_COLON,
  MISSING_COMMA,
  MISSING_FORMALS_END,
  MISSING_SET,
  MAY_BE_FORMAL,
  ERROR_SENTINEL,
};

// How far beyond a token's own end a run is followed in search of the `/` or `:` that makes it a path
// or a URL. No file system has longer names than 255 bytes.
enum { MAX_LOOKAHEAD = 255 };

// How many names of an attribute path are read in search of its `=`.
enum { MAX_ATTRPATH = 32 };

// ------------------------------------------------------------------------------- characters

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

// Invalid UTF-8 reaches us as -1.
static inline uint8_t class_of(int32_t c) {
  return c >= 0 && c < 128 ? kClasses[c] : 0;
}

static inline bool is(const TSLexer *lexer, uint8_t classes) {
  return (class_of(lexer->lookahead) & classes) != 0;
}

static inline void advance(TSLexer *lexer) {
  lexer->advance(lexer, false);
}

static inline bool finish(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = (TSSymbol)token;
  return true;
}

static inline bool finish_here(TSLexer *lexer, enum Token token) {
  lexer->mark_end(lexer);
  return finish(lexer, token);
}

// ------------------------------------------------------------------------------- insides of strings

// Passes the `$` at the cursor; the end of the token is marked before it. The second dollar of a pair
// is passed too: in `$${` it is no longer free to open an interpolation.
static bool dollar_opens_interpolation(TSLexer *lexer) {
  lexer->mark_end(lexer);
  advance(lexer);
  if (lexer->lookahead == '{') return true;
  if (lexer->lookahead == '$') advance(lexer);
  return false;
}

static bool scan_string(TSLexer *lexer) {
  for (bool some = false;; some = true) {
    switch (lexer->lookahead) {
      case '"':
        return some && finish_here(lexer, STRING_FRAGMENT);
      case '\\':
        if (some) return finish_here(lexer, STRING_FRAGMENT);
        advance(lexer);
        if (lexer->eof(lexer)) return finish_here(lexer, STRING_FRAGMENT);
        advance(lexer);
        return finish_here(lexer, STRING_ESCAPE);
      case '$':
        if (dollar_opens_interpolation(lexer)) return some && finish(lexer, STRING_FRAGMENT);
        break;
      default:
        if (lexer->eof(lexer)) return finish_here(lexer, some ? STRING_FRAGMENT : MISSING_QUOTE);
        advance(lexer);
    }
  }
}

static bool scan_indented_string(TSLexer *lexer) {
  for (bool some = false;; some = true) {
    switch (lexer->lookahead) {
      case '\'': {
        lexer->mark_end(lexer);
        advance(lexer);
        if (lexer->lookahead != '\'') break;
        advance(lexer);
        bool const dollar_or_quote = lexer->lookahead == '$' || lexer->lookahead == '\'';
        bool const escape = dollar_or_quote || lexer->lookahead == '\\';
        if (some || !escape) return some && finish(lexer, INDENTED_FRAGMENT);
        advance(lexer);
        if (!dollar_or_quote && !lexer->eof(lexer)) advance(lexer);
        return finish_here(lexer, INDENTED_ESCAPE);
      }
      case '$':
        if (dollar_opens_interpolation(lexer)) return some && finish(lexer, INDENTED_FRAGMENT);
        break;
      default:
        if (lexer->eof(lexer)) {
          return finish_here(lexer, some ? INDENTED_FRAGMENT : MISSING_INDENTED_QUOTE);
        }
        advance(lexer);
    }
  }
}

// ------------------------------------------------------------------------------- comments

static bool scan_line_comment(TSLexer *lexer) {
  while (lexer->lookahead != '\n' && lexer->lookahead != '\r' && !lexer->eof(lexer)) advance(lexer);
  return finish_here(lexer, COMMENT);
}

// Starts at the `*` of `/*`. A comment that nothing ends is taken to end with its line, so that the
// rest of the file stays code; or with the line of the last `/*` in the file, for else a file of
// nothing but `/*` lines would be read to its end once for each of them.
static bool scan_block_comment(TSLexer *lexer) {
  advance(lexer);
  enum Token token = COMMENT;
  if (lexer->lookahead == '*') {
    advance(lexer);
    if (lexer->lookahead == '/') {
      advance(lexer);
      return finish_here(lexer, COMMENT);
    }
    if (lexer->lookahead != '*') token = DOC_COMMENT;
  }
  bool line_end_wanted = true;
  for (int32_t previous = 0;; advance(lexer)) {
    int32_t const c = lexer->lookahead;
    if (previous == '*' && c == '/') {
      advance(lexer);
      return finish_here(lexer, token);
    }
    if (previous == '/' && c == '*') line_end_wanted = true;
    if (c == '\n' && line_end_wanted) {
      lexer->mark_end(lexer);
      line_end_wanted = false;
    }
    if (c == 0 && lexer->eof(lexer)) {
      if (line_end_wanted) lexer->mark_end(lexer);
      return finish(lexer, UNTERMINATED_COMMENT);
    }
    previous = c;
  }
}

// ------------------------------------------------------------------------------- paths and URLs

static inline bool at_path_text(const TSLexer *lexer) {
  return is(lexer, PATH_CHAR) || lexer->lookahead == '/';
}

// One piece of a path as Nix cuts it after an interpolation: up to, and with, the slash that is not
// followed by a path character. Returns whether it ends with a slash. At least one character is there.
static bool pass_path_piece(TSLexer *lexer) {
  while (is(lexer, PATH_CHAR)) advance(lexer);
  while (lexer->lookahead == '/') {
    advance(lexer);
    if (!is(lexer, PATH_CHAR)) return true;
    while (is(lexer, PATH_CHAR)) advance(lexer);
  }
  return false;
}

// Whether `${` follows. Marks the end of the token before it.
static bool interpolation_follows(TSLexer *lexer) {
  lexer->mark_end(lexer);
  if (lexer->lookahead != '$') return false;
  advance(lexer);
  return lexer->lookahead == '{';
}

// The start of a path up to its first interpolation, from behind the first slash: `kind` is PATH or
// HOME_PATH, and the two tokens after it in the enumeration are its variants.
//
// Returns false, and has marked nothing, if the slash does not make a path.
//
// Nix cuts `./a//b` in two pieces, and accepts two only before an interpolation; and it wants no slash
// at the end. What breaks these rules is one PATH_BAD with all that looks like path.
static bool scan_path_after_slash(TSLexer *lexer, enum Token kind) {
  if (!is(lexer, PATH_CHAR)) {
    if (lexer->lookahead != '$') return false;
    return finish(lexer, interpolation_follows(lexer) ? kind + 1 : kind + 2);
  }
  bool const ends_with_slash = pass_path_piece(lexer);
  if (interpolation_follows(lexer)) return finish(lexer, kind + 1);
  if (!ends_with_slash) return finish(lexer, kind);
  if (lexer->lookahead == '/') {
    pass_path_piece(lexer);
    if (interpolation_follows(lexer)) return finish(lexer, kind + 1);
    while (at_path_text(lexer)) advance(lexer);
    lexer->mark_end(lexer);
  }
  return finish(lexer, kind + 2);
}

static bool scan_path_fragment(TSLexer *lexer) {
  bool const ends_with_slash = pass_path_piece(lexer);
  lexer->mark_end(lexer);
  bool const fine = !ends_with_slash || at_path_text(lexer) || interpolation_follows(lexer);
  return finish(lexer, fine ? PATH_FRAGMENT : PATH_FRAGMENT_BAD);
}

// At `<`.
static bool scan_search_path(TSLexer *lexer) {
  do {
    advance(lexer);
    if (!is(lexer, PATH_CHAR)) return false;
    while (is(lexer, PATH_CHAR)) advance(lexer);
  } while (lexer->lookahead == '/');
  if (lexer->lookahead != '>') return false;
  advance(lexer);
  return finish_here(lexer, SEARCH_PATH);
}

// The run of path characters behind a token made of such: what has been passed is a scheme so far if
// `scheme`.
struct Run {
  bool scheme;
  int32_t last;  // the last character, 0 if the run is empty
};

static struct Run pass_run(TSLexer *lexer, bool scheme) {
  struct Run run = {scheme, 0};
  for (unsigned i = 0; i < MAX_LOOKAHEAD && is(lexer, PATH_CHAR); ++i) {
    run.last = lexer->lookahead;
    run.scheme = run.scheme && is(lexer, SCHEME_CHAR);
    advance(lexer);
  }
  return run;
}

// At the end of a run: returns whether it was the start of a path or a URL.
static bool scan_path_or_uri(TSLexer *lexer, bool scheme) {
  if (lexer->lookahead == '/') {
    advance(lexer);
    return scan_path_after_slash(lexer, PATH);
  }
  if (lexer->lookahead != ':' || !scheme) return false;
  advance(lexer);
  if (!is(lexer, URI_CHAR)) return false;
  while (is(lexer, URI_CHAR)) advance(lexer);
  return finish_here(lexer, URI);
}

// ------------------------------------------------------------------------------- numbers

static bool pass_digits(TSLexer *lexer) {
  bool const some = is(lexer, DIGIT);
  while (is(lexer, DIGIT)) advance(lexer);
  return some;
}

// Marks the end of the token where it is certain: `1.5e` is a float and a name.
static void pass_exponent(TSLexer *lexer) {
  lexer->mark_end(lexer);
  if (lexer->lookahead != 'e' && lexer->lookahead != 'E') return;
  advance(lexer);
  if (lexer->lookahead == '+' || lexer->lookahead == '-') advance(lexer);
  if (pass_digits(lexer)) lexer->mark_end(lexer);
}

static bool scan_number(TSLexer *lexer) {
  enum Token token = INTEGER;
  bool const leading_zero = lexer->lookahead == '0';
  advance(lexer);
  bool const lone_zero = !pass_digits(lexer) && leading_zero;
  lexer->mark_end(lexer);
  if (lexer->lookahead == '.' && (lone_zero || !leading_zero)) {
    advance(lexer);
    if (pass_digits(lexer) || !lone_zero) {
      token = FLOAT;
      pass_exponent(lexer);
    }
  }
  pass_run(lexer, false);
  return scan_path_or_uri(lexer, false) || finish(lexer, token);
}

// At `.`, `+` or `-`: operators, which the grammar lexes, unless a float or a path starts here.
static bool scan_sign(TSLexer *lexer) {
  bool const dot = lexer->lookahead == '.';
  advance(lexer);
  bool const number = dot && pass_digits(lexer);
  if (number) pass_exponent(lexer);
  pass_run(lexer, false);
  return scan_path_or_uri(lexer, false) || (number && finish(lexer, FLOAT));
}

// ------------------------------------------------------------------------------- virtual tokens

// What can stand after a half-typed piece of code. A set of bits.
enum Terminator {
  AT_SEMICOLON = 1,
  AT_PAREN = 2,
  AT_BRACKET = 4,
  AT_BRACE = 8,
  AT_COMMA = 16,
  AT_END = 32,
  AT_THEN = 64,
  AT_ELSE = 128,
  AT_IN = 256,
  AT_INHERIT = 512,
  AT_BINDING = 1024,  // `name =` on a later line
};

#define AT_CLOSER (AT_PAREN | AT_BRACKET | AT_BRACE | AT_END)
#define AT_STATEMENT (AT_IN | AT_INHERIT | AT_BINDING)
#define AT_BRANCH (AT_THEN | AT_ELSE)

// Which terminators let a virtual token be emitted: those that in its parse states are never valid.
// A closing bracket before a missing semicolon is more likely one too many than the end of an
// unclosed set, so that MISSING_SEMICOLON leaves it to tree-sitter.
static const struct {
  enum Token token;
  unsigned terminators;
} kVirtualTokens[] = {
    {MISSING_EXPRESSION, AT_SEMICOLON | AT_CLOSER | AT_COMMA | AT_BRANCH | AT_STATEMENT},
    {MISSING_SEMICOLON, AT_BRACE | AT_END | AT_STATEMENT},
    {MISSING_PAREN, AT_SEMICOLON | AT_BRACKET | AT_BRACE | AT_END | AT_BRANCH | AT_STATEMENT},
    {MISSING_BRACKET, AT_SEMICOLON | AT_PAREN | AT_BRACE | AT_END | AT_BRANCH | AT_STATEMENT},
    {MISSING_BRACE, AT_PAREN | AT_BRACKET | AT_END | AT_BRANCH | AT_IN},
    {MISSING_INTERPOLATION_END,
     AT_SEMICOLON | AT_PAREN | AT_BRACKET | AT_END | AT_BRANCH | AT_STATEMENT},
    {MISSING_THEN, AT_SEMICOLON | AT_CLOSER | AT_COMMA | AT_ELSE | AT_STATEMENT},
    {MISSING_ELSE, AT_SEMICOLON | AT_CLOSER | AT_COMMA | AT_THEN | AT_STATEMENT},
    {MISSING_IN, AT_CLOSER | AT_BRANCH},
    {MISSING_FORMALS_END, AT_SEMICOLON | AT_PAREN | AT_BRACKET | AT_END | AT_BRANCH | AT_IN},
};

// Emits the virtual token that stands before `terminator` here, if any.
static bool emit_before(TSLexer *lexer, const bool *valid, enum Terminator terminator) {
  // `{ a }`, `{ a,` and `{ a` at the end of the file may yet become a pattern.
  unsigned const formal = valid[MAY_BE_FORMAL] ? AT_BRACE | AT_COMMA | AT_END : 0;
  if (valid[MISSING_ASSIGNMENT] && !(terminator & formal)) return finish(lexer, MISSING_ASSIGNMENT);
  for (size_t i = 0; i < sizeof kVirtualTokens / sizeof *kVirtualTokens; ++i) {
    if (valid[kVirtualTokens[i].token] && (kVirtualTokens[i].terminators & terminator)) {
      return finish(lexer, kVirtualTokens[i].token);
    }
  }
  return false;
}

// Whether a virtual token waits for the start of the next binding.
static bool binding_ends_code(const bool *valid) {
  return valid[MISSING_EXPRESSION] || valid[MISSING_SEMICOLON] || valid[MISSING_SELECTED] ||
         valid[MISSING_PAREN] || valid[MISSING_BRACKET] || valid[MISSING_INTERPOLATION_END] ||
         valid[MISSING_THEN] || valid[MISSING_ELSE];
}

static bool emit_before_binding(TSLexer *lexer, const bool *valid) {
  if (valid[MISSING_SEMICOLON]) return finish(lexer, MISSING_SEMICOLON);
  if (valid[MISSING_SELECTED]) return finish(lexer, MISSING_SELECTED);
  return emit_before(lexer, valid, AT_BINDING);
}

// Passes a string without escapes and interpolations, as it may name an attribute.
static bool pass_plain_string(TSLexer *lexer) {
  advance(lexer);
  for (unsigned i = 0; i < MAX_LOOKAHEAD && lexer->lookahead != '"'; ++i) {
    int32_t const c = lexer->lookahead;
    if (c == '\\' || c == '$' || c == '\n' || lexer->eof(lexer)) return false;
    advance(lexer);
  }
  if (lexer->lookahead != '"') return false;
  advance(lexer);
  return true;
}

// Whether the rest of an attribute path and `=` (not `==`) follow; after a dot a name must come first.
static bool assignment_follows(TSLexer *lexer, bool after_dot) {
  for (unsigned names = 0; names < MAX_ATTRPATH;) {
    while (is(lexer, BLANK)) advance(lexer);
    if (after_dot) {
      if (is(lexer, WORD_START)) {
        while (is(lexer, WORD)) advance(lexer);
      } else if (lexer->lookahead != '"' || !pass_plain_string(lexer)) {
        return false;
      }
      after_dot = false;
      ++names;
    } else if (lexer->lookahead == '.') {
      advance(lexer);
      after_dot = true;
    } else if (lexer->lookahead == '=') {
      advance(lexer);
      return lexer->lookahead != '=';
    } else {
      return false;
    }
  }
  return false;
}

// ------------------------------------------------------------------------------- words

static enum Token keyword(const char *text, unsigned length) {
  static const char *const kKeywords[] = {"if",  "then", "else", "assert",  "with",
                                          "let", "in",   "rec",  "inherit", "or"};
  if (length >= 2 && length <= 7) {
    for (unsigned i = 0; i < sizeof kKeywords / sizeof *kKeywords; ++i) {
      if (kKeywords[i][0] == text[0] && strlen(kKeywords[i]) == length &&
          memcmp(kKeywords[i], text, length) == 0) {
        return (enum Token)(IF + i);
      }
    }
  }
  return IDENTIFIER;
}

static bool emit_before_keyword(TSLexer *lexer, const bool *valid, enum Token word) {
  if (valid[MISSING_SELECTED]) return finish(lexer, MISSING_SELECTED);
  if (valid[MISSING_KEY]) return finish(lexer, MISSING_KEY);
  switch (word) {
    case THEN:
      return emit_before(lexer, valid, AT_THEN);
    case ELSE:
      return emit_before(lexer, valid, AT_ELSE);
    case IN:
      return emit_before(lexer, valid, AT_IN);
    case INHERIT:
      return emit_before(lexer, valid, AT_INHERIT);
    default:
      return false;
  }
}

// Before the second of two names in a row, whose end has been reached: two formals without a comma, or
// a binding without a value and the name of the next one. After `{ a` both may be, and what follows the
// second name must tell.
static bool emit_between_names(TSLexer *lexer, const bool *valid, bool first_on_line) {
  if (!valid[MISSING_ASSIGNMENT]) return finish(lexer, MISSING_COMMA);
  if (!valid[MAY_BE_FORMAL] || assignment_follows(lexer, false)) {
    return finish(lexer, MISSING_ASSIGNMENT);
  }
  bool const formal = !first_on_line || lexer->lookahead == ',' || lexer->lookahead == '?';
  return finish(lexer, formal ? MISSING_COMMA : MISSING_ASSIGNMENT);
}

// A name, a keyword, or the path or URL that starts like one.
static bool scan_word(TSLexer *lexer, const bool *valid, bool first_on_line) {
  char text[8];
  unsigned length = 0;
  bool scheme = true;
  bool path = true;
  do {
    if (length < sizeof text) text[length] = (char)lexer->lookahead;
    ++length;
    scheme = scheme && is(lexer, SCHEME_CHAR);
    path = path && lexer->lookahead != '\'';
    advance(lexer);
  } while (is(lexer, WORD));
  enum Token const word = keyword(text, length);
  bool const longer = path && (is(lexer, PATH_CHAR) || lexer->lookahead == '/' || lexer->lookahead == ':');

  if (word != IDENTIFIER && word != OR) {
    if (!longer && emit_before_keyword(lexer, valid, word)) return true;
  } else if (valid[MAY_BE_FORMAL] || (first_on_line && valid[MISSING_ASSIGNMENT])) {
    return emit_between_names(lexer, valid, first_on_line);
  } else if ((valid[MISSING_SEMICOLON] || (first_on_line && binding_ends_code(valid))) &&
             (is(lexer, BLANK) || lexer->lookahead == '.' || lexer->lookahead == '=')) {
    // The end of the token can no longer be marked once the lookahead has gone beyond it. If it comes
    // to nothing, the table-driven lexer takes the word.
    struct Run const run = pass_run(lexer, scheme);
    if (path && scan_path_or_uri(lexer, run.scheme)) return true;
    return run.last != '+' && assignment_follows(lexer, run.last == '.') &&
           emit_before_binding(lexer, valid);
  }

  lexer->mark_end(lexer);
  if (longer) {
    struct Run const run = pass_run(lexer, scheme);
    if (scan_path_or_uri(lexer, run.scheme)) return true;
  }
  return finish(lexer, word);
}

// ------------------------------------------------------------------------------- entry points

static bool scan_code(TSLexer *lexer, const bool *valid) {
  lexer->mark_end(lexer);
  bool first_on_line = false;
  while (is(lexer, BLANK)) {
    first_on_line = first_on_line || lexer->lookahead == '\n' || lexer->lookahead == '\r';
    lexer->advance(lexer, true);
  }
  int32_t const c = lexer->lookahead;

  if (c == '#') return scan_line_comment(lexer);
  if (c == '/') {
    advance(lexer);
    if (lexer->lookahead == '*') return scan_block_comment(lexer);
  }
  if (valid[MISSING_COLON] && c != ':' && c != '@') return finish(lexer, MISSING_COLON);
  if (valid[MISSING_SET] && c != '{') return finish(lexer, MISSING_SET);
  if (!is(lexer, WORD_START) && c != '"' && c != '$') {
    if (valid[MISSING_SELECTED]) return finish(lexer, MISSING_SELECTED);
    if (valid[MISSING_KEY]) return finish(lexer, MISSING_KEY);
  }
  if (c == '/') return scan_path_after_slash(lexer, PATH);
  if (is(lexer, WORD_START)) return scan_word(lexer, valid, first_on_line);
  if (is(lexer, DIGIT)) return scan_number(lexer);

  switch (c) {
    case '.':
    case '+':
    case '-':
      return scan_sign(lexer);
    case '<':
      return scan_search_path(lexer);
    case '~':
      advance(lexer);
      if (lexer->lookahead != '/') return false;
      advance(lexer);
      return scan_path_after_slash(lexer, HOME_PATH);
    case ';':
      return emit_before(lexer, valid, AT_SEMICOLON);
    case ')':
      return emit_before(lexer, valid, AT_PAREN);
    case ']':
      return emit_before(lexer, valid, AT_BRACKET);
    case '}':
      return emit_before(lexer, valid, AT_BRACE);
    case ',':
      return emit_before(lexer, valid, AT_COMMA);
    case '"':
      if (!first_on_line) return false;
      if (valid[MISSING_ASSIGNMENT]) return finish(lexer, MISSING_ASSIGNMENT);
      return binding_ends_code(valid) && pass_plain_string(lexer) &&
             assignment_follows(lexer, false) && emit_before_binding(lexer, valid);
    case '$':
      return first_on_line && valid[MISSING_ASSIGNMENT] && finish(lexer, MISSING_ASSIGNMENT);
    default:
      return lexer->eof(lexer) && emit_before(lexer, valid, AT_END);
  }
}

void *tree_sitter_nix_external_scanner_create(void) {
  return NULL;
}

void tree_sitter_nix_external_scanner_destroy(void *payload) {
  (void)payload;
}

unsigned tree_sitter_nix_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}

void tree_sitter_nix_external_scanner_deserialize(void *payload, const char *buffer,
                                                  unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

bool tree_sitter_nix_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  static const bool kNothingVirtual[ERROR_SENTINEL + 1] = {false};
  // During error recovery everything is valid. Code it is, then, and nothing is made up.
  if (valid[ERROR_SENTINEL]) return scan_code(lexer, kNothingVirtual);
  if (valid[STRING_FRAGMENT]) return scan_string(lexer);
  if (valid[INDENTED_FRAGMENT]) return scan_indented_string(lexer);
  if (valid[TRAILING_SLASH]) return finish_here(lexer, TRAILING_SLASH);
  if (valid[PATH_FRAGMENT] && at_path_text(lexer)) return scan_path_fragment(lexer);
  return scan_code(lexer, valid);
}
