// The life of a VM, checks of types, and running from outside.

#include "evaluator/vm.hpp"

#include "evaluator/builtins.hpp"
#include "evaluator/frame.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"
#include "syntax/print.hpp"

namespace nilas::eval {

// --- Coroutine memory --------------------------------------------------------------------------------------------------

namespace {

constexpr size_t kPoolStep = 64, kPoolClasses = 32;

struct CoroutinePool {
  struct Free {
    Free* next;
  };
  Free* free[kPoolClasses] = {};
  ~CoroutinePool() {
    for (Free* f : free)
      while (f != nullptr)
        ::operator delete(std::exchange(f, f->next));
  }
};

thread_local CoroutinePool pool;

}  // namespace

void* alloc_coroutine(size_t bytes) {
  const size_t c = (bytes + kPoolStep - 1) / kPoolStep;
  if (c >= kPoolClasses) return ::operator new(bytes);
  if (auto* f = pool.free[c]) {
    pool.free[c] = f->next;
    return f;
  }
  return ::operator new(c * kPoolStep);
}

void free_coroutine(void* p, size_t bytes) noexcept {
  const size_t c = (bytes + kPoolStep - 1) / kPoolStep;
  if (c >= kPoolClasses) {
    ::operator delete(p);
    return;
  }
  auto* f = static_cast<CoroutinePool::Free*>(p);
  f->next = pool.free[c];
  pool.free[c] = f;
}

// --- Life --------------------------------------------------------------------------------------------------------------

Vm::Vm(World& w, HeapOptions options) : world(w), heap(options), symbols(heap) {
  stack_ = new Value[1024];
  capacity_ = 1024;
  merges_.resize(4096);
  if (options.stress) patience_ = 1;
  auto* list = reinterpret_cast<List*>(heap.alloc(ObjectKind::List, 16, 0));
  list->items[0] = Value();
  empty_list_ = Value::of(list);
  Keys* keys = make_keys({});
  auto* set = reinterpret_cast<Attrs*>(heap.alloc(ObjectKind::Attrs, 32, 0));
  set->keys = keys;
  set->positions = nullptr;
  set->values[0] = Value();
  empty_attrs_ = Value::of(set);
}

Vm::~Vm() {
  while (!frames_.empty()) {
    if (frames_.back().native) frames_.back().native.destroy();
    frames_.pop_back();
  }
  delete[] stack_;
}

EvalHost& Vm::host() {
  return world.host;
}

// --- Type checks -------------------------------------------------------------------------------------------------------

int64_t Vm::expect_int(Value v, std::string_view trace) {
  if (!v.is_int()) fail_type("an integer", v, trace);
  return v.as_int();
}

double Vm::expect_number(Value v, std::string_view trace) {
  if (v.is_float()) return v.as_float();
  if (!v.is_int()) fail_type("a float", v, trace);
  return static_cast<double>(v.as_int());
}

bool Vm::expect_bool(Value v, std::string_view trace) {
  if (!v.is_bool()) fail_type("a Boolean", v, trace);
  return v.is_true();
}

Attrs* Vm::expect_attrs(Value v, std::string_view trace) {
  if (!v.is_attrs()) fail_type("a set", v, trace);
  return v.attrs();
}

List* Vm::expect_list(Value v, std::string_view trace) {
  if (!v.is_list()) fail_type("a list", v, trace);
  return v.list();
}

void Vm::expect_function(Value v, std::string_view trace) {
  if (v.is_function() || (v.is_attrs() && v.attrs()->find(symbols.known.functor) >= 0)) return;
  fail_type("a function", v, trace);
}

std::string_view Vm::expect_string(Value v, std::string_view trace) {
  if (!v.is_string()) fail_type("a string", v, trace);
  return view(v);
}

std::string_view Vm::expect_string_no_context(Value v, std::string_view trace) {
  const std::string_view text = expect_string(v, trace);
  if (const Context* c = context(v)) {
    EvalError error(ErrorKind::Other, cat("the string '", text,
                                          "' is not allowed to refer to a store path (such as '",
                                          context_example(c), "')"));
    if (!trace.empty()) error.trace(std::string(trace));
    throw error;
  }
  return text;
}

// --- Running -----------------------------------------------------------------------------------------------------------

Value Vm::run(Value v) {
  v = resolve(v);
  if (v.is_forced()) return v;
  const size_t stop = frames_.size();
  enter_outermost(v.thunk());
  loop(stop);
  return result_;
}

void Vm::enter_outermost(Thunk* thunk) {
  const uint32_t sp = sp_;
  const size_t stop = frames_.size();
  try {
    enter_thunk(thunk);
  } catch (EvalError& error) {
    unwind(error, stop);
    sp_ = sp;
    throw error;
  }
}

Value Vm::run_task(Task task) {
  const size_t stop = frames_.size();
  Frame f;
  f.native = task.release();
  f.base = f.ret = f.sp = sp_;
  f.depth = frames_.empty() ? 0 : frames_.back().depth;
  frames_.push_back(f);
  loop(stop);
  return result_;
}

namespace {

Task call_all(Vm& vm, Root f, RootVector args) {
  Root at(vm.heap, f);
  for (size_t i = 0; i < args.values.size(); ++i) {
    const Value v = co_await vm.call(at, args.values[i]);
    at = v;
  }
  co_return at;
}

}  // namespace

Value Vm::run_call(Value f, std::initializer_list<Value> args) {
  RootVector list(heap);
  list.values = args;
  return run_task(call_all(*this, {heap, f}, std::move(list)));
}

void Vm::request_force(Value v) {
  request_ = Request::Force;
  request_value_ = v;
}

void Vm::request_try_force(Value v) {
  request_ = Request::TryForce;
  request_value_ = v;
}

void Vm::request_pause(Value v) {
  request_ = Request::Pause;
  request_value_ = v;
}

void Vm::request_task(Task::Handle handle) {
  request_ = Request::Task;
  request_task_ = handle;
}

Vm::ResultAwait Vm::call(Value f, Value a) {
  if (sp_ + 2 > capacity_) grow_stack(sp_ + 2);
  stack_[sp_++] = f;
  stack_[sp_++] = a;
  request_ = Request::Call;
  request_args_ = 1;
  return {*this};
}

Vm::ResultAwait Vm::call(Value f, Value a, Value b) {
  if (sp_ + 3 > capacity_) grow_stack(sp_ + 3);
  stack_[sp_++] = f;
  stack_[sp_++] = a;
  stack_[sp_++] = b;
  request_ = Request::Call;
  request_args_ = 2;
  return {*this};
}

}  // namespace nilas::eval
