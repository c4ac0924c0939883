// nilas: the command line. What a command does stands in commands/<name>.cpp.

#include <csignal>
#include <cstdio>
#include <exception>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "lsp/commands/commands.hpp"

#if defined(__SANITIZE_ADDRESS__)
/// libgit2 compiles its patterns with PCRE2, which keeps memory for each thread to the end.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpcre2-8";
}
#endif

int main(int argc, char** argv) {
  // Readers that go away are told by write's result.
  std::signal(SIGPIPE, SIG_IGN);
  // Standard output belongs to the protocol and to results.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("nilas"));
  spdlog::set_level(spdlog::level::warn);

  CLI::App program("Live values for Nix: a language server and an evaluator.", "nilas");
  program.set_version_flag("--version", NILAS_VERSION);
  program.require_subcommand(1);
  int status = 0;
#define COMMAND(name) nilas::lsp::add_##name##_command(program, status);
#include "lsp/commands/commands.def"
#undef COMMAND
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = program.exit(e);
    if (code == 0) return 0;
    return program.got_subcommand("check") ? 2 : 1;  // where 1 says that something was found
  } catch (const std::exception& e) {
    std::fprintf(stderr, "nilas: %s\n", e.what());
    return 1;
  }
  return status;
}
