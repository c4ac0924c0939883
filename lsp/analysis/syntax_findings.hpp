#pragma once
// Diagnostics of the text alone: errors, lints, and what comments say against them.

#include <memory>
#include <string>
#include <vector>

#include "lsp/analysis/finding.hpp"
#include "lsp/analysis/rules.hpp"
#include "syntax/parse.hpp"

namespace nilas::analysis {

/// What `rules` want to hear of a parsed text: its errors, beginning with the one C++ Nix reports;
/// of a text without errors, the lints by position. O(bytes) and what lint() takes.
std::vector<Finding> syntax_findings(const std::string& path,
                                     const std::shared_ptr<const std::string>& text,
                                     const syntax::Parsed& parsed, const Rules& rules);

/// Takes the findings of evaluation that `rules`, or comments of the text, are against out of
/// `findings`, and gives the others their severity.
void filter_findings(std::vector<Finding>& findings, std::string_view text, const syntax::Ast& ast,
                     const Rules& rules);

}  // namespace nilas::analysis
