#pragma once
// The virtual machine of one world: what builtins and the host see of it. How the loop works is told in interpreter.cpp.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/error.hpp"
#include "evaluator/heap.hpp"
#include "evaluator/host.hpp"
#include "evaluator/native.hpp"
#include "evaluator/observer.hpp"
#include "evaluator/symbols.hpp"
#include "evaluator/value.hpp"

namespace nilas::eval {

class World;
struct AttrsLiteral;
struct CodeBlock;
struct CodeBody;
struct FormalsInfo;

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
    while (v.is_thunk() && v.thunk()->state() == ThunkState::Evaluated)
      v = v.thunk()->slots[0];
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
  /// `place`: of the value, for the error and its step, where C++ Nix gives one.
  [[noreturn]] void fail_type(std::string_view expected, Value got, std::string_view trace,
                              SourceSpan place = {});
  /// Data nested `levels` deep, below the calls under way, passes the limit on nested calls: what C++ Nix walks through
  /// recursively ends there.
  bool is_too_deep(size_t levels) const;
  /// Throws depth_error() in that case.
  void check_depth(size_t levels) const {
    if (is_too_deep(levels)) throw depth_error();
  }
  static EvalError depth_error();
  /// A thunk of make_apply: its first slot holds the function.
  SourceSpan application_place(const Thunk* thunk);
  bool is_application(const Thunk* thunk) const;
  /// True if a < b could be told without evaluating anything (numbers, strings, paths), which `less` then says.
  bool compare_now(Value a, Value b, bool& less);
  /// 1: equal, 0: not equal, -1: elements must be compared. Both forced.
  int equal_now(Value a, Value b);
  /// "null", "42", "\"abc\"", "{ a = 1; ... }", "«lambda f @ file:1:2»": one line of bounded length, evaluates nothing.
  std::string brief(Value v);
  /// "f " for a function bound to `f`; empty if it has no name.
  std::string function_name(Value function);
  /// "head" for a BuiltinObject.
  std::string_view builtin_name(Value builtin);

  // --- Evaluating from a Task ----------------------------------------------------------------------------------------
  struct ForceAwait {
    Vm& vm;
    Value value;
    bool await_ready() noexcept {
      value = vm.resolve(value);
      return value.is_forced() && --vm.patience_ > 0;
    }
    void await_suspend(std::coroutine_handle<>) noexcept {
      yielded = value.is_forced();
      if (yielded)
        vm.request_pause(value);
      else
        vm.request_force(value);
    }
    Value await_resume() noexcept { return value.is_forced() && !yielded ? value : vm.result_; }
    bool yielded = false;
  };
  ForceAwait force(Value v) { return {*this, v, false}; }

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
  const Limits& limits() const { return limits_; }
  /// Throws EvalError (MemoryLimit) if a text of `bytes`, made outside of the heap, is more than the heap may hold or a
  /// string can be.
  void check_text_size(size_t bytes) const;
  /// Throws if the run was cancelled or its deadline has passed. For plain builtins that loop over millions of elements;
  /// does not collect.
  void poll();
  /// Tells `observer` (null: nobody) of every frame from now on; it must outlive its use.
  void set_observer(Observer* observer);
  /// The frames under way: their number, and what each is, counted from the innermost.
  size_t frame_count() const;
  FrameInfo frame(size_t index) const;
  /// Collects now, if no run is under way.
  void collect();

  struct Stats {
    uint64_t calls = 0, builtin_calls = 0, thunks = 0, forces = 0, selects = 0, select_hits = 0,
             updates = 0, update_values = 0, with_lookups = 0, codes_compiled = 0, tasks = 0;
  };
  Stats stats;

  // Used by the awaiters.
  void request_force(Value v);
  void request_try_force(Value v);
  /// Lets the VM collect and look at its limits before going on with the forced value `v`: a native loop over millions of
  /// values that are all forced must be cancellable, too.
  void request_pause(Value v);
  void request_task(Task::Handle handle);
  Value result() const { return result_; }
  Value& stack_slot(uint32_t index) { return stack_[index]; }

 private:
  friend class World;
  struct Frame;
  static std::optional<uint32_t> argument_under_way(const Frame& frame);
  enum class Request : uint8_t { None, Force, TryForce, Call, Task, Pause };

  // interpreter.cpp: the loop
  void loop(size_t stop);
  void run_code(size_t stop);
  void step_native(size_t stop);
  void deliver(Value v, size_t stop);
  // calls.cpp: entering code
  void enter_thunk(Thunk* thunk);
  void enter_code(CodeBlock& block, uint32_t base, uint32_t ret, Object* self, Value* up,
                  Thunk* update, bool call);
  void enter_call(uint32_t args);
  bool call_at_once(uint32_t index, uint32_t at);
  void refuse_argument(uint32_t index, uint32_t base);
  bool is_addend(Value v) const;
  void enter_builtin(uint32_t index, uint32_t base, uint32_t ret);
  void replace_frame(Closure* callee, uint32_t args);
  CodeBody& compiled(CodeBlock& block);
  void take_formals(const FormalsInfo& info, Value arg, Value* out, const CodeBlock& code);
  Value* with_slot(Symbol name, WithScope* scope);
  friend Task resolve_with(Vm& vm, Symbol name, Root scope);
  void grow_stack(uint32_t needed);
  void safepoint() {
    if (--slice_ < 0 || heap.wants_collection() || heap.options.stress) [[unlikely]]
      slow_safepoint(true);
  }
  /// `entered`: a frame was pushed or replaced.
  void slow_safepoint(bool entered = false);
  void visit_roots(Heap& h);
  // errors.cpp
  bool unwind(EvalError& error, size_t stop);
  void leave_code(EvalError& error, const Frame& frame, SourceSpan call, bool first,
                  const CodeBlock* forced);
  void leave_own_code(EvalError& error, const Frame& frame, SourceSpan call, bool first);
  static int64_t instruction(const Frame& frame);
  SourceSpan site(const Frame& frame) const;
  [[noreturn]] void fail_missing_attribute(Symbol name, Attrs* set);
  [[noreturn]] void fail_missing_argument(const CodeBlock& code, const FormalsInfo& info,
                                          Symbol name);
  [[noreturn]] void fail_unexpected_argument(const CodeBlock& code, const FormalsInfo& info,
                                             Attrs* set);
  [[noreturn]] void fail_call(Value f);
  [[noreturn]] void throw_failed(Thunk* thunk);
  [[noreturn]] void fail_assertion();
  // operators.cpp: what the loop does not do inline
  Value negate(Value v);
  Value arithmetic(uint8_t op, Value a, Value b);
  Value concat_lists(const Value* lists, uint32_t count);
  [[noreturn]] void fail_concat(const Value* lists, uint32_t count);
  Value interpolate(Value* parts, uint32_t count);
  Value concat_path(Value* parts, uint32_t count);
  Value make_dynamic(const AttrsLiteral& literal, Value set, Value* pairs);
  Value apply_overrides(const AttrsLiteral& literal, Value set, Value overrides, Captures* block);

  Value* stack_ = nullptr;
  uint32_t sp_ = 0;  // index of the first free slot
  uint32_t capacity_ = 0;
  std::vector<Frame> frames_;
  Value result_;
  ErrorPtr caught_;
  const Thunk* running_ = nullptr;  // turned out to need itself
  Request request_ = Request::None;
  Value request_value_;
  uint32_t request_args_ = 0;
  Task::Handle request_task_;
  Limits limits_;
  Observer* observer_ = nullptr;
  int32_t slice_ = 0;
  static constexpr int32_t kPatience = 4096;
  int32_t patience_ = kPatience;  // forced values that a coroutine may still pass without a pause
  uint64_t fuel_used_ = 0;
  Value empty_list_, empty_attrs_;
  uint32_t next_serial_ = 1;
  struct Merge {
    uint32_t left = 0, right = 0;  // serials
    Positions *left_positions, *right_positions, *positions;
    Keys* keys;
  };
  void make_builtin_codes();
  void merge_keys(Attrs* a, Attrs* b, Merge& memo);
  void enter_outermost(Thunk* thunk);
  std::string context_example(const Context* context);
  std::vector<Merge> merges_;
  CodeId apply_code_[2] = {};  // thunks of make_apply
  CodeId extra_code_ = 0, functor_code_ = 0;
  std::vector<CodeId> builtin_codes_;
};

inline Value& Args::operator[](uint32_t i) const {
  return vm_->stack_slot(base_ + i);
}
inline void Task::await_suspend(std::coroutine_handle<>) noexcept {
  vm_ = handle_.promise().vm;
  vm_->request_task(release());
}
inline Value Task::await_resume() const noexcept {
  return vm_->result();
}

// --- Tasks that builtins share (operations.cpp) ----------------------------------------------------------------------
struct Coercion {
  bool strong = false;        ///< toString: numbers, booleans, null, lists too
  bool copy_to_store = true;  ///< a path becomes its store path; otherwise its text
  bool canonicalize_path = true;
};
/// String value of the forced `v` where that takes neither evaluation nor the store; else a value that does not exist.
Value coerce_now(Vm& vm, Value v, Coercion options);
/// String value of `v` (which may be a thunk) as Nix coerces, __toString and outPath included. Empty `trace`: none.
Task coerce_to_string(Vm& vm, Root v, Coercion options, std::string_view trace);
/// true or false: Nix's == . Compares without native recursion.
Task equal(Vm& vm, Root a, Root b);
/// true or false: a < b; numbers, strings, paths, lists.
Task less_than(Vm& vm, Root a, Root b);
Task not_equal(Vm& vm, Root a, Root b);
Task not_less_than(Vm& vm, Root a, Root b);
/// a + b where a is neither a number nor both strings.
Task add_values(Vm& vm, Root a, Root b);
/// Value of `name` in the chain of `with` scopes, innermost first; throws if none has it.
Task resolve_with(Vm& vm, Symbol name, Root scope);
/// Forces everything below `v`; result `v` in normal form.
Task force_deep(Vm& vm, Root v);

}  // namespace nilas::eval
