#pragma once
// Diagnostics of the syntax layer: what is wrong with a text, where, and how C++ Nix says it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"

namespace nilas::syntax {

enum class Severity : uint8_t { Error, Warning, Hint };

enum class DiagnosticId : uint8_t {
#define DIAGNOSTIC(id, name, severity, message, documentation) id,
#include "syntax/diagnostics.def"
#undef DIAGNOSTIC
};

/// One row of diagnostics.def.
struct DiagnosticInfo {
  std::string_view name;  ///< `duplicate-attribute`: stable, for users
  Severity severity;
  std::string_view message;  ///< template with at most one `{}`
  std::string_view documentation;
};

/// The row of `id`.
const DiagnosticInfo& info(DiagnosticId id);

/// The whole table, in order of DiagnosticId; for documentation and `initialize`.
std::vector<DiagnosticInfo> all_diagnostics();

/// Another place that belongs to a diagnostic.
struct Related {
  Span span;
  std::string message;
};

struct Diagnostic {
  DiagnosticId id;
  Span span;            ///< what an editor underlines; may be empty (an insertion point)
  std::string message;  ///< what an editor shows
  std::vector<Related> related;
  /// How C++ Nix reports it, where that differs. An offset of kNone and an empty message mean
  /// "as above": span.begin and message.
  uint32_t nix_offset = kNone;
  std::string nix_message;

  uint32_t reported_offset() const { return nix_offset == kNone ? span.begin : nix_offset; }
  std::string_view reported_message() const { return nix_message.empty() ? message : nix_message; }
};

/// A diagnostic with the message of its row, `{}` replaced by `argument`.
Diagnostic make_diagnostic(DiagnosticId id, Span span, std::string_view argument = {});

}  // namespace nilas::syntax
