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
  vm.expect_attrs(args[0], "while evaluating the first argument passed to builtins.scopedImport");
  const Value path = co_await realise_path(vm, {vm.heap, args[1]}, Symlinks::Keep);
  co_return vm.world.import_scoped(path.path()->view(), args[0].attrs());
}

}  // namespace nilas::eval::builtins
