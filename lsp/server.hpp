#pragma once
// The server: the state of one session, and the threads around it.
//
//   reader     runs the io_context: moves bytes, finds frames, parses JSON, answers
// $/cancelRequest, keeps timers
//   strand     one after the other on a pool: everything that changes the session's state; the
// handlers of features
//   pool       work on immutable snapshots
//   slow       formatters, indexing: what may wait
//   evaluator  owns the worlds and their VMs (evaluation.hpp)
//
// Nothing but the strand touches the members below `// State`; the reader never waits for it.

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lsp/binder.hpp"
#include "lsp/client.hpp"
#include "lsp/client_log.hpp"
#include "lsp/documents.hpp"
#include "lsp/evaluation.hpp"
#include "lsp/settings.hpp"
#include "lsp/wire.hpp"

namespace nilas::lsp {

class BackgroundFetcher;
class Progress;

/// A timer whose function runs on the strand. Starting it again forgets the earlier start. Used on the strand.
class StrandTimer {
 public:
  explicit StrandTimer(Server& server);
  void start(std::chrono::milliseconds after, std::function<void()> run);
  /// What the function holds is freed now, not when its time comes.
  void stop();

 private:
  struct State {
    explicit State(boost::asio::io_context& io) : timer(io) {}
    boost::asio::steady_timer timer;
    uint64_t generation = 0;  // strand only
  };
  Server& server_;
  std::shared_ptr<State> state_;
};

class NixpkgsTexts;
class SnapshotRequests;
class WorkspaceIndex;

class Server {
 public:
  explicit Server(Descriptors descriptors);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves until `exit`, the end of the stream or of the client's process. Returns the exit
  /// status.
  int run();

  void post(std::function<void()> work);          ///< to the strand; from any thread
  void post_to_pool(std::function<void()> work);  ///< what throws there is logged
  /// For what waits, or takes seconds: beside the pool, so that nothing waits for it. Such work
  /// asks is_ending() now and then.
  void post_slow(std::function<void()> work);
  bool is_ending() const { return ending_; }
  /// Whether the strand or the pool has work. From any thread.
  bool is_busy() const { return unfinished_ > 0; }
  /// Ends the session once what was sent is written.
  void stop(int status);
  /// Logs a warning and shows it to the user.
  void warn(const std::string& what);
  /// Takes over the content of section "nilas"; reports what is wrong in it and tells the features.
  void apply_settings(const Json& section);

  boost::asio::io_context io;
  Client client;
  std::shared_ptr<ClientLog> client_log;

  /// Shown to the user once the session has begun; filled before run().
  std::vector<std::string> warnings_at_start;

  // State
  enum class Phase : uint8_t { Fresh, Initialized, ShutDown } phase = Phase::Fresh;
  InitializeParams about_client;
  PositionEncoding encoding = PositionEncoding::Utf16;
  Settings settings;
  Documents documents;
  Binder binder;
  std::map<std::string, std::function<void()>> progress_cancellers;  ///< by token (progress.hpp)
  Evaluation evaluation;
  std::unique_ptr<SnapshotRequests> snapshot_requests;
  std::unique_ptr<NixpkgsTexts> nixpkgs_texts;
  std::unique_ptr<WorkspaceIndex> workspace_index;
  std::shared_ptr<BackgroundFetcher>
      fetcher;  ///< while the settings allow it (features/fetching.cpp)
  std::shared_ptr<Progress> fetch_progress;  ///< of what is being fetched now

  /// What evaluation of a document needs to know of the session as it is now.
  WorldSetup world_setup(const DocumentSnapshot& document) const;

 private:
  void handle_request(PendingPtr pending, Json params);
  void handle_notification(const std::string& method, Json params);
  /// Posts to `where` what is waited for.
  template <class Executor>
  void post_urgent(Executor& where, std::string_view name, std::function<void()> work);
  void guard(std::string_view what, const std::function<void()>& work) noexcept;

  friend class StrandTimer;
  std::atomic<bool> ending_ = false;
  std::atomic<int> unfinished_ = 0;  ///< of what was posted to the strand and the pool
  boost::asio::thread_pool pool_;
  boost::asio::thread_pool slow_;
  boost::asio::strand<boost::asio::thread_pool::executor_type> strand_;
  std::optional<int> status_;
};

/// How places in `document` are told to this client.
WireContext wire_context(const Server& server, const DocumentSnapshot& document);

}  // namespace nilas::lsp
