// Work-done progress, and its cancellation by the user.

#include "lsp/progress.hpp"

namespace nilas::lsp {
namespace {

constexpr auto kDelay = std::chrono::seconds(1);

/// Progress that the user can cancel, by token. Used on the strand only; entries go with their
/// Progress.
std::map<std::string, std::function<void()>>& cancellable(Server& server) {
  return server.progress_cancellers;
}

}  // namespace

Progress::Progress(Server& server, Json token, std::string title, std::function<void()> cancel)
    : server_(server),
      token_(std::move(token)),
      title_(std::move(title)),
      cancel_(std::move(cancel)),
      timer_(server) {}

std::shared_ptr<Progress> Progress::start(Server& server, Json token, std::string title,
                                          std::function<void()> cancel) {
  auto progress =
      std::make_shared<Progress>(server, std::move(token), std::move(title), std::move(cancel));
  progress->timer_.start(kDelay, [weak = progress->weak_from_this()] {
    if (const auto self = weak.lock()) self->begin();
  });
  return progress;
}

void Progress::begin() {
  if (ended_) return;
  if (!token_.is_null()) {
    shown_ = true;
  } else if (server_.about_client.work_done_progress) {
    static int64_t count = 0;
    token_ = "nilas-progress-" + std::to_string(++count);
    shown_ = true;
    server_.client.request("window/workDoneProgress/create", Json::object({{"token", token_}}),
                           [](const auto&) {});
  }
  if (!shown_) return;
  cancellable(server_)[to_text(token_)] = cancel_;
  report(Json::object({{"kind", "begin"}, {"title", title_}, {"cancellable", true}}));
}

void Progress::end() {
  if (ended_) return;
  ended_ = true;
  timer_.stop();
  if (!shown_) return;
  cancellable(server_).erase(to_text(token_));
  report(Json::object({{"kind", "end"}}));
}

void Progress::report(Json value) {
  server_.client.notify("$/progress",
                        Json::object({{"token", token_}, {"value", std::move(value)}}));
}

void bind_progress(Binder& binder) {
  binder.notification<Json>(
      "window/workDoneProgress/cancel", [&server = binder.server](const Json& params) {
        const auto at = server.progress_cancellers.find(to_text(find(params, "token")));
        if (at != server.progress_cancellers.end()) at->second();
      });
}

}  // namespace nilas::lsp
