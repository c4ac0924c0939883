#pragma once
// Walks through large values that are evaluated already push no frames, so the VM would not look at its limits: they pause
// now and then.

#include "evaluator/vm.hpp"

namespace nilas::eval {

inline constexpr uint32_t kStepsPerPause = 8192;

/// Lets the VM check for cancellation, deadline and memory. May collect.
inline Task pause(Vm&) {
  co_return Value::null();
}

}  // namespace nilas::eval
