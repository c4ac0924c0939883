#pragma once
// The least change between two texts, line by line: what a formatter has done to a file.

#include <string_view>
#include <vector>

#include "lsp/analysis/rename.hpp"

namespace nilas::analysis {

/// Edits that turn `before` into `after`, by position; whole lines. Myers' algorithm: time and
/// memory are proportional to the size times the number of lines that differ. Above a bound on
/// that, what lies between the common beginning and end is one edit.
std::vector<TextEdit> line_diff(std::string_view before, std::string_view after);

}  // namespace nilas::analysis
