// isX and typeOf.

#include "evaluator/builtins/builtins.hpp"

namespace nilas::eval::builtins {

Value is_attrs(Vm&, Args args) {
  return Value::boolean(args[0].is_attrs());
}
Value is_bool(Vm&, Args args) {
  return Value::boolean(args[0].is_bool());
}
Value is_float(Vm&, Args args) {
  return Value::boolean(args[0].is_float());
}
Value is_function(Vm&, Args args) {
  return Value::boolean(args[0].is_function());
}
Value is_int(Vm&, Args args) {
  return Value::boolean(args[0].is_int());
}
Value is_list(Vm&, Args args) {
  return Value::boolean(args[0].is_list());
}
Value is_null(Vm&, Args args) {
  return Value::boolean(args[0].is_null());
}
Value is_path(Vm&, Args args) {
  return Value::boolean(args[0].is_path());
}
Value is_string(Vm&, Args args) {
  return Value::boolean(args[0].is_string());
}

Value type_of(Vm& vm, Args args) {
  return vm.symbols.string(vm.symbols.intern(type_name(args[0])));
}

}  // namespace nilas::eval::builtins
