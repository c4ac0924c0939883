#pragma once
// What stands for a set where a string is wanted: what its `__toString` gives, else its `outPath`,
// and so on while that is a set. This remembers the way, for the trace of an error.

#include <string>
#include <vector>

#include "evaluator/error.hpp"
#include "evaluator/value.hpp"

namespace nilas::eval {

class World;

class PeelSteps {
 public:
  explicit PeelSteps(const World& world) : world_(&world) {}

  /// The attribute at `place` is looked at: `__toString` is called, `outPath` evaluated. Throws
  /// Vm::depth_error() after too many: a set may stand for itself.
  void begin(bool is_to_string, PosId place);
  /// That gave a value, which is looked at next.
  void got_value() { steps_.back().has_value = true; }
  void clear() { steps_.clear(); }
  bool empty() const { return steps_.empty(); }
  PosId place() const { return steps_.back().place; }

  /// Innermost step first.
  void add_to(EvalError& error) const;

 private:
  struct Step {
    PosId place;
    bool is_to_string, has_value;
  };
  const World* world_;
  std::vector<Step> steps_;
};

}  // namespace nilas::eval
