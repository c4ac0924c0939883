#pragma once
// The command line: each command adds its options to the program and, once parsed, sets the exit
// status.

#include <CLI/CLI.hpp>

namespace nilas::lsp {

#define COMMAND(name) void add_##name##_command(CLI::App& program, int& status);
#include "lsp/commands/commands.def"
#undef COMMAND

}  // namespace nilas::lsp
