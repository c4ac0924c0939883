#pragma once
// How hovers show places: relative to the workspace, with links that editors open at the line.

#include <string>
#include <vector>

#include "lsp/analysis/hover_markdown.hpp"

namespace nilas::lsp {

/// `folders`: names of places inside them are shortened.
analysis::HoverStyle hover_style(std::vector<std::string> folders, analysis::HoverFormat format);

/// Whether `path` is one of `folders` or lies in one.
bool is_in(const std::vector<std::string>& folders, std::string_view path);

}  // namespace nilas::lsp
