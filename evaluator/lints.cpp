#include "evaluator/lints.hpp"

#include <algorithm>
#include <vector>

#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

struct Finding {
  Lint lint;
  std::string message;
  syntax::Span span;
};

/// The literal as it is written, up to its first interpolation.
std::string_view written(const SourceUnit& unit, const syntax::Node& n) {
  const syntax::Span span =
      n.b == 0 ? n.span : syntax::Span{n.span.begin, unit.ast->string_parts(n)[0].span.end};
  return std::string_view(*unit.text).substr(span.begin, span.end - span.begin);
}

Finding path_finding(const LiteralLints& lints, std::string_view text, const syntax::Node& n) {
  if (static_cast<syntax::PathStyle>(n.op) != syntax::PathStyle::Relative) {
    return {lints.absolute_paths,
            cat(text.starts_with('~') ? "home" : "absolute",
                " path literals are not portable. Consider replacing path literal '", text,
                "' by a string, relative path, or parameter (lint-absolute-path-literals)"),
            n.span};
  }
  if (text.starts_with("./") || text.starts_with("../")) return {Lint::Ignore, {}, n.span};
  return {lints.short_paths,
          cat("relative path literal '", text, "' should be prefixed with '.' for clarity: './",
              text, "' (lint-short-path-literals)"),
          n.span};
}

Finding url_finding(const LiteralLints& lints, std::string_view text, const syntax::Node& n) {
  return {lints.urls,
          cat("URL literals are ", lints.urls == Lint::Fatal ? "disallowed" : "discouraged",
              ". Consider using a string literal \"", text, "\" instead (lint-url-literals)"),
          n.span};
}

/// `f or`, as it is written.
bool is_or_call(const SourceUnit& unit, const syntax::Node& n) {
  if (n.kind != syntax::NodeKind::Apply || n.c != 1) return false;
  const syntax::Node& argument = unit.ast->nodes[unit.ast->children(n.b, n.c)[0]];
  return argument.kind == syntax::NodeKind::Var && unit.ast->symbol(argument.a) == "or";
}

}  // namespace

std::optional<Lint> parse_lint(std::string_view text) {
  if (text == "ignore") return Lint::Ignore;
  if (text == "warn") return Lint::Warn;
  if (text == "fatal") return Lint::Fatal;
  return std::nullopt;
}

void check_or(World& world, const SourceUnit& unit) {
  const syntax::Ast& ast = *unit.ast;
  if (std::ranges::none_of(ast.symbols, [&](const auto& s) { return ast.slice(s) == "or"; }))
    return;
  const auto check = [&](syntax::NodeId id) {
    if (!is_or_call(unit, ast.nodes[id])) return;
    const syntax::Span span = ast.nodes[id].span;
    const LineColumn at = world.line_column({unit.id, span});
    world.host.message(
        EvalHost::Message::Warning,
        cat("warning: at ", unit.name, ":", at.line, ":", at.column,
            ": This expression uses `or` as an identifier in a way that will change in a future "
            "Nix release.\nWrap this entire expression in parentheses to preserve its current "
            "meaning:\n    (",
            std::string_view(*unit.text).substr(span.begin, span.end - span.begin),
            ")\nGive feedback at https://github.com/NixOS/nix/pull/11121"));
  };
  for (const syntax::Node& n : ast.nodes) {
    if (n.kind == syntax::NodeKind::Apply) {
      std::ranges::for_each(ast.children(n.b, n.c), check);
    } else if (n.kind == syntax::NodeKind::List) {
      std::ranges::for_each(ast.children(n.a, n.b), check);
    } else if (n.kind == syntax::NodeKind::Select && n.c != syntax::kNoNode) {
      check(n.c);
    }
  }
}

void check_literals(World& world, const SourceUnit& unit) {
  const LiteralLints& lints = world.options.lints;
  if (!lints.any()) return;
  std::vector<Finding> findings;
  for (const syntax::Node& n : unit.ast->nodes) {
    const bool is_url = n.kind == syntax::NodeKind::String &&
                        static_cast<syntax::StringStyle>(n.op) == syntax::StringStyle::Url;
    if (!is_url && n.kind != syntax::NodeKind::Path) continue;
    const std::string_view text = written(unit, n);
    Finding found = is_url ? url_finding(lints, text, n) : path_finding(lints, text, n);
    if (found.lint != Lint::Ignore) findings.push_back(std::move(found));
  }
  std::ranges::sort(findings, {}, [](const Finding& f) { return f.span.begin; });
  for (Finding& found : findings) {
    const SourceSpan span{unit.id, found.span};
    if (found.lint == Lint::Fatal) {
      throw EvalError(ErrorKind::Parse, std::move(found.message), span);
    }
    if (lints.warn) {
      lints.warn(world, found.message, span);
    } else {
      world.host.message(EvalHost::Message::Warning, cat("warning: ", found.message));
    }
  }
}

}  // namespace nilas::eval
