#pragma once
// Reading what a Recorder wrote.

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "lsp/json_rpc/message.hpp"

namespace nilas::lsp {

struct RecordedMessage {
  enum class From : uint8_t { Client, Server } from;
  size_t number;  ///< line of the file, from 1
  double ms;      ///< since the start of the recording
  Json message;   ///< null: it was no JSON, see `text`
  std::string text;

  bool is_client() const { return from == From::Client; }
  /// Its method; empty for an answer.
  std::string method() const;
  bool is_request() const { return !method().empty() && message.contains("id"); }
  bool is_response() const { return method().empty() && message.contains("id"); }
};

/// The messages in their order; damaged frames are left out. A last line without an end (the
/// machine went down while it was written) is ignored. The error says what is wrong, with its line.
std::expected<std::vector<RecordedMessage>, std::string> read_recording(const std::string& path);

}  // namespace nilas::lsp
