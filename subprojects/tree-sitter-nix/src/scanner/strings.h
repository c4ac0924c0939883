#pragma once

// The insides of "..." and ''...''. Fragments are as long as possible: what Nix reads as it stands,
// lone dollars and quotes included, is one token.

#include "tokens.h"

// ------------------------------------------------------------------------------- unclosed strings

// A string may span lines, so an unclosed one ends at the quote that was to open the next, and from
// there on code is text and text is code up to the end of the file. Where that shows, the string is
// made to end with its line instead. It shows if
//   1. the quote that would close the string is followed by what follows no closing quote in code that
//      anybody writes, but does follow an opening one: `x = "a;⏎ y = "b";` has a `b` there; and
//   2. the rest of the file, read from there, ends inside a string or a comment, so that no reading of
//      the file with this quote as the end of the string is valid.
// The first rule keeps the second, which reads the whole file, from being asked about good strings. The
// second keeps the first from ever touching a valid program.
//
// What the second rule costs is counted in the scanner's state, so that no file, however odd, is read
// to its end more than a few hundred times.

enum {
  PROBE_UNIT = 16 * 1024,  // characters
  PROBE_UNITS = 255,       // in all, for one file
  PROBE_NESTING = 128,
};

enum Open { OPEN_BRACE, OPEN_INTERPOLATION, OPEN_STRING, OPEN_INDENTED_STRING };

// A lexer in miniature: it knows no tokens, only what is inside what.
struct Probe {
  TSLexer *lexer;
  unsigned passed;
  unsigned limit;
  unsigned depth;
  bool lost;  // the answer does not depend on this file's text alone, or is too far away
  uint8_t open[PROBE_NESTING];
};

static inline bool probe_more(struct Probe *probe) {
  if (probe->passed >= probe->limit) probe->lost = true;
  return !probe->lost && !(probe->lexer->lookahead == 0 && probe->lexer->eof(probe->lexer));
}

static inline void probe_pass(struct Probe *probe) {
  advance(probe->lexer);
  ++probe->passed;
}

// Passes `c` if it is next.
static inline bool probe_take(struct Probe *probe, int32_t c) {
  if (probe->lexer->lookahead != c) return false;
  probe_pass(probe);
  return true;
}

static inline void probe_open(struct Probe *probe, enum Open what) {
  if (probe->depth == PROBE_NESTING) {
    probe->lost = true;
    return;
  }
  probe->open[probe->depth++] = (uint8_t)what;
}

static void probe_dollar(struct Probe *probe) {
  probe_pass(probe);
  if (probe_take(probe, '{')) {
    probe_open(probe, OPEN_INTERPOLATION);
  } else {
    probe_take(probe, '$');
  }
}

static void probe_string(struct Probe *probe) {
  if (probe->lexer->lookahead == '$') {
    probe_dollar(probe);
  } else if (probe_take(probe, '"')) {
    --probe->depth;
  } else {
    probe_take(probe, '\\');
    probe_pass(probe);
  }
}

static void probe_indented_string(struct Probe *probe) {
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

// Returns false if the comment does not end.
static bool probe_block_comment(struct Probe *probe) {
  for (bool star = false; probe_more(probe);) {
    if (star && probe_take(probe, '/')) return true;
    star = probe->lexer->lookahead == '*';
    probe_pass(probe);
  }
  return probe->lost;
}

// A name, whose quotes open no string, or a URL.
static void probe_word(struct Probe *probe) {
  bool scheme = true;
  while (is(probe->lexer, WORD | PATH_CHAR) && probe_more(probe)) {
    scheme = scheme && is(probe->lexer, SCHEME_CHAR);
    probe_pass(probe);
  }
  if (!scheme || !probe_take(probe, ':')) return;
  while (is(probe->lexer, URI_CHAR) && probe_more(probe)) probe_pass(probe);
}

// Returns false if a comment does not end.
static bool probe_code(struct Probe *probe) {
  if (is(probe->lexer, WORD_START)) {
    probe_word(probe);
  } else if (probe_take(probe, '"')) {
    probe_open(probe, OPEN_STRING);
  } else if (probe_take(probe, '\'')) {
    if (probe_take(probe, '\'')) probe_open(probe, OPEN_INDENTED_STRING);
  } else if (probe_take(probe, '{')) {
    probe_open(probe, OPEN_BRACE);
  } else if (probe_take(probe, '}')) {
    // Beyond the outermost brace there may be a string that we know nothing about.
    if (probe->depth == 0) {
      probe->lost = true;
    } else {
      --probe->depth;
    }
  } else if (probe_take(probe, '/')) {
    if (probe_take(probe, '*')) return probe_block_comment(probe);
  } else if (probe->lexer->lookahead == '#') {
    while (probe->lexer->lookahead != '\n' && probe->lexer->lookahead != '\r' && probe_more(probe)) {
      probe_pass(probe);
    }
  } else {
    probe_pass(probe);
  }
  return true;
}

// Whether the file, read as code from here on, certainly ends inside a string or a comment.
static bool file_ends_inside(TSLexer *lexer, uint8_t *spent) {
  struct Probe probe = {.lexer = lexer, .limit = (PROBE_UNITS - *spent) * PROBE_UNIT};
  bool open_comment = false;
  while (!open_comment && probe_more(&probe)) {
    uint8_t const inside = probe.depth > 0 ? probe.open[probe.depth - 1] : OPEN_BRACE;
    if (inside == OPEN_STRING) {
      probe_string(&probe);
    } else if (inside == OPEN_INDENTED_STRING) {
      probe_indented_string(&probe);
    } else {
      open_comment = !probe_code(&probe);
    }
  }
  unsigned const units = *spent + 1 + probe.passed / PROBE_UNIT;
  *spent = (uint8_t)(units < PROBE_UNITS ? units : PROBE_UNITS);
  if (probe.lost) return false;
  for (unsigned i = 0; i < probe.depth; ++i) {
    if (probe.open[i] == OPEN_STRING || probe.open[i] == OPEN_INDENTED_STRING) return true;
  }
  return open_comment;
}

// At the end of the first line of a fragment: decides with a token of no width whether the string goes
// on. It must be a token apart, for once the lookahead has passed the end of a fragment, that end can
// no longer be marked.
static bool scan_end_of_line(TSLexer *lexer, uint8_t *spent) {
  lexer->mark_end(lexer);
  for (;;) {
    switch (lexer->lookahead) {
      case '\\':
        return finish(lexer, STRING_CONTINUES);
      case '$':
        advance(lexer);
        if (lexer->lookahead == '{') return finish(lexer, STRING_CONTINUES);
        if (lexer->lookahead == '$') advance(lexer);
        break;
      case '"': {
        advance(lexer);
        int32_t const c = lexer->lookahead;
        bool const usual = is(lexer, BLANK) || lexer->eof(lexer) || c == ';' || c == ')' ||
                           c == ']' || c == '}' || c == '.' || c == ',' || c == '+' || c == '=' ||
                           c == '?';
        bool const unclosed = !usual && file_ends_inside(lexer, spent);
        return finish(lexer, unclosed ? MISSING_QUOTE : STRING_CONTINUES);
      }
      default:
        if (lexer->eof(lexer)) return finish(lexer, MISSING_QUOTE);
        advance(lexer);
    }
  }
}

// ------------------------------------------------------------------------------- fragments

// Passes the `$` at the cursor; the end of the token is marked before it. The second dollar of a pair
// is passed too: in `$${` it is no longer free to open an interpolation.
static bool dollar_opens_interpolation(TSLexer *lexer) {
  lexer->mark_end(lexer);
  advance(lexer);
  if (lexer->lookahead == '{') return true;
  if (lexer->lookahead == '$') advance(lexer);
  return false;
}

// `fragment` is STRING_FRAGMENT, which ends with its line, or STRING_REST, which does not.
static bool scan_string(TSLexer *lexer, enum Token fragment, uint8_t *spent) {
  for (bool some = false;; some = true) {
    switch (lexer->lookahead) {
      case '"':
        return some && finish_here(lexer, fragment);
      case '\\':
        if (some) return finish_here(lexer, fragment);
        advance(lexer);
        if (lexer->eof(lexer)) return finish_here(lexer, fragment);
        advance(lexer);
        return finish_here(lexer, STRING_ESCAPE);
      case '$':
        if (dollar_opens_interpolation(lexer)) return some && finish(lexer, fragment);
        break;
      case '\n':
        if (fragment == STRING_FRAGMENT) {
          return some ? finish_here(lexer, fragment) : scan_end_of_line(lexer, spent);
        }
        advance(lexer);
        break;
      default:
        if (lexer->eof(lexer)) return finish_here(lexer, some ? fragment : MISSING_QUOTE);
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
