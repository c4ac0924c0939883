#pragma once
// Where a value was written, read off the value itself: what passes it on (`inherit`, a set that a
// function made) has another place, or none.

#include <optional>
#include <string_view>

#include "evaluator/world.hpp"

namespace nilas::analysis {

/// Of a function, the name it is bound to, or else its head; of a derivation, the attribute by which
/// nixpkgs tells its place; of another set, the binding around its attributes whose name is `name`.
/// Unknown for all other values. May evaluate within the VM's limits; throws EvalError.
eval::SourceSpan origin_of_value(eval::World& world, eval::Value value, std::string_view name);

/// Whether a forced set is a derivation. May evaluate; throws EvalError.
bool is_derivation(eval::World& world, eval::Value set);

/// The forced attribute `name` of a forced set. May evaluate; throws EvalError.
std::optional<eval::Value> attribute_value(eval::World& world, eval::Value set,
                                           std::string_view name);

}  // namespace nilas::analysis
