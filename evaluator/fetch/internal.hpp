#pragma once
// Builtins that no program can name.

#include "evaluator/native.hpp"

namespace nilas::eval::builtins {

/// fetchTree for an entry of a lock file, which says all there is to know of the tree.
Task fetch_final_tree(Vm& vm, Args args);
/// `revCount` of `{ history, rev }`.
Value count_commits(Vm& vm, Args args);

}  // namespace nilas::eval::builtins
