// Runs test/corpus without the tree-sitter command: corpus_test FILE...
//
// Format (https://tree-sitter.github.io/tree-sitter/creating-parsers/5-writing-tests.html): a title
// between two lines of `===`, the source, a line of `---`, the tree as an S-expression.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>
#include <tree_sitter_nix/tree_sitter_nix.h>

struct Slice {
  const char* begin;
  const char* end;
};

static char* read_file(const char* path) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) return NULL;
  size_t length = 0;
  size_t capacity = 1 << 16;
  char* text = malloc(capacity);
  size_t count = 0;
  while (text != NULL && (count = fread(text + length, 1, capacity - length - 1, file)) > 0) {
    length += count;
    if (length + 1 == capacity) text = realloc(text, capacity *= 2);
  }
  fclose(file);
  if (text != NULL) text[length] = '\0';
  return text;
}

static const char* next_line(const char* line) {
  const char* end = strchr(line, '\n');
  return end != NULL ? end + 1 : line + strlen(line);
}

static bool is_rule(const char* line, char c) {
  return line[0] == c && line[1] == c && line[2] == c;
}

// The lines up to the next one that is a rule of `c`, or to the end; moves `line` there.
static struct Slice lines_up_to_rule(const char** line, char c) {
  struct Slice lines = {*line, *line};
  while (**line != '\0' && !is_rule(*line, c))
    *line = next_line(*line);
  lines.end = *line;
  return lines;
}

static bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Equal, but for the amount of space between the parts, and space at either end.
static bool same_tree(struct Slice expected, const char* actual) {
  const char* e = expected.begin;
  for (const char* a = actual;; ++a, ++e) {
    bool const gap = e < expected.end && is_space(*e);
    while (e < expected.end && is_space(*e))
      ++e;
    if (e == expected.end || *a == '\0') return e == expected.end && *a == '\0';
    if (gap && a != actual && *a++ != ' ') return false;
    if (*a != *e) return false;
  }
}

// Returns how many of the file's cases fail.
static unsigned run_file(TSParser* parser, const char* path, unsigned* cases) {
  char* text = read_file(path);
  if (text == NULL) {
    fprintf(stderr, "%s: cannot be read\n", path);
    return 1;
  }
  unsigned failures = 0;
  for (const char* line = text; *line != '\0'; ++*cases) {
    line = next_line(line);
    struct Slice const title = lines_up_to_rule(&line, '=');
    line = next_line(line);
    struct Slice const source = lines_up_to_rule(&line, '-');
    line = next_line(line);
    struct Slice const expected = lines_up_to_rule(&line, '=');

    TSTree* tree =
        ts_parser_parse_string(parser, NULL, source.begin, (uint32_t)(source.end - source.begin));
    char* actual = ts_node_string(ts_tree_root_node(tree));
    if (!same_tree(expected, actual)) {
      ++failures;
      fprintf(stderr, "%s: %.*sexpected:\n%.*sactual:\n%s\n\n", path,
              (int)(title.end - title.begin), title.begin, (int)(expected.end - expected.begin),
              expected.begin, actual);
    }
    free(actual);
    ts_tree_delete(tree);
  }
  free(text);
  return failures;
}

int main(int argc, char** argv) {
  TSParser* parser = ts_parser_new();
  if (!ts_parser_set_language(parser, tree_sitter_nix())) return 2;
  unsigned cases = 0;
  unsigned failures = 0;
  for (int i = 1; i < argc; ++i)
    failures += run_file(parser, argv[i], &cases);
  ts_parser_delete(parser);
  printf("%u cases, %u failures\n", cases, failures);
  return cases == 0 || failures > 0;
}
