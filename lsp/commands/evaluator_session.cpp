#include "lsp/commands/evaluator_session.hpp"

#include <cstdio>
#include <unistd.h>
#include <vector>

#include "lsp/commands/terminal_text.hpp"
#include "lsp/evaluation.hpp"

namespace nilas::lsp {
namespace {

void to_standard_error(eval::EvalHost::Message, std::string_view text) {
  const std::string shown = terminal_text(text) + "\n";
  std::fwrite(shown.data(), 1, shown.size(), stderr);
}

}  // namespace

CommandWorld::CommandWorld(eval::WorldOptions options, FetcherOptions fetching)
    : host(to_standard_error), world(host, with_test_options(std::move(options))) {
  host.set_fetching(std::move(fetching));
}

CommandWorld& make_command_world(eval::WorldOptions options, FetcherOptions fetching) {
  // Never destroyed, but reachable to the very end, so that the leak checker knows.
  static auto* const kept = new std::vector<CommandWorld*>;
  kept->push_back(new CommandWorld(std::move(options), std::move(fetching)));
  return *kept->back();
}

std::string read_standard_input() {
  std::string text;
  std::vector<char> chunk(64 << 10);
  for (size_t n; (n = std::fread(chunk.data(), 1, chunk.size(), stdin)) > 0;)
    text.append(chunk.data(), n);
  return text;
}

std::string working_directory() {
  std::vector<char> path(4096);
  return ::getcwd(path.data(), path.size()) ? std::string(path.data()) : "/";
}

}  // namespace nilas::lsp
