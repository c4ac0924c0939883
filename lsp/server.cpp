#include "lsp/server.hpp"

#include <boost/asio/post.hpp>
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <utility>
#include <vector>

#include "lsp/nixpkgs.hpp"
#include "lsp/progress.hpp"
#include "lsp/protocol/window.hpp"
#include "lsp/snapshot_request.hpp"
#include "lsp/workspace_index.hpp"

namespace nilas::lsp {

namespace asio = boost::asio;

namespace {

constexpr int kEditsBetweenTrims = 100;

}  // namespace

StrandTimer::StrandTimer(Server& server)
    : server_(server), state_(std::make_shared<State>(server.io)) {}

void StrandTimer::start(std::chrono::milliseconds after, std::function<void()> run) {
  const uint64_t mine = ++state_->generation;
  // Timers belong to the reader's thread; only the generation is the strand's.
  asio::post(
      server_.io, [server = &server_, state = state_, after, mine, run = std::move(run)]() mutable {
        state->timer.expires_after(after);
        state->timer.async_wait([server, state, mine, run = std::move(run)](auto error) mutable {
          if (error) return;
          server->post([state, mine, run = std::move(run)] {
            if (state->generation == mine) run();
          });
        });
      });
}

void StrandTimer::stop() {
  ++state_->generation;
  asio::post(server_.io, [state = state_] { state->timer.cancel(); });
}

Server::Server(Descriptors descriptors)
    : client(io, descriptors),
      client_log(std::make_shared<ClientLog>(client)),
      binder(*this),
      snapshot_requests(std::make_unique<SnapshotRequests>(*this)),
      nixpkgs_texts(std::make_unique<NixpkgsTexts>()),
      workspace_index(std::make_unique<WorkspaceIndex>(*this)),
      pool_(2),
      slow_(2),
      strand_(asio::make_strand(pool_)) {
  // No thread logs yet: the list of sinks is not guarded.
  spdlog::default_logger()->sinks().push_back(client_log);
  // Before the features: what is stale is answered before anything else happens.
  const auto edited = [this](const std::string& key) { snapshot_requests->edited(key); };
  binder.on_edit.push_back(edited);
  binder.on_close.push_back(edited);
  // What a session frees lies in pieces between what it keeps. An evaluator without work gives it back; who types on and on
  // gives it no pause.
  binder.on_edit.push_back([this, edits = 0](const std::string&) mutable {
    if (++edits % kEditsBetweenTrims == 0) post_slow([] { ::malloc_trim(0); });
  });
#define FEATURE(name) bind_##name(binder);
#include "lsp/features/features.def"
#undef FEATURE
}

Server::~Server() {
  ending_ = true;
  if (fetcher) fetcher->stop();
  evaluation.stop();
  slow_.stop();  // what has not begun never does
  slow_.join();
  pool_.join();
  std::erase(spdlog::default_logger()->sinks(), client_log);
}

int Server::run() {
  const auto keep_running = asio::make_work_guard(io);
  client.start({
      .request = [this](PendingPtr p,
                        Json params) { handle_request(std::move(p), std::move(params)); },
      .notification = [this](std::string method,
                             Json params) { handle_notification(method, std::move(params)); },
      .end =
          [this](const StreamEnd& end) {
            if (end.truncated) spdlog::error("the stream ended inside a message");
            if (!end.error.empty()) spdlog::error("the stream ended: {}", end.error);
            stop(phase == Phase::ShutDown && !end.truncated ? 0 : 1);
          },
      .post = [this](std::function<void()> work) { post(std::move(work)); },
  });
  io.run();
  return status_.value_or(1);
}

template <class Executor>
void Server::post_urgent(Executor& where, std::string_view name, std::function<void()> work) {
  ++unfinished_;
  asio::post(where, [this, name, work = std::move(work)] {
    guard(name, work);
    --unfinished_;
  });
}

void Server::post(std::function<void()> work) {
  post_urgent(strand_, "the strand", std::move(work));
}

void Server::post_to_pool(std::function<void()> work) {
  post_urgent(pool_, "the pool", std::move(work));
}

void Server::post_slow(std::function<void()> work) {
  asio::post(slow_, [this, work = std::move(work)] { guard("the slow pool", work); });
}

void Server::stop(int status) {
  if (status_) return;
  ending_ = true;
  status_ = status;
  evaluation.cancel_all();
  client.flush([this] { io.stop(); });
  // A client that does not read any more must not keep us alive.
  auto patience = std::make_shared<asio::steady_timer>(io, std::chrono::seconds(2));
  patience->async_wait([this, patience](boost::system::error_code) { io.stop(); });
}

void Server::guard(std::string_view what, const std::function<void()>& work) noexcept {
  try {
    work();
  } catch (const std::exception& e) {
    spdlog::error("{}: {}", what, e.what());
  } catch (...) {
    spdlog::error("{}: an unknown exception", what);
  }
}

void Server::handle_request(PendingPtr pending, Json params) {
  if (phase == Phase::Fresh && pending->method != "initialize") {
    return pending->fail({ErrorCode::ServerNotInitialized, "initialize comes first"});
  }
  if (phase == Phase::ShutDown) {
    return pending->fail({ErrorCode::InvalidRequest, "the server was shut down"});
  }
  const auto handler = binder.requests.find(pending->method);
  if (handler == binder.requests.end()) {
    return pending->fail({ErrorCode::MethodNotFound, "no method '" + pending->method + "'"});
  }
  spdlog::debug("request {} {}", to_text(pending->id), pending->method);
  if (!about_client.trace.empty() && about_client.trace != "off") {
    Json trace =
        Json::object({{"message", "request " + to_text(pending->id) + " " + pending->method}});
    if (about_client.trace == "verbose") trace["verbose"] = to_text(params);
    client.notify("$/logTrace", std::move(trace));
  }
  try {
    handler->second(pending, std::move(params));
  } catch (const Json::exception& e) {
    pending->fail({ErrorCode::InvalidParams, e.what()});
  } catch (const std::exception& e) {
    spdlog::error("request {} {}: {}", to_text(pending->id), pending->method, e.what());
    pending->fail({ErrorCode::InternalError, e.what()});
  }
}

void Server::handle_notification(const std::string& method, Json params) {
  if (method == "exit") return stop(phase == Phase::ShutDown ? 0 : 1);
  if (phase != Phase::Initialized) return;
  const auto handler = binder.notifications.find(method);
  if (handler == binder.notifications.end()) {
    if (!method.starts_with("$/")) spdlog::info("no handler for the notification {}", method);
    return;
  }
  try {
    handler->second(std::move(params));
  } catch (const std::exception& e) {
    spdlog::error("notification {}: {}", method, e.what());
  }
}

WorldSetup Server::world_setup(const DocumentSnapshot& document) const {
  const auto limit = static_cast<size_t>(settings.memory_limit) << 20;
  return {.folder = documents.folder_of(document),
          .search_path = settings.search_path,
          .memory_bytes = limit ? limit : default_memory_budget(),
          .trusted = settings.trusted,
          .fetcher = settings.trusted ? fetcher : nullptr};
}

void Server::warn(const std::string& what) {
  spdlog::warn("{}", what);
  client.notify("window/showMessage", LogMessageParams{MessageType::Warning, "nilas: " + what});
}

void Server::apply_settings(const Json& section) {
  auto [read, problems] = read_settings(section);
  settings = std::move(read);
  for (const std::string& problem : problems)
    warn(problem);
  if (settings.log_level != Settings().log_level) {
    spdlog::set_level(spdlog::level::from_str(settings.log_level));
  }
  fire(binder.on_settings);
}

WireContext wire_context(const Server& server, const DocumentSnapshot& document) {
  return {document, server.encoding, server.about_client.related_information,
          server.about_client.code_description};
}

}  // namespace nilas::lsp
