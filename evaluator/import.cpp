// import and scopedImport.

#include "evaluator/builtins.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/vm.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

Task import(Vm& vm, Args args) {
  const Value path = co_await realise_path(vm, {vm.heap, args[0]}, Symlinks::Keep);
  if (is_importable_derivation(vm.world, path.path()->view())) {
    const Value derivation = co_await import_derivation(vm, std::string(path.path()->view()));
    co_return derivation;
  }
  co_return vm.world.import_file(path.path()->view());
}

Task scoped_import(Vm& vm, Args args) {
  const Value path = co_await realise_path(vm, {vm.heap, args[1]}, Symlinks::Keep);
  args[1] = path;
  const Value scope = co_await vm.force(args[0]);
  args[0] = scope;
  vm.expect_attrs(scope, "while evaluating the first argument passed to builtins.scopedImport");
  co_return vm.world.import_scoped(args[1].path()->view(), args[0].attrs());
}

}  // namespace nilas::eval::builtins
