// The setting fetch.enable: inputs that are nowhere on this machine are fetched in the background, with progress that
// can be cancelled, and what waited for them is evaluated again.

#include <map>
#include <spdlog/spdlog.h>

#include "lsp/fetch/background.hpp"
#include "lsp/nix_settings.hpp"
#include "lsp/progress.hpp"
#include "lsp/server.hpp"

namespace nilas::lsp {
namespace {

void begin(Server& server, const std::string& what) {
  spdlog::info("fetching {}", what);
  server.fetch_progress = Progress::start(server, Json(), "Fetching " + what, [&server] {
    if (server.fetcher) server.fetcher->cancel_current();
  });
}

void end(Server& server, const std::string& what, const std::string& error) {
  server.fetch_progress.reset();
  if (!error.empty()) {
    spdlog::warn("fetching {}: {}", what, error);
  } else {
    spdlog::info("fetched {}", what);
  }
  // What the world remembers of the refusal goes with it.
  server.evaluation.drop_worlds();
  fire(server.binder.on_disk_change);
}

void follow_settings(Server& server) {
  const bool wanted = server.settings.fetch && server.settings.trusted;
  if (wanted == (server.fetcher != nullptr)) return;
  if (!wanted) {
    server.fetcher->stop();
    server.fetcher.reset();
    server.fetch_progress.reset();
    return;
  }
  BackgroundFetcher::Events events;
  events.started = [&server](const std::string& what) {
    server.post([&server, what] { begin(server, what); });
  };
  events.ended = [&server](const std::string& what, const std::string& error) {
    server.post([&server, what, error] { end(server, what, error); });
  };
  NixSettings settings;
  settings.configure(nix_conf());
  settings.fetching.allow_network = true;
  server.fetcher =
      std::make_shared<BackgroundFetcher>(std::move(settings.fetching), std::move(events));
}

}  // namespace

void bind_fetching(Binder& binder) {
  Server& server = binder.server;
  binder.on_initialized.push_back([&] { follow_settings(server); });
  binder.on_settings.push_back([&] { follow_settings(server); });
}

}  // namespace nilas::lsp
