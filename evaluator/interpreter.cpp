// The VM's loop.
//
// Frames and the value stack are arrays of their own: the C++ stack does not grow with the program. A frame is code or a
// native coroutine; loop() runs whatever is on top. run_code() stays in one C++ activation while code frames call and
// return, and leaves when the frame on top is native or the run is over.
//
// Rules for this file
//  1. `pc`, `base`, `sp`, `up` are copies of what lies in the frame and in the VM. Before anything that may push a frame,
//     collect or throw: SAVE(). After anything that may have changed the stack or the frames: RELOAD().
//  2. The stack below sp_ holds valid values at every safepoint; above it lies garbage.
//  3. A value popped into a C++ local is not a root. Safepoints happen only in enter_*() and COLLECT_IF_WANTED(): what is
//     still needed then lies on the stack, in the new frame, or in an object that does.
//  4. A strict operand was forced by the instruction that pushed it. Instructions whose result may be a thunk end in
//     `goto force_top`.
//  5. An error is thrown as EvalError; its site is found from the frame's pc, which the catch block saves.

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

#include "evaluator/builtins.hpp"
#include "evaluator/compiler.hpp"
#include "evaluator/frame.hpp"
#include "evaluator/trace.hpp"

namespace nilas::eval {

void Vm::loop(size_t stop) {
  for (;;) {
    try {
      while (frames_.size() > stop) {
        if (frames_.back().native)
          step_native(stop);
        else
          run_code(stop);
      }
      return;
    } catch (EvalError& error) {
      if (!unwind(error, stop)) throw;
    } catch (const std::bad_alloc&) {
      EvalError error(ErrorKind::MemoryLimit,
                      "memory limit reached: the system has no more memory");
      if (!unwind(error, stop)) throw error;
    }
  }
}

/// Gives a result to whatever waits for it below.
void Vm::deliver(Value v, size_t stop) {
  if (frames_.size() == stop || frames_.back().native) {
    result_ = v;
  } else {
    stack_[sp_++] = v;
  }
}

void Vm::step_native(size_t stop) {
  const size_t index = frames_.size() - 1;
  const Task::Handle task = frames_[index].native;
  frames_[index].catches = false;
  request_ = Request::None;
  task.resume();
  Frame& frame = frames_[index];
  if (task.done()) {
    Value v = resolve(task.promise().result);
    const uint32_t ret = frame.ret;
    task.destroy();
    frames_.pop_back();
    sp_ = ret;
    if (v.is_forced())
      deliver(v, stop);
    else
      enter_thunk(v.thunk());
    return;
  }
  frame.sp = sp_;
  switch (request_) {
    case Request::None: assert(false && "a Task awaited something foreign"); break;
    case Request::TryForce: frame.catches = true; [[fallthrough]];
    case Request::Force: enter_thunk(request_value_.thunk()); break;
    case Request::Call:
      frame.sp = sp_ - request_args_ - 1;
      enter_call(request_args_);
      // A call that is answered at once leaves its value on the stack.
      if (frames_.size() == index + 1) result_ = stack_[--sp_];
      break;
    case Request::Pause:
      patience_ = heap.options.stress ? 1 : kPatience;
      slice_ = -1;
      slow_safepoint();
      result_ = request_value_;
      break;
    case Request::Task: {
      Frame f;
      f.native = request_task_;
      f.base = f.ret = sp_;
      f.depth = frame.depth;
      frames_.push_back(f);
      safepoint();
      break;
    }
  }
}

#define SAVE()                                      \
  do {                                              \
    frames_.back().pc = pc;                         \
    sp_ = static_cast<uint32_t>(sp - stack_);       \
    frames_.back().sp = sp_;                        \
  } while (0)
#define RELOAD()                                    \
  do {                                              \
    Frame& f = frames_.back();                      \
    body = f.block->body.get();                     \
    pc = f.pc;                                      \
    up = f.up;                                      \
    base = stack_ + f.base;                         \
    sp = stack_ + sp_;                              \
    level = frames_.size();                         \
  } while (0)
/// Frames that only return push none, so what makes large values is a safepoint as well.
#define COLLECT_IF_WANTED()                                 \
  do {                                                      \
    if (heap.wants_collection()) [[unlikely]] {             \
      SAVE();                                               \
      slow_safepoint();                                     \
    }                                                       \
  } while (0)
/// After enter_*(): go on in the frame on top, or leave if it is native.
#define CONTINUE()                                       \
  do {                                                   \
    if (frames_.back().native) return;                   \
    RELOAD();                                            \
    goto next;                                           \
  } while (0)

namespace {

Value read_source(const uint32_t* w, const Value* base, const Value* up) {
  const uint32_t slot = w[0] & 0x3fffffffU;
  switch (static_cast<SourceKind>(w[0] >> 30)) {
    case SourceKind::Local: return base[slot];
    case SourceKind::Up: return up[slot];
    case SourceKind::Block: return base[slot].as<Captures>()->slots[w[1]];
    case SourceKind::None: break;
  }
  return {};
}

}  // namespace

void Vm::run_code(size_t stop) {
  const uint32_t* pc;
  const CodeBody* body;
  Value* base;
  Value* sp;
  Value* up;
  size_t level;
  // Pushes what `slot` holds, which is replaced by what it leads to; whether that is forced.
  const auto push_forced = [&](Value& slot) {
    const Value v = slot;
    *sp++ = v;
    if (v.is_forced()) return true;
    const Value r = resolve(v);
    if (!r.is_forced()) return false;
    sp[-1] = slot = r;
    return true;
  };
  RELOAD();
  try {
  next:
    for (;;) {
      const uint32_t w = *pc++;
      const uint32_t a = w >> 8;
      switch (static_cast<Op>(w & 0xff)) {
        case Op::Const: *sp++ = body->constants[a]; break;
        case Op::Int: *sp++ = Value::small_int(static_cast<int64_t>(a) - (1 << 23)); break;
        case Op::Pop: --sp; break;
        case Op::Slide: {
          const Value v = sp[-1];
          sp -= a;
          sp[-1] = v;
          break;
        }

        case Op::Local: *sp++ = base[a]; break;
        case Op::LocalForce:
          if (!push_forced(base[a])) goto force_top;
          break;
        case Op::Up: *sp++ = up[a]; break;
        case Op::UpForce:
          if (!push_forced(up[a])) goto force_top;
          break;
        case Op::Block: *sp++ = base[a].as<Captures>()->slots[*pc++]; break;
        case Op::BlockForce:
          if (!push_forced(base[a].as<Captures>()->slots[*pc++])) goto force_top;
          break;
        case Op::Force:
          if (!sp[-1].is_forced()) goto force_top;
          break;

        case Op::Thunk:
        case Op::Closure: {
          const bool thunk = static_cast<Op>(w & 0xff) == Op::Thunk;
          const uint32_t n = *pc++;
          auto* t = reinterpret_cast<Thunk*>(
              heap.alloc(thunk ? ObjectKind::Thunk : ObjectKind::Closure,
                         8 + 8 * std::max<size_t>(1, n), a, static_cast<uint16_t>(n)));
          t->slots[0] = Value();
          for (uint32_t i = 0; i < n; ++i, pc += 2)
            t->slots[i] = read_source(pc, base, up);
          *sp++ = Value::of(thunk ? Value::kThunk : Value::kFunction, t);
          break;
        }
        case Op::NewBlock: {
          const uint32_t n = *pc++;
          auto* block = reinterpret_cast<Captures*>(
              heap.alloc(ObjectKind::Captures, 8 + 8 * std::max<size_t>(1, a + n), a + n));
          block->slots[0] = Value();
          for (uint32_t i = 0; i < a; ++i)
            block->slots[i] = Value();
          for (uint32_t i = 0; i < n; ++i, pc += 2)
            block->slots[a + i] = read_source(pc, base, up);
          *sp++ = Value::of(Value::kBoxed, block);
          break;
        }
        case Op::BlockThunk:
        case Op::BlockClosure: {
          const bool thunk = static_cast<Op>(w & 0xff) == Op::BlockThunk;
          auto* block = base[pc[0]].as<Captures>();
          auto* t = reinterpret_cast<Thunk*>(
              heap.alloc(thunk ? ObjectKind::Thunk : ObjectKind::Closure, 16, a, kSharedCaptures));
          t->slots[0] = Value::of(Value::kBoxed, block);
          block->slots[pc[1]] = Value::of(thunk ? Value::kThunk : Value::kFunction, t);
          pc += 2;
          break;
        }
        case Op::BlockSet: base[a].as<Captures>()->slots[*pc++] = *--sp; break;
        case Op::SharedThunk:
        case Op::SharedClosure: {
          const bool thunk = static_cast<Op>(w & 0xff) == Op::SharedThunk;
          auto* t = reinterpret_cast<Thunk*>(
              heap.alloc(thunk ? ObjectKind::Thunk : ObjectKind::Closure, 16, a, kSharedCaptures));
          t->slots[0] = base[*pc++];
          *sp++ = Value::of(thunk ? Value::kThunk : Value::kFunction, t);
          break;
        }
        case Op::OwnThunk:
        case Op::OwnClosure: {
          const bool thunk = static_cast<Op>(w & 0xff) == Op::OwnThunk;
          auto* t = reinterpret_cast<Thunk*>(
              heap.alloc(thunk ? ObjectKind::Thunk : ObjectKind::Closure, 16, a, kSharedCaptures));
          t->slots[0] = Value::of(Value::kBoxed, reinterpret_cast<char*>(up) - sizeof(Object));
          *sp++ = Value::of(thunk ? Value::kThunk : Value::kFunction, t);
          break;
        }

        case Op::Call: {
          const Value f = sp[-1 - static_cast<int>(a)];
          if (f.is_function() && f.object()->kind == ObjectKind::Closure) {
            auto* c = f.as<Closure>();
            CodeBlock& block = world.code(c->object.count);
            if (block.arity == a) {
              SAVE();
              const auto args = static_cast<uint32_t>(sp - stack_) - a;
              Value* captures =
                  c->object.aux == kSharedCaptures ? c->slots[0].as<Captures>()->slots : c->slots;
              enter_code(block, args, args - 1, &c->object, captures, nullptr, true);
              RELOAD();
              break;
            }
          }
          SAVE();
          enter_call(a);
          CONTINUE();
        }
        case Op::TailCall: {
          // A Return follows, for callees that do not take over this frame.
          const Value f = sp[-1 - static_cast<int>(a)];
          SAVE();
          if (f.is_function() && f.object()->kind == ObjectKind::Closure &&
              world.code(f.object()->count).arity == a) {
            replace_frame(f.as<Closure>(), a);
            RELOAD();
            break;
          }
          enter_call(a);
          CONTINUE();
        }
        case Op::CallExtra: {
          std::rotate(base, sp - 1, sp);
          SAVE();
          enter_call(static_cast<uint32_t>(sp - base) - 1);
          CONTINUE();
        }
        case Op::CallBuiltin: {
          const BuiltinInfo& info = builtin_table()[a];
          const uint32_t n = info.arity();
          const auto args = static_cast<uint32_t>(sp - stack_) - n;
          ++stats.builtin_calls;
          if (info.leaf != nullptr) {
            const Value v = info.leaf(*this, Args(*this, args));
            sp -= n;
            *sp++ = v;
            if (!v.is_forced()) goto force_top;
            COLLECT_IF_WANTED();
            break;
          }
          if (info.now != nullptr) {
            if (const Value v = info.now(*this, Args(*this, args)); v.exists()) {
              sp -= n;
              *sp++ = v;
              if (!v.is_forced()) goto force_top;
              COLLECT_IF_WANTED();
              break;
            }
          }
          SAVE();
          enter_builtin(a, args, args);
          CONTINUE();
        }
        case Op::CheckArgument: {
          const uint32_t index = *pc++;
          if (builtin_table()[a].accepts(*this, index, sp[-1])) break;
          SAVE();
          refuse_argument(a, sp_ - index - 1);
          CONTINUE();
        }
        case Op::RecallCall: {
          const Value known = world.recall(sp[-1], frames_.back().block->unit, *pc++);
          if (known.exists()) {
            sp[-1] = known;
            pc = body->words.data() + a;
            break;
          }
          sp[0] = sp[-1];
          ++sp;
          break;
        }
        case Op::RememberCall: {
          --sp;
          world.remember(sp[-1], frames_.back().block->unit, *pc++, *sp);
          sp[-1] = *sp;
          break;
        }
        case Op::Return: {
          const Value v = sp[-1];
          Frame& f = frames_.back();
          if (f.update != nullptr) {
            f.update->slots[0] = v;
            f.update->set_state(ThunkState::Evaluated);
          }
          sp_ = f.ret;
          frames_.pop_back();
          if (frames_.size() == stop || frames_.back().native) {
            result_ = v;
            return;
          }
          stack_[sp_++] = v;
          RELOAD();
          break;
        }
        case Op::Formals: {
          const FormalsInfo& info = body->formals[a];
          sp_ = static_cast<uint32_t>(sp - stack_);
          take_formals(info, base[info.arg_slot], sp, *frames_.back().block);
          sp += info.formals.size();
          break;
        }
        case Op::FormalsBlock: {
          const FormalsInfo& info = body->formals[a];
          sp_ = static_cast<uint32_t>(sp - stack_);
          take_formals(info, base[info.arg_slot], base[*pc++].as<Captures>()->slots,
                       *frames_.back().block);
          break;
        }
        case Op::JumpIfGiven: {
          const uint32_t target = *pc++;
          if (base[a].exists()) pc = body->words.data() + target;
          break;
        }
        case Op::JumpIfGivenBlock: {
          const uint32_t index = *pc++;
          const uint32_t target = *pc++;
          if (base[a].as<Captures>()->slots[index].exists()) pc = body->words.data() + target;
          break;
        }
        case Op::SetLocal: base[a] = *--sp; break;

        case Op::Jump: pc = body->words.data() + a; break;
        case Op::JumpIfFalse: {
          const Value v = sp[-1];
          if (v.is_false())
            pc = body->words.data() + a;
          else if (!v.is_true())
            fail_type("a Boolean", v, "");
          --sp;
          break;
        }
        case Op::JumpIfTrue: {
          const Value v = sp[-1];
          if (v.is_true())
            pc = body->words.data() + a;
          else if (!v.is_false())
            fail_type("a Boolean", v, "");
          --sp;
          break;
        }
        case Op::CheckBool:
          if (!sp[-1].is_bool()) fail_type("a Boolean", sp[-1], "");
          break;
        case Op::CheckAttrs: expect_attrs(sp[-1], ""); break;
        case Op::AssertFail: SAVE(); fail_assertion();
        case Op::AssertEqualFail: {
          const CodeBlock* block = frames_.back().block;
          const auto node = body->nodes[static_cast<size_t>(pc - body->words.data() - 1)];
          request_task(
              explain_assertion(*this, {heap, sp[-2]}, {heap, sp[-1]}, block, node).release());
          sp -= 2;
          goto run_task;
        }
        case Op::FailUnbound:
          fail(ErrorKind::UndefinedVariable,
               "undefined variable '" + std::string(symbols.name(a)) + "'");
        case Op::FailSyntax: fail(ErrorKind::Parse, "this expression has a syntax error");
        case Op::UnknownArgument:
          fail(ErrorKind::UnknownArgument,
               "the value depends on the argument '" + std::string(symbols.name(a)) + "'");

        case Op::CheckAddend: {
          const Value x = sp[-1];
          if (is_addend(x)) break;
          request_task(add_values(*this, {heap, x}, {heap, Value::null()}).release());
          --sp;
          goto run_task;
        }
        case Op::Add: {
          const Value x = sp[-2], y = sp[-1];
          if (x.is_small_int() && y.is_small_int()) {
            const int64_t sum = x.small_int() + y.small_int();
            --sp;
            sp[-1] = Value::fits_int(sum) ? Value::small_int(sum) : make_int(sum);
            break;
          }
          if (x.is_string() && y.is_string()) {
            --sp;
            sp[-1] = concat_strings(x, y);
            COLLECT_IF_WANTED();
            break;
          }
          if (x.type() == Type::Int || x.type() == Type::Float) {
            const Value v = arithmetic('+', x, y);
            --sp;
            sp[-1] = v;
            break;
          }
          request_task(add_values(*this, {heap, x}, {heap, y}).release());
          sp -= 2;
          goto run_task;
        }
        case Op::Sub:
        case Op::Mul:
        case Op::Div: {
          const Value x = sp[-2], y = sp[-1];
          const Op op = static_cast<Op>(w & 0xff);
          if (op == Op::Sub && x.is_small_int() && y.is_small_int()) {
            const int64_t d = x.small_int() - y.small_int();
            --sp;
            sp[-1] = Value::fits_int(d) ? Value::small_int(d) : make_int(d);
            break;
          }
          const Value v = arithmetic(op == Op::Sub ? '-' : op == Op::Mul ? '*' : '/', x, y);
          --sp;
          sp[-1] = v;
          break;
        }
        case Op::Concat: {
          const Value v = concat_lists(sp - a, a);
          sp -= a;
          *sp++ = v;
          COLLECT_IF_WANTED();
          break;
        }
        case Op::Update: {
          Attrs* left = expect_attrs(sp[-2], "");
          Attrs* right = expect_attrs(sp[-1], "");
          const Value v = update(left, right);
          --sp;
          sp[-1] = v;
          COLLECT_IF_WANTED();
          break;
        }
        case Op::Equal:
        case Op::NotEqual: {
          const bool negate = static_cast<Op>(w & 0xff) == Op::NotEqual;
          const int known = equal_now(sp[-2], sp[-1]);
          if (known >= 0) {
            --sp;
            sp[-1] = Value::boolean((known == 1) != negate);
            break;
          }
          request_task((negate ? not_equal(*this, {heap, sp[-2]}, {heap, sp[-1]})
                               : equal(*this, {heap, sp[-2]}, {heap, sp[-1]}))
                           .release());
          sp -= 2;
          goto run_task;
        }
        case Op::Less:
        case Op::NotLess: {
          const bool negate = static_cast<Op>(w & 0xff) == Op::NotLess;
          const Value x = sp[-2], y = sp[-1];
          bool less;
          if (compare_now(x, y, less)) {
            --sp;
            sp[-1] = Value::boolean(less != negate);
            break;
          }
          request_task((negate ? not_less_than(*this, {heap, x}, {heap, y})
                               : less_than(*this, {heap, x}, {heap, y}))
                           .release());
          sp -= 2;
          goto run_task;
        }
        case Op::Not:
          if (!sp[-1].is_bool()) fail_type("a Boolean", sp[-1], "");
          sp[-1] = Value::boolean(!sp[-1].is_true());
          break;
        case Op::Negate: sp[-1] = arithmetic('-', Value::small_int(0), sp[-1]); break;

        case Op::Coerce: {
          if (sp[-1].is_string()) break;
          request_task(
              coerce_to_string(*this, {heap, sp[-1]}, {.copy_to_store = a == 0}, kSegmentStep)
                  .release());
          --sp;
          goto run_task;
        }
        case Op::Interpolate: {
          const Value v = interpolate(sp - a, a);
          sp -= a;
          *sp++ = v;
          COLLECT_IF_WANTED();
          break;
        }
        case Op::PathConcat: {
          const Value v = concat_path(sp - a, a);
          sp -= a;
          *sp++ = v;
          break;
        }

        case Op::List: {
          List* l = alloc_list(a);
          sp -= a;
          std::memcpy(l->items, sp, a * sizeof(Value));
          *sp++ = Value::of(l);
          break;
        }
        case Op::Attrs: {
          const AttrsLiteral& literal = body->literals[a];
          Attrs* set = alloc_attrs(literal.keys, literal.positions);
          const uint32_t n = set->size();
          sp -= n;
          std::memcpy(set->values, sp, n * sizeof(Value));
          *sp++ = Value::of(set);
          break;
        }
        case Op::AttrsDynamic: {
          const AttrsLiteral& literal = body->literals[a];
          sp -= 2 * literal.dynamic_positions.size();
          sp[-1] = make_dynamic(literal, sp[-1], sp);
          break;
        }
        case Op::Overrides: {
          const Value v =
              apply_overrides(body->literals[a], sp[-2], sp[-1], base[*pc++].as<Captures>());
          --sp;
          sp[-1] = v;
          break;
        }
        case Op::Select: {
          InlineCache& cache = const_cast<CodeBody*>(body)->caches[*pc++];
          if (!sp[-1].is_attrs()) fail_type("a set", sp[-1], kSelectStep);
          Attrs* set = sp[-1].attrs();
          ++stats.selects;
          uint32_t index = cache.index;
          if (set->keys->serial != cache.serial) {
            const int32_t found = set->find(a);
            if (found < 0) fail_missing_attribute(a, set);
            index = static_cast<uint32_t>(found);
            cache = {set->keys->serial, index};
          }
          Value& slot = set->values[index];
          sp[-1] = slot;
          if (slot.is_forced()) break;
          if (const Value r = resolve(slot); r.is_forced()) {
            sp[-1] = slot = r;
            break;
          }
          goto force_top;
        }
        case Op::SelectOr: {
          const uint32_t target = *pc++;
          Value* slot = sp[-1].is_attrs() ? sp[-1].attrs()->get(a) : nullptr;
          if (slot == nullptr) {
            --sp;
            pc = body->words.data() + target;
            break;
          }
          sp[-1] = *slot;
          if (!sp[-1].is_forced()) goto force_top;
          break;
        }
        case Op::SelectDynamic: {
          const Symbol name = symbols.intern(expect_string_no_context(sp[-1], kAttributeNameStep));
          if (!sp[-2].is_attrs()) fail_type("a set", sp[-2], kSelectStep);
          Value* slot = sp[-2].attrs()->get(name);
          if (slot == nullptr) fail_missing_attribute(name, sp[-2].attrs());
          --sp;
          sp[-1] = *slot;
          if (!sp[-1].is_forced()) goto force_top;
          break;
        }
        case Op::SelectDynamicOr: {
          const uint32_t target = *pc++;
          const Symbol name = symbols.intern(expect_string_no_context(sp[-1], kAttributeNameStep));
          --sp;
          Value* slot = sp[-1].is_attrs() ? sp[-1].attrs()->get(name) : nullptr;
          if (slot == nullptr) {
            --sp;
            pc = body->words.data() + target;
            break;
          }
          sp[-1] = *slot;
          if (!sp[-1].is_forced()) goto force_top;
          break;
        }
        case Op::HasAttr:
          sp[-1] = Value::boolean(sp[-1].is_attrs() && sp[-1].attrs()->find(a) >= 0);
          break;
        case Op::HasAttrDynamic: {
          const Symbol name = symbols.intern(expect_string_no_context(sp[-1], kAttributeNameStep));
          --sp;
          sp[-1] = Value::boolean(sp[-1].is_attrs() && sp[-1].attrs()->find(name) >= 0);
          break;
        }

        case Op::PushWith: {
          auto* scope =
              reinterpret_cast<WithScope*>(heap.alloc(ObjectKind::WithScope, sizeof(WithScope)));
          scope->env = sp[-1];
          const Value outside = read_source(pc, base, up);
          scope->outside = outside.exists() ? outside.as<WithScope>() : nullptr;
          pc += 2;
          sp[-1] = Value::of(Value::kBoxed, scope);
          break;
        }
        case Op::ResolveWith: {
          ++stats.with_lookups;
          auto* scope = read_source(pc, base, up).as<WithScope>();
          pc += 2;
          const Value* slot = with_slot(a, scope);
          if (slot == nullptr) {  // an environment must be forced first
            request_task(resolve_with(*this, a, {heap, Value::of(Value::kBoxed, scope)}).release());
            goto run_task;
          }
          *sp++ = *slot;
          if (!slot->is_forced()) goto force_top;
          break;
        }
      }
      continue;

    force_top: {
      const Value v = resolve(sp[-1]);
      if (v.is_forced()) {
        sp[-1] = v;
        continue;
      }
      --sp;
      SAVE();
      enter_thunk(v.thunk());
      RELOAD();
      continue;
    }

    run_task:  // its result is pushed
      SAVE();
      {
        Frame f;
        f.native = request_task_;
        f.base = f.ret = sp_;
        f.depth = frames_.back().depth;
        frames_.push_back(f);
      }
      return;
    }
  } catch (EvalError&) {
    // A frame pushed just before the error has its own pc.
    if (frames_.size() == level) frames_.back().pc = pc;
    throw;
  }
}

}  // namespace nilas::eval
