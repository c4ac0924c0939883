#pragma once
// What `nilas check` prints: findings of files, one file after the other, in one of several forms.

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/finding.hpp"

namespace nilas::lsp {

/// Lines and columns from 1; columns count bytes, as C++ Nix counts them.
struct ReportedPlace {
  std::string path;
  uint32_t line = 0, column = 0, end_line = 0, end_column = 0;
};

struct ReportedFinding {
  syntax::Severity severity;
  syntax::DiagnosticId id;
  std::string message;
  ReportedPlace place;
  std::vector<std::pair<ReportedPlace, std::string>> related;
  std::string line_text;  ///< of the line it begins in, for baselines
  bool fixable = false;   ///< `--fix` would take it away
};

/// The name of a severity, as it is printed and given on the command line.
std::string_view severity_name(syntax::Severity severity);

class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void add(const ReportedFinding& finding) = 0;
  virtual void finish() {}
};

/// `format` is "human", "json", "sarif" or "github"; null for any other. Writes to `out`.
std::unique_ptr<Reporter> make_reporter(std::string_view format, std::FILE* out);

}  // namespace nilas::lsp
