#pragma once
// Watching an evaluation from outside: tracers, profilers, disassemblers. Costs nothing while nobody watches: an observed
// VM takes the slow way through its safepoints, which every new frame passes anyway.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "evaluator/error.hpp"
#include "evaluator/value.hpp"

namespace nilas::eval {

class Vm;

/// What a frame of the VM is, as far as it means something to a reader of the source.
struct FrameInfo {
  enum class Kind : uint8_t {
    Call,     ///< a function; `args` are its arguments
    Builtin,  ///< a builtin that evaluates; `name` is the builtin's
    Thunk,    ///< something forced
    Other,    ///< of the machine's own
  } kind = Kind::Other;
  std::string_view name;        ///< what the function or thunk was bound to; empty: nothing
  SourceSpan span;              ///< the function, or the expression of the thunk; none for builtins
  std::span<const Value> args;  ///< perhaps thunks; valid until the VM goes on
};

class Observer {
 public:
  virtual ~Observer() = default;
  /// A frame was pushed (Vm::frame(0)), or a tail call took over the one on top. Must not evaluate.
  virtual void entered(Vm& vm) = 0;
  /// The body of a code block was compiled, now that it runs for the first time.
  virtual void compiled(Vm&, CodeId) {}
};

}  // namespace nilas::eval
