// Entering code: thunks, functions of every kind, builtins; formals; the stack; safepoints.

#include <algorithm>
#include <cassert>
#include <cstring>

#include "evaluator/builtins.hpp"
#include "evaluator/compiler.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/frame.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

CodeBody& Vm::compiled(CodeBlock& block) {
  if (!block.body) [[unlikely]] {
    Compiler(world, block).compile();
    if (observer_ != nullptr) observer_->compiled(*this, world.id_of(block));
  }
  return *block.body;
}

void Vm::grow_stack(uint32_t needed) {
  const uint64_t wanted = std::max<uint64_t>(needed, uint64_t{capacity_} * 2);
  if (wanted * sizeof(Value) + frames_.size() * sizeof(Frame) > heap.options.limit_bytes ||
      wanted > UINT32_MAX)
    throw EvalError(ErrorKind::MemoryLimit,
                    "memory limit reached: the stack of the evaluation is full");
  auto* bigger = new Value[wanted];
  std::copy_n(stack_, sp_, bigger);
  delete[] stack_;
  stack_ = bigger;
  capacity_ = static_cast<uint32_t>(wanted);
}

/// Pushes a frame for `block`. Whatever it needs must be reachable from its arguments, `self` or `update`. The only
/// places where a collection can happen, and where limits are checked, are here and in step_native.
void Vm::enter_code(CodeBlock& block, uint32_t base, uint32_t ret, Object* self, Value* up,
                    Thunk* update, bool call) {
  CodeBody& body = compiled(block);
  if (base + body.max_stack + 8 > capacity_) [[unlikely]]
    grow_stack(base + body.max_stack + 8);
  Frame f;
  f.block = &block;
  f.pc = body.words.data();
  f.up = up;
  f.self = self;
  f.update = update;
  f.base = base;
  f.ret = ret;
  f.depth = frames_.empty() ? 0 : frames_.back().depth;
  f.is_call = call;
  if (call) {
    ++stats.calls;
    if (++f.depth > limits_.call_depth) [[unlikely]]
      fail(ErrorKind::DepthLimit, "stack overflow; max-call-depth exceeded");
  }
  frames_.push_back(f);
  safepoint();
}

/// The current frame becomes a call of `callee`, whose `args` arguments are on top of the stack.
void Vm::replace_frame(Closure* callee, uint32_t args) {
  CodeBlock& block = world.code(callee->object.count);
  CodeBody& body = compiled(block);
  Frame& f = frames_.back();
  if (++f.depth > limits_.call_depth) [[unlikely]]  // while the frame still knows the call
    fail(ErrorKind::DepthLimit, "stack overflow; max-call-depth exceeded");
  std::memmove(stack_ + f.ret + 1, stack_ + sp_ - args, args * sizeof(Value));
  stack_[f.ret] = Value::of(Value::kFunction, callee);
  f.tail_call = f.pc;
  f.block = &block;
  f.pc = body.words.data();
  f.self = &callee->object;
  f.up = callee->object.aux == kSharedCaptures ? callee->slots[0].as<Captures>()->slots
                                               : callee->slots;
  f.base = f.ret + 1;
  f.is_call = true;
  sp_ = f.base + args;
  if (f.base + body.max_stack + 8 > capacity_) [[unlikely]]
    grow_stack(f.base + body.max_stack + 8);
  ++stats.calls;
  safepoint();
}

void Vm::enter_thunk(Thunk* thunk) {
  switch (thunk->state()) {
    case ThunkState::Evaluated: assert(false); break;
    case ThunkState::Failed: throw_failed(thunk);
    case ThunkState::Running:
      running_ = thunk;
      fail(ErrorKind::InfiniteRecursion, "infinite recursion encountered");
    case ThunkState::Suspended: break;
  }
  ++stats.forces;
  CodeBlock& block = world.code(thunk->object.count);
  compiled(block);  // may fail: before the thunk is marked
  Value* up =
      thunk->object.aux == kSharedCaptures ? thunk->slots[0].as<Captures>()->slots : thunk->slots;
  thunk->set_state(ThunkState::Running);
  enter_code(block, sp_, sp_, &thunk->object, up, thunk, false);
}

/// Calls a builtin that needs no evaluation now: its arguments, as many as it takes, lie behind the function at `at`.
/// False, and nothing has changed, if it needs a frame: for an argument to be forced, as a Task, or to fail from.
bool Vm::call_at_once(uint32_t index, uint32_t at) {
  const BuiltinInfo& info = builtin_table()[index];
  const LeafFn function = info.leaf != nullptr ? info.leaf : info.now;
  if (function == nullptr) return false;
  for (uint32_t i = 0; i < info.arity(); ++i) {
    if (!info.forces(i)) continue;
    Value& arg = stack_[at + 1 + i];
    arg = resolve(arg);
    if (!arg.is_forced()) return false;
  }
  Value v;
  try {
    v = function(*this, Args(*this, at + 1));
  } catch (EvalError&) {
    return false;  // it fails again where the error finds its place
  }
  if (!v.exists()) return false;
  ++stats.builtin_calls;
  v = resolve(v);
  sp_ = at;
  if (v.is_forced()) {
    stack_[sp_++] = v;
    if (--slice_ < 0 || heap.wants_collection() || heap.options.stress) [[unlikely]]
      slow_safepoint();
  } else {
    enter_thunk(v.thunk());
  }
  return true;
}

/// Calls the function below the `n` arguments on top of the stack. Afterwards either a frame was pushed or the result
/// stands in place of the function.
void Vm::enter_call(uint32_t n) {
  for (;;) {
    const uint32_t at = sp_ - n - 1;  // of the function
    const Value f = stack_[at] = resolve(stack_[at]);
    if (f.is_thunk()) {
      // The function itself must be evaluated: its arguments wait below.
      std::memmove(stack_ + at, stack_ + at + 1, n * sizeof(Value));
      stack_[sp_ - 1] = f;
      enter_code(world.code(extra_code_), at, at, nullptr, nullptr, nullptr, false);
      frames_.back().sp = --sp_;
      enter_thunk(f.thunk());
      return;
    }
    if (f.is_attrs()) {
      // A set with __functor: its functor applied to the set, and that to the arguments.
      if (f.attrs()->find(symbols.known.functor) < 0) fail_call(f);
      if (sp_ + 2 > capacity_) grow_stack(sp_ + 2);
      std::memmove(stack_ + at, stack_ + at + 1, n * sizeof(Value));
      stack_[sp_ - 1] = f;
      stack_[sp_++] = f;
      const uint32_t set = sp_ - 1;
      // The call of the set itself counts: a functor may give the set again, forever.
      enter_code(world.code(extra_code_), at, at, nullptr, nullptr, nullptr, true);
      frames_.back().sp = set - 1;
      enter_code(world.code(functor_code_), set, set - 1, nullptr, nullptr, nullptr, true);
      sp_ = set + 1;
      return;
    }
    if (!f.is_function()) fail_call(f);
    Object* o = f.object();
    if (o->kind == ObjectKind::PartialApp) {
      // Its function and arguments take its place.
      auto* p = f.as<PartialApp>();
      const uint32_t held = o->aux;
      if (sp_ + held > capacity_) grow_stack(sp_ + held);
      std::memmove(stack_ + at + 1 + held, stack_ + at + 1, n * sizeof(Value));
      stack_[at] = p->function;
      std::copy_n(p->args, held, stack_ + at + 1);
      sp_ += held;
      n += held;
      continue;
    }
    const bool builtin = o->kind == ObjectKind::Builtin;
    CodeBlock& block = world.code(builtin ? builtin_codes_[o->count] : o->count);
    const uint32_t arity = block.arity;
    if (n < arity) {
      auto* p = reinterpret_cast<PartialApp*>(
          heap.alloc(ObjectKind::PartialApp, 16 + 8 * n, 0, static_cast<uint16_t>(n)));
      p->function = f;
      std::copy_n(stack_ + at + 1, n, p->args);
      sp_ = at;
      stack_[sp_++] = Value::of(Value::kFunction, p);
      return;
    }
    if (builtin && n == arity && call_at_once(o->count, at)) return;
    uint32_t function = at;
    if (n > arity) {
      // Arguments too many wait below, in a frame that applies the result to them.
      const uint32_t extra = n - arity;
      std::rotate(stack_ + at, stack_ + at + 1 + arity, stack_ + sp_);
      enter_code(world.code(extra_code_), at, at, nullptr, nullptr, nullptr, false);
      function = at + extra;
      frames_.back().sp = function;
    }
    Value* up = nullptr;
    if (!builtin) {
      auto* c = f.as<Closure>();
      up = o->aux == kSharedCaptures ? c->slots[0].as<Captures>()->slots : c->slots;
    }
    enter_code(block, function + 1, function, o, up, nullptr, true);
    return;
  }
}

/// Lets builtin `index` fail: of its arguments, which begin at `base`, the last one on the stack is of a wrong kind. Those
/// behind it were not evaluated; what stands in their place is not looked at.
void Vm::refuse_argument(uint32_t index, uint32_t base) {
  const BuiltinInfo& info = builtin_table()[index];
  while (sp_ < base + info.arity())
    stack_[sp_++] = Value::null();
  if (info.task != nullptr) return enter_builtin(index, base, base);
  info.leaf(*this, Args(*this, base));
  assert(false && "a builtin takes what its strictness refuses");
}

/// Starts a builtin that is a coroutine; its arguments lie at `base`.
void Vm::enter_builtin(uint32_t index, uint32_t base, uint32_t ret) {
  ++stats.tasks;
  Frame f;
  f.base = base;
  f.ret = ret;
  f.sp = sp_;
  f.depth = frames_.back().depth;
  f.builtin = index;
  f.native = builtin_table()[index].task(*this, Args(*this, base)).release();
  frames_.push_back(f);
  safepoint();
}

void Vm::take_formals(const FormalsInfo& info, Value arg, Value* out, const CodeBlock& code) {
  arg = resolve(arg);
  if (!arg.is_attrs())
    fail_type("a set", arg, "while evaluating the value passed for the lambda argument");
  Attrs* set = arg.attrs();
  uint32_t taken = 0;
  for (size_t i = 0; i < info.formals.size(); ++i) {
    const FormalInfo& formal = info.formals[i];
    const Value* slot = set->get(formal.symbol);
    if (slot != nullptr) {
      out[i] = *slot;
      ++taken;
    } else {
      if (!formal.has_default) fail_missing_argument(code, info, formal.symbol);
      out[i] = Value();
    }
  }
  if (!info.ellipsis && taken != set->size()) fail_unexpected_argument(code, info, set);
}

Value* Vm::with_slot(Symbol name, WithScope* scope) {
  for (; scope != nullptr; scope = scope->outside) {
    if (!scope->env.is_forced()) scope->env = resolve(scope->env);
    if (!scope->env.is_forced()) return nullptr;
    if (!scope->env.is_attrs())
      fail_type("a set", scope->env,
                "while evaluating the first subexpression of a with expression");
    if (Value* slot = scope->env.attrs()->get(name)) return slot;
  }
  fail(ErrorKind::UndefinedVariable,
       cat("undefined variable '", quote_attribute_name(symbols.name(name)), "'"));
}

Task resolve_with(Vm& vm, Symbol name, Root scope) {
  Root at(vm.heap, scope);
  for (;;) {
    auto* s = at.get().as<WithScope>();
    const Value env = co_await vm.force(s->env);
    s = at.get().as<WithScope>();
    s->env = env;
    if (!env.is_attrs())
      vm.fail_type("a set", env, "while evaluating the first subexpression of a with expression");
    if (const Value* slot = env.attrs()->get(name)) co_return *slot;
    if (s->outside == nullptr)
      vm.fail(ErrorKind::UndefinedVariable,
              cat("undefined variable '", quote_attribute_name(vm.symbols.name(name)), "'"));
    at = Value::of(Value::kBoxed, s->outside);
  }
}

// --- Safepoints --------------------------------------------------------------------------------------------------------

namespace {
constexpr int32_t kSlice = 512;  // frames between two looks at clock and cancellation
}

void Vm::set_limits(const Limits& limits) {
  limits_ = limits;
  fuel_used_ = 0;
  slice_ = 0;
}

void Vm::set_observer(Observer* observer) {
  observer_ = observer;
  slice_ = 0;
}

size_t Vm::frame_count() const {
  return frames_.size();
}

FrameInfo Vm::frame(size_t index) const {
  const Frame& f = frames_[frames_.size() - 1 - index];
  FrameInfo info;
  if (f.native) {
    if (f.builtin == UINT32_MAX) return info;
    info.kind = FrameInfo::Kind::Builtin;
    info.name = builtin_table()[f.builtin].name();
    info.args = {stack_ + f.base, builtin_table()[f.builtin].arity()};
    return info;
  }
  const CodeBlock& block = *f.block;
  if (block.unit == nullptr) return info;
  info.kind = f.is_call ? FrameInfo::Kind::Call : FrameInfo::Kind::Thunk;
  if (block.name != SymbolTable::kNoSymbol) info.name = symbols.name(block.name);
  info.span = {block.unit->id, block.unit->ast->nodes[block.node].span};
  if (f.is_call) info.args = {stack_ + f.base, block.arity};
  return info;
}

void Vm::check_text_size(size_t bytes) const {
  if (bytes > heap.options.limit_bytes || bytes > UINT32_MAX)
    throw EvalError(ErrorKind::MemoryLimit, "memory limit reached: a text is too long");
}

void Vm::poll() {
  if (limits_.cancelled != nullptr && limits_.cancelled->load(std::memory_order_relaxed))
    throw EvalError(ErrorKind::Cancelled, "evaluation was cancelled");
  if (limits_.deadline != std::chrono::steady_clock::time_point::max() &&
      std::chrono::steady_clock::now() >= limits_.deadline)
    throw EvalError(ErrorKind::Deadline, "evaluation took too long");
}

void Vm::slow_safepoint(bool entered) {
  if (slice_ < 0) {
    // Who watches wants to be asked at each frame.
    fuel_used_ += observer_ != nullptr ? 1 : kSlice;
    slice_ = observer_ != nullptr ? 0 : kSlice;
    if (observer_ != nullptr && entered) observer_->entered(*this);
    poll();
    if (fuel_used_ > limits_.fuel)
      throw EvalError(ErrorKind::FuelLimit, "evaluation took too many steps");
    const uint64_t frame_bytes = frames_.size() * sizeof(Frame) + uint64_t{capacity_} * 8;
    if (frame_bytes > heap.options.limit_bytes)
      throw EvalError(ErrorKind::MemoryLimit, "memory limit reached: too many nested evaluations");
  }
  if (heap.wants_collection() || heap.options.stress)
    heap.collect([this](Heap& h) { visit_roots(h); });
}

void Vm::collect() {
  heap.collect([this](Heap& h) { visit_roots(h); });
}

void Vm::visit_roots(Heap& h) {
  for (uint32_t i = 0; i < sp_; ++i)
    h.mark(stack_[i]);
  for (const Frame& f : frames_) {
    if (f.self != nullptr) h.mark(f.self);
    if (f.update != nullptr) h.mark(&f.update->object);
    if (f.native && f.native.promise().result.exists()) h.mark(f.native.promise().result);
  }
  h.mark(result_);
  h.mark(request_value_);
  h.mark(empty_list_);
  h.mark(empty_attrs_);
  for (const Value v : symbols.strings_)
    h.mark(v);
  merges_.assign(merges_.size(), {});
  world.visit_roots(h);
}

}  // namespace nilas::eval
