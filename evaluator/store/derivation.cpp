// derivationStrict: attributes to a derivation. Nix manual, "Derivations", "Advanced Attributes".
//
// The attributes are evaluated in the order of their names, which is also the order of the
// variables in the .drv file: each is escaped into the draft as soon as it is known. Most are
// strings, or lists of strings and packages whose paths are known already: these take no coroutine
// of their own.

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/error.hpp"
#include "evaluator/store/derivation_attributes.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/store/support.hpp"

namespace nilas::eval {

namespace {

std::string show_position(const World& world, SourceSpan span) {
  const SourceUnit* const source = span.known() ? world.source(span.source) : nullptr;
  if (!source) return "«none»";
  const LineColumn at = world.line_column(span);
  return cat(source->name, ":", at.line, ":", at.column);
}

void add_derivation_steps(EvalError& error, void* data) {
  const auto& progress = *static_cast<const DerivationProgress*>(data);
  if (!progress.attribute.empty()) {
    error.trace(cat("while evaluating attribute '", quote_attribute_name(progress.attribute),
                    "' of derivation '", progress.name, "'"),
                progress.attribute_span);
  }
  error.trace(TraceFrame{.message = cat("while evaluating derivation '", progress.name,
                                        "'\n  whose name attribute is located at ",
                                        show_position(*progress.world, progress.name_span)),
                         .always = true});
}

/// Decides what kind of derivation it is; see DerivationDraft.
void choose_addressing(DerivationProgress& p) {
  DerivationDraft& draft = p.draft;
  if (draft.builder.empty()) p.fail("required attribute 'builder' missing");
  if (draft.system.empty()) p.fail("required attribute 'system' missing");
  const bool only_out = draft.outputs.size() == 1 && draft.outputs[0] == "out";
  if (is_derivation_path(p.name) && !(p.method == IngestionMethod::Text && only_out)) {
    p.fail(
        "derivation names are allowed to end in '.drv' only if they produce a single derivation "
        "file");
  }
  if (p.output_hash) {
    if (!only_out) p.fail("multiple outputs are not supported in fixed-output derivations");
    const Hash hash =
        parse_hash_allow_empty(p.world->host, *p.output_hash, p.output_hash_algorithm);
    draft.fixed = {p.method.value_or(IngestionMethod::Flat), hash};
  } else if (p.content_addressed || p.impure) {
    if (p.content_addressed && p.impure) {
      p.fail("derivation cannot be both content-addressed and impure");
    }
    draft.floating = {p.method.value_or(IngestionMethod::Nar),
                      p.output_hash_algorithm.value_or(HashAlgorithm::Sha256), p.impure};
  }
}

Value finish(Vm& vm, DerivationProgress& progress) {
  progress.draft.name = progress.name;
  if (progress.structured) progress.draft.add_variable("__json", cat("{", progress.json, "}"));
  choose_addressing(progress);
  const FinishedDerivation finished = finish_derivation(*progress.world, progress.draft);
  ContextTable& contexts = progress.world->store->contexts;
  const std::string_view path = contexts[finished.drv].text;
  AttrsBuilder result(vm, finished.outputs.size() + 1);
  const ContextId deep = contexts.drv_deep(path);
  result.add(vm.symbols.known.drv_path, vm.make_string(path, make_context(vm, {&deep, 1})));
  for (const auto& [name, output] : finished.outputs) {
    const ContextId built = contexts.built(finished.drv, name);
    result.add(name, vm.make_string(output, make_context(vm, {&built, 1})));
  }
  return result.finish();
}

bool flag(Vm& vm, Value v, std::string_view attribute) {
  return vm.expect_bool(v, cat("while evaluating the `", attribute,
                               "` attribute passed to builtins.derivationStrict"));
}

/// `progress` is a parameter so that it outlives the body: the notes of errors look at it.
Task make_derivation(Vm& vm, Root set, DerivationProgress progress) {
  co_await SetNote{{&add_derivation_steps, &progress}};
  StoreState& store = *vm.world.store;
  Attrs* const attrs = set->attrs();
  if (const std::string wrong = check_store_name(progress.name); !wrong.empty()) {
    progress.fail(cat("invalid derivation name: ", wrong, ". Please pass a different 'name'."));
  }
  if (Value* const slot = attrs->get(vm.symbols.intern("__structuredAttrs"))) {
    const Value v = co_await vm.force(*slot);
    progress.structured = flag(vm, v, "__structuredAttrs");
  }
  if (Value* const slot = attrs->get(vm.symbols.intern("__ignoreNulls"))) {
    const Value v = co_await vm.force(*slot);
    progress.ignore_nulls = flag(vm, v, "__ignoreNulls");
  }
  for (const uint32_t index : vm.name_order(attrs->keys)) {
    const Symbol symbol = attrs->keys->symbols[index];
    const AttributeRole role = role_of(store, vm.symbols, symbol);
    if (role == AttributeRole::IgnoreNulls) continue;
    Value* const slot = &attrs->values[index];
    progress.attribute = vm.symbols.name(symbol);
    progress.attribute_span = vm.world.position(attrs->pos(index));
    if (progress.ignore_nulls) {
      const Value v = co_await vm.force(*slot);
      if (v.is_null()) continue;
    }
    if (role == AttributeRole::ContentAddressed || role == AttributeRole::Impure) {
      const Value v = co_await vm.force(*slot);
      if (vm.expect_bool(v, "")) {
        const bool impure = role == AttributeRole::Impure;
        store.features.require(impure ? Feature::impure_derivations : Feature::ca_derivations);
        (impure ? progress.impure : progress.content_addressed) = true;
        continue;
      }
    }
    if (progress.structured && role != AttributeRole::Args) {
      if (role == AttributeRole::StructuredAttrs) continue;
      co_await evaluate_structured(vm, slot, &progress, role);
      continue;
    }
    co_await evaluate_text(vm, slot, &progress, role);
  }
  progress.attribute = {};
  co_return finish(vm, progress);
}

}  // namespace

namespace builtins {

Task derivation_strict(Vm& vm, Args args) {
  Attrs* const attrs =
      vm.expect_attrs(args[0], "while evaluating the argument passed to builtins.derivationStrict");
  const int32_t index = attrs->find(vm.symbols.known.name);
  if (index < 0) {
    throw EvalError(ErrorKind::MissingAttribute, "attribute 'name' missing")
        .trace("in the attrset passed as argument to builtins.derivationStrict");
  }
  const SourceSpan span = vm.world.position(attrs->pos(static_cast<uint32_t>(index)));
  const auto forced = co_await vm.try_force(attrs->values[index]);
  DerivationProgress progress{.world = &vm.world, .name_span = span};
  try {
    if (!forced) throw EvalError(forced.error());
    progress.name = vm.expect_string_no_context(
        *forced, "while evaluating the `name` attribute passed to builtins.derivationStrict");
  } catch (EvalError& error) {
    throw error.trace("while evaluating the derivation attribute 'name'", span);
  }
  const Value result = co_await make_derivation(vm, Root(vm.heap, args[0]), std::move(progress));
  co_return result;
}

Value placeholder(Vm& vm, Args args) {
  return vm.make_string(output_placeholder(vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.placeholder")));
}

Value output_of(Vm& vm, Args args) {
  constexpr std::string_view kTrace = "while evaluating the first argument to builtins.outputOf";
  StoreState& store = *vm.world.store;
  store.features.require(Feature::dynamic_derivations);
  const std::string_view text = vm.expect_string(args[0], kTrace);
  const std::string_view output = vm.expect_string_no_context(
      args[1], "while evaluating the second argument to builtins.outputOf");
  const Context* const context = vm.context(args[0]);
  const size_t size = context ? context->all().size() : 0;
  if (size != 1) {
    vm.fail(ErrorKind::Other,
            cat("string '", text, "' has ", size,
                " entries in its context. It should only have exactly one entry"));
  }
  const ContextId drv = context->all()[0];
  if (store.contexts[drv].kind == ContextKind::DrvDeep) {
    vm.fail(ErrorKind::Other, cat("string '", text,
                                  "' has a context which refers to a complete source and binary "
                                  "closure. This is not supported at this time"));
  }
  if (const std::string expected = output_text(vm.world, drv); text != expected) {
    vm.fail(ErrorKind::Other,
            cat("path string '", text, "' has context with the different path '", expected, "'"));
  }
  const ContextId built = store.contexts.built(drv, output);
  return vm.make_string(output_text(vm.world, built), make_context(vm, {&built, 1}));
}

}  // namespace builtins

}  // namespace nilas::eval
