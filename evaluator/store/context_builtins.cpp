// Builtins that show and change what a string depends on. Nix manual, "String context".

#include <algorithm>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/error.hpp"
#include "evaluator/store/context.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

namespace {

constexpr Coercion kWithCopies{};

SourceSpan attribute_span(Vm& vm, Attrs* set, uint32_t index) {
  return vm.world.position(set->pos(index));
}

[[noreturn]] void fail_at(SourceSpan span, std::string message) {
  throw EvalError(ErrorKind::Other, std::move(message), span);
}

/// Value of one path's entry in what getContext gives.
Value describe(Vm& vm, std::span<const ContextId> ids) {
  const ContextTable& contexts = vm.world.store->contexts;
  AttrsBuilder info(vm, 3);
  std::vector<std::string_view> outputs;
  for (const ContextId id : ids) {
    switch (contexts[id].kind) {
      case ContextKind::Opaque: info.add(vm.symbols.known.path, Value::boolean(true)); break;
      case ContextKind::DrvDeep:
        info.add(vm.symbols.known.all_outputs, Value::boolean(true));
        break;
      case ContextKind::Built: outputs.push_back(contexts[id].text); break;
    }
  }
  if (!outputs.empty()) {
    std::ranges::sort(outputs);
    List* const list = vm.alloc_list(outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i)
      list->items[i] = vm.make_string(outputs[i]);
    info.add(vm.symbols.known.outputs, Value::of(list));
  }
  return info.finish();
}

}  // namespace

Value has_context(Vm& vm, Args args) {
  vm.expect_string(args[0], "while evaluating the argument passed to builtins.hasContext");
  return Value::boolean(vm.context(args[0]) != nullptr);
}

Value get_context(Vm& vm, Args args) {
  vm.expect_string(args[0], "while evaluating the argument passed to builtins.getContext");
  const Context* const context = vm.context(args[0]);
  if (!context) return vm.empty_attrs();
  const ContextTable& contexts = vm.world.store->contexts;
  std::vector<ContextId> ids(context->all().begin(), context->all().end());
  std::ranges::stable_sort(ids, {}, [&](ContextId id) { return contexts.path(id); });
  AttrsBuilder result(vm, ids.size());
  for (size_t begin = 0; begin < ids.size();) {
    size_t end = begin + 1;
    while (end < ids.size() && contexts.path(ids[end]) == contexts.path(ids[begin]))
      ++end;
    result.add(contexts.path(ids[begin]), describe(vm, std::span(ids).subspan(begin, end - begin)));
    begin = end;
  }
  return result.finish();
}

Task append_context(Vm& vm, Args args) {
  StoreState& store = *vm.world.store;
  vm.expect_string(args[0], "while evaluating the first argument passed to builtins.appendContext");
  vm.expect_attrs(args[1], "while evaluating the second argument passed to builtins.appendContext");
  ContextSet context;
  context.add(vm.context(args[0]));
  const uint32_t size = args[1].attrs()->size();
  for (uint32_t i = 0; i < size; ++i) {
    const SourceSpan span = attribute_span(vm, args[1].attrs(), i);
    const std::string_view path = vm.symbols.name(args[1].attrs()->keys->symbols[i]);
    if (!store.dir.is_object(path)) {
      fail_at(span, cat("context key '", quote_attribute_name(path), "' is not a store path"));
    }
    const Value value = co_await vm.force(args[1].attrs()->values[i]);
    Root info(vm.heap, value);
    vm.expect_attrs(info, "while evaluating the value of a string context");
    if (const Value* const slot = info->attrs()->get(vm.symbols.known.path)) {
      const Value v = co_await vm.force(*slot);
      if (vm.expect_bool(v, "while evaluating the `path` attribute of a string context")) {
        context.add(store.contexts.opaque(path));
      }
    }
    if (const Value* const slot = info->attrs()->get(vm.symbols.known.all_outputs)) {
      const Value v = co_await vm.force(*slot);
      if (vm.expect_bool(v, "while evaluating the `allOutputs` attribute of a string context")) {
        if (!is_derivation_path(path)) {
          fail_at(span, cat("tried to add all-outputs context of ", quote_attribute_name(path),
                            ", which is not a derivation, to a string"));
        }
        context.add(store.contexts.drv_deep(path));
      }
    }
    const Value* const slot = info->attrs()->get(vm.symbols.known.outputs);
    if (!slot) continue;
    const Value list = co_await vm.force(*slot);
    Root outputs(vm.heap, list);
    const uint32_t count =
        vm.expect_list(list, "while evaluating the `outputs` attribute of a string context")
            ->size();
    if (count > 0 && !is_derivation_path(path)) {
      fail_at(span, cat("tried to add derivation output context of ", quote_attribute_name(path),
                        ", which is not a derivation, to a string"));
    }
    for (uint32_t n = 0; n < count; ++n) {
      const Value name = co_await vm.force(outputs->list()->items[n]);
      context.add(store.contexts.built(
          store.contexts.opaque(path),
          vm.expect_string_no_context(name,
                                      "while evaluating an output name within a string context")));
    }
  }
  co_return vm.make_string(vm.view(args[0]), context.make(vm));
}

Task unsafe_discard_string_context(Vm& vm, Args args) {
  const Value text = co_await coerce_to_string(
      vm, Root(vm.heap, args[0]), kWithCopies,
      "while evaluating the argument passed to builtins.unsafeDiscardStringContext");
  if (!vm.context(text)) co_return text;
  co_return vm.make_string(vm.view(text));
}

Task unsafe_discard_output_dependency(Vm& vm, Args args) {
  const Value text = co_await coerce_to_string(
      vm, Root(vm.heap, args[0]), kWithCopies,
      "while evaluating the argument passed to builtins.unsafeDiscardOutputDependency");
  ContextTable& contexts = vm.world.store->contexts;
  const Context* const context = vm.context(text);
  if (!context) co_return text;
  ContextSet changed;
  for (const ContextId id : context->all()) {
    const ContextElement e = contexts[id];
    changed.add(e.kind == ContextKind::DrvDeep ? contexts.opaque(e.text) : id);
  }
  co_return vm.make_string(vm.view(text), changed.make(vm));
}

Task add_drv_output_dependencies(Vm& vm, Args args) {
  const Value text = co_await coerce_to_string(
      vm, Root(vm.heap, args[0]), kWithCopies,
      "while evaluating the argument passed to builtins.addDrvOutputDependencies");
  ContextTable& contexts = vm.world.store->contexts;
  const Context* const context = vm.context(text);
  const size_t size = context ? context->all().size() : 0;
  if (size != 1) {
    vm.fail(ErrorKind::Other, cat("context of string '", vm.view(text),
                                  "' must have exactly one element, but has ", size));
  }
  const ContextElement e = contexts[context->all()[0]];
  switch (e.kind) {
    case ContextKind::DrvDeep: break;
    case ContextKind::Opaque:
      if (!is_derivation_path(e.text)) {
        vm.fail(ErrorKind::Other, cat("path '", e.text, "' is not a derivation"));
      }
      break;
    case ContextKind::Built:
      vm.fail(ErrorKind::Other,
              cat("`addDrvOutputDependencies` can only act on derivations, not on a derivation "
                  "output such as '",
                  e.text, "'"));
  }
  const ContextId id = contexts.drv_deep(e.text);
  co_return vm.make_string(vm.view(text), make_context(vm, {&id, 1}));
}

}  // namespace nilas::eval::builtins
