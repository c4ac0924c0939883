#pragma once
// How a feature enters the server: it registers its methods, its capability and the events it waits
// for, all in one
// function of its own file. The table of features is features/features.def.

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lsp/protocol/lifecycle.hpp"
#include "lsp/request.hpp"

namespace nilas::lsp {

class Server;

/// A parameter type for methods without parameters.
struct NoParams {};
inline void from_json(const Json&, NoParams&) {}

class Binder {
 public:
  explicit Binder(Server& server) : server(server) {}

  Server& server;

  /// `handler(params, reply)` runs on the strand; it may hand the reply to anyone and return.
  /// Parameters that do not fit are answered with InvalidParams.
  template <class Params, class Result>
  void request(std::string method, std::function<void(Params, Reply<Result>)> handler) {
    requests[std::move(method)] = [handler = std::move(handler)](PendingPtr pending, Json params) {
      handler(params.get<Params>(), Reply<Result>(std::move(pending)));
    };
  }

  template <class Params>
  void notification(std::string method, std::function<void(Params)> handler) {
    notifications[std::move(method)] = [handler = std::move(handler)](Json params) {
      if constexpr (requires { Params::take(params); }) {
        handler(Params::take(params));
      } else {
        handler(params.get<Params>());
      }
    };
  }

  /// What initialize answers: `fill` adds to the server's capabilities.
  void capability(std::function<void(const InitializeParams&, Json&)> fill) {
    capabilities.push_back(std::move(fill));
  }

  std::unordered_map<std::string, std::function<void(PendingPtr, Json)>> requests;
  std::unordered_map<std::string, std::function<void(Json)>> notifications;
  std::vector<std::function<void(const InitializeParams&, Json&)>> capabilities;

  // Events; all on the strand.
  std::vector<std::function<void()>> on_initialized;
  std::vector<std::function<void()>> on_settings;  ///< settings have changed
  std::vector<std::function<void(const std::string& key)>>
      on_edit;  ///< a document was opened or changed
  std::vector<std::function<void(const std::string& key)>>
      on_save;  ///< or opened: worth a longer evaluation
  std::vector<std::function<void(const std::string& key)>> on_close;
  std::vector<std::function<void()>> on_wait;  ///< a reader waits for the evaluator
  std::vector<std::function<void(const std::vector<std::string>& paths)>>
      on_files;                                   ///< what the client reports as changed on disk
  std::vector<std::function<void()>> on_folders;  ///< other workspace folders
  std::vector<std::function<void()>> on_disk_change;  ///< files changed outside the editor
};

template <class Event, class... Arguments>
void fire(const std::vector<Event>& event, const Arguments&... arguments) {
  for (const auto& listener : event)
    listener(arguments...);
}

#define FEATURE(name) void bind_##name(Binder& binder);
#include "lsp/features/features.def"
#undef FEATURE

}  // namespace nilas::lsp
