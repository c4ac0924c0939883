// getFlake, parseFlakeRef, flakeRefToString.

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/error.hpp"
#include "evaluator/fetch/flake.hpp"
#include "evaluator/fetch/values.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

Task get_flake(Vm& vm, Args args) {
  World& world = vm.world;
  world.options.features.require(Feature::flakes);
  const bool pure = world.options.pure;
  const LockOptions options{.use_registries = !pure && world.options.fetch.use_registries,
                            .allow_unlocked = !pure};
  LockedFlake locked;
  if (args[0].is_path()) {
    const Value path = co_await realise_path(vm, {vm.heap, args[0]}, Symlinks::Full);
    const FlakeRef unnamed =
        eval::parse_flake_ref("flake:get-flake", {.features = world.options.features});
    locked = lock_flake(world, unnamed,
                        read_flake(world, unnamed, std::string(path.path()->view()), {}), options);
  } else {
    const std::string text(vm.expect_string_no_context(
        args[0], "while evaluating the argument passed to builtins.getFlake"));
    const FlakeRef ref = eval::parse_flake_ref(text, {.features = world.options.features});
    if (pure && !ref.input.is_locked()) {
      vm.fail(ErrorKind::Other, cat("cannot call 'getFlake' on unlocked flake reference '", text,
                                    "', at «none»:0 (use --impure to override)"));
    }
    const auto use = options.use_registries ? UseRegistries::All : UseRegistries::No;
    locked = lock_flake(world, ref, eval::get_flake(world, ref, use, {}), options);
  }
  const Value value = co_await call_flake(vm, &locked);
  co_return value;
}

Value parse_flake_ref(Vm& vm, Args args) {
  const std::string_view text = vm.expect_string_no_context(
      args[0], "while evaluating the argument passed to builtins.parseFlakeRef");
  const FlakeRef ref = eval::parse_flake_ref(text, {.features = vm.world.options.features});
  return attributes_value(vm, ref.attributes());
}

Task flake_ref_to_string(Vm& vm, Args args) {
  vm.expect_attrs(args[0], "while evaluating the argument passed to builtins.flakeRefToString");
  FetchAttributes attributes;
  const uint32_t size = args[0].attrs()->size();
  for (uint32_t i = 0; i < size; ++i) {
    const Value v = co_await vm.force(args[0].attrs()->values[i]);
    const std::string name(vm.symbols.name(args[0].attrs()->keys->symbols[i]));
    if (v.is_int()) {
      if (v.as_int() < 0) {
        vm.fail(ErrorKind::Other,
                cat("negative value given for flake ref attr ", name, ": ", v.as_int()));
      }
      attributes.emplace(name, static_cast<uint64_t>(v.as_int()));
    } else if (v.is_bool()) {
      attributes.emplace(name, v.is_true());
    } else if (v.is_string()) {
      attributes.emplace(name, std::string(vm.view(v)));
    } else {
      vm.fail(ErrorKind::Other,
              cat("flake reference attribute sets may only contain integers, Booleans, and "
                  "strings, but attribute '",
                  quote_attribute_name(name), "' is ", describe_type(v)));
    }
  }
  const FlakeRef ref = flake_ref_from_attributes(std::move(attributes), vm.world.options.features);
  co_return vm.make_string(ref.to_string());
}

}  // namespace nilas::eval::builtins
