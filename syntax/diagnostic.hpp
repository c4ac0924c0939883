#pragma once
// Diagnostics: the table of all of them, and those of the syntax layer: what is wrong with a text,
// where, and how C++ Nix says it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"

namespace nilas::syntax {

enum class Severity : uint8_t { Error, Warning, Information, Hint };
enum class Preset : uint8_t { On, Off };  ///< whether it is reported unless settings say otherwise
enum class DiagnosticTag : uint8_t { None, Unnecessary, Deprecated };

/// What the fix of a diagnostic promises; see diagnostics.def.
enum class FixClaim : uint8_t { None, Tree, Value, Repair };

enum class DiagnosticId : uint8_t {
#define DIAGNOSTIC(id, name, severity, preset, tag, claim, fix, others, message, documentation) id,
#include "syntax/diagnostics.def"
#undef DIAGNOSTIC
};

/// One row of diagnostics.def.
struct DiagnosticInfo {
  std::string_view name;  ///< `duplicate-attribute`: stable, for users
  Severity severity;
  Preset preset;
  DiagnosticTag tag;
  FixClaim claim;
  std::string_view fix;      ///< title of its fix; empty if there is none
  std::string_view others;   ///< names in other tools: `nixf:empty-inherit statix:W14`
  std::string_view message;  ///< template with `{}` for its argument
  std::string_view documentation;
};

inline constexpr size_t kDiagnosticCount = 0
#define DIAGNOSTIC(id, name, severity, preset, tag, claim, fix, others, message, documentation) +1
#include "syntax/diagnostics.def"
#undef DIAGNOSTIC
    ;

/// The row of `id`.
const DiagnosticInfo& info(DiagnosticId id);

/// The whole table, in order of DiagnosticId.
std::span<const DiagnosticInfo> all_diagnostics();

/// The diagnostic of that name. O(rows).
std::optional<DiagnosticId> find_diagnostic(std::string_view name);

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
  /// The node, declaration or binding it is about (which of them depends on `id`), for its fix;
  /// kNone if there is none.
  uint32_t subject = kNone;

  uint32_t reported_offset() const { return nix_offset == kNone ? span.begin : nix_offset; }
  std::string_view reported_message() const { return nix_message.empty() ? message : nix_message; }
};

/// A diagnostic with the message of its row, each `{}` replaced by `argument`.
Diagnostic make_diagnostic(DiagnosticId id, Span span, std::string_view argument = {});

}  // namespace nilas::syntax
