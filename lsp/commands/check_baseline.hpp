#pragma once
// Findings that are known and not to be reported again. A finding is recognised by its file, its
// name and the text of its line, so that it may move; several alike are counted.

#include <expected>
#include <map>
#include <string>

#include "lsp/commands/check_report.hpp"

namespace nilas::lsp {

class Baseline {
 public:
  /// Paths in the file are relative to its directory. An error is one line for the user.
  static std::expected<Baseline, std::string> read(const std::string& path);
  /// An empty one that paths will be relative to the directory of `path` in.
  static Baseline beside(const std::string& path);

  void add(const ReportedFinding& finding) { ++counts_[key_of(finding)]; }
  /// Whether the finding is known; each known one answers for one finding.
  bool take(const ReportedFinding& finding);
  /// False if it could not be written.
  bool write(const std::string& path) const;

 private:
  struct Key {
    std::string file, code, line;
    auto operator<=>(const Key&) const = default;
  };
  Key key_of(const ReportedFinding& finding) const;

  std::string directory_;
  std::map<Key, uint64_t> counts_;
};

}  // namespace nilas::lsp
