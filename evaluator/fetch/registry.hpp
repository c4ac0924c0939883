#pragma once
// Registries: what a name like `nixpkgs` stands for. Nix manual, "nix registry".

#include <string>
#include <string_view>
#include <vector>

#include "evaluator/fetch/flake_ref.hpp"

namespace nilas::eval {

class World;

struct RegistryEntry {
  Input from;
  Input to;
  std::string dir;     ///< directory with the flake.nix; may be empty
  bool exact = false;  ///< otherwise `from` also stands for itself with a branch or commit
};
using Registry = std::vector<RegistryEntry>;

/// Which registries count: `Limited` are those that do not depend on user and machine, which is all
/// that the inputs of a flake may use.
enum class UseRegistries : uint8_t { No, Limited, All };

/// `input` as the registries have it, and the directory with the flake.nix that they tell. Throws
/// EvalError: "cannot find flake 'flake:x' in the flake registries".
FlakeRef resolve_in_registries(World& world, const Input& input, UseRegistries use);

/// Reads the text of a registry file; what is wrong in it becomes a warning and no entries.
Registry read_registry(World& world, std::string_view path, std::string_view text);

}  // namespace nilas::eval
