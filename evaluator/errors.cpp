// How errors are worded, where they happened, and what becomes of the frames they leave.

#include <algorithm>
#include <optional>

#include "evaluator/builtins.hpp"
#include "evaluator/edit_distance.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/frame.hpp"
#include "evaluator/text.hpp"
#include "evaluator/trace.hpp"
#include "syntax/print.hpp"

namespace nilas::eval {

namespace {

/// Steps kept of a trace, of the inner and the outer end: an infinite recursion has thousands, all alike.
constexpr size_t kMaxTrace = 200;

/// Names near `name`, best first, as C++ Nix chooses them: at most five, at most two edits away.
std::vector<std::string> similar(const SymbolTable& symbols, Symbol name,
                                 std::span<const Symbol> among) {
  std::vector<std::pair<size_t, std::string_view>> found;
  const std::string_view wanted = symbols.name(name);
  if (wanted.size() > 100) return {};
  for (const Symbol s : among) {
    const std::string_view have = symbols.name(s);
    if (have.size() > wanted.size() + 2 || wanted.size() > have.size() + 2) continue;
    const size_t d = edit_distance(wanted, have);
    if (d <= 2) found.emplace_back(d, have);
  }
  std::ranges::sort(found);
  std::vector<std::string> names;
  for (const auto& [d, have] : found)
    if (names.size() < 5) names.emplace_back(have);
  return names;
}

std::string_view plain_name(const Vm& vm, const CodeBlock& code) {
  return code.name == SymbolTable::kNoSymbol ? "anonymous lambda" : vm.symbols.name(code.name);
}

/// A value as messages quote it.
std::string shown(Vm& vm, Value v) {
  return print_shallow(vm, v, PrintOptions::message());
}

/// As steps of a trace name a function.
std::string quoted_name(const Vm& vm, const CodeBlock& code) {
  return code.name == SymbolTable::kNoSymbol ? "anonymous lambda"
                                             : cat("'", vm.symbols.name(code.name), "'");
}

}  // namespace

std::string_view Vm::builtin_name(Value builtin) {
  return builtin_table()[builtin.object()->count].name();
}

/// "name " of a function that was bound to one, else nothing.
std::string Vm::function_name(Value f) {
  if (f.object()->kind == ObjectKind::PartialApp) return {};
  const CodeBlock& block = world.code(f.object()->count);
  return block.name == SymbolTable::kNoSymbol
             ? ""
             : cat(quote_attribute_name(symbols.name(block.name)), " ");
}

std::string Vm::context_example(const Context* context) {
  return world.store->contexts.show(context->ids[0]);
}

void Vm::fail(ErrorKind kind, std::string message) {
  throw EvalError(kind, std::move(message));
}

void Vm::fail_type(std::string_view expected, Value got, std::string_view trace, SourceSpan place) {
  EvalError error(ErrorKind::Type, cat("expected ", expected, " but found ", describe(*this, got),
                                       ": ", shown(*this, got)));
  // C++ Nix says where the others are, but not sets and lists.
  if (expected != "a set" && expected != "a list") error.at(place);
  if (!trace.empty()) error.trace(std::string(trace), place);
  throw error;
}

bool Vm::is_too_deep(size_t levels) const {
  const size_t calls = frames_.empty() ? 0 : frames_.back().depth;
  return calls + levels > limits_.call_depth;
}

EvalError Vm::depth_error() {
  return {ErrorKind::DepthLimit, "stack overflow; max-call-depth exceeded"};
}

bool Vm::is_application(const Thunk* thunk) const {
  return thunk->object.count == apply_code_[0] || thunk->object.count == apply_code_[1];
}

void Vm::fail_missing_attribute(Symbol name, Attrs* set) {
  throw EvalError(
      ErrorData{ErrorKind::MissingAttribute,
                cat("attribute '", quote_attribute_name(symbols.name(name)), "' missing"),
                {},
                {},
                similar(symbols, name, set->keys->all())});
}

void Vm::fail_missing_argument(const CodeBlock& code, const FormalsInfo& info, Symbol name) {
  const auto& node = code.unit->ast->nodes[info.lambda];
  throw EvalError(ErrorKind::MissingArgument,
                  cat("function '", plain_name(*this, code), "' called without required argument '",
                      symbols.name(name), "'"),
                  {code.unit->id, node.span});
}

void Vm::fail_unexpected_argument(const CodeBlock& code, const FormalsInfo& info, Attrs* set) {
  std::vector<Symbol> formals;
  for (const auto& f : info.formals)
    formals.push_back(f.symbol);
  const auto& node = code.unit->ast->nodes[info.lambda];
  for (const Symbol s : set->keys->all()) {
    if (std::ranges::find(formals, s) != formals.end()) continue;
    throw EvalError(
        ErrorData{ErrorKind::UnexpectedArgument,
                  cat("function '", plain_name(*this, code), "' called with unexpected argument '",
                      quote_attribute_name(symbols.name(s)), "'"),
                  {code.unit->id, node.span},
                  {},
                  similar(symbols, s, formals)});
  }
  fail(ErrorKind::UnexpectedArgument, "function called with unexpected argument");
}

void Vm::fail_call(Value f) {
  throw EvalError(ErrorKind::Type, cat("attempt to call something which is not a function but ",
                                       describe(*this, f), ": ", shown(*this, f)));
}

void Vm::throw_failed(Thunk* thunk) {
  throw EvalError(heap.failure(thunk->slots[0].object()));
}

void Vm::fail_assertion() {
  const Frame& frame = frames_.back();
  const auto node = frame.block->body->nodes[static_cast<size_t>(instruction(frame))];
  throw EvalError(ErrorKind::AssertionFailed,
                  cat("assertion '", condition_text(world, *frame.block->unit, node), "' failed"),
                  site(frame));
}

/// The instruction that the frame was at: the one before its pc. Its index; -1 if the code is none that someone wrote.
int64_t Vm::instruction(const Frame& frame) {
  if (frame.block == nullptr || frame.block->unit == nullptr || !frame.block->body) return -1;
  const CodeBody& body = *frame.block->body;
  auto at = std::min<int64_t>(frame.pc - body.words.data(), std::ssize(body.nodes));
  while (at > 0 && body.nodes[static_cast<size_t>(at - 1)] == syntax::kNoNode)
    --at;
  return at - 1;
}

/// Where the frame was, as C++ Nix gives it.
SourceSpan Vm::site(const Frame& frame) const {
  const int64_t at = instruction(frame);
  if (at < 0) return {};
  return place_of(*frame.block->unit, frame.block->body->nodes[static_cast<size_t>(at)]);
}

/// C++ Nix has a delayed application called where its function is, if that was evaluated before: `map` and its like do so,
/// those that delay a call of two arguments, as `mapAttrs`, do not.
SourceSpan Vm::application_place(const Thunk* thunk) {
  const Value f = resolve(thunk->slots[0]);
  const bool known = thunk->object.count == apply_code_[0] && f.is_function();
  return known ? world.function_span(f) : SourceSpan{};
}

/// The argument that the code of a builtin, called through a value, was just forcing.
std::optional<uint32_t> Vm::argument_under_way(const Frame& frame) {
  const uint32_t* word = frame.block->body->words.data();
  uint32_t pushed = 0;
  Op op = Op::Return;
  for (; word < frame.pc; ++word) {
    op = static_cast<Op>(*word & 0xff);
    if (op == Op::CheckArgument)
      ++word;
    else if (op == Op::LocalForce || op == Op::Local)
      ++pushed;
  }
  return op == Op::LocalForce ? std::optional(pushed - 1) : std::nullopt;
}

/// Leaving a frame of code that has no source: a builtin called through a value, a functor, an application that was
/// delayed. What `error` does not know yet is that of the call.
void Vm::leave_own_code(EvalError& error, const Frame& frame, SourceSpan call, bool first) {
  if (frame.block == &world.code(functor_code_)) {
    const Attrs* set = stack_[frame.base].is_attrs() ? stack_[frame.base].attrs() : nullptr;
    const int32_t index = set == nullptr ? -1 : set->find(symbols.known.functor);
    if (first && index >= 0) error.at(world.position(set->pos(static_cast<uint32_t>(index))));
    error.trace("while calling a functor (an attribute set with a '__functor' attribute)", call);
  } else if (frame.block->kind == CodeKind::Builtin && frame.self != nullptr &&
             frame.self->kind == ObjectKind::Builtin) {
    const BuiltinInfo& info = builtin_table()[frame.self->count];
    if (const auto index = argument_under_way(frame); !first && index)
      if (std::string step = argument_step(info, *index); !step.empty())
        error.trace(std::move(step));
    if (tells_calls(info)) error.trace(cat("while calling the '", info.name(), "' builtin"), call);
  } else if (first && frame.update != nullptr && is_application(frame.update)) {
    error.at(application_place(frame.update));
  }
}

/// Leaving a frame of a written body. `call`: where it was called, if it was.
void Vm::leave_code(EvalError& error, const Frame& frame, SourceSpan call, bool first,
                    const CodeBlock* forced) {
  const CodeBlock& block = *frame.block;
  const int64_t at = instruction(frame);
  bool entering = false;  // what failed was to take its arguments
  if (at >= 0) {
    const auto index = static_cast<uint32_t>(at);
    if (first) place_own(error, block, index, forced);
    error.trace(TraceFrame{.code = &block, .forced = forced, .at = index});
    entering = is_prologue(block, index);
  }
  if (block.kind == CodeKind::Lambda) {
    if (!entering)
      error.trace(
          TraceFrame{cat("while calling ", quoted_name(*this, block)), lambda_place(block), true});
    TraceFrame step{.message = "from call site", .span = call, .detail = !entering};
    if (frame.update != nullptr && is_application(frame.update) &&
        world.code(frame.update->object.count).body->contains(frame.tail_call)) {
      step.span = application_place(frame.update);
    } else {
      step.tail_call = frame.tail_call;
    }
    if (step.span.known() || step.tail_call != nullptr) error.trace(std::move(step));
  } else if (frame.update != nullptr && block.unit->is_file &&
             block.node == block.unit->ast->root && frames_.size() > 1) {
    // Not that of the file that was asked for, only of imported ones.
    error.trace(cat("while evaluating the file '", block.unit->name, "':"));
  }
}

/// Takes frames off, down to a native frame that waits for errors (true) or to `stop` (false). Thunks on the way remember
/// the error, unless it is a limit of ours: then they are as they were.
bool Vm::unwind(EvalError& error, size_t stop) {
  const bool limit = is_limit(error.data().kind);
  const Thunk* running = std::exchange(running_, nullptr);
  const CodeBlock* forced = running == nullptr ? nullptr : &world.code(running->object.count);
  size_t kept_steps = kMaxTrace;
  while (frames_.size() > stop) {
    Frame& f = frames_.back();
    if (f.native && f.catches && !limit) {
      f.catches = false;
      caught_ = error.share();
      sp_ = f.sp;
      return true;
    }
    if (f.native) {
      const ErrorNote note = f.native.promise().note;
      const bool told = !limit || error.data().kind == ErrorKind::DepthLimit;
      if (note.add != nullptr && told) note.add(error, note.data);
      kept_steps = std::max(kept_steps, error.data().trace.size());
      f.native.destroy();
      forced = nullptr;
    } else {
      const bool first = !error.data().left_origin;
      const Frame* caller = frames_.size() > 1 ? &f - 1 : nullptr;
      const SourceSpan call = caller != nullptr && f.is_call ? site(*caller) : SourceSpan{};
      if (f.block->unit == nullptr)
        leave_own_code(error, f, call, first);
      else
        leave_code(error, f, call, first, forced);
      if (running != nullptr && f.update == running)
        error.trace(TraceFrame{.message = "entering the infinite recursion", .always = true});
      error.keep_steps(kept_steps);
      if (f.block != &world.code(extra_code_)) error.leave_origin();
      // A tail call may have put other code into the frame.
      forced = f.update != nullptr ? &world.code(f.update->object.count) : nullptr;
      if (f.update != nullptr) {
        if (limit) {
          f.update->set_state(ThunkState::Suspended);
        } else {
          ErrorPtr kept = error.data().trace.size() < kMaxTrace
                              ? std::make_shared<const ErrorData>(error.data())
                              : error.share();
          f.update->slots[0] = Value::of(Value::kBoxed, heap.alloc_failure(std::move(kept)));
          f.update->set_state(ThunkState::Failed);
        }
      }
    }
    sp_ = f.ret;
    frames_.pop_back();
  }
  return false;
}

}  // namespace nilas::eval
