#include "lsp/wire.hpp"

#include <algorithm>

#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

DiagnosticSeverity to_wire(analysis::FindingSeverity severity) {
  switch (severity) {
    case analysis::FindingSeverity::Error: return DiagnosticSeverity::Error;
    case analysis::FindingSeverity::Warning: return DiagnosticSeverity::Warning;
    case analysis::FindingSeverity::Information: return DiagnosticSeverity::Information;
    case analysis::FindingSeverity::Hint: return DiagnosticSeverity::Hint;
  }
  return DiagnosticSeverity::Error;
}

/// Without support for related places, the first ones become lines of the message.
void append_steps(std::string& message, const std::vector<analysis::RelatedPlace>& related) {
  constexpr size_t kShown = 5;
  for (size_t i = 0; i < std::min(related.size(), kShown); ++i) {
    const analysis::Place& place = related[i].place;
    const Position p = LineIndex(place.text).position(place.span.begin, PositionEncoding::Utf8);
    message += "\n… " + related[i].message + " (" + place.path + ":" + std::to_string(p.line + 1) +
               ":" + std::to_string(p.character + 1) + ")";
  }
}

}  // namespace

std::string documentation_link(std::string_view code) {
  return NILAS_DIAGNOSTICS_PAGE "#" + std::string(code);
}

Location to_location(const analysis::Place& place, const WireContext& context) {
  if (place.path == context.document.key && place.text == context.document.text) {
    return {context.document.uri, context.document.lines->range(place.span, context.encoding)};
  }
  // «string» and the like have no URI; the reader gets the place of the document itself.
  if (!place.path.starts_with('/')) return {context.document.uri, {}};
  return {path_to_uri(place.path), LineIndex(place.text).range(place.span, context.encoding)};
}

std::vector<WireDiagnostic> to_wire(std::vector<analysis::Finding> findings,
                                    const WireContext& context) {
  constexpr size_t kMaxShown = 500;
  if (findings.size() > kMaxShown) {
    std::ranges::stable_partition(
        findings, [](const analysis::Finding& f) { return f.severity == syntax::Severity::Error; });
    findings.resize(kMaxShown);
  }
  std::vector<WireDiagnostic> all;
  all.reserve(findings.size());
  for (const analysis::Finding& f : findings)
    all.push_back(to_wire(f, context));
  return all;
}

WireDiagnostic to_wire(const analysis::Finding& finding, const WireContext& context) {
  WireDiagnostic d;
  d.range = context.document.lines->range(finding.span, context.encoding);
  d.severity = to_wire(finding.severity);
  d.code = finding.code();
  if (context.code_description) d.documentation = documentation_link(d.code);
  d.message = finding.message;
  switch (syntax::info(finding.id).tag) {
    case syntax::DiagnosticTag::None: break;
    case syntax::DiagnosticTag::Unnecessary: d.tags.push_back(DiagnosticTag::Unnecessary); break;
    case syntax::DiagnosticTag::Deprecated: d.tags.push_back(DiagnosticTag::Deprecated); break;
  }
  if (!context.related_information) {
    append_steps(d.message, finding.related);
    return d;
  }
  for (const analysis::RelatedPlace& r : finding.related) {
    if (r.place.path.starts_with('/') || r.place.path == context.document.key) {
      d.related.push_back({to_location(r.place, context), r.message});
    }
  }
  return d;
}

}  // namespace nilas::lsp
