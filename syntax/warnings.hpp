#pragma once
// Warnings that the text alone justifies: diagnostics.def, below the errors.

#include <span>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/diagnostic.hpp"

namespace nilas::syntax {

/// Appends the warnings of a resolved Ast without errors, by position. `globals` as for resolve().
/// Linear; what is not certain is not reported.
void add_warnings(const Ast& ast, std::span<const std::string_view> globals,
                  std::vector<Diagnostic>& diagnostics);

}  // namespace nilas::syntax
