#include "lsp/analysis/actions.hpp"

#include <algorithm>
#include <set>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

bool touches(Span a, Span b) {
  return a.begin <= b.end && b.begin <= a.end;
}

bool is_in_text_of_string(const syntax::Ast& ast, uint32_t at) {
  return std::ranges::any_of(ast.parts, [&](const syntax::Part& part) {
    return part.expr == syntax::kNone && part.span.begin <= at && at < part.span.end;
  });
}

/// `# nilas: ignore[name]` at the end of the line or, where that lies in a string, on a line above.
std::optional<TextEdit> suppress(const FixInput& input, const Finding& finding) {
  const std::string_view text = input.text;
  const auto end =
      static_cast<uint32_t>(std::min(text.find_first_of("\r\n", finding.span.begin), text.size()));
  const size_t begin =
      finding.span.begin == 0 ? 0 : text.find_last_of("\r\n", finding.span.begin - 1) + 1;
  const std::string comment = "# nilas: ignore[" + std::string(finding.code()) + "]";
  const std::string_view line = text.substr(begin, end - begin);
  // Behind another comment it would be part of that.
  if (!line.contains('#') && !line.contains("/*") && !is_in_text_of_string(input.ast, end)) {
    return TextEdit{{end, end}, " " + comment};
  }
  const auto above = static_cast<uint32_t>(begin);
  if (is_in_text_of_string(input.ast, above)) return std::nullopt;
  return TextEdit{{above, above}, std::string(indentation(text, above)) + comment + "\n"};
}

bool keeps_meaning(DiagnosticId id) {
  const auto claim = syntax::info(id).claim;
  return claim == syntax::FixClaim::Tree || claim == syntax::FixClaim::Value;
}

/// Not every finding has one: a comment may stand in its way.
bool has_safe_fix(const FixInput& input, const Finding& finding) {
  return keeps_meaning(finding.id) && !fixes_for(input, finding).empty();
}

/// All of one name, if there are several.
std::optional<Action> fix_all_of(const FixInput& input, const std::vector<Finding>& findings,
                                 DiagnosticId id) {
  int fixable = 0;
  for (const Finding& finding : findings) {
    if (fixable < 2 && finding.id == id && has_safe_fix(input, finding)) ++fixable;
  }
  if (fixable < 2) return std::nullopt;
  return Action{.title = std::string(syntax::info(id).fix) + ", everywhere in this file",
                .kind = action_kind::kQuickFix,
                .edits = {},
                .deferred = true,
                .all_of = id};
}

}  // namespace

std::vector<Action> fix_actions(const FixInput& input, const std::vector<Finding>& findings,
                                Span selection) {
  std::vector<Action> actions, suppressions;
  std::set<DiagnosticId> seen;
  for (size_t i = 0; i < findings.size(); ++i) {
    const Finding& finding = findings[i];
    if (!touches(finding.span, selection)) continue;
    for (Fix& fix : fixes_for(input, finding)) {
      actions.push_back({.title = std::move(fix.title),
                         .kind = action_kind::kQuickFix,
                         .edits = std::move(fix.edits),
                         .preferred = fix.preferred,
                         .finding = i});
    }
    if (seen.insert(finding.id).second) {
      if (auto all = fix_all_of(input, findings, finding.id)) actions.push_back(std::move(*all));
    }
    if (finding.severity == syntax::Severity::Error) continue;
    if (auto edit = suppress(input, finding)) {
      suppressions.push_back({.title = "Ignore '" + std::string(finding.code()) + "' in this line",
                              .kind = action_kind::kQuickFix,
                              .edits = {std::move(*edit)},
                              .finding = i});
    }
  }
  std::ranges::move(suppressions, std::back_inserter(actions));
  if (std::ranges::any_of(findings, [&](const Finding& f) { return has_safe_fix(input, f); })) {
    actions.push_back({.title = "Fix all that can be fixed without a change of meaning",
                       .kind = action_kind::kFixAll,
                       .edits = {},
                       .deferred = true});
  }
  return actions;
}

std::vector<TextEdit> fix_edits(const FixInput& input, const std::vector<Finding>& findings,
                                const Action& action) {
  if (!action.all_of) return fix_all(input, findings);
  std::vector<Finding> same;
  std::ranges::copy_if(findings, std::back_inserter(same),
                       [&](const Finding& f) { return f.id == *action.all_of; });
  return fix_all(input, same);
}

}  // namespace nilas::analysis
