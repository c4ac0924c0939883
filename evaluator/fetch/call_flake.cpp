// From a lock file to values.

#include "evaluator/error.hpp"
#include "evaluator/fetch/flake.hpp"
#include "evaluator/fetch/state.hpp"
#include "evaluator/fetch/values.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"
#include "evaluator/vm.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

/// Ties the nodes of a lock file together. A node has `source`, what fetching it gives, or `parent`,
/// the node in whose tree it lies; `suffix`, its directory there; `inputs`, names with the nodes they
/// lead to; and `isFlake`. Nothing is fetched or imported before it is looked at.
constexpr std::string_view kCallFlakeNix = R"nix(nodes: root:
let
  made = builtins.mapAttrs (
    key: node:
    let
      outside = made.${node.parent};
      source = if node ? parent then outside.source else node.source;
      path = (if node ? parent then outside.path else source.outPath) + node.suffix;
      code = import (path + "/flake.nix");
      inputs = builtins.mapAttrs (name: target: made.${target}.value) node.inputs;
      outputs = code.outputs (inputs // { self = flake; });
      flake = outputs // source // {
        inherit inputs outputs;
        outPath = path;
        sourceInfo = source;
        _type = "flake";
      };
    in
    {
      inherit path source;
      value =
        if node.isFlake then
          assert builtins.isFunction code.outputs;
          flake
        else
          source // { outPath = path; sourceInfo = source; };
    }
  ) nodes;
in
made.${root}.value
)nix";

std::string key_of(uint32_t node) {
  return std::to_string(node);
}

std::string with_slash(const std::string& path) {
  return path.empty() ? "" : "/" + path;
}

class NodeValues {
 public:
  NodeValues(Vm& vm, const LockedFlake& flake) : vm_(vm), flake_(flake) {}

  Value all() {
    AttrsBuilder set(vm_, file().nodes.size());
    for (uint32_t id = 0; id < file().nodes.size(); ++id)
      set.add(key_of(id), node(id));
    return set.finish();
  }

 private:
  const LockFile& file() const { return flake_.lock_file; }

  Value node(uint32_t id) {
    const LockNode& node = file().nodes[id];
    AttrsBuilder set(vm_, 4);
    set.add("isFlake", Value::boolean(node.is_flake));
    set.add("inputs", inputs(node));
    const auto directory = flake_.directories.find(id);
    const auto relative = id == 0 ? std::nullopt : node.locked->input.relative_path();
    std::string suffix;
    if (directory != flake_.directories.end()) {
      suffix = add_fetched(set, id, directory->second);
    } else if (relative) {
      set.add("parent", vm_.make_string(key_of(parent_of(node))));
      suffix = with_slash(*relative) + with_slash(node.locked->subdir);
    } else {
      set.add("source", vm_.make_apply(vm_.builtin("fetchFinalTree"),
                                       attributes_value(vm_, node.locked->input.attributes)));
      suffix = with_slash(node.locked->subdir);
    }
    set.add("suffix", vm_.make_string(suffix));
    return set.finish();
  }

  /// A node that was fetched to find out what it is.
  std::string add_fetched(AttrsBuilder& set, uint32_t id, const std::string& directory) {
    const Input& input = id == 0 ? flake_.flake.locked.input : file().nodes[id].locked->input;
    const auto object = vm_.world.store->dir.object_of(directory);
    if (!object) {
      throw EvalError(ErrorKind::Other, cat("path '", directory, "' is not in the Nix store"));
    }
    set.add("source", tree_value(vm_, {input, std::string(*object)},
                                 {.hide_rev = id == 0 && flake_.is_dirty}));
    return directory.substr(object->size());
  }

  uint32_t parent_of(const LockNode& node) const {
    const auto parent = node.parent ? file().find(*node.parent) : std::nullopt;
    if (!parent) {
      throw EvalError(ErrorKind::Other, cat("lock file entry '", node.locked->to_string(),
                                            "' is relative to a flake that is not there"));
    }
    return *parent;
  }

  Value inputs(const LockNode& node) {
    AttrsBuilder set(vm_, node.inputs.size());
    for (const auto& [name, edge] : node.inputs) {
      const auto* path = std::get_if<InputPath>(&edge);
      const auto target = path ? file().find(*path) : std::get<uint32_t>(edge);
      if (target) set.add(name, vm_.make_string(key_of(*target)));
    }
    return set.finish();
  }

  Vm& vm_;
  const LockedFlake& flake_;
};

}  // namespace

Task call_flake(Vm& vm, const LockedFlake* flake) {
  World& world = vm.world;
  Root nodes(vm.heap, NodeValues(vm, *flake).all());
  uint32_t& source = world.store->fetch->call_flake;
  if (source == 0) {
    source = world
                 .parse_source("«flakes-internal»/call-flake.nix", "/", std::string(kCallFlakeNix),
                               false)
                 .id;
  }
  const Value function = co_await vm.force(world.thunk_of(*world.source(source)));
  const Value value = co_await vm.call(function, nodes, vm.make_string(key_of(0)));
  co_return value;
}

}  // namespace nilas::eval
