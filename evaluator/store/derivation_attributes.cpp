#include "evaluator/store/derivation_attributes.hpp"

#include <algorithm>
#include <utility>

#include "evaluator/format/json.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

constexpr std::pair<std::string_view, AttributeRole> kRoles[] = {
    {"args", AttributeRole::Args},
    {"builder", AttributeRole::Builder},
    {"__contentAddressed", AttributeRole::ContentAddressed},
    {"__ignoreNulls", AttributeRole::IgnoreNulls},
    {"__impure", AttributeRole::Impure},
    {"__json", AttributeRole::Json},
    {"outputHash", AttributeRole::OutputHash},
    {"outputHashAlgo", AttributeRole::OutputHashAlgo},
    {"outputHashMode", AttributeRole::OutputHashMode},
    {"outputs", AttributeRole::Outputs},
    {"__structuredAttrs", AttributeRole::StructuredAttrs},
    {"system", AttributeRole::System},
    {"allowedReferences", AttributeRole::ReferenceLimit},
    {"allowedRequisites", AttributeRole::ReferenceLimit},
    {"disallowedReferences", AttributeRole::ReferenceLimit},
    {"disallowedRequisites", AttributeRole::ReferenceLimit},
    {"maxSize", AttributeRole::ReferenceLimit},
    {"maxClosureSize", AttributeRole::ReferenceLimit},
};

}  // namespace

AttributeRole role_of(StoreState& store, SymbolTable& symbols, Symbol s) {
  auto& known = store.derivation_attributes;
  if (known.empty()) {
    for (const auto& [name, role] : kRoles)
      known.push_back(symbols.intern(name));
  }
  const auto it = std::ranges::find(known, s);
  return it == known.end() ? AttributeRole::None : kRoles[it - known.begin()].second;
}

namespace {

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

void set_outputs(DerivationProgress& progress, std::vector<std::string> names) {
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

void set_hash_mode(DerivationProgress& progress, std::string_view mode) {
  progress.method = find_ingestion_method(mode);
  if (!progress.method) {
    progress.fail(cat("invalid value '", mode, "' for 'outputHashMode' attribute"));
  }
  const Features& features = progress.world->store->features;
  if (*progress.method == IngestionMethod::Text) {
    features.require(Feature::dynamic_derivations);
  }
  if (*progress.method == IngestionMethod::Git) {
    features.require(Feature::git_hashing);
  }
}

/// Takes note of an attribute that has a meaning, given as text.
void apply(DerivationProgress& progress, AttributeRole role, std::string_view text) {
  switch (role) {
    case AttributeRole::Builder: progress.draft.builder = text; break;
    case AttributeRole::System: progress.draft.system = text; break;
    case AttributeRole::OutputHash: progress.output_hash = text; break;
    case AttributeRole::OutputHashAlgo:
      progress.output_hash_algorithm = find_hash_algorithm(text);
      break;
    case AttributeRole::OutputHashMode: set_hash_mode(progress, text); break;
    case AttributeRole::Outputs: set_outputs(progress, split_words(text)); break;
    case AttributeRole::Args:
    case AttributeRole::ContentAddressed:
    case AttributeRole::IgnoreNulls:
    case AttributeRole::Impure:
    case AttributeRole::Json:
    case AttributeRole::StructuredAttrs:
    case AttributeRole::ReferenceLimit:
    case AttributeRole::None: break;
  }
}

}  // namespace

Task evaluate_text(Vm& vm, Value* slot, DerivationProgress* progress, AttributeRole role) {
  std::string& text = progress->text;
  text.clear();
  const Value whole = co_await vm.force(*slot);
  const bool is_list = whole.is_list();
  if (role == AttributeRole::Args && !is_list) vm.expect_list(whole, "");
  const uint32_t count = is_list ? whole.list()->size() : 1;
  const std::string_view trace = role == AttributeRole::Args
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
    if (!append_now(vm, v, text, progress->draft.context)) {
      const Value coerced =
          co_await coerce_to_string(vm, Root(vm.heap, v), {.strong = true}, trace);
      append_now(vm, coerced, text, progress->draft.context);
    }
    if (role == AttributeRole::Args) {
      progress->draft.add_arg(text);
      text.clear();
    } else if (i + 1 < count && !is_empty_list(vm.resolve(*item))) {
      text += ' ';
    }
  }
  if (role != AttributeRole::Args) {
    progress->draft.add_variable(progress->attribute, text);
    apply(*progress, role, text);
  }
  co_return Value::null();
}

Task evaluate_structured(Vm& vm, Value* slot, DerivationProgress* progress, AttributeRole role) {
  const Value json = co_await to_json(vm, Root(vm.heap, *slot), {.copy_to_store = true});
  progress->draft.context.add(vm.context(json));
  if (!progress->json.empty()) progress->json += ',';
  append_json_string(progress->json, progress->attribute);
  progress->json += ':';
  progress->json += vm.view(json);
  switch (role) {
    case AttributeRole::Builder:
    case AttributeRole::System:
    case AttributeRole::OutputHash:
    case AttributeRole::OutputHashAlgo:
    case AttributeRole::OutputHashMode: {
      const Value v = co_await vm.force(*slot);
      if (role == AttributeRole::Builder) {
        vm.expect_string(v, "");
        progress->draft.context.add(vm.context(v));
      } else {
        vm.expect_string_no_context(v, "");
      }
      apply(*progress, role, vm.view(v));
      break;
    }
    case AttributeRole::Outputs: {
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
    case AttributeRole::ReferenceLimit:
      vm.host().message(
          EvalHost::Message::Warning,
          cat("warning: In a derivation named '", progress->name,
              "', 'structuredAttrs' disables the effect of the derivation attribute '",
              progress->attribute, "'; use 'outputChecks.<output>.", progress->attribute,
              "' instead"));
      break;
    case AttributeRole::Args:
    case AttributeRole::ContentAddressed:
    case AttributeRole::IgnoreNulls:
    case AttributeRole::Impure:
    case AttributeRole::Json:
    case AttributeRole::StructuredAttrs:
    case AttributeRole::None: break;
  }
  co_return Value::null();
}

}  // namespace nilas::eval
