#include "lsp/analysis/fixes/fixes.hpp"

#include <algorithm>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/fixes/fix.hpp"
#include "lsp/analysis/syntax_findings.hpp"

namespace nilas::analysis {
namespace {

constexpr int kRounds = 10;

Edits edits_for(const FixContext& c) {
  const Span span = c.finding.span;
  switch (c.finding.id) {
    case DiagnosticId::TrailingSlash: return fix_trailing_slash(c);
    case DiagnosticId::DeprecatedUrl: return {{span, '"' + std::string(c.source(span)) + '"'}};
    case DiagnosticId::DeprecatedLet: return fix_legacy_let(c);
    case DiagnosticId::UselessInherit: return fix_useless_inherit(c);
    case DiagnosticId::EmptyInherit: return fix_empty_inherit(c);
    case DiagnosticId::EmptyLet: return fix_empty_let(c);
    case DiagnosticId::UnusedBinding: return fix_unused_binding(c);
    case DiagnosticId::UnusedWith: return fix_unused_with(c);
    case DiagnosticId::UnusedRec: return fix_unused_rec(c);
    case DiagnosticId::UnusedPatternName: return fix_unused_pattern_name(c);
    case DiagnosticId::UselessBoolean: return fix_useless_boolean(c);
    case DiagnosticId::BooleanComparison: return fix_boolean_comparison(c);
    case DiagnosticId::BooleanConditional: return fix_boolean_conditional(c);
    case DiagnosticId::NegatedComparison: return fix_negated_comparison(c);
    case DiagnosticId::UselessHasAttr: return fix_useless_has_attribute(c);
    case DiagnosticId::ManualInherit: return fix_manual_inherit(c);
    case DiagnosticId::ManualInheritFrom: return fix_manual_inherit_from(c);
    case DiagnosticId::CollapsibleLet: return fix_collapsible_let(c);
    case DiagnosticId::EtaReduction: return fix_eta_reduction(c);
    case DiagnosticId::RedundantParentheses:
    case DiagnosticId::DelimitedParentheses: return fix_redundant_parentheses(c);
    case DiagnosticId::EmptyPattern:
    case DiagnosticId::RedundantPatternBind: return fix_pattern(c);
    case DiagnosticId::EmptyListConcat:
    case DiagnosticId::EmptyUpdate: return fix_neutral_operand(c);
    case DiagnosticId::RedundantPrefix: {
      const Node& n = c.node();
      if (c.ast[n.a].kind == NodeKind::Paren) return {};
      return {{{n.span.begin, c.ast.path(n.b).front().span.begin}, ""}};
    }
    case DiagnosticId::UnusedSuppression: return fix_unused_suppression(c);
    default: return {};  // the table says whether there is a fix; a test compares
  }
}

bool keeps_meaning(DiagnosticId id) {
  const syntax::FixClaim claim = syntax::info(id).claim;
  return claim == syntax::FixClaim::Tree || claim == syntax::FixClaim::Value;
}

}  // namespace

bool is_simple(const Ast& ast, NodeId id) {
  const Node& n = ast[id];
  switch (n.kind) {
    case NodeKind::Var:
    case NodeKind::Int:
    case NodeKind::Float:
    case NodeKind::SearchPath:
    case NodeKind::List:
    case NodeKind::AttrSet:
    case NodeKind::LegacyLet:
    case NodeKind::Paren: return true;
    case NodeKind::String: return n.op != static_cast<uint8_t>(syntax::StringStyle::Url);
    case NodeKind::Select: return n.c == kNone;
    default: return false;
  }
}

std::string argument_text(const FixContext& c, NodeId id) {
  const std::string text(c.source(id));
  return is_simple(c.ast, id) ? text : "(" + text + ")";
}

std::vector<Fix> fixes_for(const FixInput& input, const Finding& finding) {
  const FixContext context{input, input.ast, input.text, finding};
  if (finding.id == DiagnosticId::SyntaxError) return repair_syntax(context);
  if (finding.id == DiagnosticId::UndefinedVariable) return repair_undefined(context);
  const syntax::DiagnosticInfo& row = syntax::info(finding.id);
  if (row.claim == syntax::FixClaim::None) return {};
  // Of what only evaluation tells, the subject is nothing of this tree.
  Edits edits = edits_for(context);
  if (edits.empty()) return {};
  // From the first to the last byte: what another fix changes in between may matter.
  Span reach = edits.front().span;
  for (const TextEdit& e : edits)
    reach = {std::min(reach.begin, e.span.begin), std::max(reach.end, e.span.end)};
  // Three lets in each other may be merged by pairs, and yet not all together.
  if (finding.id == DiagnosticId::CollapsibleLet) {
    const Node& outer = context.node();
    reach = {outer.span.begin, input.ast[input.ast[outer.b].b].span.begin};
  }
  return {{.title = std::string(row.fix), .edits = std::move(edits), .reach = reach}};
}

std::vector<TextEdit> fix_all(const FixInput& input, const std::vector<Finding>& findings) {
  std::vector<TextEdit> all;
  std::vector<Span> taken;
  for (const Finding& finding : findings) {
    if (!keeps_meaning(finding.id)) continue;
    for (Fix& fix : fixes_for(input, finding)) {
      const Span reach = fix.reach;
      const bool free = std::ranges::none_of(
          taken, [&](Span other) { return reach.begin <= other.end && other.begin <= reach.end; });
      if (!free) continue;
      taken.push_back(reach);
      std::ranges::move(fix.edits, std::back_inserter(all));
    }
  }
  return all;
}

std::optional<std::string> fix_text(std::string_view text, const Rules& rules, size_t& fixed) {
  std::optional<std::string> result;
  const auto globals = eval::global_names();
  for (int round = 0; round < kRounds; ++round) {
    const auto now = std::make_shared<const std::string>(result ? *result : std::string(text));
    const syntax::Parsed parsed = syntax::parse(*now, globals);
    if (!parsed.ok()) return round == 0 ? std::nullopt : result;
    const auto findings = syntax_findings("", now, parsed, rules);
    const auto edits = fix_all({parsed.ast, *now, globals}, findings);
    if (edits.empty()) break;
    fixed += edits.size();
    result = apply_edits(*now, edits);
  }
  return result;
}

}  // namespace nilas::analysis
