// import of .drv files.

#include "evaluator/error.hpp"
#include "evaluator/store/aterm.hpp"
#include "evaluator/store/derivation_prelude.hpp"
#include "evaluator/store/derivation_table.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

/// What the file tells, as the argument of kImportedDerivationNix.
Value describe(Vm& vm, const std::string& drv_path) {
  StoreState& store = *vm.world.store;
  const ContextId drv = store.contexts.opaque(drv_path);
  const auto derivation = parse_derivation(derivation_record(vm.world, drv).text);
  if (!derivation) {
    vm.fail(ErrorKind::Other,
            cat("error parsing derivation '", drv_path, "': ", derivation.error()));
  }
  AttrsBuilder known(vm, derivation->outputs.size() + 3);
  const ContextId deep = store.contexts.drv_deep(drv_path);
  known.add(vm.symbols.known.drv_path, vm.make_string(drv_path, make_context(vm, {&deep, 1})));
  for (const auto& [name, value] : derivation->env) {
    if (name == "name") known.add(vm.symbols.known.name, vm.make_string(value));
  }
  List* const outputs = vm.alloc_list(derivation->outputs.size());
  known.add(vm.symbols.known.outputs, Value::of(outputs));
  for (size_t i = 0; i < derivation->outputs.size(); ++i) {
    const std::string& name = derivation->outputs[i].name;
    outputs->items[i] = vm.make_string(name);
    const ContextId built = store.contexts.built(drv, name);
    known.add(name, vm.make_string(output_text(vm.world, built), make_context(vm, {&built, 1})));
  }
  return known.finish();
}

}  // namespace

bool is_importable_derivation(World& world, std::string_view path) {
  return is_derivation_path(path) && world.store->dir.is_object(path) &&
         file_info(world, path).has_value();
}

Task import_derivation(Vm& vm, std::string drv_path) {
  World& world = vm.world;
  Root known(vm.heap, describe(vm, drv_path));
  uint32_t& source = world.store->imported_derivation;
  if (source == 0) {
    source = world
                 .parse_source("«nix-internal»/imported-drv-to-derivation.nix", "/",
                               std::string(kImportedDerivationNix), false)
                 .id;
  }
  const Value function = co_await vm.force(world.thunk_of(*world.source(source)));
  const Value derivation = co_await vm.call(function, known);
  co_return derivation;
}

}  // namespace nilas::eval
