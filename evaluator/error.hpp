#pragma once
// Errors of evaluation. User code's errors are values to us: collected, memoised in thunks, shown as diagnostics.
// They travel as one C++ exception type, thrown anywhere below the VM loop and turned into a result at its edge.

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "syntax/ast.hpp"

namespace nilas::eval {

using SourceId = uint32_t;  ///< index into the world's table of sources; 0: no source

/// A place in a source text: byte offsets.
struct SourceSpan {
  SourceId source = 0;
  syntax::Span span;
  bool known() const { return source != 0; }
  friend bool operator==(const SourceSpan&, const SourceSpan&) = default;
};

enum class ErrorKind : uint8_t {
  // Caught by tryEval, memoised in thunks
  Throw,
  AssertionFailed,
  MissingSearchPath,  // <nope>
  // Not caught by tryEval, memoised
  Abort,
  Type,
  UndefinedVariable,
  MissingAttribute,
  MissingArgument,
  UnexpectedArgument,
  InfiniteRecursion,
  Parse,       // of an imported file
  Arithmetic,  // division by zero, overflow
  Other,       // everything else a builtin can refuse
  Io,          // file missing, unreadable
  // Ours: limits of this run. Not caught, never memoised: thunks go back to suspended and may be forced again.
  DepthLimit,
  MemoryLimit,
  FuelLimit,
  Deadline,
  Cancelled,
  Refused,          // a fetch or build this host does not do
  UnknownArgument,  // focus compilation: the parameter of a function that nobody called
};

inline bool is_catchable(ErrorKind k) {
  return k <= ErrorKind::MissingSearchPath;
}
inline bool is_limit(ErrorKind k) {
  return k >= ErrorKind::DepthLimit;
}

struct CodeBlock;

/// One step of the way to an error, innermost first: "while calling the 'head' builtin".
///
/// Errors that tryEval catches are made by the thousand and shown to nobody, so what the code was about is only noted: an
/// instruction, with an empty `message`. trace_steps() tells from the syntax tree which steps that makes.
struct TraceFrame {
  std::string message;
  SourceSpan span;
  bool detail = false;                ///< C++ Nix tells it only with --show-trace
  bool always = false;                ///< and this even where a trace is cut short
  const CodeBlock* code = nullptr;    ///< its instruction `at` was under way
  const CodeBlock* forced = nullptr;  ///< and forced the thunk with this code, if it forced one
  uint32_t at = 0;
  /// Behind a tail call, which is all that is left of the code that made it: trace_steps() finds its place.
  const uint32_t* tail_call = nullptr;
};

struct ErrorData {
  ErrorKind kind = ErrorKind::Other;
  std::string message;  ///< as C++ Nix words it, without "error: "; may have several lines
  SourceSpan span;      ///< where C++ Nix gives a place; place_of() knows one more often
  std::vector<TraceFrame> trace;
  std::vector<std::string> suggestions;  ///< "did you mean": names, best first
  /// Of an operator: which operand it is about, or kNoOperand.
  uint32_t operand = 0;
  /// It has left the code that it happened in: none that it passes from now on is its place, nor if it was kept by a thunk
  /// and is thrown again.
  bool left_origin = false;
};

inline constexpr uint32_t kNoOperand = ~0u;

using ErrorPtr = std::shared_ptr<const ErrorData>;

/// The only exception that user code can cause.
class EvalError final : public std::exception {
 public:
  explicit EvalError(ErrorData data) : data_(std::make_shared<ErrorData>(std::move(data))) {}
  explicit EvalError(ErrorPtr error) : data_(std::make_shared<ErrorData>(*error)) {}
  EvalError(ErrorKind kind, std::string message, SourceSpan span = {})
      : EvalError(ErrorData{kind, std::move(message), span, {}, {}}) {}

  const char* what() const noexcept override { return data_->message.c_str(); }
  const ErrorData& data() const { return *data_; }
  ErrorPtr share() const { return data_; }
  /// Adds a step on the way outwards; returns *this so that it can be thrown at once.
  EvalError& trace(std::string message, SourceSpan span = {}) {
    return trace(TraceFrame{.message = std::move(message), .span = span});
  }
  EvalError& trace(TraceFrame frame) {
    data_->trace.push_back(std::move(frame));
    return *this;
  }
  /// Steps that have no place yet get this one.
  void place_steps(SourceSpan span) {
    for (TraceFrame& f : data_->trace)
      if (!f.message.empty() && !f.span.known()) f.span = span;
  }
  /// Of more than `most` steps, those in the middle are dropped.
  void keep_steps(size_t most) {
    auto& trace = data_->trace;
    if (trace.size() <= most) return;
    const auto middle = trace.begin() + static_cast<std::ptrdiff_t>(most / 2);
    trace.erase(middle, middle + static_cast<std::ptrdiff_t>(trace.size() - most));
  }
  EvalError& operand(uint32_t index) {
    data_->operand = index;
    return *this;
  }
  void leave_origin() { data_->left_origin = true; }
  EvalError& at(SourceSpan span) {
    if (!data_->span.known()) data_->span = span;
    return *this;
  }

 private:
  std::shared_ptr<ErrorData> data_;
};

}  // namespace nilas::eval
