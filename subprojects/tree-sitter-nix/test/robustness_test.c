// Inputs that are easy to write and hard to parse: each must give a tree, in time linear in its
// length. And edits of them, for which the incremental tree must be the fresh one.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tree_sitter/api.h>
#include <tree_sitter_nix/tree_sitter_nix.h>

struct Text {
  char* bytes;
  size_t length;
};

static struct Text repeat(const char* before, const char* unit, size_t unit_length, size_t count,
                          const char* after) {
  size_t const head = strlen(before);
  size_t const tail = strlen(after);
  struct Text text = {malloc(head + unit_length * count + tail + 1), 0};
  if (text.bytes == NULL) abort();
  memcpy(text.bytes, before, head);
  for (size_t i = 0; i < count; ++i)
    memcpy(text.bytes + head + i * unit_length, unit, unit_length);
  memcpy(text.bytes + head + unit_length * count, after, tail);
  text.length = head + unit_length * count + tail;
  return text;
}

static double seconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

// No case takes a second on a slow machine; a quadratic one would take minutes.
static const double kLimit = 20;

struct Case {
  const char* before;
  const char* unit;
  size_t count;
  const char* after;
};

static const struct Case kCases[] = {
    // Each token may start a path.
    {"1", "+1", 200000, ""},
    {"{}", ".a", 200000, ""},
    {"a", "-", 200000, ""},
    {"", ".", 200000, ""},
    {"", "a/", 200000, ""},
    {"", "/", 200000, ""},
    {"", "./a${b}", 50000, ""},
    // Nesting, closed and not.
    {"", "[", 100000, ""},
    {"", "(", 100000, ""},
    {"", "{", 100000, ""},
    {"", "{a=", 100000, ""},
    {"", "\"${", 50000, ""},
    {"", "''${", 50000, ""},
    {"", "\"\n${", 50000, ""},
    {"", "''\n${", 50000, ""},
    {"", "]", 100000, ""},
    {"", "if ", 100000, ""},
    {"", "let a = ", 50000, ""},
    {"", "x: ", 100000, ""},
    {"", "!", 100000, ""},
    // Unclosed strings and comments that each ask about the rest of the file.
    {"", "\"\n", 100001, ""},
    {"", "''\n", 100001, ""},
    {"", "\"\n\"a", 100000, ""},
    {"", "x\"y\n", 100001, "\" ''"},
    {"", "/*\n", 200000, ""},
    // Lines that may each be the next binding.
    {"{", "a = 1\n", 50000, "}"},
    {"{ x = a", ".\na", 100000, "; }"},
    {"{ x = f\n", "a.a.a.a.a.a\n", 50000, "; }"},
    {"[", "\"abc\"\n", 50000, "]"},
    // Density, length, and bytes that are no text.
    {"", "1 ", 500000, ""},
    {"", "a", 5000000, ""},
    {"", " ", 5000000, ""},
    {"{ a = ", "\xff\xfe\xc0", 50000, "; b = 1; }"},
    {"\"", "\xff\xfe\xc0", 50000, "\""},
};

static bool run_case(TSParser* parser, struct Text text, const char* unit) {
  double const start = seconds();
  TSTree* tree = ts_parser_parse_string(parser, NULL, text.bytes, (uint32_t)text.length);
  double const spent = seconds() - start;
  bool const fine = tree != NULL && spent < kLimit;
  if (!fine) fprintf(stderr, "`%s`, %zu bytes: %.1f s\n", unit, text.length, spent);
  ts_tree_delete(tree);
  free(text.bytes);
  return fine;
}

// Inserts `insertion` at each position of `source`, and deletes it again.
static unsigned run_edits(TSParser* parser, const char* source, const char* insertion) {
  unsigned failures = 0;
  size_t const length = strlen(source);
  size_t const added = strlen(insertion);
  char* edited = malloc(length + added + 1);
  if (edited == NULL) abort();
  for (size_t at = 0; at <= length; ++at) {
    memcpy(edited, source, at);
    memcpy(edited + at, insertion, added);
    memcpy(edited + at + added, source + at, length - at + 1);
    // The sources are single lines.
    TSInputEdit const insert = {(uint32_t)at,      (uint32_t)at,      (uint32_t)(at + added),
                                {0, (uint32_t)at}, {0, (uint32_t)at}, {0, (uint32_t)(at + added)}};
    TSInputEdit const erase = {(uint32_t)at,      (uint32_t)(at + added),      (uint32_t)at,
                               {0, (uint32_t)at}, {0, (uint32_t)(at + added)}, {0, (uint32_t)at}};
    TSTree* before = ts_parser_parse_string(parser, NULL, source, (uint32_t)length);
    char* expected = ts_node_string(ts_tree_root_node(before));
    ts_tree_edit(before, &insert);
    TSTree* broken = ts_parser_parse_string(parser, before, edited, (uint32_t)(length + added));
    ts_tree_edit(broken, &erase);
    TSTree* after = ts_parser_parse_string(parser, broken, source, (uint32_t)length);
    char* actual = ts_node_string(ts_tree_root_node(after));
    if (strcmp(expected, actual) != 0) {
      ++failures;
      fprintf(stderr, "`%s` at %zu and away again: %s\n", insertion, at, actual);
    }
    free(expected);
    free(actual);
    ts_tree_delete(before);
    ts_tree_delete(broken);
    ts_tree_delete(after);
  }
  free(edited);
  return failures;
}

int main(void) {
  TSParser* parser = ts_parser_new();
  if (!ts_parser_set_language(parser, tree_sitter_nix())) return 2;
  unsigned failures = 0;
  for (size_t i = 0; i < sizeof kCases / sizeof *kCases; ++i) {
    struct Case const c = kCases[i];
    struct Text const text = repeat(c.before, c.unit, strlen(c.unit), c.count, c.after);
    failures += !run_case(parser, text, c.unit);
  }
  failures += !run_case(parser, repeat("{ a = ", "\0", 1, 100000, "; }"), "\\0");
  failures += !run_case(parser, repeat("\"", "\0", 1, 100000, "\""), "\\0 in a string");

  static const char* const kSources[] = {
      "{ lib, a ? 1, ... }@args: let b = lib.c or d; in { inherit (b) e; f = [ ./g \"h${i}\" ]; }",
      "with a; if b == c then ''d ${e} ''$f'' else rec { g.\"h\" = x: -x ? y; }.g <z> or http://k",
  };
  static const char* const kInsertions[] = {"\"", "''", "{",  "}", ";",  " = ",
                                            ".",  "${", "/*", "#", "in "};
  for (size_t i = 0; i < sizeof kSources / sizeof *kSources; ++i) {
    for (size_t j = 0; j < sizeof kInsertions / sizeof *kInsertions; ++j) {
      failures += run_edits(parser, kSources[i], kInsertions[j]);
    }
  }
  ts_parser_delete(parser);
  printf("%u failures\n", failures);
  return failures > 0;
}
