#pragma once
// LSP 3.17, "Diagnostic" and "PublishDiagnostics Notification".

#include <optional>
#include <string>
#include <vector>

#include "lsp/protocol/basic.hpp"

namespace nilas::lsp {

enum class DiagnosticSeverity : uint8_t { Error = 1, Warning = 2, Information = 3, Hint = 4 };
enum class DiagnosticTag : uint8_t { Unnecessary = 1, Deprecated = 2 };

struct RelatedInformation {
  Location location;
  std::string message;
};

struct WireDiagnostic {
  Range range;
  DiagnosticSeverity severity = DiagnosticSeverity::Error;
  std::string code;           ///< short name: "undefined-variable"
  std::string documentation;  ///< URI of its explanation; empty: none is sent
  std::string message;
  std::vector<DiagnosticTag> tags;
  std::vector<RelatedInformation> related;
};

struct PublishDiagnosticsParams {
  std::string uri;
  std::optional<int64_t> version;
  std::vector<WireDiagnostic> diagnostics;
};

void to_json(Json& j, const RelatedInformation& r);
void to_json(Json& j, const WireDiagnostic& d);
void to_json(Json& j, const PublishDiagnosticsParams& p);

}  // namespace nilas::lsp
