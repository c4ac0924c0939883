#include "lsp/client.hpp"

#include <spdlog/spdlog.h>

#include "lsp/protocol/basic.hpp"

namespace nilas::lsp {

void Client::start(Events events) {
  events_ = std::move(events);
  transport_.start([this](Frame frame) { receive(std::move(frame)); },
                   [this](StreamEnd end) { events_.post([this, end] { events_.end(end); }); });
}

void Client::receive(Frame frame) {
  if (frame.kind == Frame::Kind::Damage) {
    spdlog::error("the stream is damaged: {}", frame.text);
    return send(make_error(nullptr, {ErrorCode::ParseError, "damaged stream: " + frame.text}));
  }
  auto message = parse_message(std::move(frame.text));
  if (!message) {
    spdlog::error("{}", message.error().error.message);
    return send(make_error(message.error().id, message.error().error));
  }
  if (auto* request = std::get_if<Request>(&*message)) return receive_request(std::move(*request));
  if (auto* response = std::get_if<Response>(&*message)) {
    return receive_response(std::move(*response));
  }
  auto& note = std::get<Notification>(*message);
  if (note.method == "$/cancelRequest") return cancel(note.params);
  events_.post([this, note = std::move(note)]() mutable {
    events_.notification(std::move(note.method), std::move(note.params));
  });
}

void Client::receive_request(Request request) {
  const std::string key = to_text(request.id);
  auto pending = std::make_shared<PendingRequest>(
      std::move(request.id), std::move(request.method),
      [this](std::string reply) { transport_.send(std::move(reply)); });
  {
    const std::scoped_lock lock(mutex_);
    auto& slot = incoming_[key];
    if (const auto other = slot.lock(); other && !other->answered()) {
      spdlog::warn("two requests with the id {}", key);
    }
    slot = pending;
    if (incoming_.size() > 64) {
      std::erase_if(incoming_, [](const auto& entry) { return entry.second.expired(); });
    }
  }
  events_.post([this, pending = std::move(pending), params = std::move(request.params)]() mutable {
    if (pending->answered()) return;  // cancelled while it waited
    events_.request(std::move(pending), std::move(params));
  });
}

void Client::cancel(const Json& params) {
  PendingPtr pending;
  {
    const std::scoped_lock lock(mutex_);
    const auto at = incoming_.find(to_text(find(params, "id")));
    if (at != incoming_.end()) pending = at->second.lock();
  }
  if (pending) pending->cancel();
}

void Client::receive_response(Response response) {
  Answer answer;
  {
    const std::scoped_lock lock(mutex_);
    const auto at = outgoing_.find(to_text(response.id));
    if (at == outgoing_.end()) {
      if (!response.id.is_null()) spdlog::warn("an answer to no request: {}", to_text(response.id));
      return;
    }
    answer = std::move(at->second);
    outgoing_.erase(at);
  }
  events_.post([answer = std::move(answer), result = std::move(response.result)]() mutable {
    answer(std::move(result));
  });
}

void Client::notify(std::string_view method, Json params) {
  send(make_notification(method, std::move(params)));
}

void Client::request(std::string_view method, Json params, Answer answer) {
  const Json id = "nilas-" + std::to_string(++next_id_);
  {
    const std::scoped_lock lock(mutex_);
    outgoing_[to_text(id)] = std::move(answer);
  }
  send(make_request(id, method, std::move(params)));
}

}  // namespace nilas::lsp
