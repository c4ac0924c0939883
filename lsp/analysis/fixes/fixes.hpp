#pragma once
// Fixes of diagnostics: what to change so that the reason for the diagnostic is gone. Which
// diagnostics have one, and what it promises, says the table (syntax/diagnostics.def: claim, fix).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/finding.hpp"
#include "lsp/analysis/fixes/edit.hpp"
#include "lsp/analysis/rules.hpp"
#include "syntax/parse.hpp"

namespace nilas::analysis {

struct Fix {
  std::string title;
  std::vector<TextEdit> edits;  ///< do not overlap; never empty
  /// What it relies on: nothing else may change there at the same time. Covers the edits.
  syntax::Span reach;
  /// Best of several for the same diagnostic, and the one that "fix all" takes.
  bool preferred = true;
};

struct FixInput {
  const syntax::Ast& ast;  ///< of `text`
  std::string_view text;
  std::span<const std::string_view> globals;  ///< sorted
};

/// The fixes of a finding of this text; empty if there are none here (a comment in the way, for
/// example). O(nodes) at most.
std::vector<Fix> fixes_for(const FixInput& input, const Finding& finding);

/// Edits of all fixes that keep the tree or the value (not those that repair), for the findings of
/// `findings`, without those that would touch the same bytes as an earlier one: to be applied at
/// once. What is left is found when asked again.
std::vector<TextEdit> fix_all(const FixInput& input, const std::vector<Finding>& findings);

/// The text after fix_all, again and again until nothing is left (at most 10 times) of what `rules`
/// want; nullopt if there was nothing, or the text has errors. `fixed` counts the fixes.
std::optional<std::string> fix_text(std::string_view text, const Rules& rules, size_t& fixed);

}  // namespace nilas::analysis
