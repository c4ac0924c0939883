#include "lsp/protocol/diagnostics.hpp"

namespace nilas::lsp {

void to_json(Json& j, const RelatedInformation& r) {
  j = Json::object({{"location", r.location}, {"message", r.message}});
}

void to_json(Json& j, const WireDiagnostic& d) {
  j = Json::object({{"range", d.range},
                    {"severity", static_cast<int>(d.severity)},
                    {"code", d.code},
                    {"source", "nilas"},
                    {"message", d.message}});
  if (!d.tags.empty()) {
    Json tags = Json::array();
    for (const DiagnosticTag t : d.tags)
      tags.push_back(static_cast<int>(t));
    j["tags"] = std::move(tags);
  }
  if (!d.documentation.empty()) j["codeDescription"] = Json::object({{"href", d.documentation}});
  if (!d.related.empty()) j["relatedInformation"] = d.related;
}

void to_json(Json& j, const PublishDiagnosticsParams& p) {
  j = Json::object({{"uri", p.uri}, {"diagnostics", p.diagnostics}});
  if (p.version) j["version"] = *p.version;
}

}  // namespace nilas::lsp
