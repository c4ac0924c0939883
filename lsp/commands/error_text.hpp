#pragma once
// Errors of evaluation as the command line shows them: the layout of C++ Nix 2.26, without colours.

#include <string>
#include <string_view>

#include "evaluator/world.hpp"
#include "syntax/source.hpp"

namespace nilas::lsp {

enum class TraceStyle : uint8_t { Short, Full };  ///< without and with --show-trace

/// "error:\n       … while ...\n\n       error: message\n       at FILE:1:2: ..." without a final
/// newline.
std::string error_text(const eval::World& world, const eval::ErrorData& error, TraceStyle style);

/// "at FILE:LINE:COLUMN:" and the line in question between its neighbours, each line on its own.
std::string excerpt(std::string_view name, const syntax::Source& source, uint32_t offset);

/// "error: " and its continuation lines indented below it, as C++ Nix does.
std::string indented_error(std::string_view body);

/// "Did you mean one of a, b or c?"; empty without suggestions.
std::string suggestion_text(const std::vector<std::string>& names);

}  // namespace nilas::lsp
