#pragma once
// What the store's side of a world remembers: interned contexts, derivations made so far, hashes of
// sources. It holds no Values, so the collector has nothing to do with it.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evaluator/store/context.hpp"
#include "evaluator/store/path.hpp"

namespace nilas::eval {

class DerivationTable;
struct SourceTable;

/// Experimental features of C++ Nix that the store's builtins ask for.
struct StoreFeatures {
  bool ca_derivations = false;
  bool impure_derivations = false;
  bool dynamic_derivations = false;
  bool git_hashing = false;
};

struct StoreState {
  explicit StoreState(std::string store_dir, StoreFeatures features = {});
  ~StoreState();
  StoreState(const StoreState&) = delete;
  StoreState& operator=(const StoreState&) = delete;

  StoreDir dir;
  StoreFeatures features;
  ContextTable contexts;
  std::unique_ptr<DerivationTable> derivations;  ///< derivation_table.hpp
  std::unique_ptr<SourceTable> sources;          ///< sources.hpp
  uint32_t imported_derivation = 0;  ///< source of kImportedDerivationNix, once it was needed
  std::vector<uint32_t>
      derivation_attributes;  ///< symbols of the names that derivation.cpp looks for
};

}  // namespace nilas::eval
