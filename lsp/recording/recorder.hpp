#pragma once
// Recordings of sessions: every message of both sides, one JSON object a line, for `nilas replay`.
//
//     {"nilas":"0.1.0","recording":1}
//     {"ms":12.5,"from":"client","message":{"jsonrpc":"2.0","id":1,"method":"initialize",...}}
//     {"ms":13.1,"from":"server","message":{"jsonrpc":"2.0","id":1,"result":{...}}}
//     {"ms":14.0,"from":"client","text":"what is no message, bytes that are not UTF-8 replaced"}
//     {"ms":15.0,"from":"client","damage":"what the frames were lacking"}
//
// `ms` counts from the start of the recording. A recording holds the texts of all documents and
// whatever else the editor sends: it is readable by its owner only.

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "lsp/json_rpc/framing.hpp"

namespace nilas::lsp {

/// Not thread-safe: belongs to the thread that moves the messages. A line is written at once, so
/// that a recording is complete up to a crash. The first line that cannot be written ends the
/// recording, never the session: it is taken back, and the log says so.
class Recorder {
 public:
  /// Replaces the file; the error is the system's words.
  static std::expected<std::unique_ptr<Recorder>, std::string> open(const std::string& path);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void received(const Frame& frame);
  void sent(std::string_view body);

 private:
  Recorder(std::string path, int file) : path_(std::move(path)), file_(file) {}
  void write_entry(std::string_view from, std::string_view kind, std::string_view json);
  bool write_line(std::string line);

  std::string path_;
  int file_;  // -1: the recording has ended
  size_t written_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace nilas::lsp
