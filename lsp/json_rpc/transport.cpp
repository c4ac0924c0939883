#include "lsp/json_rpc/transport.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace nilas::lsp {
namespace {

namespace asio = boost::asio;
constexpr int kPipeBytes = 1 << 20;  // what Linux allows everybody
constexpr size_t kChunk = 64 << 10;

std::string system_error(std::string_view what) {
  return fmt::format("{}: {}", what, std::strerror(errno));
}

/// epoll cannot wait for regular files (`nilas lsp < session`): a pipe stands in, filled by a
/// thread that dies with us.
std::expected<int, std::string> pollable(int fd) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return std::unexpected(system_error("standard input"));
  const bool device = S_ISCHR(info.st_mode) && !::isatty(fd);
  if (!S_ISREG(info.st_mode) && !device) return fd;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(system_error("pipe"));
  std::thread([fd, to = ends[1]] {
    std::vector<char> chunk(kChunk);
    for (ssize_t n; (n = ::read(fd, chunk.data(), chunk.size())) > 0;) {
      if (!write_all(to, {chunk.data(), static_cast<size_t>(n)})) break;
    }
    ::close(to);
  }).detach();
  return ends[0];
}

struct HostPort {
  std::string host;
  uint16_t port;
};

std::expected<HostPort, std::string> split_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  const std::string_view digits = text.substr(colon == std::string_view::npos ? 0 : colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || host == "localhost") host = "127.0.0.1";
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    return std::unexpected(fmt::format("'{}' is not ADDRESS:PORT", text));
  }
  return HostPort{std::string(host), port};
}

}  // namespace

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

Transport::Transport(asio::io_context& io, int input, int output)
    : io_(io),
      input_(io),
      output_(io),
      input_flags_(::fcntl(input, F_GETFL)),
      output_flags_(::fcntl(output, F_GETFL)),
      chunk_(kChunk) {
  input_.assign(input);
  output_.assign(output == input ? ::dup(output) : output);
#ifdef F_SETPIPE_SZ
  // An answer of a megabyte goes out at once, not in twenty turns of writer and reader. Not allowed, or no pipe: no matter.
  ::fcntl(output_.native_handle(), F_SETPIPE_SZ, kPipeBytes);
#endif
}

Transport::~Transport() {
  // Terminals and pipes are shared with the process that started us; it does not expect them to be
  // non-blocking.
  if (input_.is_open()) ::fcntl(input_.native_handle(), F_SETFL, input_flags_);
  if (output_.is_open()) ::fcntl(output_.native_handle(), F_SETFL, output_flags_);
}

void Transport::start(std::function<void(Frame)> on_frame, std::function<void(StreamEnd)> on_end) {
  on_frame_ = std::move(on_frame);
  on_end_ = std::move(on_end);
  read();
}

void Transport::read() {
  input_.async_read_some(asio::buffer(chunk_), [this](boost::system::error_code e, size_t n) {
    if (n > 0) {
      decoder_.feed({chunk_.data(), n});
      decode();
    }
    if (!e) return read();
    if (e == asio::error::operation_aborted) return;
    on_end_({decoder_.truncated(), e == asio::error::eof ? "" : e.message()});
  });
}

void Transport::decode() {
  while (auto frame = decoder_.next()) {
    if (recorder_) recorder_->received(*frame);
    on_frame_(std::move(*frame));
  }
}

void Transport::send(std::string_view body) {
  asio::post(io_, [this, bytes = encode_frame(body)]() mutable { enqueue(std::move(bytes)); });
}

void Transport::enqueue(std::string bytes) {
  if (broken_) return;
  if (recorder_) recorder_->sent(frame_body(bytes));
  queue_.push_back(std::move(bytes));
  if (queue_.size() == 1) write();
}

void Transport::write() {
  asio::async_write(output_, asio::buffer(queue_.front()),
                    [this](boost::system::error_code e, size_t) {
                      if (e == asio::error::operation_aborted) return;
                      queue_.pop_front();
                      if (e) {
                        broken_ = true;
                        queue_.clear();
                      }
                      if (queue_.empty()) return finish_flush();
                      write();
                    });
}

void Transport::flush(std::function<void()> done) {
  asio::post(io_, [this, done = std::move(done)]() mutable {
    waiting_.push_back(std::move(done));
    if (queue_.empty()) finish_flush();
  });
}

void Transport::finish_flush() {
  for (auto& done : std::exchange(waiting_, {}))
    done();
}

std::expected<Descriptors, std::string> open_stdio() {
  auto input = pollable(STDIN_FILENO);
  if (!input) return std::unexpected(input.error());
  const int output = ::dup(STDOUT_FILENO);
  if (output < 0) return std::unexpected(system_error("standard output"));
  if (::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    return std::unexpected(system_error("standard error"));
  }
  return Descriptors{*input, output};
}

std::expected<Descriptors, std::string> accept_on(std::string_view address) {
  const auto split = split_address(address);
  if (!split) return std::unexpected(split.error());
  boost::system::error_code e;
  const auto ip = asio::ip::make_address(split->host, e);
  if (e) return std::unexpected(fmt::format("'{}': {}", split->host, e.message()));
  if (!ip.is_loopback()) {
    return std::unexpected(fmt::format("'{}' is not a loopback address", split->host));
  }
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io);
  const asio::ip::tcp::endpoint endpoint(ip, split->port);
  acceptor.open(endpoint.protocol(), e);
  if (!e) acceptor.set_option(asio::socket_base::reuse_address(true), e);
  if (!e) acceptor.bind(endpoint, e);
  if (!e) acceptor.listen(1, e);
  if (e) return std::unexpected(fmt::format("'{}': {}", address, e.message()));
  fmt::print(stderr, "nilas: listening on {}:{}\n", split->host, acceptor.local_endpoint().port());
  asio::ip::tcp::socket socket(io);
  acceptor.accept(socket, e);
  if (!e) socket.set_option(asio::ip::tcp::no_delay(true), e);
  if (e) return std::unexpected(fmt::format("'{}': {}", address, e.message()));
  const int fd = socket.release();
  return Descriptors{fd, ::dup(fd)};
}

}  // namespace nilas::lsp
