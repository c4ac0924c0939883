#include "syntax/cst.hpp"

#include <algorithm>
#include <cstring>
#include <tree_sitter/api.h>
#include <tree_sitter_nix/tree_sitter_nix.h>

namespace nilas::syntax {
namespace {

struct DeleteParser {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};

const char* read_text(void* payload, uint32_t byte, TSPoint, uint32_t* size) {
  const auto& text = *static_cast<const std::string_view*>(payload);
  if (byte >= text.size()) {
    *size = 0;
    return "";
  }
  *size = static_cast<uint32_t>(text.size()) - byte;
  return text.data() + byte;
}

bool count_step(TSParseState* state) {
  auto& left = *static_cast<uint64_t*>(state->payload);
  if (left == 0) return true;
  --left;
  return false;
}

TSPoint point_at(std::string_view text, uint32_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t line = before.rfind('\n');
  const auto rows = static_cast<uint32_t>(std::ranges::count(before, '\n'));
  const size_t column = line == std::string_view::npos ? offset : offset - line - 1;
  return {rows, static_cast<uint32_t>(column)};
}

void append_text(std::string& out, std::string_view text) {
  constexpr size_t kShown = 40;
  out += " \"";
  for (const char c : text.substr(0, kShown)) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  out += text.size() > kShown ? "...\"" : "\"";
}

}  // namespace

void Tree::Delete::operator()(TSTree* tree) const {
  ts_tree_delete(tree);
}

Tree::Tree(const Tree& other) : tree_(ts_tree_copy(other.tree_.get())) {}

Tree::~Tree() = default;

std::optional<Tree> Tree::parse(std::string_view text, const Tree* old, TreeLimits limits) {
  const std::unique_ptr<TSParser, DeleteParser> parser(ts_parser_new());
  if (!ts_parser_set_language(parser.get(), tree_sitter_nix())) return std::nullopt;
  TSInput input{};
  input.payload = &text;
  input.read = read_text;
  input.encoding = TSInputEncodingUTF8;
  uint64_t steps = limits.steps;
  TSParseOptions options{};
  options.payload = &steps;
  options.progress_callback = count_step;
  TSTree* tree = ts_parser_parse_with_options(
      parser.get(), old != nullptr ? old->tree_.get() : nullptr, input, options);
  if (tree == nullptr) return std::nullopt;
  return Tree(tree);
}

void Tree::edit(const Edit& edit, std::string_view old_text, std::string_view new_text) {
  TSInputEdit raw{};
  raw.start_byte = edit.begin;
  raw.old_end_byte = edit.old_end;
  raw.new_end_byte = edit.new_end;
  raw.start_point = point_at(old_text, edit.begin);
  raw.old_end_point = point_at(old_text, edit.old_end);
  raw.new_end_point = point_at(new_text, edit.new_end);
  ts_tree_edit(tree_.get(), &raw);
}

bool Tree::has_recovered() const {
  return ts_node_has_error(ts_tree_root_node(tree_.get()));
}

std::vector<Span> Tree::changed_ranges(const Tree& newer) const {
  uint32_t count = 0;
  TSRange* ranges = ts_tree_get_changed_ranges(tree_.get(), newer.tree_.get(), &count);
  std::vector<Span> spans;
  for (uint32_t i = 0; i < count; ++i)
    spans.push_back({ranges[i].start_byte, ranges[i].end_byte});
  std::free(ranges);  // NOLINT: malloc'ed by tree-sitter
  return spans;
}

std::string Tree::dump(std::string_view text) const {
  std::string out;
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree_.get()));
  size_t depth = 0;
  for (bool more = true; more;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const uint32_t begin = ts_node_start_byte(node), end = ts_node_end_byte(node);
    out.append(2 * depth, ' ');
    if (const char* field = ts_tree_cursor_current_field_name(&cursor)) {
      out += field;
      out += ": ";
    }
    if (ts_node_is_missing(node)) out += "MISSING ";
    if (ts_node_is_named(node)) {
      out += ts_node_type(node);
    } else {
      out += '\'';
      out += ts_node_type(node);
      out += '\'';
    }
    out += " [" + std::to_string(begin) + ", " + std::to_string(end) + ")";
    if (ts_node_is_named(node) && ts_node_child_count(node) == 0) {
      append_text(out, text.substr(begin, end - begin));
    }
    out += '\n';
    if (ts_tree_cursor_goto_first_child(&cursor)) {
      ++depth;
      continue;
    }
    while (!(more = ts_tree_cursor_goto_next_sibling(&cursor)) &&
           ts_tree_cursor_goto_parent(&cursor)) {
      --depth;
    }
  }
  ts_tree_cursor_delete(&cursor);
  return out;
}

}  // namespace nilas::syntax
