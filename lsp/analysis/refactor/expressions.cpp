// Conditions turned over; strings in the other style.

#include <algorithm>

#include "lsp/analysis/fixes/fix.hpp"
#include "lsp/analysis/refactor/refactor.hpp"
#include "syntax/parse.hpp"
#include "syntax/print.hpp"

namespace nilas::analysis {
namespace {

using syntax::StringStyle;

std::string negated(const Selected& p, NodeId id) {
  const Node& n = p.ast[id];
  if (n.kind == NodeKind::Unary && n.op == static_cast<uint8_t>(syntax::UnaryOp::Not)) {
    const NodeId inner = n.a;
    return std::string(p.source(inner));
  }
  const std::string text(p.source(id));
  const bool tight = stands_alone(p.ast, id) || n.kind == NodeKind::Apply ||
                     n.kind == NodeKind::HasAttr || n.kind == NodeKind::Select;
  return tight ? "!" + text : "!(" + text + ")";
}

/// Text of a string as '' wants it; nullopt if it has what has no such form.
std::optional<std::string> indented_text(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' || c == '\t' || c == '\0') return std::nullopt;
    if (text.substr(i, 2) == "''") {
      out += "'''";
      ++i;
    } else if (text.substr(i, 2) == "${") {
      out += "''${";
      ++i;
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<std::string> quoted_text(std::string_view text) {
  std::string quoted;
  syntax::print_string(quoted, text);
  return quoted.substr(1, quoted.size() - 2);
}

/// The string in the other style, or nothing if that cannot be said there.
std::optional<std::string> other_style(const Selected& p, const Node& n) {
  const bool quoted = n.op == static_cast<uint8_t>(StringStyle::Quoted);
  const std::string quote = quoted ? "''" : "\"";
  std::string out = quote, pending;  // text pieces side by side are one: `$` may be followed by `{`
  const auto flush = [&] {
    const auto text = quoted ? indented_text(pending) : quoted_text(pending);
    pending.clear();
    if (text) out += *text;
    return text.has_value();
  };
  for (const syntax::Part& part : p.ast.string_parts(n)) {
    if (part.expr == kNone) {
      pending += p.ast.text(part.text);
    } else {
      if (!flush()) return std::nullopt;
      out += "${" + std::string(p.source(part.expr)) + "}";
    }
  }
  return flush() ? std::optional(out + quote) : std::nullopt;
}

/// What a string is made of: its text, and between bytes 0 the expressions in it.
std::optional<std::string> pieces_of(std::string_view text) {
  const syntax::Parsed parsed = syntax::parse(text);
  const bool fine = std::ranges::all_of(parsed.diagnostics, [](const syntax::Diagnostic& d) {
    return d.id == syntax::DiagnosticId::UndefinedVariable;  // it is only a piece of a file
  });
  const Node& n = parsed.ast[parsed.ast.root];
  if (!fine || n.kind != NodeKind::String) return std::nullopt;
  std::string pieces;
  for (const syntax::Part& part : parsed.ast.string_parts(n)) {
    if (part.expr == kNone) {
      pieces += parsed.ast.text(part.text);
    } else {
      const syntax::PrintContext anywhere{.base = "/", .home = "/"};
      pieces += '\0' + syntax::print(parsed.ast, part.expr, anywhere) + '\0';
    }
  }
  return pieces;
}

/// Whether both texts are the same string. Indentation, quotes beside a `$` and the like have many
/// rules: the parser knows them all.
bool is_same_string(std::string_view a, std::string_view b) {
  const auto one = pieces_of(a), other = pieces_of(b);
  return one && other && *one == *other;
}

}  // namespace

void rewrite_if(const Selected& p, Actions& actions) {
  const Node& n = p.ast[p.node];
  if (n.kind != NodeKind::If || !p.is_on(n.span.begin, 2)) return;
  const Span test = p.ast[n.a].span, yes = p.ast[n.b].span, no = p.ast[n.c].span;
  actions.push_back({.title = "Invert the condition",
                     .kind = action_kind::kRewrite,
                     .edits = {replace(p.text, test, negated(p, n.a)),
                               replace(p.text, yes, std::string(p.source(no))),
                               replace(p.text, no, std::string(p.source(yes)))}});
}

void rewrite_string(const Selected& p, Actions& actions) {
  const Node& n = p.ast[p.node];
  if (n.kind != NodeKind::String || n.op == static_cast<uint8_t>(StringStyle::Url)) return;
  if (is_attribute_name(p.ast, p.node)) return;
  if (p.source(p.node).front() != '"' && p.source(p.node).front() != '\'') return;
  const auto other = other_style(p, n);
  if (!other || !is_same_string(p.source(p.node), *other)) return;
  const bool quoted = n.op == static_cast<uint8_t>(StringStyle::Quoted);
  actions.push_back(
      {.title = quoted ? "Convert to an indented string" : "Convert to a quoted string",
       .kind = action_kind::kRewrite,
       .edits = {{n.span, *other}}});
}

}  // namespace nilas::analysis
