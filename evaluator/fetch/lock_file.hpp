#pragma once
// flake.lock: which tree each input of a flake is. Nix manual, "nix flake", "Lock files".

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "evaluator/fetch/flake_ref.hpp"

namespace nilas::eval {

class World;

/// Names of inputs, from the flake at the root downwards: "nixpkgs", "home-manager/nixpkgs".
using InputPath = std::vector<std::string>;

std::string input_path_text(const InputPath& path);
/// Throws EvalError if a part cannot be the name of an input.
InputPath parse_input_path(std::string_view text);

/// Where an input leads: to a node, or to wherever another input of the root leads (`follows`).
using LockEdge = std::variant<uint32_t, InputPath>;

struct LockNode {
  std::map<std::string, LockEdge> inputs;
  // Nothing for the root.
  std::optional<FlakeRef> locked;    ///< what it is
  std::optional<FlakeRef> original;  ///< what the flake asked for
  bool is_flake = true;
  std::optional<InputPath>
      parent;  ///< of a relative `path:` input: the flake that it is relative to
};

struct LockFile {
  std::vector<LockNode> nodes{LockNode{}};  ///< the first is the root

  /// The node that `path` leads to, following `follows`; nothing if there is no such input. Throws
  /// EvalError: "follow cycle detected: [a -> b -> a]". O(steps).
  std::optional<uint32_t> find(const InputPath& path) const;
  /// Throws EvalError: "input 'a/b' follows a non-existent input 'c'".
  void check() const;
  /// Every input below the root, by its path.
  std::map<InputPath, LockEdge> all_inputs() const;
};

/// Reads version 5 to 7. `name` is for messages. Throws EvalError. O(n).
LockFile parse_lock_file(World& world, std::string_view text, std::string_view name);

/// What changed, one line for each input, as C++ Nix prints it; empty if nothing did.
std::string lock_file_difference(const LockFile& before, const LockFile& after);

}  // namespace nilas::eval
