#include "evaluator/builtins/support.hpp"

#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

Value position_value(Vm& vm, SourceSpan span) {
  const SourceUnit* unit = span.known() ? vm.world.source(span.source) : nullptr;
  if (!unit || !unit->is_file) return Value::null();
  const LineColumn place = vm.world.line_column(span);
  AttrsBuilder result(vm, 3);
  result.add(vm.symbols.known.file, vm.make_string(unit->name));
  result.add(vm.symbols.known.line, vm.make_int(place.line));
  result.add(vm.symbols.known.column, vm.make_int(place.column));
  return result.finish();
}

SourceSpan attribute_place(Vm& vm, Attrs* set, Symbol name) {
  const int32_t index = set->find(name);
  return index < 0 ? SourceSpan{} : vm.world.position(set->pos(static_cast<uint32_t>(index)));
}

void refuse_nul(std::string_view bytes) {
  if (bytes.find('\0') == std::string_view::npos) return;
  std::string shown;
  for (const char c : bytes) {
    if (c == '\0')
      shown += "␀";
    else
      shown += c;
  }
  throw EvalError(ErrorKind::Other,
                  cat("input string '", shown,
                      "' cannot be represented as Nix string because it contains null bytes"));
}

}  // namespace nilas::eval::builtins
