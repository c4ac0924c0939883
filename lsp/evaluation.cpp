#include "lsp/evaluation.hpp"

#include <algorithm>
#include <cstdlib>
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <unordered_map>

#include "evaluator/format/secret.hpp"
#include "lsp/nix_settings.hpp"
#include "lsp/search_path.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kDiskInterval = std::chrono::milliseconds(250);
/// Texts of a world that newer versions have replaced. Their trees, up to thirty times as large, and
/// their code are freed with the world only: so one that has little to lose is built anew early, a
/// large one late. Bytes of text, for each of which a world must have evaluated four.
constexpr size_t kLeastTextBytes = 256 << 10;
constexpr size_t kMaxTextBytes = 8 << 20;
constexpr size_t kTextOverhead = 12 << 10;  // of one text, however small
constexpr size_t kLeastTexts = 4;
constexpr size_t kMaxTexts = 500;
/// Without work for so long, garbage is collected in worlds larger than that.
constexpr auto kIdle = std::chrono::seconds(2);
constexpr size_t kWorthCollecting = 32 << 20;

// What deep forcing makes nixpkgs say is no concern of the user's: not a warning of ours.
void log_message(eval::EvalHost::Message level, std::string_view text) {
  if (!eval::secret_kind(text).empty()) text = "(a message that looks like a secret, hidden)";
  level == eval::EvalHost::Message::Trace ? spdlog::info("{}", text) : spdlog::debug("{}", text);
}

FileHost make_host(const WorldSetup& setup, const FileHost::MessageSink& sink) {
  if (setup.trusted) return FileHost(sink, std::nullopt, setup.fetcher);
  Confinement confinement;
  confinement.roots = {setup.folder, "/nix/store"};
  for (const auto& entry : search_path(setup.search_path)) {
    if (entry.path.starts_with('/')) confinement.roots.push_back(canonical_path(entry.path));
  }
  return FileHost(sink, std::move(confinement));
}

eval::WorldOptions world_options(const WorldSetup& setup) {
  eval::WorldOptions options = configured_world(setup.search_path);
  options.heap.limit_bytes = setup.memory_bytes;
  options.remembers_calls = true;  // by whoever reads on while they type
  return with_test_options(std::move(options));
}

}  // namespace

/// One world and what belongs to it.
struct Evaluation::Slot {
  explicit Slot(const WorldSetup& setup)
      : setup(setup),
        host(make_host(setup,
                       [this](eval::EvalHost::Message level, std::string_view text) {
                         has_spoken = has_spoken || speaks_of_texts();
                         log_message(level, text);
                       })),
        world(host, world_options(setup)) {}

  const eval::SourceUnit& unit(const EvaluatedText& text) {
    auto& entry = units[text.text.get()];
    if (!entry.unit) {
      entry.text = text.text;
      entry.unit = &world.add_source(text.path, text.directory, text.text, text.ast,
                                     text.path.starts_with('/'));
      text_bytes += text.text->size() + kTextOverhead;
    }
    return *entry.unit;
  }
  /// Evaluation says something: whether somebody listens, or would if it were a text's own run.
  bool speaks_of_texts() const {
    if (host.listener) return true;
    for (size_t i = 0; i < world.vm.frame_count(); ++i) {
      const eval::SourceUnit* source = world.source(world.vm.frame(i).span.source);
      const auto is_its = [&](const auto& entry) { return entry.second.unit == source; };
      if (source != nullptr && std::ranges::any_of(units, is_its)) return true;
    }
    return false;
  }
  bool has_too_many_texts() const {
    const size_t worth = world.vm.heap.stats().live_bytes / 4;
    return units.size() > kMaxTexts ||
           (units.size() > kLeastTexts &&
            text_bytes > std::clamp(worth, kLeastTextBytes, kMaxTextBytes));
  }

  struct Unit {
    std::shared_ptr<const std::string> text;  // keeps the address ours
    const eval::SourceUnit* unit = nullptr;
  };
  WorldSetup setup;
  FileHost host;
  eval::World world;
  std::unordered_map<const std::string*, Unit> units;
  size_t text_bytes = 0;
  Clock::time_point next_disk_check = Clock::now() + kDiskInterval;
  uint64_t disk_changes = 0;
  uint64_t dropped = 0;  // value of worlds_to_drop_ when it was made
  uint64_t used = 0;
  uint64_t serial = 0;
  bool has_spoken = false;  ///< about a text
};

Evaluation::Evaluation() : thread_([this] { loop(); }) {}

Evaluation::~Evaluation() {
  stop();
}

void Evaluation::submit(EvaluationJob job) {
  const std::scoped_lock lock(mutex_);
  if (ending_) return;
  const bool waited = job.urgency == Urgency::Waited;
  if (waited && running_ == Urgency::Background && running_stop_) {
    preempted_ = true;
    *running_stop_ = true;
  }
  (waited ? waited_ : background_).push_back(std::move(job));
  wake_.notify_one();
}

void Evaluation::disk_changed() {
  ++disk_changes_;
}

void Evaluation::cancel_all() {
  std::deque<EvaluationJob> dropped;
  {
    const std::scoped_lock lock(mutex_);
    for (auto* queue : {&waited_, &background_}) {
      std::ranges::move(*queue, std::back_inserter(dropped));
      queue->clear();
    }
    preempted_ = false;
    if (running_stop_) *running_stop_ = true;
  }
  for (const EvaluationJob& job : dropped) {
    if (job.ended) job.ended();
  }
}

void Evaluation::stop() {
  cancel_all();
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

Evaluation::Status Evaluation::status() const {
  const std::scoped_lock lock(mutex_);
  Status s = status_;
  s.queued = waited_.size() + background_.size();
  s.busy = running_.has_value();
  return s;
}

std::optional<EvaluationJob> Evaluation::take() {
  std::unique_lock lock(mutex_);
  const auto has_work = [&] { return ending_ || !waited_.empty() || !background_.empty(); };
  if (untidy_ && !wake_.wait_for(lock, kIdle, has_work)) {
    untidy_ = false;
    lock.unlock();
    collect_garbage();
    lock.lock();
  }
  wake_.wait(lock, has_work);
  if (ending_) return std::nullopt;
  auto& queue = waited_.empty() ? background_ : waited_;
  EvaluationJob job = std::move(queue.front());
  queue.pop_front();
  untidy_ = true;
  running_ = job.urgency;
  running_stop_ = job.stop;
  preempted_ = false;
  return job;
}

void Evaluation::loop() {
  while (auto job = take()) {
    Outcome outcome = Outcome::Done;
    if (!*job->stop) {
      try {
        outcome = run(*job);
      } catch (const std::exception& e) {
        spdlog::error("evaluation in {}: {}", job->setup.folder, e.what());
      }
    }
    const bool again = settle(outcome, *job);
    if (!again && job->ended) job->ended();
  }
  slots_.clear();
}

/// Books the outcome; true if the job waits for another run.
bool Evaluation::settle(Outcome outcome, EvaluationJob& job) {
  const std::scoped_lock lock(mutex_);
  running_.reset();
  running_stop_.reset();
  ++status_.jobs;
  if (outcome != Outcome::Interrupted) return false;
  ++status_.interrupted;
  if (!preempted_ || ending_) return false;
  *job.stop = false;
  background_.push_front(std::move(job));
  return true;
}

Outcome Evaluation::run(EvaluationJob& job) {
  Slot& slot = slot_for(job);
  slot.used = ++clock_;
  eval::Limits limits;
  limits.call_depth = job.call_depth;
  limits.deadline = Clock::now() + job.deadline;
  limits.cancelled = job.stop.get();
  slot.world.vm.set_limits(limits);
  EvaluationSession session{
      slot.world,
      slot.serial,
      limits.deadline,
      *job.stop,
      job.call_depth,
      [&](const EvaluatedText& text) -> const eval::SourceUnit& { return slot.unit(text); },
      slot.host.listener};
  const Outcome outcome = job.run(session);
  keep_within_budget(job.setup.memory_bytes, &slot);
  return outcome;
}

Evaluation::Slot& Evaluation::slot_for(const EvaluationJob& job) {
  auto& slot = slots_[job.setup.folder];
  const auto rebuild = [&](std::string_view why) {
    spdlog::debug("the world of {} is built anew: {}", job.setup.folder, why);
    slot.reset();
    const std::scoped_lock lock(mutex_);
    ++status_.rebuilt;
  };
  if (slot && slot->setup != job.setup) rebuild("other settings");
  if (slot && slot->dropped != worlds_to_drop_) rebuild("the user wants it");
  if (slot && slot->has_too_many_texts()) rebuild("too many texts");
  if (slot && slot->has_spoken && job.heard_in && *job.heard_in != slot->serial)
    rebuild("it would not say again what it has said");
  if (slot && !slot->host.replace_overlay(job.overlay)) rebuild("a buffer changed");
  const uint64_t changes = disk_changes_;
  const auto now = Clock::now();
  if (slot && (slot->disk_changes != changes || now >= slot->next_disk_check)) {
    if (!slot->host.is_current()) rebuild("the disk changed");
    // Looking costs a few milliseconds after a large evaluation; it may take a twentieth of the time.
    const auto end = Clock::now();
    if (slot)
      slot->next_disk_check = end + std::max<Clock::duration>(kDiskInterval, 20 * (end - now));
  }
  if (slot) {
    slot->disk_changes = changes;
  } else {
    slot = std::make_unique<Slot>(job.setup);
    slot->disk_changes = changes;
    slot->serial = ++serials_;
    slot->dropped = worlds_to_drop_;
    slot->host.replace_overlay(job.overlay);
  }
  return *slot;
}

/// Nobody waits for anything: what evaluations left behind can go.
void Evaluation::collect_garbage() {
  size_t live = 0;
  for (const auto& [folder, slot] : slots_) {
    if (slot->world.vm.heap.stats().live_bytes > kWorthCollecting) slot->world.vm.collect();
    live += slot->world.vm.heap.stats().live_bytes;
  }
  ::malloc_trim(0);
  const std::scoped_lock lock(mutex_);
  status_.live_bytes = live;
}

/// The budget is for all worlds together: garbage goes first, then the worlds not used for longest,
/// then the one in use.
void Evaluation::keep_within_budget(size_t bytes, Slot* used) {
  const auto live = [&] {
    size_t sum = 0;
    for (const auto& [folder, slot] : slots_)
      sum += slot->world.vm.heap.stats().live_bytes;
    return sum;
  };
  const size_t soft = bytes / 4 * 3;
  if (live() > soft) used->world.vm.collect();
  bool dropped = false;
  while (live() > soft) {
    const auto oldest =
        std::ranges::min_element(slots_, {}, [](const auto& e) { return e.second->used; });
    spdlog::info("the world of {} is dropped: memory", oldest->first);
    slots_.erase(oldest);
    dropped = true;
  }
  if (dropped) ::malloc_trim(0);
  const std::scoped_lock lock(mutex_);
  status_.rebuilt += dropped;
  status_.worlds = slots_.size();
  status_.live_bytes = live();
}

eval::WorldOptions with_test_options(eval::WorldOptions options) {
  if (const char* stress = std::getenv("NILAS_GC_STRESS"); stress && *stress == '1') {
    options.heap.stress = true;
  }
  return options;
}

size_t default_memory_budget() {
  const auto pages = static_cast<size_t>(::sysconf(_SC_PHYS_PAGES));
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  return std::min(pages * page / 4, size_t{2} << 30);
}

}  // namespace nilas::lsp
