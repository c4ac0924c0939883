#pragma once

// Comments, paths, URLs and numbers.

#include "tokens.h"

// How far beyond a token's own end a run is followed in search of the `/` or `:` that makes it a
// path or a URL. No file system has longer names than 255 bytes.
enum { MAX_LOOKAHEAD = 255 };

// ------------------------------------------------------------------------------- comments

static bool scan_line_comment(TSLexer* lexer) {
  while (lexer->lookahead != '\n' && lexer->lookahead != '\r' && !lexer->eof(lexer))
    advance(lexer);
  return finish_here(lexer, COMMENT);
}

// Starts at the `*` of `/*`. A comment that nothing ends is taken to end with its line, so that the
// rest of the file stays code; or with the line of the last `/*` in the file, for else a file of
// nothing but `/*` lines would be read to its end once for each of them.
static bool scan_block_comment(TSLexer* lexer) {
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

static inline bool at_path_text(const TSLexer* lexer) {
  return is(lexer, PATH_CHAR) || lexer->lookahead == '/';
}

// One piece of a path as Nix cuts it after an interpolation: up to, and with, the slash that is not
// followed by a path character. Returns whether it ends with a slash. At least one character is
// there.
static bool pass_path_piece(TSLexer* lexer) {
  while (is(lexer, PATH_CHAR))
    advance(lexer);
  while (lexer->lookahead == '/') {
    advance(lexer);
    if (!is(lexer, PATH_CHAR)) return true;
    while (is(lexer, PATH_CHAR))
      advance(lexer);
  }
  return false;
}

// Whether `${` follows. Marks the end of the token before it.
static bool interpolation_follows(TSLexer* lexer) {
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
// Nix cuts `./a//b` in two pieces, and accepts two only before an interpolation; and it wants no
// slash at the end. What breaks these rules is one PATH_BAD with all that looks like path.
static bool scan_path_after_slash(TSLexer* lexer, enum Token kind) {
  if (!is(lexer, PATH_CHAR)) {
    if (lexer->lookahead != '$') return false;
    return finish(lexer, interpolation_follows(lexer) ? kind + 1 : kind + 2);
  }
  bool const ends_with_slash = pass_path_piece(lexer);
  bool const two_slashes = ends_with_slash && lexer->lookahead == '/';
  if (interpolation_follows(lexer)) return finish(lexer, kind + 1);
  if (!ends_with_slash) return finish(lexer, kind);
  if (two_slashes) {
    pass_path_piece(lexer);
    if (!at_path_text(lexer) && interpolation_follows(lexer)) return finish(lexer, kind + 1);
    if (at_path_text(lexer)) {
      while (at_path_text(lexer))
        advance(lexer);
      lexer->mark_end(lexer);
    }
  }
  return finish(lexer, kind + 2);
}

static bool scan_path_fragment(TSLexer* lexer) {
  bool const ends_with_slash = pass_path_piece(lexer);
  lexer->mark_end(lexer);
  bool const fine = !ends_with_slash || at_path_text(lexer) || interpolation_follows(lexer);
  return finish(lexer, fine ? PATH_FRAGMENT : PATH_FRAGMENT_BAD);
}

// At `<`.
static bool scan_search_path(TSLexer* lexer) {
  do {
    advance(lexer);
    if (!is(lexer, PATH_CHAR)) return false;
    while (is(lexer, PATH_CHAR))
      advance(lexer);
  } while (lexer->lookahead == '/');
  if (lexer->lookahead != '>') return false;
  advance(lexer);
  return finish_here(lexer, SEARCH_PATH);
}

// The run of path characters behind a token made of such: what has been passed is a scheme so far
// if `scheme`.
struct Run {
  bool scheme;
  int32_t last;  // the last character, 0 if the run is empty
};

static struct Run pass_run(TSLexer* lexer, bool scheme) {
  struct Run run = {scheme, 0};
  for (unsigned i = 0; i < MAX_LOOKAHEAD && is(lexer, PATH_CHAR); ++i) {
    run.last = lexer->lookahead;
    run.scheme = run.scheme && is(lexer, SCHEME_CHAR);
    advance(lexer);
  }
  return run;
}

// At the end of a run: returns whether it was the start of a path or a URL.
static bool scan_path_or_uri(TSLexer* lexer, bool scheme) {
  if (lexer->lookahead == '/') {
    advance(lexer);
    return scan_path_after_slash(lexer, PATH);
  }
  if (lexer->lookahead != ':' || !scheme) return false;
  advance(lexer);
  if (!is(lexer, URI_CHAR)) return false;
  while (is(lexer, URI_CHAR))
    advance(lexer);
  return finish_here(lexer, URI);
}

// ------------------------------------------------------------------------------- numbers

static bool pass_digits(TSLexer* lexer) {
  bool const some = is(lexer, DIGIT);
  while (is(lexer, DIGIT))
    advance(lexer);
  return some;
}

// Marks the end of the token where it is certain: `1.5e` is a float and a name.
static void pass_exponent(TSLexer* lexer) {
  lexer->mark_end(lexer);
  if (lexer->lookahead != 'e' && lexer->lookahead != 'E') return;
  advance(lexer);
  if (lexer->lookahead == '+' || lexer->lookahead == '-') advance(lexer);
  if (pass_digits(lexer)) lexer->mark_end(lexer);
}

static bool scan_number(TSLexer* lexer) {
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
static bool scan_sign(TSLexer* lexer) {
  bool const dot = lexer->lookahead == '.';
  advance(lexer);
  bool const number = dot && pass_digits(lexer);
  if (number) pass_exponent(lexer);
  pass_run(lexer, false);
  return scan_path_or_uri(lexer, false) || (number && finish(lexer, FLOAT));
}
