#pragma once
// Errors of evaluation as seen from one file: where in it the way to the error passed, and all the
// steps of that way.

#include <optional>
#include <string_view>
#include <vector>

#include "evaluator/world.hpp"
#include "lsp/analysis/finding.hpp"

namespace nilas::analysis {

/// The diagnostic that a kind of error becomes.
syntax::DiagnosticId id_of(eval::ErrorKind kind);

/// A span of a world as a place with its text; nullopt if its source is unknown.
std::optional<Place> place_of(const eval::World& world, eval::SourceSpan span);

/// The error as a diagnostic of `file`: at the innermost step that lies in it, or at `fallback` if
/// none does; the other
/// steps, innermost first, are its related places (at most 30: nobody reads more, and a recursion
/// has thousands).
Finding describe_error(const eval::World& world, const eval::SourceUnit& file,
                       const eval::ErrorData& error, syntax::Span fallback);

}  // namespace nilas::analysis
