// derivationStrict: attributes to a derivation. Nix manual, "Derivations", "Advanced Attributes".
//
// The attributes are evaluated in the order of their names, which is also the order of the variables in the .drv file:
// each is escaped into the draft as soon as it is known. Most are strings, or lists of strings and packages whose paths
// are known already: these take no coroutine of their own.

#include <algorithm>
#include <array>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/error.hpp"
#include "evaluator/format/json.hpp"
#include "evaluator/store/derivation_draft.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/store/support.hpp"

namespace nilas::eval {

namespace {

/// Attributes that mean something to Nix.
enum class Role : uint8_t {
  Args,
  Builder,
  ContentAddressed,
  IgnoreNulls,
  Impure,
  Json,
  OutputHash,
  OutputHashAlgo,
  OutputHashMode,
  Outputs,
  StructuredAttrs,
  System,
  ReferenceLimit,  // without effect where attributes are structured
  None,
};

constexpr std::pair<std::string_view, Role> kRoles[] = {
    {"args", Role::Args},
    {"builder", Role::Builder},
    {"__contentAddressed", Role::ContentAddressed},
    {"__ignoreNulls", Role::IgnoreNulls},
    {"__impure", Role::Impure},
    {"__json", Role::Json},
    {"outputHash", Role::OutputHash},
    {"outputHashAlgo", Role::OutputHashAlgo},
    {"outputHashMode", Role::OutputHashMode},
    {"outputs", Role::Outputs},
    {"__structuredAttrs", Role::StructuredAttrs},
    {"system", Role::System},
    {"allowedReferences", Role::ReferenceLimit},
    {"allowedRequisites", Role::ReferenceLimit},
    {"disallowedReferences", Role::ReferenceLimit},
    {"disallowedRequisites", Role::ReferenceLimit},
    {"maxSize", Role::ReferenceLimit},
    {"maxClosureSize", Role::ReferenceLimit},
};

Role role_of(StoreState& store, SymbolTable& symbols, Symbol s) {
  auto& known = store.derivation_attributes;
  if (known.empty()) {
    for (const auto& [name, role] : kRoles)
      known.push_back(symbols.intern(name));
  }
  const auto it = std::ranges::find(known, s);
  return it == known.end() ? Role::None : kRoles[it - known.begin()].second;
}

void require_feature(bool enabled, std::string_view feature) {
  if (enabled) return;
  throw EvalError(ErrorKind::Other, cat("experimental Nix feature '", feature,
                                        "' is disabled; add '--extra-experimental-features ",
                                        feature, "' to enable it"));
}

/// What derivationStrict knows so far.
struct Progress {
  World* world;
  std::string name;
  SourceSpan name_span;
  DerivationDraft draft;
  bool structured = false;
  bool ignore_nulls = false;
  bool content_addressed = false;
  bool impure = false;
  std::optional<std::string> output_hash;
  std::optional<HashAlgorithm> output_hash_algorithm;
  std::optional<IngestionMethod> method;
  std::string json;  // of structured attributes: members so far
  // The attribute being evaluated, for traces; empty between them.
  std::string_view attribute;
  SourceSpan attribute_span;

  Vm& vm() const { return world->vm; }
  [[noreturn]] void fail(std::string message) const {
    throw EvalError(ErrorKind::Other, std::move(message));
  }
};

std::string show_position(const World& world, SourceSpan span) {
  const SourceUnit* const source = span.known() ? world.source(span.source) : nullptr;
  if (!source) return "«none»";
  const LineColumn at = world.line_column(span);
  return cat(source->name, ":", at.line, ":", at.column);
}

void add_derivation_steps(EvalError& error, void* data) {
  const auto& progress = *static_cast<const Progress*>(data);
  if (!progress.attribute.empty()) {
    error.trace(cat("while evaluating attribute '", progress.attribute, "' of derivation '",
                    progress.name, "'"),
                progress.attribute_span);
  }
  error.trace(cat("while evaluating derivation '", progress.name,
                  "'\n  whose name attribute is located at ",
                  show_position(*progress.world, progress.name_span)));
}

// --- Attributes as text ------------------------------------------------------------------------------------------------

/// The outPath of a set that is coerced by it, or null.
Value* out_path(Vm& vm, Value v) {
  if (!v.is_attrs()) return nullptr;
  Attrs* const set = v.attrs();
  Value* const path = set->get(vm.symbols.known.out_path);
  return path && set->find(vm.symbols.known.to_string) < 0 ? path : nullptr;
}

/// Appends the text of a forced value that takes no evaluation; false for other values.
bool append_now(Vm& vm, Value v, std::string& text, ContextSet& context) {
  if (v.is_path()) v = copy_path_to_store(vm, v);
  if (v.is_string()) {
    text += vm.view(v);
    context.add(vm.context(v));
  } else if (v.is_small_int()) {
    text += std::to_string(v.small_int());
  } else if (v.is_true()) {
    text += '1';
  } else if (!v.is_false() && !v.is_null()) {
    return false;
  }
  return true;
}

bool is_empty_list(Value v) {
  return v.is_list() && v.list()->size() == 0;
}

/// Appends `slot` coerced to a string to *text; an `args` attribute goes to the draft argument by argument.
/// The pointers are to what outlives this task, `slot`'s set is rooted by the caller.
Task evaluate_text(Vm& vm, Value* slot, Progress* progress, Role role, std::string* text) {
  const Value whole = co_await vm.force(*slot);
  const bool is_list = whole.is_list();
  if (role == Role::Args && !is_list) vm.expect_list(whole, "");
  const uint32_t count = is_list ? whole.list()->size() : 1;
  const std::string_view trace = role == Role::Args
                                     ? "while evaluating an element of the argument list"
                                 : is_list ? "while evaluating one element of the list"
                                           : "";
  for (uint32_t i = 0; i < count; ++i) {
    // The list is what its slot evaluated to: it stays alive.
    Value* const item = is_list ? &whole.list()->items[i] : slot;
    Value v = co_await vm.force(*item);
    if (Value* const path = out_path(vm, v)) {
      const Value forced = co_await vm.force(*path);
      v = forced;
    }
    if (!append_now(vm, v, *text, progress->draft.context)) {
      const Value coerced =
          co_await coerce_to_string(vm, Root(vm.heap, v), {.strong = true}, trace);
      append_now(vm, coerced, *text, progress->draft.context);
    }
    if (role == Role::Args) {
      progress->draft.add_arg(*text);
      text->clear();
    } else if (i + 1 < count && !is_empty_list(vm.resolve(*item))) {
      *text += ' ';
    }
  }
  co_return Value::null();
}

void set_outputs(Progress& progress, std::vector<std::string> names) {
  auto& outputs = progress.draft.outputs;
  outputs.clear();
  for (std::string& name : names) {
    if (std::ranges::find(outputs, name) != outputs.end()) {
      progress.fail(cat("duplicate derivation output '", name, "'"));
    }
    if (name == "drvPath") progress.fail("invalid derivation output name 'drvPath'");
    outputs.push_back(std::move(name));
  }
  if (outputs.empty()) progress.fail("derivation cannot have an empty set of outputs");
  std::ranges::sort(outputs);
}

std::vector<std::string> split_words(std::string_view text) {
  static constexpr std::string_view kSpace = " \t\n\r";
  std::vector<std::string> words;
  for (size_t at = text.find_first_not_of(kSpace); at != text.npos;) {
    const size_t end = std::min(text.find_first_of(kSpace, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(kSpace, end);
  }
  return words;
}

void set_hash_mode(Progress& progress, std::string_view mode) {
  progress.method = find_ingestion_method(mode);
  if (!progress.method) {
    progress.fail(cat("invalid value '", mode, "' for 'outputHashMode' attribute"));
  }
  const StoreFeatures& features = progress.world->store->features;
  if (*progress.method == IngestionMethod::Text) {
    require_feature(features.dynamic_derivations, "dynamic-derivations");
  }
  if (*progress.method == IngestionMethod::Git) {
    require_feature(features.git_hashing, "git-hashing");
  }
}

/// Takes note of an attribute that has a meaning, given as text.
void apply(Progress& progress, Role role, std::string_view text) {
  switch (role) {
    case Role::Builder: progress.draft.builder = text; break;
    case Role::System: progress.draft.system = text; break;
    case Role::OutputHash: progress.output_hash = text; break;
    case Role::OutputHashAlgo: progress.output_hash_algorithm = find_hash_algorithm(text); break;
    case Role::OutputHashMode: set_hash_mode(progress, text); break;
    case Role::Outputs: set_outputs(progress, split_words(text)); break;
    case Role::Args:
    case Role::ContentAddressed:
    case Role::IgnoreNulls:
    case Role::Impure:
    case Role::Json:
    case Role::StructuredAttrs:
    case Role::ReferenceLimit:
    case Role::None: break;
  }
}

// --- Structured attributes ---------------------------------------------------------------------------------------------

/// Adds one member to the JSON, and takes note of its value if it has a meaning; those must be strings as they are.
Task evaluate_structured(Vm& vm, Value* slot, Progress* progress, Role role) {
  const Value json = co_await to_json(vm, Root(vm.heap, *slot), {.copy_to_store = true});
  progress->draft.context.add(vm.context(json));
  if (!progress->json.empty()) progress->json += ',';
  append_json_string(progress->json, progress->attribute);
  progress->json += ':';
  progress->json += vm.view(json);
  switch (role) {
    case Role::Builder:
    case Role::System:
    case Role::OutputHash:
    case Role::OutputHashAlgo:
    case Role::OutputHashMode: {
      const Value v = co_await vm.force(*slot);
      if (role == Role::Builder) {
        vm.expect_string(v, "");
        progress->draft.context.add(vm.context(v));
      } else {
        vm.expect_string_no_context(v, "");
      }
      apply(*progress, role, vm.view(v));
      break;
    }
    case Role::Outputs: {
      const Value list = co_await vm.force(*slot);
      std::vector<std::string> names;
      const uint32_t size = vm.expect_list(list, "")->size();
      for (uint32_t i = 0; i < size; ++i) {
        const Value name = co_await vm.force(list.list()->items[i]);
        names.emplace_back(vm.expect_string_no_context(name, ""));
      }
      set_outputs(*progress, std::move(names));
      break;
    }
    case Role::ReferenceLimit:
      vm.host().message(
          EvalHost::Message::Warning,
          cat("warning: In a derivation named '", progress->name,
              "', 'structuredAttrs' disables the effect of the derivation attribute '",
              progress->attribute, "'; use 'outputChecks.<output>.", progress->attribute,
              "' instead"));
      break;
    case Role::Args:
    case Role::ContentAddressed:
    case Role::IgnoreNulls:
    case Role::Impure:
    case Role::Json:
    case Role::StructuredAttrs:
    case Role::None: break;
  }
  co_return Value::null();
}

// --- The whole ---------------------------------------------------------------------------------------------------------

/// Decides what kind of derivation it is; see DerivationDraft.
void choose_addressing(Progress& p) {
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

Value finish(Vm& vm, Progress& progress) {
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
Task make_derivation(Vm& vm, Root set, Progress progress) {
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
  std::string text;
  for (const uint32_t index : vm.name_order(attrs->keys)) {
    const Symbol symbol = attrs->keys->symbols[index];
    const Role role = role_of(store, vm.symbols, symbol);
    if (role == Role::IgnoreNulls) continue;
    Value* const slot = &attrs->values[index];
    progress.attribute = vm.symbols.name(symbol);
    progress.attribute_span = vm.world.position(attrs->pos(index));
    if (progress.ignore_nulls) {
      const Value v = co_await vm.force(*slot);
      if (v.is_null()) continue;
    }
    if (role == Role::ContentAddressed || role == Role::Impure) {
      const Value v = co_await vm.force(*slot);
      if (vm.expect_bool(v, "")) {
        const bool impure = role == Role::Impure;
        require_feature(impure ? store.features.impure_derivations : store.features.ca_derivations,
                        impure ? "impure-derivations" : "ca-derivations");
        (impure ? progress.impure : progress.content_addressed) = true;
        continue;
      }
    }
    if (progress.structured && role != Role::Args) {
      if (role == Role::StructuredAttrs) continue;
      co_await evaluate_structured(vm, slot, &progress, role);
      continue;
    }
    text.clear();
    co_await evaluate_text(vm, slot, &progress, role, &text);
    if (role == Role::Args) continue;
    progress.draft.add_variable(progress.attribute, text);
    apply(progress, role, text);
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
  Progress progress{.world = &vm.world, .name_span = span};
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
  require_feature(store.features.dynamic_derivations, "dynamic-derivations");
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
