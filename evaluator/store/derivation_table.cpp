#include "evaluator/store/derivation_table.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "evaluator/error.hpp"
#include "evaluator/store/aterm.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/sources.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

struct Loaded {
  ContextId id;
  std::string text;
  Derivation derivation;
  size_t next_input = 0;  // all before it have records
};

Derivation parse_or_fail(std::string_view path, std::string_view text) {
  auto derivation = parse_derivation(text);
  if (!derivation) {
    throw EvalError(ErrorKind::Other,
                    cat("error parsing derivation '", path, "': ", derivation.error()));
  }
  return std::move(*derivation);
}

Loaded load(World& world, ContextId id) {
  const std::string_view path = world.store->contexts[id].text;
  auto text = read_file(world, path);
  if (!text) throw EvalError(ErrorKind::Other, cat("path '", path, "' is not valid"));
  Derivation derivation = parse_or_fail(path, *text);
  return {id, std::move(*text), std::move(derivation)};
}

const DerivationRecord& record_of(const StoreState& store, ContextId id) {
  return *store.derivations->find(id);
}

/// Record of a derivation whose inputs all have one.
DerivationRecord make_record(const StoreState& store, ContextTable& contexts, Loaded&& loaded) {
  const Derivation& drv = loaded.derivation;
  DerivationRecord record;
  for (const DerivationOutput& output : drv.outputs)
    record.outputs.push_back(output.name);
  std::vector<ModuloInput> inputs;
  for (const InputDerivation& input : drv.input_derivations) {
    const DerivationRecord& needed = record_of(store, contexts.opaque(input.path));
    record.deferred |= needed.deferred || !input.chain.empty();
    for (const std::string& output : input.outputs) {
      inputs.push_back({needed.modulo_text(), output});
    }
  }
  const DerivationOutput* const first = drv.outputs.empty() ? nullptr : &drv.outputs[0];
  if (first && !first->hash.empty() && first->hash != "impure") {
    record.deferred = false;
    record.set_modulo(fixed_modulo(first->algorithm, first->hash, first->path));
  } else if (!first || first->path.empty()) {
    record.deferred = true;
  } else if (!record.deferred) {
    std::string text = loaded.text.substr(0, drv.inputs_begin);
    append_modulo_inputs(text, inputs);
    text.append(loaded.text, drv.inputs_end);
    record.set_modulo(hash_bytes(HashAlgorithm::Sha256, text));
  }
  record.text = std::move(loaded.text);
  return record;
}

}  // namespace

void DerivationRecord::set_modulo(const Hash& hash) {
  const std::string hex = encode_base16(hash.view());
  std::memcpy(modulo.data(), hex.data(), modulo.size());
}

const DerivationRecord& DerivationTable::add(ContextId drv, DerivationRecord record) {
  if (drv >= by_id_.size()) by_id_.resize(std::max<size_t>(drv + 1, by_id_.size() * 2));
  records_.push_back(std::move(record));
  by_id_[drv] = static_cast<uint32_t>(records_.size());
  return records_.back();
}

const DerivationRecord& derivation_record(World& world, ContextId drv) {
  StoreState& store = *world.store;
  if (const DerivationRecord* known = store.derivations->find(drv)) return *known;
  // A derivation is finished when all its inputs are: depth first, with our own stack.
  std::vector<Loaded> stack;
  stack.push_back(load(world, drv));
  while (true) {
    Loaded& top = stack.back();
    const auto& inputs = top.derivation.input_derivations;
    ContextId missing = 0;
    bool complete = true;
    for (; top.next_input < inputs.size(); ++top.next_input) {
      missing = store.contexts.opaque(inputs[top.next_input].path);
      if (store.derivations->find(missing)) continue;
      complete = false;
      break;
    }
    if (!complete) {
      for (const Loaded& waiting : stack) {
        if (waiting.id != missing) continue;
        throw EvalError(ErrorKind::Other,
                        cat("derivation '", store.contexts[missing].text, "' depends on itself"));
      }
      stack.push_back(load(world, missing));
      continue;
    }
    const ContextId id = top.id;
    DerivationRecord record = make_record(store, store.contexts, std::move(top));
    const DerivationRecord& added = store.derivations->add(id, std::move(record));
    stack.pop_back();
    if (stack.empty()) return added;
  }
}

void append_modulo_inputs(std::string& to, std::vector<ModuloInput>& inputs) {
  std::ranges::sort(inputs);
  inputs.erase(std::ranges::unique(inputs).begin(), inputs.end());
  to += '[';
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool new_hash = i == 0 || inputs[i].hash != inputs[i - 1].hash;
    if (i > 0) to += new_hash ? "])," : ",";
    if (new_hash) {
      to += '(';
      append_quoted(to, inputs[i].hash);
      to += ",[";
    }
    append_quoted(to, inputs[i].output);
  }
  to += inputs.empty() ? "]" : "])]";
}

Hash fixed_modulo(std::string_view method_and_algorithm, std::string_view hash_base16,
                  std::string_view path) {
  return hash_bytes(HashAlgorithm::Sha256,
                    cat("fixed:out:", method_and_algorithm, ":", hash_base16, ":", path));
}

std::vector<std::string> derivation_closure(World& world, ContextId drv) {
  StoreState& store = *world.store;
  std::unordered_set<std::string> seen;
  std::vector<std::string> todo;
  const auto visit = [&](std::string_view path) {
    if (const auto [it, added] = seen.emplace(path); added) todo.push_back(*it);
  };
  visit(store.contexts[drv].text);
  while (!todo.empty()) {
    const std::string path = std::move(todo.back());
    todo.pop_back();
    if (is_derivation_path(path)) {
      const DerivationRecord& record = derivation_record(world, store.contexts.opaque(path));
      const Derivation parsed = parse_or_fail(path, record.text);
      for (const std::string& source : parsed.input_sources)
        visit(source);
      for (const InputDerivation& input : parsed.input_derivations)
        visit(input.path);
    } else if (const std::vector<std::string>* references = store.sources->references(path)) {
      for (const std::string& reference : *references)
        visit(reference);
    }
  }
  std::vector<std::string> closure(seen.begin(), seen.end());
  std::ranges::sort(closure);
  return closure;
}

}  // namespace nilas::eval
