#pragma once
// The log as window/logMessage: what a user of the editor reads when something is wrong.

#include <atomic>
#include <mutex>
#include <spdlog/sinks/base_sink.h>
#include <string>

#include "lsp/client.hpp"
#include "lsp/protocol/window.hpp"

namespace nilas::lsp {

/// Sends what is logged at `info` and above, once it is open: nothing may be sent before initialize
/// was answered.
/// `client` outlives the sink's last message.
class ClientLog final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ClientLog(Client& client) : client_(client) { set_level(spdlog::level::info); }
  void open() { open_ = true; }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (!open_) return;
    int type = MessageType::Log;
    if (message.level >= spdlog::level::err) type = MessageType::Error;
    if (message.level == spdlog::level::warn) type = MessageType::Warning;
    if (message.level == spdlog::level::info) type = MessageType::Info;
    client_.notify(
        "window/logMessage",
        LogMessageParams{type, std::string(message.payload.data(), message.payload.size())});
  }
  void flush_() override {}

  Client& client_;
  std::atomic<bool> open_ = false;
};

}  // namespace nilas::lsp
