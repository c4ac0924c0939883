// nilas dump cst|ast|scope|bytecode FILE: the inside of each layer as text.

#include "syntax/dump.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <string_view>

#include "evaluator/code.hpp"
#include "lsp/commands/commands.hpp"
#include "lsp/commands/evaluator_session.hpp"
#include "lsp/commands/input.hpp"
#include "lsp/documents.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

struct Options {
  std::string what;
  std::string file;
};

std::string bytecode(const DocumentSnapshot& document) {
  CommandWorld& session = make_command_world({});
  const auto& unit = session.world.add_source(document.path, document.directory, document.text,
                                              document.share_ast(), true);
  std::string text;
  for (const eval::CodeId id : session.world.compile_all(unit))
    text += eval::disassemble(session.world, id);
  return text;
}

std::string dump(std::string_view what, const DocumentSnapshot& document) {
  if (what == "ast") return syntax::dump_ast(document.ast());
  if (what == "scope") return syntax::dump_scopes(document.ast());
  if (what == "bytecode") return bytecode(document);
  if (document.text->size() > syntax::kMaxTreeBytes) return "(too large for a tree)\n";
  const auto tree = syntax::Tree::parse(*document.text);
  return tree ? tree->dump(*document.text) : "(too large for a tree)\n";
}

int run(const Options& options) {
  const bool standard_input = options.file == "-";
  std::expected<std::string, std::string> text =
      standard_input ? read_standard_input() : read_whole_file(options.file);
  if (!text) {
    fmt::print(stderr, "nilas: {}\n", text.error());
    return 1;
  }
  const std::string path =
      canonical_path(standard_input ? "stdin.nix" : options.file, working_directory());
  fmt::print("{}", dump(options.what, *make_snapshot(path, std::move(*text))));
  return 0;
}

}  // namespace

void add_dump_command(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("dump", "Print what a layer makes of a file.");
  auto options = std::make_shared<Options>();
  command->add_option("WHAT", options->what, "cst, ast, scope or bytecode")
      ->required()
      ->check(CLI::IsMember({"cst", "ast", "scope", "bytecode"}));
  command->add_option("FILE", options->file, "A Nix file; - is standard input.")->required();
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace nilas::lsp
