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

/// "warning: message" with the same excerpt below.
std::string warning_text(const eval::World& world, std::string_view message, eval::SourceSpan span);

/// "at FILE:LINE:COLUMN:" and the line in question between its neighbours, each line on its own.
std::string excerpt(std::string_view name, const syntax::Source& source, uint32_t offset);

/// `label` and a space, and the continuation lines indented below the text, as C++ Nix does.
std::string labelled(std::string_view label, std::string_view body);
inline std::string indented_error(std::string_view body) {
  return labelled("error:", body);
}

/// "Did you mean one of a, b or c?"; empty without suggestions.
std::string suggestion_text(const std::vector<std::string>& names);

}  // namespace nilas::lsp
