#include "syntax/diagnostic.hpp"

#include <algorithm>
#include <array>

namespace nilas::syntax {
namespace {

constexpr std::array kTable = {
#define DIAGNOSTIC(id, name, severity, preset, tag, claim, fix, others, message, documentation) \
  DiagnosticInfo{name,                                                                          \
                 Severity::severity,                                                            \
                 Preset::preset,                                                                \
                 DiagnosticTag::tag,                                                            \
                 FixClaim::claim,                                                               \
                 fix,                                                                           \
                 others,                                                                        \
                 message,                                                                       \
                 documentation},
#include "syntax/diagnostics.def"
#undef DIAGNOSTIC
};

}  // namespace

const DiagnosticInfo& info(DiagnosticId id) {
  return kTable[static_cast<size_t>(id)];
}

std::span<const DiagnosticInfo> all_diagnostics() {
  return kTable;
}

std::optional<DiagnosticId> find_diagnostic(std::string_view name) {
  const auto row = std::ranges::find(kTable, name, &DiagnosticInfo::name);
  if (row == kTable.end()) return std::nullopt;
  return static_cast<DiagnosticId>(row - kTable.begin());
}

Diagnostic make_diagnostic(DiagnosticId id, Span span, std::string_view argument) {
  std::string text;
  std::string_view form = info(id).message;
  for (size_t i = 0; i < form.size(); ++i) {
    const std::string_view two = form.substr(i, 2);
    if (two == "{}") {
      text += argument;
      ++i;
    } else {
      text += form[i];
      if (two == "{{" || two == "}}") ++i;
    }
  }
  return {.id = id, .span = span, .message = std::move(text), .related = {}, .nix_message = {}};
}

}  // namespace nilas::syntax
