#pragma once
// What the builtins of several families share.

#include <algorithm>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "evaluator/format/print.hpp"
#include "evaluator/store/context.hpp"
#include "evaluator/text.hpp"
#include "evaluator/vm.hpp"

namespace nilas::eval::builtins {

/// Slot of attribute `name`; if there is none, fails with "attribute 'x' missing" and `trace` as innermost step.
inline Value& attribute(Vm& vm, Attrs* set, Symbol name, std::string_view trace) {
  if (Value* slot = set->get(name)) return *slot;
  throw EvalError(ErrorKind::MissingAttribute,
                  cat("attribute '", quote_attribute_name(vm.symbols.name(name)), "' missing"))
      .trace(std::string(trace));
}

/// The value of a try_force; its error goes on with `trace` as another step of the way.
inline Value or_trace(const std::expected<Value, ErrorPtr>& forced, std::string_view trace,
                      SourceSpan place = {}) {
  if (forced) return *forced;
  EvalError error(forced.error());
  throw error.trace(std::string(trace), place);
}

/// Where the attribute `name` of `set` was defined.
SourceSpan attribute_place(Vm& vm, Attrs* set, Symbol name);

/// A list with these items; they need not be rooted.
inline Value make_list(Vm& vm, std::span<const Value> items) {
  List* list = vm.alloc_list(items.size());
  std::copy(items.begin(), items.end(), list->items);
  return Value::of(list);
}

/// `{ column, file, line }` of a place in a file, or null if it is not known or lies in no file.
Value position_value(Vm& vm, SourceSpan span);

/// Fails unless `bytes` can be a Nix string: these have no NUL.
void refuse_nul(std::string_view bytes);

}  // namespace nilas::eval::builtins
