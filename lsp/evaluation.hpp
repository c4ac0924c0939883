#pragma once
// Evaluation for the editor: one thread that owns the worlds, and a queue of work for it.
//
// A world outlives the jobs that use it, so that what one hover forced the next one finds. It is
// rebuilt when something
// it read has changed: a buffer (the overlay of the next job tells), or the disk (looked at before
// a job). Jobs that a
// reader waits for go first and interrupt those in the background, which start again later and find
// what they had forced.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "evaluator/world.hpp"
#include "lsp/host.hpp"
#include "syntax/ast.hpp"

namespace nilas::lsp {

/// A text to be evaluated in a world: one version of a document.
struct EvaluatedText {
  std::string path;       ///< canonical; or a name in «», for a buffer without a file
  std::string directory;  ///< where its relative paths start
  std::shared_ptr<const std::string> text;
  std::shared_ptr<const syntax::Ast> ast;
};

/// What a job works with, on the evaluator's thread.
struct EvaluationSession {
  eval::World& world;
  uint64_t
      /// another number: the world was built anew, because something it read has changed
      world_serial;
  std::chrono::steady_clock::time_point deadline;  ///< already set as the VM's limit
  const std::atomic<bool>& stop;                   ///< likewise
  uint32_t call_depth;
  /// The source unit of a text; the same one for the same version.
  std::function<const eval::SourceUnit&(const EvaluatedText&)> unit;
  FileHost::MessageSink& listener;  ///< hears what evaluation says, while it is set
};

/// What makes two worlds different.
struct WorldSetup {
  std::string folder;  ///< workspace folder, or the directory of a file outside all of them
  std::vector<std::string> search_path;
  size_t memory_bytes = 0;
  bool trusted = true;
  std::shared_ptr<BackgroundFetcher> fetcher;  ///< null: the network is not asked
  friend bool operator==(const WorldSetup&, const WorldSetup&) = default;
};

enum class Urgency : uint8_t { Background, Waited };  ///< whether a reader waits for it
enum class Outcome : uint8_t { Done, Interrupted };

struct EvaluationJob {
  Urgency urgency;
  WorldSetup setup;
  OverlayPtr overlay;
  std::chrono::milliseconds deadline;  ///< from its start
  uint32_t call_depth = 10000;
  /// The job wants to hear what evaluation says about a text, which a world does once. It gets one
  /// that has said nothing yet about any, or that with this serial, in which it was heard (0: none).
  std::optional<uint64_t> heard_in;
  std::shared_ptr<std::atomic<bool>> stop;  ///< set by whoever wants the job to end
  /// Interrupted: the run was stopped, so that nothing was reported; it is repeated unless its
  /// owner stopped it.
  std::function<Outcome(EvaluationSession&)> run;
  /// Called once, after the last run or when the job is dropped without one; may be empty.
  std::function<void()> ended;
};

class Evaluation {
 public:
  Evaluation();
  ~Evaluation();

  // From any thread:
  void submit(EvaluationJob job);
  /// Looks at the disk before the next job, however recently that was done.
  void disk_changed();
  /// The next job of each folder finds a new world.
  void drop_worlds() { ++worlds_to_drop_; }
  /// Stops what runs and forgets what waits.
  void cancel_all();
  /// cancel_all, and ends the thread.
  void stop();

  struct Status {
    size_t worlds = 0, queued = 0;
    size_t live_bytes = 0;  ///< of all worlds, as of the last job
    uint64_t rebuilt = 0;   ///< worlds dropped because something changed, or memory ran out
    uint64_t jobs = 0, interrupted = 0;
    bool busy = false;
  };
  Status status() const;

 private:
  struct Slot;
  void loop();
  std::optional<EvaluationJob> take();
  Outcome run(EvaluationJob& job);
  bool settle(Outcome outcome, EvaluationJob& job);
  void collect_garbage();
  Slot& slot_for(const EvaluationJob& job);
  void keep_within_budget(size_t bytes, Slot* used);

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<EvaluationJob> waited_, background_;
  std::shared_ptr<std::atomic<bool>> running_stop_;
  std::optional<Urgency> running_;
  std::atomic<bool> preempted_ = false;
  std::atomic<uint64_t> disk_changes_ = 0;
  std::atomic<uint64_t> worlds_to_drop_ = 0;
  bool ending_ = false;
  Status status_;

  std::map<std::string, std::unique_ptr<Slot>> slots_;  // evaluator's thread only
  bool untidy_ = false;  // something ran since the last collection; evaluator's thread only
  uint64_t clock_ = 0;
  uint64_t serials_ = 0;
  std::thread thread_;
};

/// With NILAS_GC_STRESS=1 in the environment, a world collects garbage at every safepoint: a value
/// that nobody rooted does not survive the tests.
eval::WorldOptions with_test_options(eval::WorldOptions options);

/// A quarter of the machine's memory, at most 2 GiB.
size_t default_memory_budget();

}  // namespace nilas::lsp
