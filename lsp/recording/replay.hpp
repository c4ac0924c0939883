#pragma once
// Plays the client's half of a recording to a server and compares what it says.
//
// The order of cause and effect is the recording's: before a message of the client is sent, what
// the server had told until then must be there again, answers and diagnostics. What depends on time
// is not held against the server: an answer that came too late on one side (ContentModified,
// cancelled, "still evaluating"), and diagnostics of a version that the client had left already.

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lsp/json_rpc/framing.hpp"
#include "lsp/recording/recording.hpp"

namespace nilas::lsp {

struct ReplayOptions {
  bool realtime = false;              ///< waits between messages as the client did
  std::chrono::seconds patience{60};  ///< how long an answer that was recorded may take
};

struct ReplayReport {
  struct Difference {
    size_t number;  ///< line of the recording
    std::string method;
    std::string what;
  };
  struct Latencies {
    std::vector<double> recorded, replayed;  ///< milliseconds from request to answer
  };
  std::vector<Difference> differences;
  std::map<std::string, Latencies> latencies;  ///< by method
  size_t answers = 0, diagnostics = 0;         ///< compared and found equal, or told as different
  size_t timed = 0;                            ///< left out, for they depend on time
};

class Replay {
 public:
  /// `socket` is connected to the server; it stays open.
  Replay(std::vector<RecordedMessage> messages, int socket, ReplayOptions options);

  /// Returns when the server has ended the session, or does not for `patience`.
  ReplayReport run();

 private:
  using Clock = std::chrono::steady_clock;

  struct Asked {
    size_t number;  ///< line of the request
    std::string method;
    Clock::time_point sent;
    double recorded_ms;
    std::optional<Json> answer;
    double took_ms = 0;
  };
  void expect(const RecordedMessage& message);
  void expect_answer(const RecordedMessage& message);
  void expect_diagnostics(const RecordedMessage& message);
  void expect_request(const RecordedMessage& message);
  void send(const RecordedMessage& message);
  void send_answer(const RecordedMessage& message);
  void send_body(const std::string& body);
  void note_versions(const Json& message);
  void finish();

  /// Reads until `done`; false if `patience` ran out or the server ended first.
  template <class Done>
  bool wait(Done done, Clock::duration patience);
  bool receive(Clock::time_point until);
  void received(Json message);

  void differ(const RecordedMessage& message, std::string method, std::string what);
  void compare(const RecordedMessage& recorded, const Asked& asked);
  void remember_result_id(Json& recorded, Json& replayed);

  std::vector<RecordedMessage> messages_;
  int socket_;
  ReplayOptions options_;
  ReplayReport report_;
  Clock::time_point start_;
  FrameDecoder decoder_;
  bool ended_ = false;
  std::map<std::string, std::deque<Asked>> asked_;  // by id: what awaits its comparison
  struct ServerRequests {
    size_t recorded = 0, seen = 0;
    size_t answers = 0;        // of the client that are still to come
    std::deque<Json> waiting;  // ids of those that await one
  };
  std::map<std::string, ServerRequests> server_requests_;  // by method
  std::map<std::string, std::string> server_methods_;      // by id of the recording
  std::vector<Json> published_;                            // parameters of publishDiagnostics
  std::map<std::string, int64_t> versions_;                // of documents, as the client left them
  std::map<std::string, std::string> result_ids_;  // of the recording to those of this session
};

/// The report as text: differences with their lines, then latencies by method, then a summary.
std::string show(const ReplayReport& report, const std::string& path);

/// Where two JSON values differ, in a few lines.
std::string show_difference(const Json& recorded, const Json& replayed);

}  // namespace nilas::lsp
