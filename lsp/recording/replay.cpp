#include "lsp/recording/replay.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "lsp/json_rpc/transport.hpp"
#include "lsp/protocol/basic.hpp"

namespace nilas::lsp {
namespace {

using std::chrono::milliseconds;

/// After diagnostics that are not the recorded ones, those of the evaluation may still come.
constexpr auto kSecondThoughts = std::chrono::seconds(5);

/// Answers that tell of the moment.
bool is_momentary(const std::string& method) {
  return method == "nilas/status" || method == "nilas/memory";
}

/// What the server asks for in every session, and the client's later messages may depend on.
bool is_certain(const std::string& method) {
  return method == "workspace/configuration" || method == "client/registerCapability";
}

/// Whether an answer tells that something else came first.
bool is_late(const Json& answer) {
  const Json& code = find(answer, "error", "code");
  if (code.is_number_integer()) {
    const auto c = static_cast<ErrorCode>(code.get<int32_t>());
    return c == ErrorCode::ContentModified || c == ErrorCode::RequestCancelled ||
           c == ErrorCode::ServerCancelled;
  }
  const Json& value = find(answer, "result", "contents", "value");
  return value.is_string() &&
         value.get_ref<const std::string&>().find("still evaluating") != std::string::npos;
}

std::string uri_of(const Json& message) {
  const Json& uri = find(message, "params", "textDocument", "uri");
  return uri.is_string() ? uri.get<std::string>() : std::string();
}

/// The part of an answer that is compared.
Json outcome(const Json& answer) {
  Json outcome = Json::object();
  for (const char* key : {"result", "error"}) {
    if (const auto member = answer.find(key); member != answer.end()) outcome[key] = *member;
  }
  // Recorded by another version, perhaps: that is what replaying is for.
  if (const auto result = outcome.find("result"); result != outcome.end() && result->is_object())
    result->erase("serverInfo");
  return outcome;
}

}  // namespace

Replay::Replay(std::vector<RecordedMessage> messages, int socket, ReplayOptions options)
    : messages_(std::move(messages)), socket_(socket), options_(options), start_(Clock::now()) {
  for (const RecordedMessage& m : messages_) {
    if (!m.is_client() && m.is_request()) server_methods_[to_text(m.message["id"])] = m.method();
    if (!m.is_client() || !m.is_response()) continue;
    const auto method = server_methods_.find(to_text(m.message["id"]));
    if (method != server_methods_.end()) ++server_requests_[method->second].answers;
  }
}

ReplayReport Replay::run() {
  for (const RecordedMessage& m : messages_) {
    m.is_client() ? send(m) : expect(m);
    if (!ended_) continue;
    // Messages that crossed the server's end are no news.
    if (&m != &messages_.back() && m.method() != "exit")
      differ(m, m.method(), "the server has ended the session");
    break;
  }
  finish();
  return std::move(report_);
}

void Replay::send(const RecordedMessage& m) {
  if (m.is_response()) return send_answer(m);
  if (options_.realtime) {
    const auto due = start_ + std::chrono::duration_cast<Clock::duration>(
                                  std::chrono::duration<double, std::milli>(m.ms));
    while (!ended_ && Clock::now() < due)
      receive(due);
  }
  if (m.message.is_null()) return send_body(m.text);
  Json message = m.message;
  if (m.method() == "initialize" && message["params"].is_object()) {
    // The editor of the recording is gone, and the server must not follow it.
    message["params"]["processId"] = nullptr;
  }
  if (const Json& id = find(message, "params", "previousResultId"); id.is_string()) {
    const auto now = result_ids_.find(id.get<std::string>());
    if (now != result_ids_.end()) message["params"]["previousResultId"] = now->second;
  }
  note_versions(message);
  if (m.is_request()) {
    asked_[to_text(message["id"])].push_back(
        {m.number, m.method(), Clock::now(), m.ms, std::nullopt});
  }
  send_body(to_text(message));
}

/// The server may have asked by another id, and not yet.
void Replay::send_answer(const RecordedMessage& m) {
  const auto method = server_methods_.find(to_text(m.message["id"]));
  if (method == server_methods_.end() || !is_certain(method->second)) return;
  auto& requests = server_requests_[method->second];
  --requests.answers;
  if (!wait([&] { return !requests.waiting.empty(); }, options_.patience)) return;
  Json answer = m.message;
  answer["id"] = requests.waiting.front();
  requests.waiting.pop_front();
  send_body(to_text(answer));
}

void Replay::send_body(const std::string& body) {
  if (!write_all(socket_, encode_frame(body))) ended_ = true;
}

void Replay::note_versions(const Json& message) {
  const Json& version = find(message, "params", "textDocument", "version");
  if (version.is_number_integer()) versions_[uri_of(message)] = version.get<int64_t>();
}

void Replay::expect(const RecordedMessage& m) {
  if (m.is_response()) return expect_answer(m);
  if (m.is_request()) return expect_request(m);
  if (m.method() == "textDocument/publishDiagnostics") expect_diagnostics(m);
}

void Replay::expect_request(const RecordedMessage& m) {
  const std::string method = m.method();
  auto& requests = server_requests_[method];
  ++requests.recorded;
  if (!is_certain(method)) return;
  if (!wait([&] { return requests.seen >= requests.recorded; }, options_.patience))
    differ(m, method, "the server does not ask for this any more");
}

void Replay::expect_answer(const RecordedMessage& m) {
  const auto at = asked_.find(to_text(m.message["id"]));
  if (at == asked_.end() || at->second.empty()) return;  // damage was answered, without an id
  wait([&] { return at->second.front().answer.has_value(); }, options_.patience);
  compare(m, at->second.front());
  at->second.pop_front();
}

void Replay::compare(const RecordedMessage& m, const Asked& asked) {
  if (!asked.answer) return differ(m, asked.method, "no answer");
  auto& latencies = report_.latencies[asked.method];
  latencies.recorded.push_back(m.ms - asked.recorded_ms);
  latencies.replayed.push_back(asked.took_ms);
  if (is_momentary(asked.method) || is_late(m.message) || is_late(*asked.answer)) {
    ++report_.timed;
    return;
  }
  ++report_.answers;
  Json recorded = outcome(m.message), replayed = outcome(*asked.answer);
  remember_result_id(recorded, replayed);
  if (recorded != replayed) differ(m, asked.method, show_difference(recorded, replayed));
}

/// Identities of results may differ, and be referred to by later requests.
void Replay::remember_result_id(Json& recorded, Json& replayed) {
  const Json& old_id = find(recorded, "result", "resultId");
  const Json& new_id = find(replayed, "result", "resultId");
  if (!old_id.is_string() || !new_id.is_string()) return;
  result_ids_[old_id.get<std::string>()] = new_id.get<std::string>();
  recorded["result"].erase("resultId");
  replayed["result"].erase("resultId");
}

void Replay::expect_diagnostics(const RecordedMessage& m) {
  const Json& params = find(m.message, "params");
  const Json& uri = find(params, "uri");
  const Json& version = find(params, "version");
  const auto left = uri.is_string() ? versions_.find(uri.get<std::string>()) : versions_.end();
  if (left != versions_.end() && version.is_number_integer() &&
      version.get<int64_t>() < left->second) {
    ++report_.timed;
    return;
  }
  const Json* other = nullptr;  // of this version, but not the same
  bool same = false;
  const auto look = [&] {
    for (const Json& p : published_) {
      if (find(p, "uri") != uri || find(p, "version") != version) continue;
      same = same || p == params;
      other = &p;
    }
    return same;
  };
  wait([&] { return look() || other != nullptr; }, options_.patience);
  if (!same) wait(look, kSecondThoughts);
  ++report_.diagnostics;
  if (same) return;
  differ(m, m.method(), other ? show_difference(params, *other) : "no diagnostics of this version");
}

void Replay::finish() {
  ::shutdown(socket_, SHUT_WR);
  wait([] { return false; }, options_.patience);
}

template <class Done>
bool Replay::wait(Done done, Clock::duration patience) {
  const auto until = Clock::now() + patience;
  while (!done()) {
    if (ended_ || Clock::now() >= until) return false;
    receive(until);
  }
  return true;
}

/// Reads what is there, or the next that comes.
bool Replay::receive(Clock::time_point until) {
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
  pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
  const int n = ::poll(&ready, 1, static_cast<int>(std::clamp<int64_t>(left.count(), 0, 100000)));
  if (n <= 0) return false;
  std::array<char, 64 << 10> chunk;
  const ssize_t bytes = ::read(socket_, chunk.data(), chunk.size());
  if (bytes <= 0) {
    ended_ = bytes == 0 || errno != EINTR;
    return false;
  }
  decoder_.feed({chunk.data(), static_cast<size_t>(bytes)});
  while (const auto frame = decoder_.next()) {
    if (frame->kind == Frame::Kind::Message) received(Json::parse(frame->text));
  }
  return true;
}

void Replay::received(Json message) {
  const Json& method = find(message, "method");
  const Json& id = find(message, "id");
  if (method.is_null()) {
    const auto at = asked_.find(to_text(id));
    if (at == asked_.end()) return;
    const auto open = std::ranges::find_if(at->second, [](const Asked& a) { return !a.answer; });
    if (open == at->second.end()) return;
    open->took_ms = std::chrono::duration<double, std::milli>(Clock::now() - open->sent).count();
    open->answer = std::move(message);
  } else if (!id.is_null()) {
    const auto name = method.get<std::string>();
    auto& requests = server_requests_[name];
    ++requests.seen;
    // Answers that matter come where the client gave them; the others never say anything.
    if (is_certain(name) && requests.answers > requests.waiting.size()) {
      requests.waiting.push_back(id);
    } else {
      send_body(to_text(make_result(id, nullptr)));
    }
  } else if (method == "textDocument/publishDiagnostics") {
    published_.push_back(std::move(message["params"]));
  }
}

void Replay::differ(const RecordedMessage& message, std::string method, std::string what) {
  report_.differences.push_back({message.number, std::move(method), std::move(what)});
}

}  // namespace nilas::lsp
