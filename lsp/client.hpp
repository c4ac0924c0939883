#pragma once
// The client as the server sees it: frames in, sorted and dispatched; notifications and requests
// out.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <expected>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lsp/json_rpc/transport.hpp"
#include "lsp/request.hpp"

namespace nilas::lsp {

class Client {
 public:
  using Answer = std::function<void(std::expected<Json, ResponseError>)>;
  struct Events {
    std::function<void(PendingPtr, Json params)> request;
    std::function<void(std::string method, Json params)> notification;
    std::function<void(StreamEnd)> end;
    /// Runs a function where the server's state lives.
    std::function<void(std::function<void()>)> post;
  };

  Client(boost::asio::io_context& io, Descriptors descriptors)
      : transport_(io, descriptors.input, descriptors.output) {}

  /// `events.request`, `.notification` and `.end` are called through `events.post`, in the order of
  /// arrival.
  /// `$/cancelRequest` never waits there: it is answered on the thread that reads.
  void start(Events events);

  // Any thread, at any time:
  void notify(std::string_view method, Json params);
  /// `answer` is called through `events.post`; never, if the connection ends first.
  void request(std::string_view method, Json params, Answer answer);
  /// Records all traffic from start() on.
  void record(std::unique_ptr<Recorder> recorder) { transport_.record(std::move(recorder)); }
  void flush(std::function<void()> done) { transport_.flush(std::move(done)); }

 private:
  void receive(Frame frame);
  void receive_request(Request request);
  void receive_response(Response response);
  void cancel(const Json& params);
  void send(const Json& message) { transport_.send(to_text(message)); }

  Transport transport_;
  Events events_;
  std::mutex mutex_;  // guards the maps; ids are kept as JSON text
  std::unordered_map<std::string, std::weak_ptr<PendingRequest>> incoming_;
  std::unordered_map<std::string, Answer> outgoing_;
  std::atomic<int64_t> next_id_ = 0;
};

}  // namespace nilas::lsp
