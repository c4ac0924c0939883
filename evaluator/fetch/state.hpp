#pragma once
// What the fetchers of a world remember, and what the user allowed them. Holds no Values.

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "evaluator/fetch/registry.hpp"
#include "evaluator/fetch/tree.hpp"

namespace nilas::eval {

struct FetchState {
  std::unordered_map<std::string, FetchedInput> inputs;  ///< by their attributes as JSON
  std::vector<Registry> registries;  ///< of flags, user, system, everybody; empty: not read yet
  bool has_global_registry = false;  ///< the last one was asked for
  uint32_t call_flake = 0;           ///< source of kCallFlakeNix, once it was needed
};

}  // namespace nilas::eval
