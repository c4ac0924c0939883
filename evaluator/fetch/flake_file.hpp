#pragma once
// flake.nix without evaluating it: description, inputs and the names that `outputs` takes must be
// written out, so they are read off the syntax tree. Nix manual, "nix flake", "Flake format".

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "evaluator/fetch/lock_file.hpp"

namespace nilas::eval {

class World;
struct SourceUnit;

struct FlakeInput {
  std::optional<FlakeRef> ref;
  bool is_flake = true;
  std::optional<InputPath> follows;             ///< from the root of the lock file
  std::map<std::string, FlakeInput> overrides;  ///< of the inputs of this input
};
using FlakeInputs = std::map<std::string, FlakeInput>;

struct FlakeFile {
  FlakeInputs inputs;               ///< those declared, and what `outputs` takes besides
  FetchAttributes self_attributes;  ///< of `inputs.self`: how the flake itself is to be fetched
};

struct FlakeFileContext {
  std::string flake;      ///< the flake for messages, as a URL
  std::string directory;  ///< of flake.nix: where paths in it start
  InputPath lock_root;    ///< in front of every `follows`
};

/// Throws EvalError in C++ Nix's words, with the place in the file.
FlakeFile read_flake_file(World& world, const SourceUnit& unit, const FlakeFileContext& context);

}  // namespace nilas::eval
