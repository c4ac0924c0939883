// Names of builtins: unknown, deprecated, with a prefix they do not need. And `or` as a variable.

#include <algorithm>
#include <array>

#include "lsp/analysis/lints/lint.hpp"

namespace nilas::analysis {
namespace {

/// Attributes of `builtins` in some version of Nix or Lix, of which the evaluator's table knows
/// may know nothing: those behind experimental features, options and plugins, and newer ones.
constexpr std::array<std::string_view, 11> kElsewhere = {
    "exec",     "extraBuiltins", "fetchClosure", "fetchTree",     "filterAttrs", "flakeRefToString",
    "getFlake", "importNative",  "outputOf",     "parseFlakeRef", "wasm",
};

bool is_known(const Lint& lint, std::string_view name) {
  return lint.is_global_name(name) || lint.is_global_name("__" + std::string(name)) ||
         std::ranges::find(kElsewhere, name) != kElsewhere.end() || name == "builtins";
}

/// Whether the text asks if `builtins` has the attribute, in whatever way: then it is prepared.
bool is_asked_for(const Lint& lint, std::string_view name) {
  for (const Node& n : lint.ast.nodes) {
    if (n.kind == NodeKind::HasAttr) {
      for (const syntax::AttrName& part : lint.ast.path(n.b))
        if (part.symbol != kNone && lint.ast.symbol(part.symbol) == name) return true;
    } else if (n.kind == NodeKind::String && n.b == 1 && lint.ast.parts[n.a].text != kNone) {
      if (lint.ast.text(lint.ast.parts[n.a].text) == name) return true;  // hasAttr "name" builtins
    }
  }
  return false;
}

bool is_builtins(const Lint& lint, const Node& base) {
  if (base.kind == NodeKind::Var) return lint.is_global(base, "builtins");
  if (base.kind != NodeKind::InheritFrom) return false;
  const syntax::SetRecord& set = lint.ast.sets[base.a];
  return lint.is_global(lint.bare(lint.ast.set_froms(set)[base.b]), "builtins");
}

}  // namespace

void lint_variable(Lint& lint, NodeId id, const Node& n) {
  const syntax::Ref& ref = lint.ast.refs[n.b];
  const std::string_view name = lint.ast.symbol(n.a);
  if (name == "or" && !(n.flags & syntax::kSynthetic)) {
    lint.report(DiagnosticId::OrIdentifier, n.span, id);
  }
  if (ref.kind == syntax::RefKind::Global && name == "__toPath") {
    lint.report(DiagnosticId::DeprecatedToPath, n.span, id);
  }
}

void lint_select(Lint& lint, NodeId id, const Node& n) {
  const Node& base = lint.bare(n.a);
  if (base.kind != NodeKind::Var && base.kind != NodeKind::InheritFrom) return;
  if (!is_builtins(lint, base)) return;
  const syntax::AttrName& first = lint.ast.path(n.b).front();
  if (first.symbol == kNone) return;
  const std::string_view name = lint.ast.symbol(first.symbol);
  if (name == "toPath") return lint.report(DiagnosticId::DeprecatedToPath, first.span, id);
  if (!is_known(lint, name)) {
    if (n.c == kNone && !is_asked_for(lint, name))
      lint.report(DiagnosticId::UnknownBuiltin, first.span, id, name);
    return;
  }
  // A binding of the same name in this file would be found instead.
  const bool shadowed =
      std::ranges::any_of(lint.ast.decls, [&](const auto& d) { return d.symbol == first.symbol; });
  if (base.kind == NodeKind::Var && lint.wants(DiagnosticId::RedundantPrefix) &&
      lint.is_global_name(name) && !shadowed) {
    lint.report(DiagnosticId::RedundantPrefix, {n.span.begin, first.span.end}, id, name);
  }
}

}  // namespace nilas::analysis
