#pragma once
// Derivations shown to people: `nilas eval --drv`.

#include <string>
#include <string_view>

#include "evaluator/error.hpp"
#include "evaluator/vm.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

/// Path of the .drv file that `v`, a derivation (a set with a drvPath) or a string with that path,
/// stands for. String value. Fails if it is neither.
Task derivation_path_of(Vm& vm, Root v);

/// The .drv file's text, ATerm. Throws EvalError if there is no such derivation.
std::string show_aterm(World& world, std::string_view drv_path);

/// As `nix derivation show` of Nix 2.26 prints it: a JSON object with the path as its one key,
/// indented by two spaces.
std::string show_json(World& world, std::string_view drv_path);

}  // namespace nilas::eval
