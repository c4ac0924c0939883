#pragma once
// Carries framed messages over a pair of file descriptors: standard input and output, or a loopback
// socket.
//
// One thread runs the io_context; it only moves bytes and finds frames, so that reading never waits
// for work.

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/json_rpc/framing.hpp"
#include "lsp/recording/recorder.hpp"

namespace nilas::lsp {

/// How a stream ended.
struct StreamEnd {
  bool truncated;     ///< inside a message
  std::string error;  ///< the system's words; empty at a plain end of file
};

class Transport {
 public:
  /// Takes both descriptors (they may be equal); restores their blocking mode when destroyed.
  Transport(boost::asio::io_context& io, int input, int output);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Reads until the stream ends. Both functions are called on the io_context's thread.
  void start(std::function<void(Frame)> on_frame, std::function<void(StreamEnd)> on_end);
  /// From now on all traffic is recorded. Before start().
  void record(std::unique_ptr<Recorder> recorder) { recorder_ = std::move(recorder); }
  /// Queues one message. From any thread; never blocks. What the other side never reads is dropped
  /// with the connection.
  void send(std::string_view body);
  /// Calls `done` on the io_context's thread once everything queued so far is written, or cannot
  /// be.
  void flush(std::function<void()> done);

 private:
  void read();
  void decode();
  void enqueue(std::string bytes);
  void write();
  void finish_flush();

  boost::asio::io_context& io_;
  boost::asio::posix::stream_descriptor input_;
  boost::asio::posix::stream_descriptor output_;
  int input_flags_, output_flags_;
  std::vector<char> chunk_;
  FrameDecoder decoder_;
  std::unique_ptr<Recorder> recorder_;  // null: nobody wants one
  std::function<void(Frame)> on_frame_;
  std::function<void(StreamEnd)> on_end_;
  std::deque<std::string> queue_;  // the first one is being written
  bool broken_ = false;            // the other side is gone: nothing can be written
  std::vector<std::function<void()>> waiting_;
};

/// Writes all of `bytes`, however often that takes. False if it cannot: errno says why.
bool write_all(int fd, std::string_view bytes);

/// Descriptors of a connection.
struct Descriptors {
  int input, output;
};

/// Standard input and output. Anything else in this process that prints to standard output would
/// damage the stream, so
/// descriptor 1 leads to standard error from now on.
std::expected<Descriptors, std::string> open_stdio();

/// Waits for one client on `address` ("127.0.0.1:9257", "[::1]:0"; a port of 0 is chosen and told
/// on standard error).
/// Refuses what is not a loopback address: the protocol has no authentication.
std::expected<Descriptors, std::string> accept_on(std::string_view address);

}  // namespace nilas::lsp
