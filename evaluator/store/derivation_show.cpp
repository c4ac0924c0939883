#include "evaluator/store/derivation_show.hpp"

#include <algorithm>
#include <map>

#include "evaluator/format/json.hpp"
#include "evaluator/store/aterm.hpp"
#include "evaluator/store/derivation_table.hpp"
#include "evaluator/store/path.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

/// Writes indented JSON; members are given in the order they are to stand in.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& to) : to_(to) {}

  void begin(char bracket) {
    to_ += bracket;
    ++depth_;
    empty_ = true;
  }
  void end(char bracket) {
    --depth_;
    if (!empty_) new_line();
    empty_ = false;  // what is around has this as an element
    to_ += bracket;
  }
  void key(std::string_view name) {
    item();
    append_json_string(to_, name);
    to_ += ": ";
  }
  void item() {
    if (!empty_) to_ += ',';
    empty_ = false;
    new_line();
  }
  void string(std::string_view text) { append_json_string(to_, text); }
  void raw(std::string_view text) { to_ += text; }
  void member(std::string_view name, std::string_view text) {
    key(name);
    string(text);
  }
  template <class Texts>
  void strings(const Texts& texts) {
    begin('[');
    for (const auto& text : texts) {
      item();
      string(text);
    }
    end(']');
  }

 private:
  void new_line() {
    to_ += '\n';
    to_.append(depth_ * 2, ' ');
  }
  std::string& to_;
  size_t depth_ = 0;
  bool empty_ = true;
};

struct Node {
  std::vector<std::string> outputs;
  std::map<std::string, size_t> children;
};

/// The inputs as a forest: derivations, and in them outputs that are derivations themselves.
std::vector<Node> input_forest(const Derivation& drv) {
  std::vector<Node> nodes(1);  // the first has the paths as children
  const auto child = [&](size_t at, const std::string& name) {
    const auto [it, added] = nodes[at].children.try_emplace(name, nodes.size());
    const size_t index = it->second;
    if (added) nodes.emplace_back();
    return index;
  };
  for (const InputDerivation& input : drv.input_derivations) {
    size_t at = child(0, input.path);
    for (const std::string& output : input.chain)
      at = child(at, output);
    nodes[at].outputs = input.outputs;
  }
  return nodes;
}

void write_inputs(JsonWriter& json, const std::vector<Node>& nodes) {
  using Child = std::map<std::string, size_t>::const_iterator;
  struct Level {
    const Node* node;
    Child next;
  };
  std::vector<Level> levels{{&nodes[0], nodes[0].children.begin()}};
  json.begin('{');
  while (true) {
    Level& top = levels.back();
    if (top.next != top.node->children.end()) {
      const auto& [name, index] = *top.next++;
      json.key(name);
      json.begin('{');
      json.key("dynamicOutputs");
      json.begin('{');
      levels.push_back({&nodes[index], nodes[index].children.begin()});
      continue;
    }
    json.end('}');
    const Node* const done = top.node;
    levels.pop_back();
    if (levels.empty()) return;
    json.key("outputs");
    json.strings(done->outputs);
    json.end('}');
  }
}

void write_output(JsonWriter& json, const DerivationOutput& output) {
  json.begin('{');
  if (!output.algorithm.empty()) {
    const size_t colon = output.algorithm.find(':');
    const std::string_view algorithm = std::string_view(output.algorithm).substr(colon + 1);
    const std::string_view prefix = std::string_view(output.algorithm).substr(0, colon + 1);
    const bool impure = output.hash == "impure";
    if (!output.hash.empty() && !impure) json.member("hash", output.hash);
    json.member("hashAlgo", algorithm);
    if (impure) {
      json.key("impure");
      json.raw("true");
    }
    for (const IngestionMethod method : {IngestionMethod::Flat, IngestionMethod::Nar,
                                         IngestionMethod::Text, IngestionMethod::Git}) {
      if (method_prefix(method) == prefix) json.member("method", method_name(method));
    }
  }
  if (!output.path.empty()) json.member("path", output.path);
  json.end('}');
}

const DerivationRecord& record_at(World& world, std::string_view drv_path) {
  return derivation_record(world, world.store->contexts.opaque(drv_path));
}

}  // namespace

Task derivation_path_of(Vm& vm, Root v) {
  const Value forced = co_await vm.force(v);
  v = forced;
  if (forced.is_attrs()) {
    const Value* const slot = forced.attrs()->get(vm.symbols.known.drv_path);
    if (!slot) vm.fail(ErrorKind::Type, "this set is not a derivation: it has no 'drvPath'");
    v = *slot;
  }
  const Value path = co_await coerce_to_string(vm, Root(vm.heap, v), {.copy_to_store = false}, "");
  const std::string_view text = vm.view(path);
  if (!is_derivation_path(text) || !vm.world.store->dir.is_object(text)) {
    vm.fail(ErrorKind::Type, cat("'", text, "' is not the path of a derivation"));
  }
  co_return path;
}

std::string show_aterm(World& world, std::string_view drv_path) {
  return record_at(world, drv_path).text;
}

std::string show_json(World& world, std::string_view drv_path) {
  auto parsed = parse_derivation(record_at(world, drv_path).text);
  if (!parsed) throw EvalError(ErrorKind::Other, cat("'", drv_path, "': ", parsed.error()));
  Derivation& drv = *parsed;
  std::ranges::sort(drv.env);
  std::string text;
  JsonWriter json(text);
  json.begin('{');
  json.key(drv_path);
  json.begin('{');
  json.key("args");
  json.strings(drv.args);
  json.member("builder", drv.builder);
  json.key("env");
  json.begin('{');
  for (const auto& [name, value] : drv.env)
    json.member(name, value);
  json.end('}');
  json.key("inputDrvs");
  write_inputs(json, input_forest(drv));
  json.key("inputSrcs");
  json.strings(drv.input_sources);
  std::string_view name = store_path_name(drv_path);
  name.remove_suffix(std::string_view(".drv").size());
  json.member("name", name);
  json.key("outputs");
  json.begin('{');
  for (const DerivationOutput& output : drv.outputs) {
    json.key(output.name);
    write_output(json, output);
  }
  json.end('}');
  json.member("system", drv.system);
  json.end('}');
  json.end('}');
  return text;
}

}  // namespace nilas::eval
