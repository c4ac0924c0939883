#pragma once
// Diagnostics of the text alone.

#include <memory>
#include <string>
#include <vector>

#include "lsp/analysis/finding.hpp"
#include "syntax/parse.hpp"

namespace nilas::analysis {

/// Every diagnostic of a parsed text, in the order of syntax::Parsed. O(diagnostics).
std::vector<Finding> syntax_findings(const std::string& path,
                                     const std::shared_ptr<const std::string>& text,
                                     const syntax::Parsed& parsed);

}  // namespace nilas::analysis
