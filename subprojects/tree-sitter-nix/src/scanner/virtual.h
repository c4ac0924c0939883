#pragma once

// Virtual tokens: which of the missing_* nodes the scanner makes up, and before what.

#include "literals.h"

// How many names of an attribute path are read in search of its `=`.
enum { MAX_ATTRPATH = 32 };

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
// Closing brackets are often one too many rather than the end of what is unclosed. Where
// tree-sitter, which weighs both, lost fewer bindings in random edits of nixpkgs, they are left to
// it.
static const struct {
  enum Token token;
  unsigned terminators;
} kVirtualTokens[] = {
    {MISSING_EXPRESSION, AT_SEMICOLON | AT_CLOSER | AT_COMMA | AT_BRANCH | AT_STATEMENT},
    {MISSING_SEMICOLON, AT_END | AT_STATEMENT},
    {MISSING_PAREN, AT_SEMICOLON | AT_BRACKET | AT_BRACE | AT_END | AT_BRANCH | AT_STATEMENT},
    {MISSING_BRACKET, AT_SEMICOLON | AT_PAREN | AT_BRACE | AT_END | AT_BRANCH | AT_STATEMENT},
    {MISSING_BRACE, AT_END | AT_BRANCH | AT_IN},
    {MISSING_INTERPOLATION_END,
     AT_SEMICOLON | AT_PAREN | AT_BRACKET | AT_END | AT_BRANCH | AT_STATEMENT},
    {MISSING_THEN, AT_SEMICOLON | AT_CLOSER | AT_COMMA | AT_ELSE | AT_STATEMENT},
    {MISSING_ELSE, AT_SEMICOLON | AT_CLOSER | AT_COMMA | AT_THEN | AT_STATEMENT},
    {MISSING_IN, AT_CLOSER | AT_BRANCH},
    {MISSING_FORMALS_END, AT_SEMICOLON | AT_PAREN | AT_BRACKET | AT_END | AT_BRANCH | AT_IN},
};

// Emits the virtual token that stands before `terminator` here, if any.
static bool emit_before(TSLexer* lexer, const bool* valid, enum Terminator terminator) {
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
static bool binding_ends_code(const bool* valid) {
  return valid[MISSING_EXPRESSION] || valid[MISSING_SEMICOLON] || valid[MISSING_SELECTED] ||
         valid[MISSING_PAREN] || valid[MISSING_BRACKET] || valid[MISSING_INTERPOLATION_END] ||
         valid[MISSING_THEN] || valid[MISSING_ELSE];
}

static bool emit_before_binding(TSLexer* lexer, const bool* valid) {
  if (valid[MISSING_SEMICOLON]) return finish(lexer, MISSING_SEMICOLON);
  if (valid[MISSING_SELECTED]) return finish(lexer, MISSING_SELECTED);
  return emit_before(lexer, valid, AT_BINDING);
}

// Passes a string without escapes and interpolations, as it may name an attribute.
static bool pass_plain_string(TSLexer* lexer) {
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

// Whether the rest of an attribute path and `=` (not `==`) follow; after a dot a name must come
// first.
static bool assignment_follows(TSLexer* lexer, bool after_dot) {
  for (unsigned names = 0; names < MAX_ATTRPATH;) {
    while (is(lexer, BLANK))
      advance(lexer);
    if (after_dot) {
      if (is(lexer, WORD_START)) {
        while (is(lexer, WORD))
          advance(lexer);
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
