#pragma once
// Attributes of inputs as values and back.

#include "evaluator/fetch/tree.hpp"
#include "evaluator/vm.hpp"

namespace nilas::eval {

/// Of a set that JSON was read into: strings, numbers and booleans. Throws EvalError for others.
FetchAttributes attributes_of_json(Vm& vm, Value json);

/// The same as a set.
Value attributes_value(Vm& vm, const FetchAttributes& attributes);

/// "20240131235959", UTC.
std::string date_text(uint64_t seconds_since_1970);

/// What fetchTree gives besides: `sourceInfo` of a flake.
struct TreeValueOptions {
  bool empty_rev = false;  ///< a tree without revision has one of zeros (fetchGit)
  bool hide_rev = false;   ///< the tree is not quite what its revision says
};
Value tree_value(Vm& vm, const FetchedInput& fetched, TreeValueOptions options);

}  // namespace nilas::eval
