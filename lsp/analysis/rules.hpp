#pragma once
// Which diagnostics are reported, and how severe they are: the table's word, or that of settings
// and of the command line.

#include <array>
#include <optional>
#include <string_view>

#include "lsp/analysis/lints/lints.hpp"

namespace nilas::analysis {

struct Rules {
  /// By DiagnosticId; none: off.
  std::array<std::optional<syntax::Severity>, syntax::kDiagnosticCount> severities;

  /// What the table says.
  Rules();

  std::optional<syntax::Severity> operator[](syntax::DiagnosticId id) const {
    return severities[static_cast<size_t>(id)];
  }
  LintSet wanted() const;

  /// `level`: "error", "warning", "information", "hint", "off", or "on" for the severity of the
  /// table. False if there is no such diagnostic or level.
  bool set(std::string_view name, std::string_view level);
};

}  // namespace nilas::analysis
