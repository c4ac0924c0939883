// Functions as values.

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

Value function_args(Vm& vm, Args args) {
  if (!args[0].is_function()) vm.fail(ErrorKind::Type, "'functionArgs' requires a function");
  const auto function = vm.world.function_node(args[0]);
  if (!function) return vm.empty_attrs();  // built in
  const syntax::Ast& ast = *function->unit->ast;
  const syntax::LambdaRecord& lambda = ast.lambdas[ast[function->node].a];
  AttrsBuilder result(vm, lambda.formal_count);
  for (const syntax::Formal& formal : ast.lambda_formals(lambda)) {
    result.add(function->unit->symbols[formal.symbol],
               Value::boolean(formal.default_value != syntax::kNoNode),
               vm.world.add_position({function->unit->id, formal.name}));
  }
  return result.finish();
}

}  // namespace nilas::eval::builtins
