#pragma once
// What a package says about itself, for a hover.

#include <initializer_list>
#include <string_view>
#include <vector>

#include "lsp/analysis/hover.hpp"

namespace nilas::analysis {

/// The attributes `names` of a derivation, as far as it has them, and its description. What fails is
/// told in its place. May evaluate within the VM's limits; throws EvalError if they are reached.
std::vector<HoverFact> package_facts(eval::World& world, const eval::Root& derivation,
                                     std::initializer_list<std::string_view> names);

}  // namespace nilas::analysis
