// nilas lsp: the language server.

#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <string>

#include "lsp/commands/commands.hpp"
#include "lsp/commands/thread_caches.hpp"
#include "lsp/server.hpp"

namespace nilas::lsp {
namespace {

struct Options {
  std::string listen;
  std::string log = "info";
  std::string record;
  bool stdio = false;
};

/// A recording that cannot be made is no reason to leave the editor without its server.
void start_recording(Server& server, const std::string& path) {
  auto recorder = Recorder::open(path);
  if (recorder) return server.client.record(std::move(*recorder));
  server.warnings_at_start.push_back("this session is not recorded: " + path + ": " +
                                     recorder.error());
  std::fprintf(stderr, "nilas: %s\n", server.warnings_at_start.back().c_str());
}

/// Each keystroke builds trees of the size of those it replaces. Handed back to the system in between, their memory would
/// come back page by page: a third of the time of a keystroke in 3 MB. What is idle goes back when nothing happens
/// (Evaluation::collect_garbage).
void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 128 << 20);
  // Each arena keeps pieces of its own. Threads rarely allocate at the same time; the evaluator has its own heap.
  ::mallopt(M_ARENA_MAX, 1);
}

int serve(const Options& options) {
  limit_thread_caches();
  keep_freed_memory();
  const auto descriptors = options.listen.empty() ? open_stdio() : accept_on(options.listen);
  if (!descriptors) {
    std::fprintf(stderr, "nilas: %s\n", descriptors.error().c_str());
    return 1;
  }
  auto* server = new Server(*descriptors);
  if (!options.record.empty()) start_recording(*server, options.record);
  const int status = server->run();
  spdlog::default_logger()->flush();
  // The process ends here and now: an evaluation that is slow to stop, or a gigabyte to free, is
  // nobody's business.
  std::fflush(nullptr);
  std::_Exit(status);
}

}  // namespace

void add_lsp_command(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("lsp", "Language server, over standard input and output.");
  auto options = std::make_shared<Options>();
  command->add_flag("--stdio", options->stdio, "Use standard input and output (the default).");
  command->add_option("--listen", options->listen,
                      "Wait for one client on a loopback ADDRESS:PORT instead.");
  command
      ->add_option("--record", options->record,
                   "Record all messages in FILE, for `nilas replay`. It will hold the texts of "
                   "your documents.")
      ->type_name("FILE");
  command
      ->add_option("--log", options->log,
                   "trace, debug, info, warn, error or off; to standard error.")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  command->callback([options, &status] {
    spdlog::set_level(spdlog::level::from_str(options->log));
    status = serve(*options);
  });
}

}  // namespace nilas::lsp
