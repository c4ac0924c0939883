#pragma once
// Flakes: fetching one, bringing its lock file up to date in memory, and calling it.
// Nix manual, "nix flake".

#include <map>
#include <string>

#include "evaluator/fetch/flake_file.hpp"
#include "evaluator/fetch/registry.hpp"
#include "evaluator/fetch/tree.hpp"
#include "evaluator/vm.hpp"

namespace nilas::eval {

struct Flake {
  FlakeRef original;      ///< as it was asked for
  FlakeRef resolved;      ///< as the registries have it
  FlakeRef locked;        ///< as it was fetched
  std::string directory;  ///< that has the flake.nix
  FlakeFile file;
};

struct LockedFlake {
  Flake flake;
  LockFile lock_file;
  /// Nodes that were fetched already, and where they are.
  std::map<uint32_t, std::string> directories;
  bool is_dirty = false;  ///< the lock file on disk says something else
};

struct LockOptions {
  bool use_registries = true;
  bool allow_unlocked = true;
};

/// Fetches a flake and reads its flake.nix. Throws EvalError.
Flake get_flake(World& world, const FlakeRef& ref, UseRegistries use, const InputPath& lock_root);

/// The flake in a directory that is already here.
Flake read_flake(World& world, const FlakeRef& ref, const std::string& directory,
                 const InputPath& lock_root);

/// The lock file that the flake should have: what its flake.lock says, and what its flake.nix asks
/// for besides, which is fetched. Nothing is written; a difference becomes a warning.
LockedFlake lock_flake(World& world, const FlakeRef& ref, Flake flake, const LockOptions& options);

/// The value of a flake: its outputs, lazily, with `inputs`, `outPath`, `sourceInfo`, `_type`...
Task call_flake(Vm& vm, const LockedFlake* flake);

}  // namespace nilas::eval
