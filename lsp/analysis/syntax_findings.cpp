#include "lsp/analysis/syntax_findings.hpp"

#include <algorithm>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/suppression.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

/// Diagnostics that need evaluation cannot be missed by who only reads.
LintSet told_by_text() {
  LintSet set;
  set.set();
  for (auto id = static_cast<size_t>(DiagnosticId::Throw);
       id <= static_cast<size_t>(DiagnosticId::Refused); ++id)
    set[id] = false;
  return set;
}

}  // namespace

std::vector<Finding> syntax_findings(const std::string& path,
                                     const std::shared_ptr<const std::string>& text,
                                     const syntax::Parsed& parsed, const Rules& rules) {
  std::vector<Finding> findings;
  Suppressions suppressions(*text, parsed.ast);
  const auto add_always = [&](const syntax::Diagnostic& d) {
    const auto severity = rules[d.id];
    if (!severity) return;
    findings.push_back({d.span, *severity, d.id, d.message, {}, d.subject});
    for (const syntax::Related& r : d.related)
      findings.back().related.push_back({{path, text, r.span}, r.message});
  };
  const auto add = [&](const syntax::Diagnostic& d) {
    if (!suppressions.covers(d.id, d.span.begin)) add_always(d);
  };
  for (const syntax::Diagnostic& d : parsed.diagnostics)
    add(d);
  if (!parsed.ok()) return findings;
  const LintSet wanted = rules.wanted();
  for (const auto& d : lint({parsed.ast, *text, eval::global_names()}, wanted))
    add(d);
  const auto lints = static_cast<std::ptrdiff_t>(findings.size());
  for (const auto& d : suppressions.problems(wanted & told_by_text()))
    add_always(d);
  std::ranges::inplace_merge(findings, findings.begin() + lints, {},
                             [](const Finding& f) { return f.span.begin; });
  return findings;
}

void filter_findings(std::vector<Finding>& findings, std::string_view text, const syntax::Ast& ast,
                     const Rules& rules) {
  if (findings.empty()) return;  // the text is not searched for nothing at each keystroke
  Suppressions suppressions(text, ast);
  std::erase_if(findings, [&](Finding& f) {
    const auto severity = rules[f.id];
    if (!severity || suppressions.covers(f.id, f.span.begin)) return true;
    // The same error may be more or less certain; only a setting overrules that.
    if (*severity != syntax::info(f.id).severity) f.severity = *severity;
    return false;
  });
}

}  // namespace nilas::analysis
