#pragma once
// The virtual machine of one world: what builtins and the host see of it. How the loop works is told in interpreter.cpp.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/error.hpp"
#include "evaluator/heap.hpp"
#include "evaluator/host.hpp"
#include "evaluator/native.hpp"
#include "evaluator/symbols.hpp"
#include "evaluator/value.hpp"

namespace nilas::eval {

class World;
struct CodeBlock;
struct Observer;

/// Limits of one run; each ends it with an error of its own kind that no user code catches and no thunk remembers.
struct Limits {
  uint64_t fuel = UINT64_MAX;   ///< frames pushed
  uint32_t call_depth = 10000;  ///< nested function calls, tail calls count too, as in C++ Nix
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  const std::atomic<bool>* cancelled = nullptr;  ///< polled at safepoints
};

/// Collects attributes in any order; the last of equal names wins unless told otherwise.
class AttrsBuilder {
 public:
  explicit AttrsBuilder(Vm& vm, size_t expected = 0);
  void add(Symbol s, Value v, PosId pos = 0) { entries_.push_back({s, pos, v}); }
  void add(std::string_view name, Value v, PosId pos = 0);
  /// First of equal names wins (listToAttrs).
  Value finish_first_wins();
  Value finish();
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Symbol symbol;
    PosId pos;
    Value value;
  };
  Value build();
  Vm& vm_;
  std::vector<Entry> entries_;  // not rooted: fill and finish without co_await between
};

class Vm {
 public:
  Vm(World& world, HeapOptions options);
  ~Vm();
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;

  World& world;
  Heap heap;
  SymbolTable symbols;
  EvalHost& host();

  // --- Making values (never evaluates, never collects) ---------------------------------------------------------------
  Value make_int(int64_t i);
  Value make_float(double d);
  Value make_string(std::string_view bytes, Context* context = nullptr);
  /// A string of `size` bytes to be filled in by the caller.
  String* alloc_string(size_t size, Context* context = nullptr);
  /// `path` must be absolute and canonical.
  Value make_path(std::string_view path);
  /// `n` items, all null until filled in. n = 0 gives the shared empty list.
  List* alloc_list(size_t n);
  Value empty_list() const { return empty_list_; }
  Value empty_attrs() const { return empty_attrs_; }
  /// A set with the given shape; values are null until filled in.
  Attrs* alloc_attrs(Keys* keys, Positions* positions);
  /// `symbols` strictly ascending.
  Keys* make_keys(std::span<const Symbol> symbols);
  Positions* make_positions(std::span<const PosId> ids);
  /// Thunk that applies `f` to the arguments when forced (map, genList, mapAttrs...).
  Value make_apply(Value f, Value a);
  Value make_apply(Value f, Value a, Value b);
  /// a // b for sets: values of b win. O(|a| + |b|).
  Value update(Attrs* a, Attrs* b);
  /// Indexes of a set's attributes in the order of their names (bytewise). Cached in the Keys; O(n log n) the first time.
  std::span<const uint32_t> name_order(Keys* keys);
  /// The value of builtin `name` ("head", "__head"), or one that does not exist.
  Value builtin(std::string_view name);

  // --- Reading values ------------------------------------------------------------------------------------------------
  /// What a thunk that was evaluated stands for; the value itself if it is forced; otherwise still a thunk.
  Value resolve(Value v) const {
    while (v.is_thunk() && v.thunk()->state() == ThunkState::Evaluated) v = v.thunk()->slots[0];
    return v;
  }
  /// Flat string of a string value (flattens a rope; does not evaluate). The view lives as long as the value.
  String* flat(Value string);
  std::string_view view(Value string) { return flat(string)->view(); }
  Context* context(Value string);
  /// Union of two contexts (either may be null).
  Context* merge_contexts(Context* a, Context* b);
  /// Concatenation with merged contexts; a Rope if that saves copying.
  Value concat_strings(Value a, Value b);

  // --- Type checks of forced values: throw "expected a list but found a set: { ... }" with `trace` as innermost step ------
  int64_t expect_int(Value v, std::string_view trace);
  double expect_number(Value v, std::string_view trace);
  bool expect_bool(Value v, std::string_view trace);
  Attrs* expect_attrs(Value v, std::string_view trace);
  List* expect_list(Value v, std::string_view trace);
  void expect_function(Value v, std::string_view trace);
  /// Accepts strings only; context is ignored.
  std::string_view expect_string(Value v, std::string_view trace);
  /// As expect_string, and refuses a string with context ("the string '...' is not allowed to refer to a store path").
  std::string_view expect_string_no_context(Value v, std::string_view trace);
  [[noreturn]] void fail(ErrorKind kind, std::string message);
  [[noreturn]] void fail_type(std::string_view expected, Value got, std::string_view trace);
  /// "null", "42", "\"abc\"", "{ a = 1; ... }", "«lambda f @ file:1:2»": one line of bounded length, evaluates nothing.
  std::string brief(Value v);

  // --- Evaluating from a Task ----------------------------------------------------------------------------------------
  struct ForceAwait {
    Vm& vm;
    Value value;
    bool await_ready() noexcept {
      value = vm.resolve(value);
      return value.is_forced();
    }
    void await_suspend(std::coroutine_handle<>) noexcept { vm.request_force(value); }
    Value await_resume() noexcept { return value.is_forced() ? value : vm.result_; }
  };
  ForceAwait force(Value v) { return {*this, v}; }

  struct TryForceAwait {
    Vm& vm;
    Value value;
    bool await_ready() noexcept {
      value = vm.resolve(value);
      return value.is_forced();
    }
    void await_suspend(std::coroutine_handle<>) noexcept { vm.request_try_force(value); }
    std::expected<Value, ErrorPtr> await_resume() noexcept {
      if (value.is_forced()) return value;
      if (vm.caught_) return std::unexpected(std::exchange(vm.caught_, nullptr));
      return vm.result_;
    }
  };
  /// Errors of user code come back as a value instead of unwinding this Task. Limits and cancellation still unwind.
  TryForceAwait try_force(Value v) { return {*this, v}; }

  struct ResultAwait {
    Vm& vm;
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) noexcept {}
    Value await_resume() noexcept { return vm.result_; }
  };
  ResultAwait call(Value f, Value a);
  ResultAwait call(Value f, Value a, Value b);

  // --- Evaluating from the host --------------------------------------------------------------------------------------
  /// Forces `v`, driving the loop to its end. Throws EvalError. Not from inside a builtin.
  Value run(Value v);
  Value run_call(Value f, std::initializer_list<Value> args);
  /// Runs a Task to its end.
  Value run_task(Task task);
  void set_limits(const Limits& limits);
  /// Collects now, if no run is under way.
  void collect();

  struct Stats {
    uint64_t calls = 0, builtin_calls = 0, thunks = 0, forces = 0, selects = 0, select_hits = 0, updates = 0,
             update_values = 0, with_lookups = 0, codes_compiled = 0, tasks = 0;
  };
  Stats stats;

  // Used by the awaiters.
  void request_force(Value v);
  void request_try_force(Value v);
  void request_task(Task::Handle handle);
  Value result() const { return result_; }
  Value& stack_slot(uint32_t index) { return stack_[index]; }

 private:
  friend class Interpreter;
  friend class World;
  Value result_;
  ErrorPtr caught_;
  std::unique_ptr<Value[]> stack_storage_;
  Value* stack_ = nullptr;
  Value empty_list_, empty_attrs_;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline Value& Args::operator[](uint32_t i) const { return vm_->stack_slot(base_ + i); }
inline void Task::await_suspend(std::coroutine_handle<>) noexcept {
  vm_ = handle_.promise().vm;
  vm_->request_task(release());
}
inline Value Task::await_resume() const noexcept { return vm_->result(); }

// --- Tasks that builtins share (operations.cpp) ----------------------------------------------------------------------
struct Coercion {
  bool strong = false;         ///< toString: numbers, booleans, null, lists too
  bool copy_to_store = true;   ///< a path becomes its store path; otherwise its text
  bool canonicalize_path = true;
};
/// String value of `v` (which may be a thunk) as Nix coerces, __toString and outPath included. Empty `trace`: none.
Task coerce_to_string(Vm& vm, Root v, Coercion options, std::string_view trace);
/// true or false: Nix's == . Compares without native recursion.
Task equal(Vm& vm, Root a, Root b);
/// true or false: a < b; numbers, strings, paths, lists.
Task less_than(Vm& vm, Root a, Root b);
/// Forces everything below `v`; result `v` in normal form.
Task force_deep(Vm& vm, Root v);

}  // namespace nilas::eval
