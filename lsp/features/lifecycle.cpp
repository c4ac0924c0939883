// initialize, initialized, shutdown, $/setTrace; the watch over the client's process. (`exit` is
// the server's own.)

#include <cerrno>
#include <csignal>
#include <spdlog/spdlog.h>

#include "lsp/server.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

constexpr auto kWatchInterval = std::chrono::seconds(1);

/// UTF-8 whenever the client speaks it, for our offsets are bytes; else UTF-32 before UTF-16 would
/// save nothing, so
/// the client's own order decides.
PositionEncoding choose_encoding(const std::vector<std::string>& offered) {
  std::optional<PositionEncoding> first;
  for (const std::string& text : offered) {
    for (const auto e :
         {PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32}) {
      if (text != name(e)) continue;
      if (e == PositionEncoding::Utf8) return e;
      if (!first) first = e;
    }
  }
  return first.value_or(PositionEncoding::Utf16);
}

bool is_alive(int64_t process) {
  return ::kill(static_cast<pid_t>(process), 0) == 0 || errno != ESRCH;
}

struct Watch : std::enable_shared_from_this<Watch> {
  Watch(Server& server, int64_t process) : server(server), process(process), timer(server) {}
  void check() {
    if (!is_alive(process)) {
      spdlog::error("the client's process {} is gone", process);
      return server.stop(1);
    }
    timer.start(kWatchInterval, [self = shared_from_this()] { self->check(); });
  }
  Server& server;
  int64_t process;
  StrandTimer timer;
};

Json initialize(Binder& binder, InitializeParams params) {
  Server& server = binder.server;
  server.about_client = std::move(params);
  const InitializeParams& about = server.about_client;
  server.encoding = choose_encoding(about.position_encodings);
  std::vector<std::string> folders;
  for (const WorkspaceFolder& f : about.folders) {
    if (auto path = uri_to_path(f.uri)) folders.push_back(std::move(*path));
  }
  server.documents.set_folders(std::move(folders));
  server.phase = Server::Phase::Initialized;
  Json capabilities = Json::object();
  capabilities["positionEncoding"] = name(server.encoding);
  for (const auto& fill : binder.capabilities)
    fill(about, capabilities);
  spdlog::info("client '{}', positions in {}", about.client_name, name(server.encoding));
  return Json::object(
      {{"capabilities", std::move(capabilities)},
       {"serverInfo", Json::object({{"name", "nilas"}, {"version", NILAS_VERSION}})}});
}

}  // namespace

void bind_lifecycle(Binder& binder) {
  Server& server = binder.server;
  binder.request<InitializeParams, Json>(
      "initialize", [&](InitializeParams params, const Reply<Json>& reply) {
        if (server.phase != Server::Phase::Fresh) {
          return reply.fail(ErrorCode::InvalidRequest, "initialize comes once");
        }
        reply(initialize(binder, std::move(params)));
        server.client_log->open();
        for (const std::string& warning : server.warnings_at_start)
          server.warn(warning);
        const InitializeParams& about = server.about_client;
        if (about.process_id) std::make_shared<Watch>(server, *about.process_id)->check();
        if (about.initialization_options.is_object())
          server.apply_settings(about.initialization_options);
      });
  binder.notification<NoParams>("initialized", [&](NoParams) { fire(binder.on_initialized); });
  binder.request<NoParams, Json>("shutdown", [&](NoParams, const Reply<Json>& reply) {
    server.phase = Server::Phase::ShutDown;
    server.evaluation.cancel_all();
    reply.nothing();
  });
  binder.notification<Json>("$/setTrace", [&](const Json& params) {
    const Json& value = find(params, "value");
    if (value.is_string()) server.about_client.trace = value.get<std::string>();
  });
}

}  // namespace nilas::lsp
