#pragma once
// Running a command with a text as its input.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace nilas::lsp {

struct ProcessResult {
  bool started = false;  ///< false: `error_output` says why
  bool timed_out = false;
  bool stopped = false;
  int status = -1;  ///< exit status; 128 + number for a signal
  std::string output, error_output;
};

/// Runs `command`, found in PATH, in `directory`. Input and outputs move side by side, so that
/// pipes cannot block each other. Ends the command after `limit`, or soon after `stop` says so (it
/// is asked every 20 ms). Outputs above 64 MiB end it, too. Any thread.
ProcessResult run_process(const std::vector<std::string>& command, const std::string& directory,
                          std::string_view input, std::chrono::milliseconds limit,
                          const std::function<bool()>& stop);

}  // namespace nilas::lsp
