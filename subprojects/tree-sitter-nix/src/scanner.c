// The half of the lexer that a table cannot do.
//
// Words, numbers, paths and URLs overlap in Nix: `a`, `a/b`, `a.b/c` and `a:b` are a name, two
// paths and a URL, and which one it is shows only at the first character that none of them may
// hold. The scanner reads that run once and decides as flex's longest match does, whatever the
// grammar expects at this point: a token in a wrong place is a syntax error, not a reason to cut it
// differently.
//
// Invariants
//   - Nesting of strings and interpolations lives in the grammar, so depth is unbounded. A token
//     depends on nothing but the parse state and the text from its start, with one exception: the
//     count of what was spent on unclosed strings (scanner/strings.h), which is zero in almost all
//     valid files.
//   - Each token reads a bounded stretch beyond its end, or as far as the string it is in, or the
//     file is broken (an unclosed string or comment). Otherwise `1+1+1...`, where each token may
//     start a path, is quadratic.
//   - Virtual tokens have no width, but for a keyword in the place of a name, and are emitted only
//     where no continuation is valid Nix, each at most once per position, so that they neither
//     change valid programs nor loop.

#include <string.h>

#include "scanner/literals.h"
#include "scanner/strings.h"
#include "scanner/tokens.h"
#include "scanner/virtual.h"
#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

// ------------------------------------------------------------------------------- words

static enum Token keyword(const char* text, unsigned length) {
  static const char* const kKeywords[] = {"if",  "then", "else", "assert",  "with",
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

static bool starts_value(enum Token word) {
  return word == IF || word == ASSERT || word == WITH || word == LET || word == REC;
}

static bool emit_before_keyword(TSLexer* lexer, const bool* valid, enum Token word) {
  if (valid[MISSING_EQUALS] && starts_value(word)) return finish(lexer, MISSING_EQUALS);
  if (valid[MISSING_SELECTED]) return finish(lexer, MISSING_SELECTED);
  if (valid[MISSING_KEY]) return finish(lexer, MISSING_KEY);
  switch (word) {
    case THEN: return emit_before(lexer, valid, AT_THEN);
    case ELSE: return emit_before(lexer, valid, AT_ELSE);
    case IN: return emit_before(lexer, valid, AT_IN);
    case INHERIT: return emit_before(lexer, valid, AT_INHERIT);
    default: return false;
  }
}

// Before the second of two names in a row, whose end has been reached: two formals without a comma,
// a name and its value without the `=`, or a binding without a value and the name of the next one.
// After `{ a` all of them may be, and what follows the second name must tell.
static bool emit_between_names(TSLexer* lexer, const bool* valid, bool first_on_line) {
  if (!valid[MISSING_ASSIGNMENT]) return finish(lexer, MISSING_COMMA);
  if (!valid[MAY_BE_FORMAL] || assignment_follows(lexer, false)) {
    return finish(lexer, MISSING_ASSIGNMENT);
  }
  bool const more_names = is(lexer, WORD_START) || lexer->lookahead == '}' || lexer->eof(lexer);
  bool const listed = lexer->lookahead == ',' || lexer->lookahead == '?' || more_names;
  if (!first_on_line && !listed) return finish(lexer, MISSING_EQUALS);
  bool const formal = !first_on_line || lexer->lookahead == ',' || lexer->lookahead == '?';
  return finish(lexer, formal ? MISSING_COMMA : MISSING_ASSIGNMENT);
}

// What was skipped before a token.
enum Gap { NO_GAP, BLANKS, LINE_END };

// A name, a keyword, or the path or URL that starts like one.
static bool scan_word(TSLexer* lexer, const bool* valid, enum Gap gap) {
  bool const first_on_line = gap == LINE_END;
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
  int32_t const c = lexer->lookahead;
  bool const longer = path && (is(lexer, PATH_CHAR) || c == '/' || c == ':');
  bool const awaited = valid[MISSING_SEMICOLON] || (first_on_line && binding_ends_code(valid));

  if (word != IDENTIFIER && word != OR) {
    // A keyword right behind a dot is a name in the making: `a.in` is on its way to `a.input`.
    if (!longer && gap == NO_GAP && valid[RESERVED_WORD]) return finish_here(lexer, RESERVED_WORD);
    if (!longer && emit_before_keyword(lexer, valid, word)) return true;
  } else if (valid[MAY_BE_FORMAL] || (first_on_line && valid[MISSING_ASSIGNMENT])) {
    return emit_between_names(lexer, valid, first_on_line);
  } else if (valid[MISSING_EQUALS]) {
    return finish(lexer, assignment_follows(lexer, false) ? MISSING_ASSIGNMENT : MISSING_EQUALS);
  } else if (word == IDENTIFIER && awaited && (is(lexer, BLANK) || c == '.' || c == '=')) {
    // The end of the token can no longer be marked once the lookahead has gone beyond it. If it
    // comes to nothing, the table-driven lexer takes the word.
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

// Passes the blanks of a line: whether it ends there.
static bool at_line_end(TSLexer* lexer) {
  while (lexer->lookahead == ' ' || lexer->lookahead == '\t')
    advance(lexer);
  int32_t const c = lexer->lookahead;
  return c == '\n' || c == '\r' || c == '#' || lexer->eof(lexer);
}

// Whether a value begins with `c`, and no name of an attribute. A quote may open either: the name
// of the next binding if it is the first on its line.
static bool starts_only_values(int32_t c, bool first_on_line) {
  switch (c) {
    case '[':
    case '{':
    case '(':
    case '<':
    case '/':
    case '~':
    case '\'': return true;
    case '"': return !first_on_line;
    default: return class_of(c) & DIGIT;
  }
}

static bool scan_code(TSLexer* lexer, const bool* valid) {
  lexer->mark_end(lexer);
  enum Gap gap = NO_GAP;
  while (is(lexer, BLANK)) {
    if (gap == NO_GAP) gap = BLANKS;
    if (lexer->lookahead == '\n' || lexer->lookahead == '\r') gap = LINE_END;
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
  if (valid[MISSING_EQUALS] && starts_only_values(c, gap == LINE_END)) {
    if (c != '/') advance(lexer);
    // `x [ =`: a stray token rather than a value.
    return (at_line_end(lexer) || lexer->lookahead != '=') && finish(lexer, MISSING_EQUALS);
  }
  if (c == '/') return scan_path_after_slash(lexer, PATH);
  if (is(lexer, WORD_START)) return scan_word(lexer, valid, gap);
  if (is(lexer, DIGIT)) return scan_number(lexer);

  switch (c) {
    case '.':
    case '+':
    case '-': return scan_sign(lexer);
    case '<': return scan_search_path(lexer);
    case '~':
      advance(lexer);
      if (lexer->lookahead != '/') return false;
      advance(lexer);
      return scan_path_after_slash(lexer, HOME_PATH);
    case '=': return valid[MISSING_NAME] && finish_here(lexer, MISSING_NAME);
    case ';':
      // A line that is nothing else is the `};` of a set without its brace.
      if (gap == LINE_END && valid[MISSING_BRACE]) {
        advance(lexer);
        return at_line_end(lexer) && finish(lexer, MISSING_BRACE);
      }
      return emit_before(lexer, valid, AT_SEMICOLON);
    case ')': return emit_before(lexer, valid, AT_PAREN);
    case ']': return emit_before(lexer, valid, AT_BRACKET);
    case '}':
      if (gap == LINE_END && valid[MISSING_SEMICOLON]) return finish(lexer, MISSING_SEMICOLON);
      return emit_before(lexer, valid, AT_BRACE);
    case ',': return emit_before(lexer, valid, AT_COMMA);
    case '"':
      if (gap != LINE_END) return false;
      if (valid[MISSING_ASSIGNMENT]) return finish(lexer, MISSING_ASSIGNMENT);
      return binding_ends_code(valid) && pass_plain_string(lexer) &&
             assignment_follows(lexer, false) && emit_before_binding(lexer, valid);
    case '$':
      return gap == LINE_END && valid[MISSING_ASSIGNMENT] && finish(lexer, MISSING_ASSIGNMENT);
    default: return lexer->eof(lexer) && emit_before(lexer, valid, AT_END);
  }
}

// The state is what was spent on unclosed strings: nothing, in most files, or two bytes.
void* tree_sitter_nix_external_scanner_create(void) {
  return ts_calloc(1, sizeof(Spent));
}

void tree_sitter_nix_external_scanner_destroy(void* payload) {
  ts_free(payload);
}

unsigned tree_sitter_nix_external_scanner_serialize(void* payload, char* buffer) {
  if (*(const Spent*)payload == 0) return 0;
  memcpy(buffer, payload, sizeof(Spent));
  return sizeof(Spent);
}

void tree_sitter_nix_external_scanner_deserialize(void* payload, const char* buffer,
                                                  unsigned length) {
  *(Spent*)payload = 0;
  if (length == sizeof(Spent)) memcpy(payload, buffer, sizeof(Spent));
}

bool tree_sitter_nix_external_scanner_scan(void* payload, TSLexer* lexer, const bool* valid) {
  static const bool kNothingVirtual[ERROR_SENTINEL + 1] = {false};
  // During error recovery everything is valid. Code it is, then, and nothing is made up.
  if (valid[ERROR_SENTINEL]) return scan_code(lexer, kNothingVirtual);
  if (valid[STRING_FRAGMENT]) return scan_string(lexer, STRING_FRAGMENT, payload);
  if (valid[STRING_REST]) return scan_string(lexer, STRING_REST, payload);
  if (valid[INDENTED_FRAGMENT]) return scan_indented_string(lexer, INDENTED_FRAGMENT, payload);
  if (valid[INDENTED_REST]) return scan_indented_string(lexer, INDENTED_REST, payload);
  if (valid[TRAILING_SLASH]) return finish_here(lexer, TRAILING_SLASH);
  if (valid[PATH_FRAGMENT] && at_path_text(lexer)) return scan_path_fragment(lexer);
  return scan_code(lexer, valid);
}
