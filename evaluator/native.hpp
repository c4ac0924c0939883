#pragma once
// Builtins written in C++: how they take arguments, let the VM run, and fail.
//
// A builtin is one of two kinds; the table (builtins.def) takes either:
//
//   Value head(Vm& vm, Args args)          a plain function: its strict arguments are forced already, it does not evaluate
//   Task  filter(Vm& vm, Args args)        a coroutine: may `co_await` evaluation, and ends with `co_return value`
//
// Inside a Task
//   Value v = co_await vm.force(x);        x in weak head normal form
//   Value v = co_await vm.call(f, a, b);   f applied to arguments (which may be thunks); the result is forced
//   Value v = co_await some_task(vm, ...); another Task
//   auto  r = co_await vm.try_force(x);    std::expected<Value, ErrorPtr>: errors of user code (limits still pass through)
// An already forced value does not suspend. The native stack never grows: the VM's own loop resumes coroutines, so a Task
// may await Tasks to any depth. Do not recurse with plain functions over nested data; use a worklist.
//
// Rooting (heap.hpp): a Value or object pointer that must survive a co_await lies in `args[i]`, a Root or a RootVector.
// Task functions take `Root` or `Args` (and C++ data by value; never references to temporaries), never `Value`.
// Write `co_await` only as a whole statement or initialiser, not inside conditional operators or calls (GCC 12).
//
// Errors are thrown as EvalError, from either kind.

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

#include "evaluator/heap.hpp"
#include "evaluator/value.hpp"

namespace nilas::eval {

class Vm;

/// The argument slots of a builtin: they lie on the VM's stack, which the collector sees, and can be assigned.
class Args {
 public:
  Args(Vm& vm, uint32_t base) : vm_(&vm), base_(base) {}
  inline Value& operator[](uint32_t i) const;

 private:
  Vm* vm_;
  uint32_t base_;
};

/// Memory for coroutine frames: recycled, one pool a thread.
void* alloc_coroutine(size_t bytes);
void free_coroutine(void* p, size_t bytes) noexcept;

class EvalError;

/// What a Task adds to errors that leave it: `add(error, data)` is called while the coroutine's frame still exists, so
/// `data` may point into it. Set with `co_await SetNote{{&function, &state}};`.
struct ErrorNote {
  void (*add)(EvalError& error, void* data) = nullptr;
  void* data = nullptr;
};

class [[nodiscard]] Task {
 public:
  struct promise_type {
    Vm* vm;
    Value result;
    ErrorNote note;

    /// Every Task function takes the Vm first.
    template <class... More>
    explicit promise_type(Vm& vm, More&&...) : vm(&vm) {}

    static void* operator new(size_t bytes) { return alloc_coroutine(bytes); }
    static void operator delete(void* p, size_t bytes) noexcept { free_coroutine(p, bytes); }
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_value(Value v) { result = v; }
    void unhandled_exception() { throw; }
  };
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }
  /// Gives the coroutine to the VM, which destroys it.
  Handle release() { return std::exchange(handle_, nullptr); }

  // Awaiting a Task hands it to the VM, which comes back with its result.
  bool await_ready() const noexcept { return false; }
  inline void await_suspend(std::coroutine_handle<>) noexcept;
  inline Value await_resume() const noexcept;

 private:
  explicit Task(Handle h) : handle_(h) {}
  Handle handle_;
  Vm* vm_ = nullptr;
};

/// Awaited inside a Task: sets its ErrorNote. Does not suspend.
struct SetNote {
  ErrorNote note;
  bool await_ready() const noexcept { return false; }
  bool await_suspend(Task::Handle task) const noexcept {
    task.promise().note = note;
    return false;
  }
  void await_resume() const noexcept {}
};

using LeafFn = Value (*)(Vm&, Args);
using TaskFn = Task (*)(Vm&, Args);

}  // namespace nilas::eval
