// Order of evaluation, messages and errors.

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/host.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

Value seq(Vm&, Args args) {
  return args[1];
}

Task deep_seq(Vm& vm, Args args) {
  co_await force_deep(vm, Root(vm.heap, args[0]));
  co_return args[1];
}

// `break` would enter the debugger; without one it is the identity.
Value break_(Vm&, Args args) {
  return args[0];
}

// --- Messages --------------------------------------------------------------------------------------------------------

Value trace(Vm& vm, Args args) {
  const std::string text = args[0].is_string() ? std::string(vm.view(args[0]))
                                               : print_shallow(vm, args[0], PrintOptions::trace());
  vm.host().message(EvalHost::Message::Trace, cat("trace: ", text));
  return args[1];
}

Value trace_verbose_now(Vm& vm, Args args) {
  return vm.world.options.trace_verbose ? Value() : args[1];
}

Task trace_verbose(Vm& vm, Args args) {
  const Value message = co_await vm.force(args[0]);
  args[0] = message;
  co_return trace(vm, args);
}

Value warn(Vm& vm, Args args) {
  constexpr std::string_view kPrefix = "evaluation warning: ";
  std::string_view text = vm.expect_string(
      args[0], "while evaluating the first argument; the message passed to builtins.warn");
  // Further lines stand below the first, unless that is empty. Nothing shows of spaces at the end of a line.
  const size_t indent = text.starts_with('\n') ? 0 : kPrefix.size();
  std::string message(kPrefix);
  text = trim_end(text);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trim_end(text.substr(at, end - at));
    if (at == 0 && line.empty()) message.pop_back();
    if (at > 0) message += '\n';
    if (at > 0 && !line.empty()) message.append(indent, ' ');
    message += line;
    at = end + 1;
  }
  vm.host().message(EvalHost::Message::Warning, message);
  if (vm.world.options.abort_on_warn) {
    vm.fail(ErrorKind::Abort, "aborting to reveal stack trace of warning, as abort-on-warn is set");
  }
  return args[1];
}

// --- Errors ----------------------------------------------------------------------------------------------------------

Task throw_(Vm& vm, Args args) {
  const Value message =
      co_await coerce_to_string(vm, Root(vm.heap, args[0]), Coercion{},
                                "while evaluating the error message passed to builtin.throw");
  vm.fail(ErrorKind::Throw, std::string(vm.view(message)));
}

Task abort_(Vm& vm, Args args) {
  const Value message =
      co_await coerce_to_string(vm, Root(vm.heap, args[0]), Coercion{},
                                "while evaluating the error message passed to builtins.abort");
  vm.fail(ErrorKind::Abort,
          cat("evaluation aborted with the following error message: '", vm.view(message), "'"));
}

Task try_eval(Vm& vm, Args args) {
  const auto forced = co_await vm.try_force(args[0]);
  if (!forced && !is_catchable(forced.error()->kind)) throw EvalError(forced.error());
  AttrsBuilder result(vm, 2);
  result.add(vm.symbols.known.success, Value::boolean(forced.has_value()));
  result.add(vm.symbols.known.value, forced ? *forced : Value::boolean(false));
  co_return result.finish();
}

Task add_error_context(Vm& vm, Args args) {
  const auto forced = co_await vm.try_force(args[1]);
  if (forced) co_return *forced;
  const ErrorPtr error = forced.error();
  const Value context = co_await coerce_to_string(
      vm, Root(vm.heap, args[0]), Coercion{.copy_to_store = false},
      "while evaluating the error message passed to builtins.addErrorContext");
  throw EvalError(error).trace(
      TraceFrame{.message = std::string(vm.view(context)), .always = true});
}

}  // namespace nilas::eval::builtins
