#pragma once
// A world for one run of the command line: the real file system, no editor.

#include <memory>
#include <string>

#include "evaluator/world.hpp"
#include "lsp/host.hpp"

namespace nilas::lsp {

struct CommandWorld {
  explicit CommandWorld(eval::WorldOptions options, FetcherOptions fetching = {});
  FileHost host;  ///< messages go to standard error
  eval::World world;
};

/// Never freed: the process ends anyway, and taking a gigabyte apart takes time.
CommandWorld& make_command_world(eval::WorldOptions options, FetcherOptions fetching = {});

/// All bytes of standard input.
std::string read_standard_input();

/// Current directory.
std::string working_directory();

}  // namespace nilas::lsp
