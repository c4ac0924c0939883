#include "evaluator/store/derivation_draft.hpp"

#include <algorithm>

#include "evaluator/error.hpp"
#include "evaluator/store/aterm.hpp"
#include "evaluator/store/derivation_table.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

void DerivationDraft::add_arg(std::string_view arg) {
  args_ += args_.empty() ? "\"" : ",\"";
  append_escaped(args_, arg);
  args_ += '"';
}

void DerivationDraft::add_variable(std::string_view name, std::string_view value) {
  const size_t begin = values_.size();
  append_escaped(values_, value);
  variables_.push_back({name, begin, values_.size()});
}

class DraftWriter {
 public:
  DraftWriter(World& world, DerivationDraft& draft)
      : world_(world), store_(*world.store), draft_(draft) {}

  FinishedDerivation finish();

 private:
  struct Input {
    std::string_view path;
    std::string_view output;
    ContextId drv;  // Opaque, or Built for a derivation that another one makes
    friend bool operator<(const Input& a, const Input& b) {
      return a.path != b.path ? a.path < b.path : a.output < b.output;
    }
  };
  struct Splice {
    size_t at;      // in tail_
    size_t output;  // whose path goes there
  };

  void collect_inputs();
  void add_closure(ContextId drv);
  void write_tail();
  void write_variables();
  void find_paths();
  std::string head(bool masked) const;
  void append_inputs(std::string& to) const;
  void append_dynamic_inputs(std::string& to) const;
  Hash masked_hash() const;
  std::string final_text() const;
  Hash modulo_hash(std::string_view final_text) const;
  std::string drv_path(std::string_view text) const;
  std::string method_and_algorithm() const;

  World& world_;
  StoreState& store_;
  DerivationDraft& draft_;
  std::vector<Input> inputs_;              // sorted, unique
  std::vector<std::string_view> sources_;  // sorted, unique
  bool dynamic_ = false;                   // some input is made by another derivation
  bool deferred_ = false;                  // some input's output paths are unknown
  std::string modulo_inputs_;              // "[...]"
  std::string tail_;                // from the comma behind the inputs on, output paths empty
  std::vector<Splice> splices_;     // ascending
  std::vector<std::string> paths_;  // parallel to outputs; empty: unknown
};

FinishedDerivation DraftWriter::finish() {
  collect_inputs();
  write_tail();
  find_paths();
  std::string text = final_text();
  const std::string path = drv_path(text);
  FinishedDerivation result{store_.contexts.opaque(path), {}};
  for (size_t i = 0; i < paths_.size(); ++i) {
    const bool known = draft_.fixed || (!draft_.floating && !deferred_);
    result.outputs.emplace_back(
        draft_.outputs[i], known ? paths_[i] : UnknownOutput::of(path, draft_.outputs[i]).render());
  }
  if (store_.derivations->find(result.drv)) return result;
  DerivationRecord record;
  record.outputs = draft_.outputs;
  if (draft_.fixed) {
    record.set_modulo(
        fixed_modulo(method_and_algorithm(), encode_base16(draft_.fixed->hash.view()), paths_[0]));
  } else if (draft_.floating || deferred_) {
    record.deferred = true;
  } else {
    record.set_modulo(modulo_hash(text));
  }
  record.text = std::move(text);
  store_.derivations->add(result.drv, std::move(record));
  return result;
}

void DraftWriter::collect_inputs() {
  const ContextTable& contexts = store_.contexts;
  for (const ContextId id : draft_.context.ids()) {
    const ContextElement& e = contexts[id];
    switch (e.kind) {
      case ContextKind::Opaque: sources_.push_back(e.text); break;
      case ContextKind::DrvDeep: add_closure(store_.contexts.opaque(e.text)); break;
      case ContextKind::Built:
        inputs_.push_back({contexts.path(e.drv), e.text, e.drv});
        dynamic_ |= contexts[e.drv].kind == ContextKind::Built;
        break;
    }
  }
  const auto same = [](const Input& a, const Input& b) {
    return a.drv == b.drv && a.output == b.output;
  };
  std::ranges::sort(inputs_, std::less());
  inputs_.erase(std::unique(inputs_.begin(), inputs_.end(), same), inputs_.end());
  std::ranges::sort(sources_);
  sources_.erase(std::ranges::unique(sources_).begin(), sources_.end());

  deferred_ = dynamic_;
  if (draft_.fixed || draft_.floating) return;
  std::vector<ModuloInput> modulo;
  modulo.reserve(inputs_.size());
  for (const Input& input : inputs_) {
    if (deferred_) return;
    const DerivationRecord& record = derivation_record(world_, input.drv);
    deferred_ = record.deferred;
    if (!std::ranges::binary_search(record.outputs, input.output, std::less<std::string_view>())) {
      throw EvalError(ErrorKind::Other, cat("no hash for output '", input.output,
                                            "' of derivation '", draft_.name, "'"));
    }
    modulo.push_back({record.modulo_text(), input.output});
  }
  if (!deferred_) append_modulo_inputs(modulo_inputs_, modulo);
}

// A builder that may look at the whole graph of a derivation needs all of it, built.
void DraftWriter::add_closure(ContextId drv) {
  for (const std::string& path : derivation_closure(world_, drv)) {
    const ContextId id = store_.contexts.opaque(path);
    const std::string_view kept = store_.contexts[id].text;
    sources_.push_back(kept);
    if (!is_derivation_path(path)) continue;
    for (const std::string& output : derivation_record(world_, id).outputs) {
      inputs_.push_back({kept, output, id});
    }
  }
}

void DraftWriter::write_tail() {
  tail_.reserve(draft_.values_.size() + draft_.args_.size() + 64 * draft_.variables_.size() + 512);
  tail_ += ",[";
  for (const std::string_view source : sources_) {
    if (tail_.size() > 2) tail_ += ',';
    append_quoted(tail_, source);
  }
  tail_ += "],";
  append_quoted(tail_, draft_.system);
  tail_ += ",\"";
  append_escaped(tail_, draft_.builder);
  tail_ += "\",[";
  tail_ += draft_.args_;
  tail_ += "],[";
  write_variables();
  tail_ += "])";
}

// Each output is a variable too, in place of an attribute of that name.
void DraftWriter::write_variables() {
  auto& variables = draft_.variables_;
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  if (!std::ranges::is_sorted(variables, by_name)) std::ranges::sort(variables, by_name);
  auto variable = variables.begin();
  size_t output = 0;
  bool first = true;
  while (variable != variables.end() || output < draft_.outputs.size()) {
    const bool is_output =
        output < draft_.outputs.size() &&
        (variable == variables.end() || draft_.outputs[output] <= variable->name);
    const std::string_view name = is_output ? draft_.outputs[output] : variable->name;
    tail_ += first ? "(\"" : ",(\"";
    first = false;
    append_escaped(tail_, name);
    tail_ += "\",\"";
    if (is_output) {
      splices_.push_back({tail_.size(), output++});
      if (variable != variables.end() && variable->name == name) ++variable;
    } else {
      tail_.append(draft_.values_, variable->begin, variable->end - variable->begin);
      ++variable;
    }
    tail_ += "\")";
  }
}

void DraftWriter::find_paths() {
  const auto& outputs = draft_.outputs;
  if (draft_.fixed) {
    paths_.push_back(store_.dir.fixed_path(draft_.name, draft_.fixed->method, draft_.fixed->hash));
    return;
  }
  paths_.resize(outputs.size());
  if (draft_.floating) {
    for (size_t i = 0; i < outputs.size(); ++i)
      paths_[i] = output_placeholder(outputs[i]);
  } else if (!deferred_) {
    const Hash hash = masked_hash();
    for (size_t i = 0; i < outputs.size(); ++i) {
      paths_[i] = store_.dir.output_path(outputs[i], hash, draft_.name);
    }
  }
}

std::string DraftWriter::method_and_algorithm() const {
  const IngestionMethod method = draft_.fixed ? draft_.fixed->method : draft_.floating->method;
  const HashAlgorithm algorithm =
      draft_.fixed ? draft_.fixed->hash.algorithm : draft_.floating->algorithm;
  return cat(method_prefix(method), hash_algorithm_name(algorithm));
}

/// Everything before the inputs.
std::string DraftWriter::head(bool masked) const {
  std::string text = dynamic_ ? "DrvWithVersion(\"xp-dyn-drv\",[" : "Derive([";
  for (size_t i = 0; i < draft_.outputs.size(); ++i) {
    text += i == 0 ? "(" : ",(";
    append_quoted(text, draft_.outputs[i]);
    text += ',';
    append_quoted(text, masked || draft_.floating ? std::string_view() : paths_[i]);
    if (draft_.fixed || draft_.floating) {
      text += ',';
      append_quoted(text, method_and_algorithm());
      text += ',';
      if (draft_.fixed) {
        append_quoted(text, encode_base16(draft_.fixed->hash.view()));
      } else {
        text += draft_.floating->impure ? "\"impure\"" : "\"\"";
      }
      text += ')';
    } else {
      text += ",\"\",\"\")";
    }
  }
  text += "],";
  return text;
}

void DraftWriter::append_inputs(std::string& to) const {
  if (dynamic_) return append_dynamic_inputs(to);
  to += '[';
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const bool new_path = i == 0 || inputs_[i].drv != inputs_[i - 1].drv;
    if (i > 0) to += new_path ? "])," : ",";
    if (new_path) {
      to += '(';
      append_quoted(to, inputs_[i].path);
      to += ",[";
    }
    append_quoted(to, inputs_[i].output);
  }
  to += inputs_.empty() ? "]" : "])]";
}

Hash DraftWriter::masked_hash() const {
  Hasher hasher(HashAlgorithm::Sha256);
  hasher.update(head(true));
  hasher.update(modulo_inputs_);
  hasher.update(tail_);
  return hasher.finish();
}

std::string DraftWriter::final_text() const {
  std::string text = head(false);
  text.reserve(text.size() + tail_.size() + 128 * inputs_.size() + 256 * splices_.size());
  append_inputs(text);
  size_t done = 0;
  for (const Splice& splice : splices_) {
    text.append(tail_, done, splice.at - done);
    text += paths_[splice.output];
    done = splice.at;
  }
  text.append(tail_, done);
  return text;
}

Hash DraftWriter::modulo_hash(std::string_view final_text) const {
  size_t tail_bytes = tail_.size();
  for (const Splice& splice : splices_)
    tail_bytes += paths_[splice.output].size();
  Hasher hasher(HashAlgorithm::Sha256);
  hasher.update(head(false));
  hasher.update(modulo_inputs_);
  hasher.update(final_text.substr(final_text.size() - tail_bytes));
  return hasher.finish();
}

std::string DraftWriter::drv_path(std::string_view text) const {
  std::vector<std::string_view> references = sources_;
  for (const Input& input : inputs_)
    references.push_back(input.path);
  std::ranges::sort(references);
  references.erase(std::ranges::unique(references).begin(), references.end());
  return store_.dir.text_path(cat(draft_.name, ".drv"), hash_bytes(HashAlgorithm::Sha256, text),
                              references);
}

// Inputs that other derivations make nest: (drv,([outputs],[(output,node),...])), each node alike.
void DraftWriter::append_dynamic_inputs(std::string& to) const {
  struct Node {
    std::vector<std::string_view> outputs;
    std::vector<std::pair<std::string_view, size_t>> children;  // by output, sorted at the end
  };
  std::vector<Node> nodes;
  std::vector<std::pair<std::string_view, size_t>> roots;  // inputs_ are sorted by path
  const auto child = [&](auto& list, std::string_view name) {
    for (const auto& [known, index] : list) {
      if (known == name) return index;
    }
    list.emplace_back(name, nodes.size());
    return nodes.size();
  };
  for (const Input& input : inputs_) {
    std::vector<std::string_view> chain;
    for (ContextId id = input.drv; store_.contexts[id].kind == ContextKind::Built;
         id = store_.contexts[id].drv) {
      chain.push_back(store_.contexts[id].text);
    }
    size_t at = child(roots, input.path);
    if (at == nodes.size()) nodes.emplace_back();
    for (; !chain.empty(); chain.pop_back()) {
      auto children = nodes[at].children;
      const size_t next = child(children, chain.back());
      nodes[at].children = std::move(children);
      if (next == nodes.size()) nodes.emplace_back();
      at = next;
    }
    nodes[at].outputs.push_back(input.output);
  }

  // Written from a stack of what is still to come: texts and nodes.
  struct Pending {
    std::string text;
    size_t node = SIZE_MAX;
  };
  std::vector<Pending> todo{{"]"}};
  for (size_t i = roots.size(); i-- > 0;) {
    todo.push_back({")"});
    todo.push_back({"", roots[i].second});
    todo.push_back({cat(i == 0 ? "(\"" : ",(\"", roots[i].first, "\",")});
  }
  to += '[';
  while (!todo.empty()) {
    const Pending pending = std::move(todo.back());
    todo.pop_back();
    to += pending.text;
    if (pending.node == SIZE_MAX) continue;
    Node& node = nodes[pending.node];
    to += node.children.empty() ? "[" : "([";
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (i > 0) to += ',';
      append_quoted(to, node.outputs[i]);
    }
    to += ']';
    if (node.children.empty()) continue;
    to += ",[";
    std::ranges::sort(node.children);
    todo.push_back({"])"});
    for (size_t i = node.children.size(); i-- > 0;) {
      todo.push_back({")"});
      todo.push_back({"", node.children[i].second});
      todo.push_back({cat(i == 0 ? "(\"" : ",(\"", node.children[i].first, "\",")});
    }
  }
}

FinishedDerivation finish_derivation(World& world, DerivationDraft& draft) {
  return DraftWriter(world, draft).finish();
}

}  // namespace nilas::eval
