// nilas parse: its options.

#include <memory>

#include "lsp/commands/commands.hpp"
#include "lsp/commands/parse.hpp"

namespace nilas::lsp {

void add_parse_command(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("parse", "Report whether files are valid Nix, or print what was read.");
  auto options = std::make_shared<ParseOptions>();
  command->add_flag("--print", options->print, "Print each file on one line, as nix-instantiate --parse does.");
  command->add_option("FILE", options->files, "Files; - is standard input.")->required();
  command->callback([options, &status] { status = run_parse(*options); });
}

}  // namespace nilas::lsp
