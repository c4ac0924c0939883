// Functions: parameters that take nothing, functions that only pass their argument on.

#include <algorithm>

#include "lsp/analysis/lints/lint.hpp"

namespace nilas::analysis {
namespace {

/// `x: f x` where f, a name or a chain of names, is not about x.
void eta_reduction(Lint& lint, NodeId id, const Node& n) {
  const syntax::LambdaRecord& lambda = lint.ast.lambdas[n.a];
  if (lambda.has_formals) return;
  const Node& body = lint.bare(n.b);
  if (body.kind != NodeKind::Apply || body.c != 1) return;
  const Node& argument = lint.bare(lint.ast.lists[body.b]);
  const syntax::DeclId parameter = lint.ast.scopes[lambda.scope].first_decl;
  const auto is_parameter = [&](const Node& v) {
    const syntax::Ref& ref = lint.ast.refs[v.b];
    return ref.kind == syntax::RefKind::Local && ref.target == parameter;
  };
  if (argument.kind != NodeKind::Var || !is_parameter(argument)) return;
  // The argument is the only use: the function does not know it.
  if (lint.ast.decls[parameter].use_count != 1) return;
  const NodeKind function = lint.bare(body.a).kind;
  if (function != NodeKind::Var && function != NodeKind::Select) return;
  lint.report(DiagnosticId::EtaReduction, n.span, id, lint.source(lint.ast[body.a].span));
}

}  // namespace

void lint_lambda(Lint& lint, NodeId id, const Node& n) {
  const syntax::LambdaRecord& lambda = lint.ast.lambdas[n.a];
  if (lint.wants(DiagnosticId::EtaReduction)) eta_reduction(lint, id, n);
  if (!lambda.has_formals || lambda.formal_count != 0 || !lambda.has_ellipsis) return;
  const Span pattern{lambda.head.begin, lambda.head.end};
  if (lambda.arg == kNone) {
    lint.report(DiagnosticId::EmptyPattern, pattern, id);
  } else {
    lint.report(DiagnosticId::RedundantPatternBind, pattern, id, lint.ast.symbol(lambda.arg));
  }
}

}  // namespace nilas::analysis
