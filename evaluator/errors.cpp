// How errors are worded, where they happened, and what becomes of the frames they leave.

#include <algorithm>

#include "evaluator/builtins.hpp"
#include "evaluator/frame.hpp"
#include "evaluator/text.hpp"
#include "syntax/print.hpp"

namespace nilas::eval {

namespace {

/// Steps kept of a trace: an infinite recursion has thousands, all alike.
constexpr size_t kMaxTrace = 200;

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

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
  return block.name == SymbolTable::kNoSymbol ? "" : cat(symbols.name(block.name), " ");
}

std::string Vm::context_example(const Context* context) {
  return world.store->contexts.show(context->ids[0]);
}

void Vm::fail(ErrorKind kind, std::string message) {
  throw EvalError(kind, std::move(message));
}

void Vm::fail_type(std::string_view expected, Value got, std::string_view trace) {
  EvalError error(ErrorKind::Type,
                  cat("expected ", expected, " but found ", describe_type(got), ": ", brief(got)));
  if (!trace.empty()) error.trace(std::string(trace));
  throw error;
}

void Vm::fail_missing_attribute(Symbol name, Attrs* set) {
  throw EvalError(ErrorData{ErrorKind::MissingAttribute,
                            cat("attribute '", symbols.name(name), "' missing"),
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
    throw EvalError(ErrorData{ErrorKind::UnexpectedArgument,
                              cat("function '", plain_name(*this, code),
                                  "' called with unexpected argument '", symbols.name(s), "'"),
                              {code.unit->id, node.span},
                              {},
                              similar(symbols, s, formals)});
  }
  fail(ErrorKind::UnexpectedArgument, "function called with unexpected argument");
}

void Vm::fail_call(Value f) {
  throw EvalError(ErrorKind::Type, cat("attempt to call something which is not a function but ",
                                       describe_type(f), ": ", brief(f)));
}

void Vm::throw_failed(Thunk* thunk) {
  throw EvalError(heap.failure(thunk->slots[0].object()));
}

void Vm::fail_assertion() {
  const Frame& frame = frames_.back();
  const SourceSpan at = site(frame);
  const auto& body = *frame.block->body;
  const auto& ast = *frame.block->unit->ast;
  const syntax::NodeId node = body.nodes[static_cast<size_t>(frame.pc - body.words.data()) - 1];
  const std::string home = host().home_directory().value_or("~");
  throw EvalError(
      ErrorKind::AssertionFailed,
      cat("assertion '", syntax::print(ast, ast.nodes[node].a, {frame.block->unit->base_dir, home}),
          "' failed"),
      at);
}

/// What the frame was at: the source of the instruction before its pc.
SourceSpan Vm::site(const Frame& frame) const {
  if (frame.block == nullptr || frame.block->unit == nullptr || !frame.block->body) return {};
  const CodeBody& body = *frame.block->body;
  auto at = frame.pc - body.words.data();
  if (at > static_cast<std::ptrdiff_t>(body.nodes.size())) return {};
  while (at > 0 && body.nodes[static_cast<size_t>(at - 1)] == syntax::kNoNode)
    --at;
  const syntax::NodeId node = at > 0 ? body.nodes[static_cast<size_t>(at - 1)] : frame.block->node;
  if (node == syntax::kNoNode) return {};
  return {frame.block->unit->id, frame.block->unit->ast->nodes[node].span};
}

/// The step that leaving `frame` adds to the trace. `caller` is the frame below, if any.
void Vm::add_trace(EvalError& error, const Frame& frame, const Frame* caller) {
  if (error.data().trace.size() >= kMaxTrace) return;
  if (frame.native) {
    if (frame.builtin == UINT32_MAX) return;
    const SourceSpan at = caller != nullptr ? site(*caller) : SourceSpan{};
    error.trace(cat("while calling the '", builtin_table()[frame.builtin].name(), "' builtin"), at);
    return;
  }
  if (frame.block->unit == nullptr) return;
  const auto& unit = *frame.block->unit;
  const SourceSpan whole{unit.id, unit.ast->nodes[frame.block->node].span};
  if (frame.block->kind == CodeKind::Lambda) {
    error.trace(cat("while calling ", quoted_name(*this, *frame.block)), whole);
    if (caller != nullptr)
      if (const SourceSpan at = site(*caller); at.known()) error.trace("from call site", at);
  } else if (frame.update != nullptr && frame.block->name != SymbolTable::kNoSymbol) {
    error.trace(cat("while evaluating '", symbols.name(frame.block->name), "'"), whole);
  }
}

/// Takes frames off, down to a native frame that waits for errors (true) or to `stop` (false). Thunks on the way remember
/// the error, unless it is a limit of ours: then they are as they were.
bool Vm::unwind(EvalError& error, size_t stop) {
  const bool limit = is_limit(error.data().kind);
  bool first = true;
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
      if (note.add != nullptr && !limit) note.add(error, note.data);
      f.native.destroy();
    } else {
      // Code of our own has no place: then it is the caller's.
      if (first) error.at(site(f));
      first = first && f.block->unit == nullptr;
      if (f.update != nullptr) {
        if (limit) {
          f.update->set_state(ThunkState::Suspended);
        } else {
          ErrorPtr kept = error.data().trace.size() >= kMaxTrace
                              ? error.share()
                              : std::make_shared<const ErrorData>(error.data());
          f.update->slots[0] = Value::of(Value::kBoxed, heap.alloc_failure(std::move(kept)));
          f.update->set_state(ThunkState::Failed);
        }
      }
    }
    const Frame left = f;
    frames_.pop_back();
    add_trace(error, left, frames_.empty() ? nullptr : &frames_.back());
    sp_ = left.ret;
  }
  return false;
}

}  // namespace nilas::eval
