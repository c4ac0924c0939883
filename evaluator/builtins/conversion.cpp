// Values to and from other formats.

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/format/json.hpp"
#include "evaluator/format/xml.hpp"

namespace nilas::eval::builtins {

Task to_json(Vm& vm, Args args) {
  const Value text = co_await eval::to_json(vm, Root(vm.heap, args[0]), JsonOptions{});
  co_return text;
}

Value from_json(Vm& vm, Args args) {
  return eval::from_json(
      vm, vm.expect_string_no_context(
              args[0], "while evaluating the first argument passed to builtins.fromJSON"));
}

Task to_xml(Vm& vm, Args args) {
  const Value text =
      co_await eval::to_xml(vm, Root(vm.heap, args[0]), XmlOptions{.locations = false});
  co_return text;
}

}  // namespace nilas::eval::builtins
