#pragma once
// What `nilas eval --trace` and `--profile` see of a run.

#include <chrono>
#include <cstdio>
#include <map>
#include <string>

#include "evaluator/observer.hpp"
#include "evaluator/world.hpp"

namespace nilas::lsp {

/// Prints every call of a function or of a builtin that evaluates, a line each, indented by the calls it is made in:
/// name, place of the function, and its arguments as far as they are evaluated.
class Tracer : public eval::Observer {
 public:
  Tracer(const eval::World& world, std::FILE* to) : world_(world), to_(to) {}
  void entered(eval::Vm& vm) override;

 private:
  const eval::World& world_;
  std::FILE* to_;
};

/// Samples the stack of calls. Time passes between two frames that are pushed, and is put down to the stack after the first.
class Profiler : public eval::Observer {
 public:
  explicit Profiler(const eval::World& world) : world_(world) {}
  void entered(eval::Vm& vm) override;
  /// Collapsed stacks, as flame graph tools read them: `outermost;...;innermost MICROSECONDS`, a line each.
  std::string collapsed() const;

 private:
  using Clock = std::chrono::steady_clock;
  const eval::World& world_;
  Clock::time_point last_ = Clock::now();
  std::map<std::string, int64_t> samples_;  // microseconds by stack
};

}  // namespace nilas::lsp
