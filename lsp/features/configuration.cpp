// Settings (workspace/configuration, didChangeConfiguration), workspace folders, and files that
// change on disk.

#include <algorithm>
#include <spdlog/spdlog.h>

#include "lsp/server.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

void pull_settings(Server& server) {
  Json items = Json::array({Json::object({{"section", "nilas"}})});
  server.client.request(
      "workspace/configuration", Json::object({{"items", std::move(items)}}),
      [&server](const std::expected<Json, ResponseError>& answer) {
        if (!answer) return spdlog::warn("workspace/configuration: {}", answer.error().message);
        // A client without settings of ours answers null: what initialize brought stands.
        if (answer->is_array() && !answer->empty() && answer->front().is_object()) {
          server.apply_settings(answer->front());
        }
      });
}

void watch_files(Server& server) {
  Json watchers = Json::array();
  for (const char* glob : {"**/*.nix", "**/flake.lock", "**/npins/sources.json"}) {
    watchers.push_back(Json::object({{"globPattern", glob}}));
  }
  Json options = Json::object({{"watchers", std::move(watchers)}});
  Json registration = Json::object({{"id", "nilas-watched-files"},
                                    {"method", "workspace/didChangeWatchedFiles"},
                                    {"registerOptions", std::move(options)}});
  Json params = Json::object();
  params["registrations"] = Json::array({std::move(registration)});
  server.client.request("client/registerCapability", std::move(params),
                        [](const std::expected<Json, ResponseError>& answer) {
                          if (!answer)
                            spdlog::warn("client/registerCapability: {}", answer.error().message);
                        });
}

void change_folders(Server& server, const Json& event) {
  std::vector<std::string> folders = server.documents.folders();
  const auto each = [&](const Json& list, auto use) {
    if (!list.is_array()) return;
    for (const Json& folder : list) {
      if (auto path = uri_to_path(folder.get<WorkspaceFolder>().uri)) use(*path);
    }
  };
  each(find(event, "removed"), [&](const std::string& path) { std::erase(folders, path); });
  each(find(event, "added"), [&](const std::string& path) {
    if (std::ranges::find(folders, path) == folders.end()) folders.push_back(path);
  });
  server.documents.set_folders(std::move(folders));
}

}  // namespace

void bind_configuration(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["workspace"]["workspaceFolders"] =
        Json::object({{"supported", true}, {"changeNotifications", true}});
  });
  binder.on_initialized.push_back([&] {
    if (server.about_client.configuration) pull_settings(server);
    if (server.about_client.watched_files) watch_files(server);
  });
  binder.notification<Json>("workspace/didChangeConfiguration", [&](const Json& params) {
    if (server.about_client.configuration) return pull_settings(server);
    const Json& all = find(params, "settings");
    if (all.contains("nilas")) return server.apply_settings(find(all, "nilas"));
    // Editors without settings of ours send an empty object as they start: what initialize brought
    // stands.
    if (all.is_object() && !all.empty()) server.apply_settings(all);
  });
  binder.notification<Json>("workspace/didChangeWorkspaceFolders", [&](const Json& params) {
    change_folders(server, find(params, "event"));
    fire(binder.on_folders);
  });
  binder.notification<Json>("workspace/didChangeWatchedFiles", [&](const Json& params) {
    std::vector<std::string> paths;
    for (const Json& change : find(params, "changes")) {
      if (auto path = uri_to_path(change.at("uri").get<std::string>()))
        paths.push_back(std::move(*path));
    }
    fire(binder.on_files, paths);
    server.evaluation.disk_changed();
    fire(binder.on_disk_change);
  });
}

}  // namespace nilas::lsp
