#include "lsp/analysis/function_text.hpp"

#include <algorithm>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

constexpr size_t kMaxHeads = 12;
constexpr size_t kMaxFormals = 60;
constexpr size_t kMaxDefault = 60;  // bytes of a default that are shown

std::string_view slice(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

/// A default on one line.
std::string default_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (space && out.ends_with(' ')) continue;
    if (out.size() >= kMaxDefault) return out + "...";
    out += space ? ' ' : c;
  }
  return out;
}

std::string formals_text(const Ast& ast, std::string_view text,
                         const syntax::LambdaRecord& lambda) {
  const auto formals = ast.lambda_formals(lambda);
  const bool broken = formals.size() > 6;
  const std::string separator = broken ? ",\n  " : ", ";
  std::string out = broken ? "{\n  " : "{ ";
  bool first = true;
  const auto add = [&](std::string_view item) {
    if (!first) out += separator;
    first = false;
    out += item;
  };
  for (const syntax::Formal& formal : formals.first(std::min(formals.size(), kMaxFormals))) {
    std::string item(ast.symbol(formal.symbol));
    if (formal.default_value != syntax::kNoNode) {
      item += " ? " + default_text(slice(text, ast[formal.default_value].span));
    }
    add(item);
  }
  if (formals.size() > kMaxFormals) {
    add("... /* " + std::to_string(formals.size() - kMaxFormals) + " more */");
  } else if (lambda.has_ellipsis) {
    add("...");
  }
  out += first ? "}" : broken ? "\n}" : " }";
  return out;
}

}  // namespace

std::string function_heads(const Ast& ast, std::string_view text, NodeId node) {
  std::string out;
  for (size_t depth = 0; ast[node].kind == NodeKind::Lambda; ++depth) {
    if (depth == kMaxHeads) break;
    const syntax::LambdaRecord& lambda = ast.lambdas[ast[node].a];
    if (lambda.has_formals) out += formals_text(ast, text, lambda);
    if (lambda.has_formals && lambda.arg != syntax::kNone) out += "@";
    if (lambda.arg != syntax::kNone) out += ast.symbol(lambda.arg);
    out += ": ";
    node = ast.skip_parens(ast[node].b);
  }
  return out + "...";
}

std::optional<BuiltinUse> builtin_of(eval::Value function) {
  if (!function.is_function()) return std::nullopt;
  uint32_t applied = 0;
  if (function.object()->kind == eval::ObjectKind::PartialApp) {
    applied = function.object()->aux;
    function = function.as<eval::PartialApp>()->function;
  }
  if (function.object()->kind != eval::ObjectKind::Builtin) return std::nullopt;
  return BuiltinUse{&eval::builtin_table()[function.object()->count], applied};
}

std::string builtin_signature(const BuiltinUse& use) {
  std::string out = "builtins.";
  out += use.info->name();
  std::string_view rest = use.info->arguments;
  for (uint32_t i = 0; !rest.empty(); ++i) {
    const size_t space = std::min(rest.find(' '), rest.size());
    out += ' ';
    out += i < use.applied ? std::string_view("_") : rest.substr(0, space);
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  return out;
}

}  // namespace nilas::analysis
