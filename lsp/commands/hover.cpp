// nilas hover FILE:LINE:COLUMN: what an editor would show there.

#include "lsp/analysis/hover.hpp"

#include <cstdio>
#include <fmt/format.h>

#include "lsp/analysis/hover_markdown.hpp"
#include "lsp/commands/commands.hpp"
#include "lsp/commands/evaluator_session.hpp"
#include "lsp/commands/input.hpp"
#include "lsp/documents.hpp"
#include "lsp/evaluation.hpp"
#include "lsp/hover_style.hpp"
#include "lsp/nix_settings.hpp"
#include "lsp/settings.hpp"

namespace nilas::lsp {
namespace {

struct Options {
  std::string position;
  std::vector<std::string> search_path;
  int64_t milliseconds = 10000;
  bool plain = false;
};

int show(const Options& options) {
  const auto at = parse_position(options.position);
  const auto text = at ? read_whole_file(at->path) : std::unexpected(at.error());
  if (!text) {
    fmt::print(stderr, "nilas: {}\n", text.error());
    return 1;
  }
  const SnapshotPtr document = make_snapshot(at->path, *text);
  eval::WorldOptions setup = configured_world(options.search_path);
  setup.heap.limit_bytes = default_memory_budget();
  CommandWorld& session = make_command_world(std::move(setup));
  const auto& unit = session.world.add_source(document->path, document->directory, document->text,
                                              document->share_ast(), true);
  const auto now = std::chrono::steady_clock::now();
  const analysis::HoverLimits limits{
      .shown_by = now + std::chrono::milliseconds(options.milliseconds),
      .deadline = now + std::chrono::milliseconds(options.milliseconds),
      .stop = nullptr,
      .call_depth = 10000,
      .max_characters = static_cast<size_t>(Settings().hover_characters)};
  const std::vector<std::string> folders = {working_directory()};
  const uint32_t offset =
      document->lines->offset({at->line - 1, at->column - 1}, PositionEncoding::Utf8);
  const auto tree = document->text->size() <= syntax::kMaxTreeBytes
                        ? syntax::Tree::parse(*document->text)
                        : std::nullopt;
  if (!tree) {
    fmt::print(stderr, "nilas: the file is too large to be hovered\n");
    return 1;
  }
  const syntax::Located target = syntax::locate(*tree, document->ast(), offset);
  try {
    const auto content = analysis::hover(
        session.world, unit, target, limits,
        [&](std::string_view path) { return path == document->path || is_in(folders, path); });
    if (!content) return 0;
    const auto format =
        options.plain ? analysis::HoverFormat::Plain : analysis::HoverFormat::Markdown;
    fmt::print("{}\n", analysis::hover_text(*content, hover_style(folders, format)));
    return 0;
  } catch (const eval::EvalError& e) {
    fmt::print(stderr, "nilas: not evaluated: {}\n", e.what());
    return 1;
  }
}

}  // namespace

void add_hover_command(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("hover", "Print what a hover would show at a position.");
  auto options = std::make_shared<Options>();
  command->add_option("FILE:LINE:COLUMN", options->position, "Counted from 1; columns in bytes.")
      ->required();
  add_search_path_option(*command, options->search_path);
  command->add_option("--deadline", options->milliseconds,
                      "Milliseconds that the evaluation may take.");
  command->add_flag("--plain", options->plain, "Plain text instead of Markdown.");
  command->callback([options, &status] { status = show(*options); });
}

}  // namespace nilas::lsp
