#pragma once
// One request of the client and its one reply.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "lsp/json_rpc/message.hpp"

namespace nilas::lsp {

/// Shared by everyone who works on a request. Thread-safe: whoever replies first has replied; later
/// replies vanish.
/// A request that nobody answered is answered with an internal error when the last holder lets go
/// of it.
class PendingRequest {
 public:
  PendingRequest(RequestId id, std::string method, std::function<void(std::string)> send)
      : id(std::move(id)), method(std::move(method)), send_(std::move(send)) {}
  ~PendingRequest() { fail({ErrorCode::InternalError, "the request was dropped"}); }
  PendingRequest(const PendingRequest&) = delete;
  PendingRequest& operator=(const PendingRequest&) = delete;

  const RequestId id;
  const std::string method;

  void succeed(Json result) {
    if (!answered_.exchange(true)) send_(to_text(make_result(id, std::move(result))));
  }
  /// The same with a result that is JSON text already.
  void succeed_text(std::string_view result) {
    if (!answered_.exchange(true)) send_(make_result_text(id, result));
  }
  void fail(const ResponseError& error) {
    if (!answered_.exchange(true)) send_(to_text(make_error(id, error)));
  }
  /// Answers RequestCancelled at once; work under way stops when it can.
  void cancel() { stop({ErrorCode::RequestCancelled, "cancelled"}); }
  /// The same with another error.
  void stop(const ResponseError& error) {
    fail(error);
    const std::scoped_lock lock(mutex_);
    cancelled_ = true;
    if (on_cancel_) on_cancel_();
  }
  /// `run` is called, on any thread, when the request is cancelled or stopped; now, if it was
  /// already.
  void on_cancel(std::function<void()> run) {
    const std::scoped_lock lock(mutex_);
    on_cancel_ = std::move(run);
    if (cancelled_) on_cancel_();
  }
  bool answered() const { return answered_; }

 private:
  std::function<void(std::string)> send_;
  std::atomic<bool> answered_ = false;
  std::mutex mutex_;  // guards what follows
  std::function<void()> on_cancel_;
  bool cancelled_ = false;
};

using PendingPtr = std::shared_ptr<PendingRequest>;

/// What a typed handler replies with: a Result that converts to JSON, or an error.
template <class Result>
class Reply {
 public:
  explicit Reply(PendingPtr request) : request_(std::move(request)) {}
  void operator()(const Result& result) const { request_->succeed(Json(result)); }
  /// "Nothing here": null, never an error that an editor would show.
  void nothing() const { request_->succeed(nullptr); }
  void fail(ErrorCode code, std::string message) const {
    request_->fail({code, std::move(message)});
  }
  const PendingPtr& request() const { return request_; }

 private:
  PendingPtr request_;
};

}  // namespace nilas::lsp
