// What throws in a handler, wherever it runs: the request is answered, and the server lives.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "lsp/server.hpp"

#include <array>
#include <doctest/doctest.h>
#include <spdlog/spdlog.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "lsp/evaluated_request.hpp"

using namespace nilas::lsp;

namespace {

/// A server of this process, with a client that sends one message after the other.
class Session {
 public:
  Session() : ends_(connected()), server({ends_[1], ::dup(ends_[1])}) {
    spdlog::set_level(spdlog::level::off);
  }
  ~Session() {
    ::shutdown(ends_[0], SHUT_WR);
    if (serving_.joinable()) serving_.join();
    ::close(ends_[0]);
  }

  void start() {
    serving_ = std::thread([this] { server.run(); });
    REQUIRE(ask("initialize", {{"capabilities", Json::object()}}).contains("result"));
    send(make_notification(
        "textDocument/didOpen",
        {{"textDocument", {{"uri", "file:///nowhere/x.nix"}, {"version", 1}, {"text", "1"}}}}));
  }

  /// The answer to a request.
  Json ask(const std::string& method, Json params) {
    send(make_request(++id_, method, std::move(params)));
    while (true) {
      Json message = read();
      if (message.contains("id") && message["id"] == id_ && !message.contains("method"))
        return message;
    }
  }

  void send(const Json& message) { REQUIRE(write_all(ends_[0], encode_frame(to_text(message)))); }

 private:
  static std::array<int, 2> connected() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    return ends;
  }

  Json read() {
    while (true) {
      if (const auto frame = decoder_.next()) return Json::parse(frame->text);
      std::array<char, 4096> chunk;
      const ssize_t n = ::read(ends_[0], chunk.data(), chunk.size());
      REQUIRE(n > 0);
      decoder_.feed({chunk.data(), static_cast<size_t>(n)});
    }
  }

  std::array<int, 2> ends_;
  FrameDecoder decoder_;
  int id_ = 0;
  std::thread serving_;

 public:
  Server server;
};

[[noreturn]] void fail() {
  throw std::runtime_error("on purpose");
}

const Json kDocument = {{"textDocument", {{"uri", "file:///nowhere/x.nix"}}}};

void check_failed(Session& session, const std::string& method) {
  INFO(method);
  const Json answer = session.ask(method, kDocument);
  REQUIRE(answer.contains("error"));
  CHECK(answer["error"]["code"] == static_cast<int>(ErrorCode::InternalError));
  CHECK(answer["error"]["message"] == "on purpose");
  CHECK(session.ask("nilas/status", nullptr).contains("result"));
}

}  // namespace

TEST_CASE("an exception in a handler is answered, and the server lives") {
  Session session;
  Binder& binder = session.server.binder;
  binder.request<NoParams, Json>("test/strand", [](NoParams, const Reply<Json>&) { fail(); });
  snapshot_request<DocumentParams>(
      binder, "test/pool",
      [](const SnapshotQuery&, const DocumentParams&, JsonWriter&) { fail(); });
  binder.request<DocumentParams, Json>(
      "test/evaluator", [&](const DocumentParams& params, const Reply<Json>& reply) {
        const auto query = session.server.snapshot_requests->start(params.uri, reply.request());
        REQUIRE(query);
        evaluate(session.server, *query, [](const EvaluatedQuery&, JsonWriter&) { fail(); });
      });
  session.start();
  check_failed(session, "test/strand");
  check_failed(session, "test/pool");
  check_failed(session, "test/evaluator");
  check_failed(session, "test/strand");
}

TEST_CASE("an exception that nobody waits for costs nobody anything") {
  Session session;
  session.server.binder.notification<NoParams>("test/note", [](NoParams) { fail(); });
  session.server.binder.request<NoParams, Json>("test/later",
                                                [&](NoParams, const Reply<Json>& reply) {
                                                  session.server.post(fail);
                                                  session.server.post_to_pool(fail);
                                                  session.server.post_slow(fail);
                                                  reply.nothing();
                                                });
  session.start();
  session.send(make_notification("test/note", Json::object()));
  CHECK(session.ask("test/later", nullptr).contains("result"));
  CHECK(session.ask("nilas/status", nullptr).contains("result"));
}

TEST_CASE("a request that its handler drops is answered all the same") {
  Session session;
  session.server.binder.request<NoParams, Json>("test/drop", [](NoParams, const Reply<Json>&) {});
  session.start();
  const Json answer = session.ask("test/drop", nullptr);
  CHECK(answer["error"]["code"] == static_cast<int>(ErrorCode::InternalError));
}
