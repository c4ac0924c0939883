#include "lsp/analysis/documentation.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

bool is_blank(std::string_view s) {
  return s.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::vector<std::string_view> split_lines(std::string_view s) {
  std::vector<std::string_view> lines;
  for (;;) {
    const size_t lf = s.find('\n');
    std::string_view line = s.substr(0, lf);
    while (line.ends_with('\r') || line.ends_with(' ') || line.ends_with('\t'))
      line.remove_suffix(1);
    lines.push_back(line);
    if (lf == std::string_view::npos) return lines;
    s.remove_prefix(lf + 1);
  }
}

}  // namespace

std::string documentation_text(std::string_view comment) {
  if (!comment.starts_with("/**") || !comment.ends_with("*/") || comment.size() < 5) return {};
  std::vector<std::string_view> lines = split_lines(comment.substr(3, comment.size() - 5));
  // The first line follows the delimiter; it has no indentation of its own.
  while (lines[0].starts_with(' ') || lines[0].starts_with('\t'))
    lines[0].remove_prefix(1);
  size_t indent = std::numeric_limits<size_t>::max();
  for (size_t i = 1; i < lines.size(); ++i) {
    if (!is_blank(lines[i])) indent = std::min(indent, lines[i].find_first_not_of(" \t"));
  }
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) lines[i].remove_prefix(std::min(indent, lines[i].size()));
    if (text.empty() && is_blank(lines[i])) continue;
    text += lines[i];
    text += '\n';
  }
  while (text.ends_with('\n'))
    text.pop_back();
  return text;
}

std::optional<BoundName> find_bound_name(const Ast& ast, uint32_t begin, std::string_view name) {
  for (const syntax::Binding& binding : ast.bindings) {
    if (binding.kind != syntax::BindingKind::Path || binding.span.begin > begin ||
        binding.span.end <= begin)
      continue;
    const auto names = ast.path(binding.path);
    for (size_t i = 0; i < names.size(); ++i) {
      const bool here = names[i].span.begin == begin || names[0].span.begin == begin;
      if (!here || names[i].symbol == syntax::kNone || ast.symbol(names[i].symbol) != name)
        continue;
      return BoundName{names[i].span, i + 1 == names.size() ? binding.doc : Span{}};
    }
  }
  return std::nullopt;
}

Span function_doc(const Ast& ast, syntax::NodeId lambda) {
  const Span own = ast.lambdas[ast[lambda].a].doc;
  if (own.begin != own.end) return own;
  for (const syntax::Binding& binding : ast.bindings) {
    if (binding.kind == syntax::BindingKind::Path && binding.value != syntax::kNoNode &&
        ast.skip_parens(binding.value) == lambda) {
      return binding.doc;
    }
  }
  return {};
}

}  // namespace nilas::analysis
