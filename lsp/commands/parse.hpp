#pragma once
// nilas parse: does C++ Nix accept these files, and what does it read in them?

#include <string>
#include <vector>

namespace nilas::lsp {

struct ParseOptions {
  std::vector<std::string> files;  ///< paths; a directory means its default.nix, `-` standard input
  bool print = false;              ///< print each file on a line as `nix-instantiate --parse` does
};

/// Parses each file and returns the exit status: 0 if all are valid. The error of one that is not
/// goes to standard error in the words and layout of nix-instantiate.
int run_parse(const ParseOptions& options);

}  // namespace nilas::lsp
