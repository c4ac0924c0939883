#include "evaluator/fetch/flake.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "evaluator/error.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

constexpr size_t kMaxNodes = 100'000;

std::string join(const std::string& directory, std::string_view below) {
  return below.empty() ? directory : canonical_path(cat(directory, "/", below));
}

LockFile read_lock_file(World& world, const Flake& flake) {
  const std::string path = join(flake.directory, "flake.lock");
  const std::string resolved = resolve_symlinks(world, path, Symlinks::Full);
  if (!file_info(world, resolved)) return {};
  const auto text = read_file(world, resolved);
  if (!text) fail_io("opening file", path, text.error());
  return parse_lock_file(world, *text, path);
}

InputPath child(const InputPath& path, const std::string& name) {
  InputPath longer = path;
  longer.push_back(name);
  return longer;
}

/// Makes the new lock file from the old ones, input by input, depth first, with our own stack: a
/// lock file may nest as it likes.
class Locker {
 public:
  Locker(World& world, const LockOptions& options) : world_(world), options_(options) {}

  LockedFlake run(Flake flake, const LockFile& old) {
    result_.directories.emplace(0, flake.directory);
    push({.inputs = flake.file.inputs,
          .old_file = std::make_shared<const LockFile>(old),
          .old_node = 0,
          .directory = flake.directory});
    while (!stack_.empty()) {
      Level& top = *stack_.back();
      if (top.next == top.inputs.end()) {
        stack_.pop_back();
        continue;
      }
      const auto& [name, input] = *top.next++;
      const InputPath path = child(top.path, name);
      try {
        lock_input(top, name, input, path);
      } catch (EvalError& error) {
        throw error.trace(cat("while updating the flake input '", input_path_text(path), "'"));
      }
    }
    result_.lock_file.check();
    result_.flake = std::move(flake);
    return std::move(result_);
  }

 private:
  /// The inputs of one node.
  struct Level {
    FlakeInputs inputs;
    FlakeInputs::const_iterator next{};
    uint32_t node = 0;
    InputPath path;
    std::shared_ptr<const LockFile> old_file;  ///< locks are copied from there; may be null
    uint32_t old_node = 0;
    InputPath follows_prefix;
    std::string directory;          ///< of the flake that has these inputs
    bool trusts_lock = false;       ///< they come from a lock file themselves
    std::vector<FlakeRef> parents;  ///< flakes on the way, to find circles
  };
  struct Override {
    FlakeInput input;
    std::string directory;  ///< where its relative paths start
    InputPath from;
  };

  /// Takes note of what the inputs of the new level say about inputs below them.
  void push(Level level) {
    stack_.push_back(std::make_unique<Level>(std::move(level)));
    Level& top = *stack_.back();
    top.next = top.inputs.begin();
    for (const auto& [name, input] : top.inputs)
      add_overrides(top, input, child(top.path, name));
    for (const auto& [path, ignored] : overrides_) {
      const InputPath parent(path.begin(), path.end() - 1);
      if (parent != top.path || top.inputs.contains(path.back())) continue;
      world_.host.message(EvalHost::Message::Warning,
                          cat("warning: input '", input_path_text(parent),
                              "' has an override for a non-existent input '", path.back(), "'"));
    }
  }

  // Depth is bounded: flake_file.cpp refuses what nests deeply.
  void add_overrides(const Level& level, const FlakeInput& input, const InputPath& path) {
    for (const auto& [name, other] : input.overrides) {
      const InputPath below = child(path, name);
      if (other.ref || other.follows) {
        overrides_.emplace(below, Override{other, level.directory, level.path});
      }
      add_overrides(level, other, below);
    }
  }

  uint32_t add_node(uint32_t parent, const std::string& name, LockNode node) {
    auto& nodes = result_.lock_file.nodes;
    if (nodes.size() >= kMaxNodes) {
      throw EvalError(ErrorKind::Other, "the inputs of the flake are too many");
    }
    const auto id = static_cast<uint32_t>(nodes.size());
    nodes.push_back(std::move(node));
    nodes[parent].inputs.insert_or_assign(name, id);
    return id;
  }

  void lock_input(const Level& level, const std::string& name, const FlakeInput& declared,
                  const InputPath& path) {
    const auto override = overrides_.find(path);
    const bool overridden = override != overrides_.end();
    FlakeInput input = overridden ? override->second.input : declared;
    input.is_flake = declared.is_flake;
    if (input.follows) {
      result_.lock_file.nodes[level.node].inputs.insert_or_assign(name, *input.follows);
      return;
    }
    if (!input.ref) {
      input.ref =
          flake_ref_from_attributes({{"type", "indirect"}, {"id", name}}, world_.options.features);
    }
    Wish wish{.input = input, .name = name, .path = path};
    if (input.ref->input.relative_path()) {
      wish.parent = overridden ? override->second.from : level.path;
      wish.relative_directory = join(overridden ? override->second.directory : level.directory,
                                     *input.ref->input.relative_path());
    }
    const LockNode* const old = old_lock(level, name);
    if (old && old->original->canonical() == input.ref->canonical() && old->parent == wish.parent) {
      keep(level, *old, wish);
    } else {
      lock_anew(level, wish);
    }
  }

  /// An input, with everything about it decided but its lock.
  struct Wish {
    FlakeInput input;
    std::string name;
    InputPath path;
    std::optional<InputPath> parent;  ///< of a relative input
    std::string relative_directory;
  };

  const LockNode* old_lock(const Level& level, const std::string& name) const {
    if (!level.old_file) return nullptr;
    const auto& inputs = level.old_file->nodes[level.old_node].inputs;
    const auto edge = inputs.find(name);
    if (edge == inputs.end()) return nullptr;
    const auto* id = std::get_if<uint32_t>(&edge->second);
    return id ? &level.old_file->nodes[*id] : nullptr;
  }

  Flake fetch(const FlakeRef& ref, const Wish& wish) {
    if (wish.parent) return read_flake(world_, ref, wish.relative_directory, wish.path);
    const auto use = options_.use_registries ? UseRegistries::Limited : UseRegistries::No;
    return get_flake(world_, ref, use, wish.path);
  }

  void keep(const Level& level, const LockNode& old, const Wish& wish) {
    LockNode node;
    node.locked = old.locked;
    node.original = old.original;
    node.is_flake = old.is_flake;
    node.parent = old.parent;
    Level below{.node = add_node(level.node, wish.name, std::move(node)),
                .path = wish.path,
                .old_file = level.old_file,
                .old_node = std::get<uint32_t>(
                    level.old_file->nodes[level.old_node].inputs.find(wish.name)->second),
                .follows_prefix = level.follows_prefix,
                .directory = level.directory,
                .trusts_lock = true,
                .parents = level.parents};
    if (!inputs_of_lock(level, old, wish.path, below.inputs)) {
      Flake flake = fetch(*old.locked, wish);
      result_.directories.emplace(below.node, flake.directory);
      below.inputs = std::move(flake.file.inputs);
      below.directory = flake.directory;
      below.trusts_lock = false;
    }
    push(std::move(below));
  }

  /// The inputs of a node as its lock tells them. False if the flake itself must be asked: it may
  /// have lost an override that a `follows` in the lock came from.
  bool inputs_of_lock(const Level& level, const LockNode& old, const InputPath& path,
                      FlakeInputs& inputs) const {
    for (const auto& [name, edge] : old.inputs) {
      FlakeInput input;
      if (const auto* id = std::get_if<uint32_t>(&edge)) {
        input.ref = level.old_file->nodes[*id].original;
        input.is_flake = level.old_file->nodes[*id].is_flake;
      } else {
        if (!level.trusts_lock && !overrides_.contains(child(path, name))) return false;
        InputPath target = level.follows_prefix;
        std::ranges::copy(std::get<InputPath>(edge), std::back_inserter(target));
        input.follows = std::move(target);
      }
      inputs.emplace(name, std::move(input));
    }
    return true;
  }

  void lock_anew(const Level& level, const Wish& wish) {
    const FlakeRef& ref = *wish.input.ref;
    if (!options_.allow_unlocked && !ref.input.is_locked() && !wish.parent) {
      throw EvalError(ErrorKind::Other, cat("cannot update unlocked flake input '",
                                            input_path_text(wish.path), "' in pure mode"));
    }
    LockNode node;
    node.original = ref;
    node.is_flake = wish.input.is_flake;
    node.parent = wish.parent;
    if (!wish.input.is_flake) {
      const auto [locked, directory] = fetch_tree(ref, wish);
      node.locked = locked;
      result_.directories.emplace(add_node(level.node, wish.name, std::move(node)), directory);
      return;
    }
    Flake flake = fetch(ref, wish);
    node.locked = flake.locked;
    const uint32_t id = add_node(level.node, wish.name, std::move(node));
    result_.directories.emplace(id, flake.directory);
    if (std::ranges::find(level.parents, ref) != level.parents.end()) {
      throw EvalError(ErrorKind::Other,
                      cat("found circular import of flake '", ref.to_string(), "'"));
    }
    Level below{.node = id,
                .path = wish.path,
                .old_file = std::make_shared<const LockFile>(read_lock_file(world_, flake)),
                .follows_prefix = wish.path,
                .directory = flake.directory,
                .parents = level.parents};
    below.parents.push_back(ref);
    below.inputs = std::move(flake.file.inputs);
    push(std::move(below));
  }

  std::pair<FlakeRef, std::string> fetch_tree(const FlakeRef& ref, const Wish& wish) {
    if (wish.parent) return {ref, wish.relative_directory};
    const auto use = options_.use_registries ? UseRegistries::Limited : UseRegistries::No;
    const FlakeRef resolved = resolve(ref, use);
    const FetchedInput& fetched = fetch_input(world_, resolved.input, Finality::Open);
    return {{fetched.locked, ref.subdir}, fetched.store_path};
  }

 public:
  FlakeRef resolve(const FlakeRef& ref, UseRegistries use) {
    if (ref.input.is_direct()) return ref;
    if (use == UseRegistries::No) {
      throw EvalError(
          ErrorKind::Other,
          cat("'", ref.to_string(),
              "' is an indirect flake reference, but registry lookups are not allowed"));
    }
    FlakeRef found = resolve_in_registries(world_, ref.input, use);
    if (found.subdir.empty()) found.subdir = ref.subdir;
    return found;
  }

 private:
  World& world_;
  const LockOptions& options_;
  LockedFlake result_;
  std::vector<std::unique_ptr<Level>> stack_;
  std::map<InputPath, Override> overrides_;
};

/// The flake itself may say how it is to be fetched.
FetchedInput refetch(World& world, const FetchedInput& fetched, const FetchAttributes& wanted) {
  Input input = fetched.locked;
  bool changed = false;
  for (const auto& [name, value] : wanted) {
    if (name != "submodules" && name != "lfs") {
      throw EvalError(ErrorKind::Other,
                      cat("flake 'self' attribute '", name, "' is not supported"));
    }
    const auto known = input.attributes.find(name);
    changed |= known == input.attributes.end() || known->second != value;
    input.attributes.insert_or_assign(name, value);
  }
  if (!changed) return fetched;
  input.attributes.erase("narHash");
  return fetch_input(world, input, Finality::Open);
}

}  // namespace

Flake read_flake(World& world, const FlakeRef& ref, const std::string& directory,
                 const InputPath& lock_root) {
  const std::string path = join(directory, "flake.nix");
  const SourceUnit& unit = world.import_unit(path);
  const FlakeFileContext context{ref.to_string(), directory, lock_root};
  return {ref, ref, ref, directory, read_flake_file(world, unit, context)};
}

Flake get_flake(World& world, const FlakeRef& ref, UseRegistries use, const InputPath& lock_root) {
  const FlakeRef resolved = Locker(world, {}).resolve(ref, use);
  FetchedInput fetched = fetch_input(world, resolved.input, Finality::Open);
  Flake flake = read_flake(world, resolved, join(fetched.store_path, resolved.subdir), lock_root);
  const FetchAttributes& wanted = flake.file.self_attributes;
  if (!wanted.empty()) {
    fetched = refetch(world, fetched, wanted);
    flake = read_flake(world, resolved, join(fetched.store_path, resolved.subdir), lock_root);
  }
  flake.original = ref;
  flake.locked = {fetched.locked, resolved.subdir};
  return flake;
}

LockedFlake lock_flake(World& world, const FlakeRef& ref, Flake flake, const LockOptions& options) {
  const std::string locked = flake.locked.to_string();
  try {
    const LockFile old = read_lock_file(world, flake);
    LockedFlake result = Locker(world, options).run(std::move(flake), old);
    const std::string difference = lock_file_difference(old, result.lock_file);
    if (difference.empty()) return result;
    result.is_dirty = true;
    world.host.message(EvalHost::Message::Warning,
                       cat("warning: not writing modified lock file of flake '", ref.to_string(),
                           "':\n", difference.substr(0, difference.size() - 1)));
    return result;
  } catch (EvalError& error) {
    throw error.trace(cat("while updating the lock file of flake '", locked, "'"));
  }
}

}  // namespace nilas::eval
