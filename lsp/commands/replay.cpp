// nilas replay FILE: a recorded session, once more, against this server.

#include "lsp/recording/replay.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "lsp/commands/commands.hpp"
#include "lsp/server.hpp"

namespace nilas::lsp {
namespace {

struct Options {
  std::string file;
  ReplayOptions replay;
  int64_t patience = 60;
};

int fail(const std::string& what) {
  fmt::print(stderr, "nilas: {}\n", what);
  return 1;
}

int replay(const Options& options) {
  auto messages = read_recording(options.file);
  if (!messages) return fail(messages.error());
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(std::strerror(errno));
  ReplayReport report;
  {
    Server server({ends[1], ::dup(ends[1])});
    std::thread serving([&server, end = ends[1]] {
      server.run();
      ::shutdown(end, SHUT_RDWR);
    });
    ReplayOptions how = options.replay;
    how.patience = std::chrono::seconds(options.patience);
    report = Replay(std::move(*messages), ends[0], how).run();
    ::close(ends[0]);
    serving.join();
  }
  fmt::print("{}", show(report, options.file));
  return report.differences.empty() ? 0 : 1;
}

}  // namespace

void add_replay_command(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "replay", "Play a session recorded by `nilas lsp --record` to this server, and compare.");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "The recording.")->required();
  command->add_flag("--realtime", options->replay.realtime,
                    "Wait between the messages as the editor did; without, as fast as possible.");
  command
      ->add_option("--patience", options->patience,
                   "Seconds until an answer counts as missing (60).")
      ->check(CLI::Range(1, 86400));
  command->footer(
      "Files on disk should be as they were. Exit status: 0 if every answer, and all diagnostics "
      "of "
      "every version,\nare the recorded ones; 1 if not.");
  command->callback([options, &status] { status = replay(*options); });
}

}  // namespace nilas::lsp
