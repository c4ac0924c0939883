#pragma once
// What a valid text gives reason to say: the rows of syntax/diagnostics.def between "certainly
// wrong" and "what evaluation tells".

#include <bitset>
#include <span>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/diagnostic.hpp"

namespace nilas::analysis {

/// Diagnostics by id, those in the set wanted.
using LintSet = std::bitset<syntax::kDiagnosticCount>;

struct LintInput {
  const syntax::Ast& ast;                     ///< resolved, without errors
  std::string_view text;                      ///< what it was made from
  std::span<const std::string_view> globals;  ///< names of the global scope, sorted
};

/// The diagnostics of `wanted` that the text justifies, by position. One pass over the flat Ast and
/// some over its scopes: linear, but for sorting the names of lets.
std::vector<syntax::Diagnostic> lint(const LintInput& input, const LintSet& wanted);

}  // namespace nilas::analysis
