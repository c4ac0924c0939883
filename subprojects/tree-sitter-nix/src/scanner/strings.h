#pragma once

// The insides of "..." and ''...''. Fragments are as long as possible: what Nix reads as it stands,
// lone dollars and quotes included, is one token.

#include "literals.h"

// ------------------------------------------------------------------------------- unclosed strings

// A string may span lines, so an unclosed one ends at the quotes that were to open the next, and
// from there on code is text and text is code up to the end of the file. Where that shows, the
// string is made to end with its first line instead, but for the punctuation at the end of that: in
// `src = "fetch {⏎` the brace is code. It shows if
//   1. the quotes that would close the string are followed by what follows no closing quotes in
//      code that anybody writes, but does follow opening ones: `x = "a;⏎ y = "b";` has a `b`;
//      and
//   2. the rest of the file, read from there, is no Nix whatever precedes it: it ends inside a
//      string or a comment, or assigns within an expression, as in `";⏎ y = "b;⏎ z = 1;`.
// The first rule keeps the second, which may read the whole file, from being asked about good
// strings. The second keeps the first from ever touching a valid program.
//
// What the second rule costs is counted in the scanner's state, so that no file, however odd, is
// read to its end again and again.

enum {
  PROBE_UNIT = 1024,    // characters; what is left of one is free
  PROBE_UNITS = 16384,  // in all, for one file
  PROBE_NESTING = 128,
};

// The scanner's whole state, in units.
typedef uint16_t Spent;

enum Open { OPEN_BRACE, OPEN_INTERPOLATION, OPEN_STRING, OPEN_INDENTED_STRING };

enum Verdict {
  UNDECIDED,
  MAY_BE_VALID,  // or the answer depends on what precedes, or is too far away
  IS_INVALID,
};

// A lexer in miniature: it knows no tokens, only what is inside what.
struct Probe {
  TSLexer* lexer;
  unsigned passed;
  unsigned limit;
  enum Verdict verdict;
  bool in_expression;  // no `=` can come before the next semicolon on the outermost level
  unsigned brackets;   // open ones on the outermost level
  unsigned depth;
  uint8_t open[PROBE_NESTING];
};

static inline bool probe_at_end(const struct Probe* probe) {
  return probe->lexer->lookahead == 0 && probe->lexer->eof(probe->lexer);
}

static inline bool probe_more(struct Probe* probe) {
  if (probe->passed >= probe->limit) probe->verdict = MAY_BE_VALID;
  return probe->verdict == UNDECIDED && !probe_at_end(probe);
}

static inline void probe_pass(struct Probe* probe) {
  advance(probe->lexer);
  ++probe->passed;
}

// Passes `c` if it is next.
static inline bool probe_take(struct Probe* probe, int32_t c) {
  if (probe->lexer->lookahead != c) return false;
  probe_pass(probe);
  return true;
}

static inline void probe_open(struct Probe* probe, enum Open what) {
  if (probe->depth == PROBE_NESTING) {
    probe->verdict = MAY_BE_VALID;
  } else {
    probe->open[probe->depth++] = (uint8_t)what;
  }
}

static void probe_dollar(struct Probe* probe) {
  probe_pass(probe);
  if (probe_take(probe, '{')) {
    probe_open(probe, OPEN_INTERPOLATION);
  } else {
    probe_take(probe, '$');
  }
}

static void probe_string(struct Probe* probe) {
  if (probe->lexer->lookahead == '$') {
    probe_dollar(probe);
  } else if (probe_take(probe, '"')) {
    --probe->depth;
  } else {
    probe_take(probe, '\\');
    probe_pass(probe);
  }
}

static void probe_indented_string(struct Probe* probe) {
  if (probe->lexer->lookahead == '$') {
    probe_dollar(probe);
  } else if (!probe_take(probe, '\'')) {
    probe_pass(probe);
  } else if (probe_take(probe, '\'')) {
    if (probe_take(probe, '\\')) {
      probe_pass(probe);
    } else if (!probe_take(probe, '$') && !probe_take(probe, '\'')) {
      --probe->depth;
    }
  }
}

static void probe_block_comment(struct Probe* probe) {
  for (bool star = false; probe_more(probe);) {
    if (star && probe_take(probe, '/')) return;
    star = probe->lexer->lookahead == '*';
    probe_pass(probe);
  }
  if (probe->verdict == UNDECIDED) probe->verdict = IS_INVALID;
}

// A name, whose quotes open no string, or a URL. Bindings follow `let` even inside an expression.
static void probe_word(struct Probe* probe) {
  bool scheme = true;
  unsigned letters_of_let = 0;
  unsigned length = 0;
  while (is(probe->lexer, WORD | PATH_CHAR) && probe_more(probe)) {
    scheme = scheme && is(probe->lexer, SCHEME_CHAR);
    if (length < 3) letters_of_let += probe->lexer->lookahead == "let"[length];
    ++length;
    probe_pass(probe);
  }
  if (length == 3 && letters_of_let == 3) probe->in_expression = false;
  if (!scheme || !probe_take(probe, ':')) return;
  while (is(probe->lexer, URI_CHAR) && probe_more(probe))
    probe_pass(probe);
}

// Behind a slash: a comment, an operator, or the rest of a path, which a quote ends.
static void probe_slash(struct Probe* probe) {
  if (probe_take(probe, '*')) {
    probe_block_comment(probe);
  } else if (!probe_take(probe, '/') && is(probe->lexer, PATH_CHAR)) {
    while (at_path_text(probe->lexer) && probe_more(probe))
      probe_pass(probe);
  }
}

static void probe_punctuation(struct Probe* probe) {
  int32_t const c = probe->lexer->lookahead;
  probe_pass(probe);
  switch (c) {
    case '{': probe_open(probe, OPEN_BRACE); break;
    case '}':
      // Beyond the outermost brace there may be a string that we know nothing about.
      if (probe->depth == 0) {
        probe->verdict = MAY_BE_VALID;
      } else {
        --probe->depth;
      }
      break;
    case '(':
    case '[':
      if (probe->depth == 0) ++probe->brackets;
      break;
    case ')':
    case ']':
      // Strings hold unbalanced brackets less often than they are held by balanced ones.
      if (probe->depth > 0) break;
      if (probe->brackets == 0) {
        probe->verdict = MAY_BE_VALID;
      } else {
        --probe->brackets;
      }
      break;
    case ';':
      if (probe->depth == 0) probe->in_expression = false;
      break;
    case '!':
    case '<':
    case '>': probe_take(probe, '='); break;
    case '=':
      if (!probe_take(probe, '=') && probe->depth == 0 && probe->in_expression) {
        probe->verdict = IS_INVALID;
      }
      break;
    default: break;
  }
}

static void probe_code(struct Probe* probe) {
  if (is(probe->lexer, WORD_START)) {
    probe_word(probe);
  } else if (probe_take(probe, '"')) {
    probe_open(probe, OPEN_STRING);
  } else if (probe_take(probe, '\'')) {
    if (probe_take(probe, '\'')) probe_open(probe, OPEN_INDENTED_STRING);
  } else if (probe_take(probe, '/')) {
    probe_slash(probe);
  } else if (probe->lexer->lookahead == '#') {
    while (probe->lexer->lookahead != '\n' && probe->lexer->lookahead != '\r' &&
           probe_more(probe)) {
      probe_pass(probe);
    }
  } else {
    probe_punctuation(probe);
  }
}

static void probe_step(struct Probe* probe) {
  uint8_t const inside = probe->depth > 0 ? probe->open[probe->depth - 1] : OPEN_BRACE;
  if (inside == OPEN_STRING) {
    probe_string(probe);
  } else if (inside == OPEN_INDENTED_STRING) {
    probe_indented_string(probe);
  } else {
    probe_code(probe);
  }
}

// The first rule, at the character behind the quotes. An indented string is mostly opened at the
// end of a line.
static bool follows_opening_quotes(TSLexer* lexer, enum Open kind) {
  switch (lexer->lookahead) {
    case '\n':
    case '\r': return kind == OPEN_INDENTED_STRING;
    case ' ':
    case '\t':
    case ';':
    case ')':
    case ']':
    case '}':
    case '.':
    case ',':
    case '+':
    case '=':
    case '?': return false;
    default: return !lexer->eof(lexer);
  }
}

// Inside a string of that kind, at the end of its first line: whether it has to end there.
static bool string_is_unclosed(TSLexer* lexer, enum Open kind, Spent* spent) {
  struct Probe probe = {.lexer = lexer, .limit = UINT32_MAX, .in_expression = true};
  probe_open(&probe, kind);
  while (probe.depth > 0 && probe_more(&probe))
    probe_step(&probe);
  if (probe.depth > 0) return probe.depth == 1 && probe.verdict == UNDECIDED;
  if (!follows_opening_quotes(lexer, kind)) return false;

  unsigned const start = probe.passed;
  probe.limit = start + (PROBE_UNITS - *spent) * PROBE_UNIT;
  while (probe_more(&probe))
    probe_step(&probe);
  *spent = (Spent)(*spent + (probe.passed - start) / PROBE_UNIT);
  for (unsigned i = 0; i < probe.depth && probe.verdict == UNDECIDED; ++i) {
    if (probe.open[i] == OPEN_STRING || probe.open[i] == OPEN_INDENTED_STRING) {
      probe.verdict = IS_INVALID;
    }
  }
  return probe.verdict == IS_INVALID;
}

// ------------------------------------------------------------------------------- fragments
// In the first line, `fragment` is STRING_FRAGMENT or INDENTED_FRAGMENT, and ends before what of
// the line may be code. There a token of no width decides whether the string goes on. It must be a
// token apart, for once the lookahead has passed the end of a fragment, that end can no longer be
// marked. Behind it, `fragment` is the _REST and may hold anything.

// The punctuation that the cursor is in, if it should be the last of the line.
struct Tail {
  bool here;
  bool text_before;  // the token is not empty at its start, where the end is marked
};

// Passes a character of the first line.
static void pass_in_first_line(TSLexer* lexer, struct Tail* tail, bool some) {
  switch (lexer->lookahead) {
    case ' ':
    case '\t':
    case '\r':
    case ';':
    case ',':
    case '(':
    case ')':
    case '[':
    case ']':
    case '{':
    case '}':
      if (!tail->here) {
        lexer->mark_end(lexer);
        *tail = (struct Tail){.here = true, .text_before = some};
      }
      break;
    default: tail->here = false;
  }
  advance(lexer);
}

// At the end of the first line, or of the file in it.
static bool scan_end_of_first_line(TSLexer* lexer, enum Open kind, struct Tail tail, bool some,
                                   Spent* spent) {
  bool const string = kind == OPEN_STRING;
  if (!tail.here) lexer->mark_end(lexer);
  if (tail.here ? tail.text_before : some) {
    return finish(lexer, string ? STRING_FRAGMENT : INDENTED_FRAGMENT);
  }
  if (string_is_unclosed(lexer, kind, spent)) {
    return finish(lexer, string ? MISSING_QUOTE : MISSING_INDENTED_QUOTE);
  }
  return finish(lexer, string ? STRING_CONTINUES : INDENTED_CONTINUES);
}

// Passes the `$` at the cursor; the end of the token is marked before it. The second dollar of a
// pair is passed too: in `$${` it is no longer free to open an interpolation.
static bool dollar_opens_interpolation(TSLexer* lexer) {
  lexer->mark_end(lexer);
  advance(lexer);
  if (lexer->lookahead == '{') return true;
  if (lexer->lookahead == '$') advance(lexer);
  return false;
}

static bool scan_string(TSLexer* lexer, enum Token fragment, Spent* spent) {
  bool const first_line = fragment == STRING_FRAGMENT;
  struct Tail tail = {false, false};
  for (bool some = false;; some = true) {
    int32_t const c = lexer->lookahead;
    bool const at_end = c == 0 && lexer->eof(lexer);
    if (c == '"') return some && finish_here(lexer, fragment);
    if (c == '\\') {
      if (some) return finish_here(lexer, fragment);
      advance(lexer);
      if (lexer->eof(lexer)) return finish_here(lexer, fragment);
      advance(lexer);
      return finish_here(lexer, STRING_ESCAPE);
    }
    if (c == '$') {
      if (dollar_opens_interpolation(lexer)) return some && finish(lexer, fragment);
      tail.here = false;
    } else if (first_line && (c == '\n' || at_end)) {
      return scan_end_of_first_line(lexer, OPEN_STRING, tail, some, spent);
    } else if (at_end) {
      return finish_here(lexer, some ? fragment : MISSING_QUOTE);
    } else if (first_line) {
      pass_in_first_line(lexer, &tail, some);
    } else {
      advance(lexer);
    }
  }
}

static bool scan_indented_string(TSLexer* lexer, enum Token fragment, Spent* spent) {
  bool const first_line = fragment == INDENTED_FRAGMENT;
  struct Tail tail = {false, false};
  for (bool some = false;; some = true) {
    int32_t const c = lexer->lookahead;
    bool const at_end = c == 0 && lexer->eof(lexer);
    if (c == '\'') {
      tail.here = false;
      lexer->mark_end(lexer);
      advance(lexer);
      if (lexer->lookahead != '\'') continue;
      advance(lexer);
      bool const dollar_or_quote = lexer->lookahead == '$' || lexer->lookahead == '\'';
      bool const escape = dollar_or_quote || lexer->lookahead == '\\';
      if (some || !escape) return some && finish(lexer, fragment);
      advance(lexer);
      if (!dollar_or_quote && !lexer->eof(lexer)) advance(lexer);
      return finish_here(lexer, INDENTED_ESCAPE);
    }
    if (c == '$') {
      if (dollar_opens_interpolation(lexer)) return some && finish(lexer, fragment);
      tail.here = false;
    } else if (first_line && (c == '\n' || at_end)) {
      return scan_end_of_first_line(lexer, OPEN_INDENTED_STRING, tail, some, spent);
    } else if (at_end) {
      return finish_here(lexer, some ? fragment : MISSING_INDENTED_QUOTE);
    } else if (first_line) {
      pass_in_first_line(lexer, &tail, some);
    } else {
      advance(lexer);
    }
  }
}
