#include "lsp/analysis/syntax_findings.hpp"

namespace nilas::analysis {
namespace {

using syntax::DiagnosticId;

FindingTag tag_of(DiagnosticId id) {
  switch (id) {
    case DiagnosticId::DeprecatedUrl:
    case DiagnosticId::DeprecatedLet: return FindingTag::Deprecated;
    case DiagnosticId::UnusedBinding:
    case DiagnosticId::UselessInherit:
    case DiagnosticId::DeadCode:
    case DiagnosticId::EmptyInherit:
    case DiagnosticId::EmptyLet: return FindingTag::Unnecessary;
    default: return FindingTag::None;  // the table belongs to syntax/; a new row needs no tag
  }
}

FindingSeverity severity_of(syntax::Severity severity) {
  switch (severity) {
    case syntax::Severity::Error: return FindingSeverity::Error;
    case syntax::Severity::Warning: return FindingSeverity::Warning;
    case syntax::Severity::Hint: return FindingSeverity::Hint;
  }
  return FindingSeverity::Error;
}

}  // namespace

std::vector<Finding> syntax_findings(const std::string& path,
                                     const std::shared_ptr<const std::string>& text,
                                     const syntax::Parsed& parsed) {
  std::vector<Finding> findings;
  findings.reserve(parsed.diagnostics.size());
  for (const syntax::Diagnostic& d : parsed.diagnostics) {
    const syntax::DiagnosticInfo& row = syntax::info(d.id);
    Finding finding{
        d.span, severity_of(row.severity), std::string(row.name), d.message, tag_of(d.id), {}};
    for (const syntax::Related& r : d.related) {
      finding.related.push_back({{path, text, r.span}, r.message});
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace nilas::analysis
