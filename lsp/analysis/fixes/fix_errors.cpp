// Repairs of errors, and of comments that suppress nothing.

#include <algorithm>
#include <array>
#include <map>

#include "lsp/analysis/fixes/fix.hpp"

namespace nilas::analysis {
namespace {

constexpr size_t kMaxSimilar = 3;

/// Letters to insert, delete, replace or exchange with their neighbour, up to `limit` + 1.
size_t distance(std::string_view a, std::string_view b, size_t limit) {
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) return limit + 1;
  std::vector<size_t> two, one, row(b.size() + 1);  // the rows before and this one
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    two = std::move(one);
    one = row;
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({one[j] + 1, row[j - 1] + 1, one[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], two[j - 2] + 1);
    }
  }
  return row[b.size()];
}

bool contains(Span outer, Span inner) {
  return outer.begin <= inner.begin && inner.end <= outer.end;
}

/// Names in scope at the finding, and the innermost function with formals around it.
struct Surround {
  std::vector<std::string_view> names;
  const syntax::LambdaRecord* function = nullptr;
};

Surround look_around(const FixContext& c) {
  Surround found;
  for (const syntax::Scope& scope : c.ast.scopes) {
    const Node& n = c.ast[scope.node];
    if (!contains(n.span, c.finding.span)) continue;
    for (uint32_t i = 0; i < scope.decl_count; ++i)
      found.names.push_back(c.ast.symbol(c.ast.decls[scope.first_decl + i].symbol));
    if (scope.kind != syntax::ScopeKind::Lambda) continue;
    const syntax::LambdaRecord& lambda = c.ast.lambdas[n.a];
    if (lambda.has_formals && (!found.function || lambda.node < found.function->node))
      found.function = &lambda;
  }
  for (const std::string_view name : c.input.globals)
    if (!name.starts_with("__")) found.names.push_back(name);
  return found;
}

std::vector<std::string_view> similar(std::string_view name, std::vector<std::string_view> names) {
  const size_t limit = name.size() < 4 ? 0 : name.size() < 6 ? 1 : 2;
  std::multimap<size_t, std::string_view> by_distance;
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  for (const std::string_view other : names) {
    const size_t d = distance(name, other, limit);
    if (d <= limit && name[0] == other[0]) by_distance.emplace(d, other);
  }
  std::vector<std::string_view> nearest;
  for (const auto& [d, other] : by_distance)
    if (nearest.size() < kMaxSimilar) nearest.push_back(other);
  return nearest;
}

}  // namespace

std::optional<TextEdit> add_formal(const FixInput& input, const syntax::LambdaRecord& lambda,
                                   std::string_view formal) {
  const auto formals = input.ast.lambda_formals(lambda);
  if (formals.empty()) {
    const size_t brace = input.text.find('{', lambda.head.begin);
    if (brace >= lambda.head.end) return std::nullopt;
    const auto at = static_cast<uint32_t>(brace + 1);
    return TextEdit{{at, at}, " " + std::string(formal) + (lambda.has_ellipsis ? "," : " ")};
  }
  const syntax::Formal& last = formals.back();
  const uint32_t end =
      last.default_value == kNone ? last.name.end : input.ast[last.default_value].span.end;
  const uint32_t previous =
      formals.size() > 1 ? formals[formals.size() - 2].name.begin : lambda.head.begin;
  const bool own_line = input.text.substr(previous, last.name.begin - previous).contains('\n');
  const std::string_view indent = indentation(input.text, last.name.begin);
  const bool leading =
      indent.size() > 0 && own_line &&
      input.text[input.text.rfind('\n', last.name.begin) + 1 + indent.size()] == ',';
  if (!own_line) return TextEdit{{end, end}, ", " + std::string(formal)};
  const std::string line = "\n" + std::string(indent);
  return TextEdit{{end, end},
                  leading ? line + ", " + std::string(formal) : "," + line + std::string(formal)};
}

std::vector<Fix> repair_undefined(const FixContext& c) {
  const std::string name(c.source(c.finding.span));
  const Surround around = look_around(c);
  std::vector<Fix> fixes;
  const auto offer = [&](std::string title, TextEdit edit) {
    const Span reach = edit.span;
    fixes.push_back({.title = std::move(title),
                     .edits = {std::move(edit)},
                     .reach = reach,
                     .preferred = fixes.empty()});
  };
  if (name == "or") offer("Use `||`", {c.finding.span, "||"});
  if (std::ranges::binary_search(c.input.globals, "__" + name))
    offer("Use `builtins." + name + "`", {c.finding.span, "builtins." + name});
  for (const std::string_view other : similar(name, around.names))
    offer("Change to `" + std::string(other) + "`", {c.finding.span, std::string(other)});
  if (around.function) {
    if (auto edit = add_formal(c.input, *around.function, name))
      offer("Add `" + name + "` to the parameters of the function", std::move(*edit));
  }
  return fixes;
}

std::vector<Fix> repair_syntax(const FixContext& c) {
  const std::string_view message = c.finding.message;
  if (message == "unterminated comment") {
    const auto end = static_cast<uint32_t>(c.text.size());
    return {{.title = "Insert '*/'", .edits = {{{end, end}, " */"}}, .reach = {end, end}}};
  }
  const std::string_view missing = "missing '";
  if (!message.starts_with(missing) || c.finding.span.begin != c.finding.span.end) return {};
  std::string token(message.substr(missing.size()));
  if (!token.ends_with('\'') || token.size() < 2) return {};
  token.pop_back();
  const bool word = (token[0] >= 'a' && token[0] <= 'z') || token == "=";
  const uint32_t at = c.finding.span.begin;
  const auto is_space = [&](size_t i) {
    return i >= c.text.size() || std::string_view(" \t\r\n").contains(c.text[i]);
  };
  const std::string title = "Insert '" + token + "'";
  if (word && at > 0 && !is_space(at - 1)) token.insert(0, " ");
  if (word && !is_space(at)) token += " ";
  return {{.title = title, .edits = {{c.finding.span, token}}, .reach = c.finding.span}};
}

Edits fix_trailing_slash(const FixContext& c) {
  uint32_t end = c.finding.span.begin;
  const auto in_path = [](char ch) {
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
           std::string_view("._-+/~").contains(ch);
  };
  while (end < c.text.size() && in_path(c.text[end]))
    ++end;
  if (end == c.finding.span.begin || c.text[end - 1] != '/') return {};
  return {{{end - 1, end}, ""}};
}

Edits fix_unused_suppression(const FixContext& c) {
  const Span span = c.finding.span;
  if (c.finding.subject == kNone) return {{removal(c.text, span), ""}};
  // One name of several, with one of the commas beside it.
  const size_t after = c.text.find_first_not_of(" \t", span.end);
  if (after != std::string_view::npos && c.text[after] == ',') {
    const size_t next = c.text.find_first_not_of(" \t", after + 1);
    return {{{span.begin, static_cast<uint32_t>(next)}, ""}};
  }
  const size_t comma = c.text.find_last_not_of(" \t", span.begin - 1);
  if (c.text[comma] != ',') return {};
  return {{{static_cast<uint32_t>(comma), span.end}, ""}};
}

}  // namespace nilas::analysis
