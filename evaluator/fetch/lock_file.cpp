#include "evaluator/fetch/lock_file.hpp"

#include <algorithm>
#include <unordered_map>

#include "evaluator/error.hpp"
#include "evaluator/fetch/values.hpp"
#include "evaluator/format/json.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

constexpr int64_t kOldestVersion = 5;
constexpr int64_t kNewestVersion = 7;

/// Reads the JSON of one lock file. Its values are forced, and nothing collects meanwhile.
class LockFileReader {
 public:
  LockFileReader(World& world, std::string_view name) : world_(world), vm_(world.vm), name_(name) {}

  LockFile read(Value json) {
    check_version(json);
    const std::string root(text(member(json, "root"), "root"));
    nodes_ = member(json, "nodes");
    if (!nodes_.is_attrs()) fail("'nodes' is not an object");
    ids_.emplace(root, 0);
    todo_.push_back(root);
    while (!todo_.empty()) {
      const std::string key = std::move(todo_.back());
      todo_.pop_back();
      const Value node = find_node(key);
      // The root's node is read whatever else it has; it has no lock.
      read_inputs(ids_.at(key), node);
    }
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(std::string message) const {
    throw EvalError(ErrorKind::Other, std::move(message));
  }
  [[noreturn]] void fail_here(std::string_view what) const {
    fail(cat("lock file '", name_, "' is invalid: ", what));
  }

  Value find_member(Value set, std::string_view name) {
    Value* const slot = set.is_attrs() ? set.attrs()->get(vm_.symbols.intern(name)) : nullptr;
    return slot ? *slot : Value();
  }
  Value member(Value set, std::string_view name) {
    const Value v = find_member(set, name);
    if (!v.exists()) fail_here(cat("'", name, "' is missing"));
    return v;
  }
  std::string_view text(Value v, std::string_view what) {
    if (!v.is_string()) fail_here(cat("'", what, "' is not a string"));
    return vm_.view(v);
  }

  void check_version(Value json) {
    const Value version = find_member(json, "version");
    const int64_t number = version.exists() && version.is_int() ? version.as_int() : 0;
    if (number < kOldestVersion || number > kNewestVersion) {
      fail(cat("lock file '", name_, "' has unsupported version ", number));
    }
  }

  Value find_node(const std::string& key) {
    const Value node = find_member(nodes_, key);
    if (!node.exists()) fail(cat("lock file references missing node '", key, "'"));
    if (!node.is_attrs()) fail_here(cat("node '", key, "' is not an object"));
    return node;
  }

  FlakeRef reference(Value node, std::string_view name) {
    const Value json = find_member(node, name);
    if (!json.exists()) fail(cat("attribute '", name, "' missing in lock file"));
    FetchAttributes attributes = attributes_of_json(vm_, json);
    // Version 5 kept what fetching found out apart.
    const Value info = name == "locked" ? find_member(node, "info") : Value();
    if (info.exists()) {
      for (auto& [key, value] : attributes_of_json(vm_, info))
        attributes.insert_or_assign(key, value);
    }
    return flake_ref_from_attributes(std::move(attributes), world_.options.features);
  }

  InputPath path(Value list) {
    InputPath names;
    for (const Value name : list.list()->all())
      names.emplace_back(text(name, "follows"));
    return names;
  }

  LockNode locked_node(Value json) {
    LockNode node;
    node.locked = reference(json, "locked");
    node.original = reference(json, "original");
    const Value flake = find_member(json, "flake");
    if (flake.exists()) node.is_flake = !flake.is_false();
    const Value parent = find_member(json, "parent");
    if (parent.exists() && parent.is_list()) node.parent = path(parent);
    const Input& input = node.locked->input;
    if (!input.is_locked() && !input.relative_path()) {
      if (!input.nar_hash()) {
        fail(cat("Lock file contains unlocked input '", to_json_text(input.attributes),
                 "'. Use '--allow-dirty-locks' to accept this lock file."));
      }
      world_.host.message(
          EvalHost::Message::Warning,
          cat("warning: Lock file entry '", node.locked->to_string(),
              "' is unlocked (e.g. lacks a Git revision) but is checked by NAR hash. This is not "
              "reproducible and will break after garbage collection or when shared."));
    }
    return node;
  }

  uint32_t id_of(const std::string& key) {
    if (const auto it = ids_.find(key); it != ids_.end()) {
      if (it->second == 0) fail("lock file contains cycle to root node");
      return it->second;
    }
    const auto id = static_cast<uint32_t>(file_.nodes.size());
    file_.nodes.push_back(locked_node(find_node(key)));
    ids_.emplace(key, id);
    todo_.push_back(key);
    return id;
  }

  void read_inputs(uint32_t id, Value node) {
    const Value inputs = find_member(node, "inputs");
    if (!inputs.exists()) return;
    if (!inputs.is_attrs()) fail_here("'inputs' is not an object");
    for (uint32_t i = 0; i < inputs.attrs()->size(); ++i) {
      const std::string name(vm_.symbols.name(inputs.attrs()->keys->symbols[i]));
      const Value target = inputs.attrs()->values[i];
      LockEdge edge = target.is_list() ? LockEdge(path(target))
                                       : LockEdge(id_of(std::string(text(target, name))));
      file_.nodes[id].inputs.emplace(name, std::move(edge));
    }
  }

  World& world_;
  Vm& vm_;
  std::string_view name_;
  Value nodes_;
  LockFile file_;
  std::unordered_map<std::string, uint32_t> ids_;
  std::vector<std::string> todo_;
};

std::string describe(const LockFile& file, const LockEdge& edge) {
  if (const auto* path = std::get_if<InputPath>(&edge)) {
    return cat("follows '", input_path_text(*path), "'");
  }
  const FlakeRef& ref = *file.nodes[std::get<uint32_t>(edge)].locked;
  std::string text = cat("'", ref.to_string(), "'");
  if (const auto seconds = find_number(ref.input.attributes, "lastModified")) {
    const std::string date = date_text(*seconds);
    text += cat(" (", date.substr(0, 4), "-", date.substr(4, 2), "-", date.substr(6, 2), ")");
  }
  return text;
}

bool same_target(const LockFile& a, const LockEdge& x, const LockFile& b, const LockEdge& y) {
  if (x.index() != y.index()) return false;
  if (const auto* path = std::get_if<InputPath>(&x)) return *path == std::get<InputPath>(y);
  return a.nodes[std::get<uint32_t>(x)].locked == b.nodes[std::get<uint32_t>(y)].locked;
}

}  // namespace

std::string input_path_text(const InputPath& path) {
  std::string text;
  for (const std::string& name : path) {
    if (!text.empty()) text += '/';
    text += name;
  }
  return text;
}

InputPath parse_input_path(std::string_view text) {
  InputPath path;
  for (std::string& name : split_url_path(text)) {
    if (name.empty()) continue;
    if (!is_flake_id(name)) {
      throw EvalError(ErrorKind::Other,
                      cat("invalid flake input attribute path element '", name, "'"));
    }
    path.push_back(std::move(name));
  }
  return path;
}

std::optional<uint32_t> LockFile::find(const InputPath& path) const {
  // What is left to walk lies behind `at` of the last path; a `follows` on the way starts a path of
  // its own at the root, and what was left of the former one is walked from there.
  std::vector<InputPath> visited{path};
  InputPath rest = path;
  uint32_t node = 0;
  size_t at = 0;
  while (at < rest.size()) {
    const auto edge = nodes[node].inputs.find(rest[at]);
    if (edge == nodes[node].inputs.end()) return std::nullopt;
    ++at;
    if (const auto* next = std::get_if<uint32_t>(&edge->second)) {
      node = *next;
      continue;
    }
    InputPath target = std::get<InputPath>(edge->second);
    target.insert(target.end(), rest.begin() + static_cast<std::ptrdiff_t>(at), rest.end());
    if (const auto seen = std::ranges::find(visited, target); seen != visited.end()) {
      std::string cycle;
      for (auto it = seen; it != visited.end(); ++it)
        cycle += input_path_text(*it) + " -> ";
      throw EvalError(ErrorKind::Other,
                      cat("follow cycle detected: [", cycle, input_path_text(target), "]"));
    }
    visited.push_back(target);
    rest = std::move(target);
    node = 0;
    at = 0;
  }
  return node;
}

std::map<InputPath, LockEdge> LockFile::all_inputs() const {
  std::map<InputPath, LockEdge> all;
  std::vector<bool> done(nodes.size());
  std::vector<std::pair<InputPath, uint32_t>> todo{{{}, 0}};
  while (!todo.empty()) {
    const auto [prefix, node] = std::move(todo.back());
    todo.pop_back();
    if (done[node]) continue;
    done[node] = true;
    for (const auto& [name, edge] : nodes[node].inputs) {
      InputPath path = prefix;
      path.push_back(name);
      if (const auto* next = std::get_if<uint32_t>(&edge)) todo.emplace_back(path, *next);
      all.emplace(std::move(path), edge);
    }
  }
  return all;
}

void LockFile::check() const {
  for (const auto& [path, edge] : all_inputs()) {
    const auto* target = std::get_if<InputPath>(&edge);
    if (!target || target->empty() || find(*target)) continue;
    throw EvalError(ErrorKind::Other,
                    cat("input '", input_path_text(path), "' follows a non-existent input '",
                        input_path_text(*target), "'"));
  }
}

LockFile parse_lock_file(World& world, std::string_view text, std::string_view name) {
  Value json;
  try {
    json = from_json(world.vm, text);
  } catch (const EvalError& error) {
    throw EvalError(ErrorKind::Other, cat("Could not parse '", name, "': ", error.data().message));
  }
  return LockFileReader(world, name).read(json);
}

std::string lock_file_difference(const LockFile& before, const LockFile& after) {
  const auto old_inputs = before.all_inputs();
  const auto new_inputs = after.all_inputs();
  std::string text;
  auto i = old_inputs.begin();
  auto j = new_inputs.begin();
  while (i != old_inputs.end() || j != new_inputs.end()) {
    if (i == old_inputs.end() || (j != new_inputs.end() && j->first < i->first)) {
      text += cat("• Added input '", input_path_text(j->first), "':\n    ",
                  describe(after, j->second), "\n");
      ++j;
    } else if (j == new_inputs.end() || i->first < j->first) {
      text += cat("• Removed input '", input_path_text(i->first), "'\n");
      ++i;
    } else {
      if (!same_target(before, i->second, after, j->second)) {
        text += cat("• Updated input '", input_path_text(i->first), "':\n    ",
                    describe(before, i->second), "\n  → ", describe(after, j->second), "\n");
      }
      ++i;
      ++j;
    }
  }
  return text;
}

}  // namespace nilas::eval
