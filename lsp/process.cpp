#include "lsp/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace nilas::lsp {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxOutput = 64 << 20;
constexpr int kPollMilliseconds = 20;

/// Both ends of a pipe; closed with it.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close_read() { close(ends_[0]); }
  void close_write() { close(ends_[1]); }

 private:
  static void close(int& end) {
    if (end >= 0) ::close(std::exchange(end, -1));
  }
  std::array<int, 2> ends_{};
};

void do_not_block(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

class Process {
 public:
  /// 0, or the number of the error.
  int start(const std::vector<std::string>& command, const std::string& directory) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
    ::posix_spawn_file_actions_adddup2(&actions, in_.read_end(), 0);
    ::posix_spawn_file_actions_adddup2(&actions, out_.write_end(), 1);
    ::posix_spawn_file_actions_adddup2(&actions, error_.write_end(), 2);
    // We ignore SIGPIPE; a command shall not. Its own group, so that its children end with it.
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    std::vector<char*> arguments;
    for (const std::string& a : command)
      arguments.push_back(const_cast<char*>(a.c_str()));
    arguments.push_back(nullptr);
    const int error =
        ::posix_spawnp(&id_, arguments[0], &actions, &attributes, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    in_.close_read();
    out_.close_write();
    error_.close_write();
    for (const int fd : {in_.write_end(), out_.read_end(), error_.read_end()})
      do_not_block(fd);
    return error;
  }

  /// Moves what can be moved, for at most kPollMilliseconds. False at the end of both outputs.
  bool pump(std::string_view& input, ProcessResult& result) {
    if (input.empty()) in_.close_write();
    std::array<pollfd, 3> fds{};
    nfds_t count = 0;
    const auto watch = [&](int fd, short events) {
      if (fd >= 0) fds[count++] = {fd, events, 0};
    };
    watch(out_.read_end(), POLLIN);
    watch(error_.read_end(), POLLIN);
    if (count == 0) return false;
    watch(in_.write_end(), POLLOUT);
    if (::poll(fds.data(), count, kPollMilliseconds) <= 0) return true;
    write(input);
    if (!read(out_.read_end(), result.output)) out_.close_read();
    if (!read(error_.read_end(), result.error_output)) error_.close_read();
    return true;
  }

  /// Whether it has ended; then `status` is how.
  bool has_ended(int& status) const {
    int how = 0;
    const pid_t ended = ::waitpid(id_, &how, WNOHANG);
    if (ended == 0) return false;
    status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
    return true;
  }

  void kill() const { ::kill(-id_, SIGKILL); }

 private:
  void write(std::string_view& input) {
    if (in_.write_end() < 0) return;
    const ssize_t n = ::write(in_.write_end(), input.data(), input.size());
    if (n > 0) {
      input.remove_prefix(static_cast<size_t>(n));
    } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
      input = {};  // it does not want to read more
    }
  }

  static bool read(int fd, std::string& into) {
    if (fd < 0) return true;
    std::array<char, 65536> buffer;
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n > 0) into.append(buffer.data(), static_cast<size_t>(n));
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
  }

  Pipe in_, out_, error_;
  pid_t id_ = -1;
};

}  // namespace

ProcessResult run_process(const std::vector<std::string>& command, const std::string& directory,
                          std::string_view input, std::chrono::milliseconds limit,
                          const std::function<bool()>& stop) {
  ProcessResult result;
  Process process;
  if (const int error = process.start(command, directory)) {
    result.error_output = std::strerror(error);
    return result;
  }
  result.started = true;
  const auto end = Clock::now() + limit;
  bool killed = false;
  for (;;) {
    const bool open = !killed && process.pump(input, result);
    // It may close its outputs long before it ends.
    if (!open && process.has_ended(result.status)) return result;
    if (!open) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (killed) continue;
    result.timed_out = Clock::now() >= end;
    result.stopped = stop() || result.output.size() + result.error_output.size() > kMaxOutput;
    if (!result.timed_out && !result.stopped) continue;
    process.kill();
    killed = true;
  }
}

}  // namespace nilas::lsp
