#include "lsp/analysis/rules.hpp"

namespace nilas::analysis {
namespace {

using syntax::Severity;

std::optional<Severity> named_severity(std::string_view level) {
  if (level == "error") return Severity::Error;
  if (level == "warning") return Severity::Warning;
  if (level == "information") return Severity::Information;
  if (level == "hint") return Severity::Hint;
  return std::nullopt;
}

}  // namespace

Rules::Rules() {
  const auto table = syntax::all_diagnostics();
  for (size_t i = 0; i < table.size(); ++i)
    if (table[i].preset == syntax::Preset::On) severities[i] = table[i].severity;
}

LintSet Rules::wanted() const {
  LintSet set;
  for (size_t i = 0; i < severities.size(); ++i)
    set[i] = severities[i].has_value();
  return set;
}

bool Rules::set(std::string_view name, std::string_view level) {
  const auto id = syntax::find_diagnostic(name);
  if (!id) return false;
  std::optional<Severity>& severity = severities[static_cast<size_t>(*id)];
  if (level == "off") {
    severity.reset();
  } else if (level == "on") {
    severity = syntax::info(*id).severity;
  } else if (const auto named = named_severity(level)) {
    severity = named;
  } else {
    return false;
  }
  return true;
}

}  // namespace nilas::analysis
