#pragma once
// Every feature at every token of a file: what crashes, and what is slow.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/documents.hpp"

namespace nilas::lsp {

struct SelfCheckOptions {
  size_t max_tokens = 2000;  ///< of a file; more are sampled evenly
  bool evaluate = true;      ///< hovers, too
  std::vector<std::string> search_path;
};

/// One answer.
struct SelfCheckTiming {
  std::string_view feature;
  std::string path;
  uint32_t offset = 0;  ///< bytes; 0 for features of a whole file
  std::chrono::microseconds time{0};
};

struct SelfCheckResult {
  size_t answers = 0;
  std::vector<std::string> failures;     ///< exceptions, as "FILE:OFFSET: FEATURE: what"
  std::vector<SelfCheckTiming> slowest;  ///< at most ten, slowest first
};

/// Adds what the features do with `path` to `result`. A crash is reported on standard error with
/// the feature and the place before the process ends as it would have.
void self_check(const std::string& path, std::string text, const SelfCheckOptions& options,
                SelfCheckResult& result);

}  // namespace nilas::lsp
