#pragma once
// What the store's side of a world remembers: interned contexts, derivations made so far, hashes of
// sources. It holds no Values, so the collector has nothing to do with it.

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evaluator/features.hpp"
#include "evaluator/store/context.hpp"
#include "evaluator/store/path.hpp"

namespace nilas::eval {

class DerivationTable;
struct FetchState;
struct SourceTable;

struct StoreState {
  explicit StoreState(std::string store_dir, Features features = {});
  ~StoreState();
  StoreState(const StoreState&) = delete;
  StoreState& operator=(const StoreState&) = delete;

  StoreDir dir;
  Features features;
  ContextTable contexts;
  std::unique_ptr<DerivationTable> derivations;  ///< derivation_table.hpp
  std::unique_ptr<SourceTable> sources;          ///< sources.hpp
  std::unique_ptr<FetchState> fetch;             ///< fetch/state.hpp
  /// What can be read where not everything can: these, what lies in them, and the way to them.
  std::set<std::string, std::less<>> allowed_paths;
  uint32_t imported_derivation = 0;  ///< source of kImportedDerivationNix, once it was needed
  std::vector<uint32_t>
      derivation_attributes;  ///< symbols of the names that derivation.cpp looks for
};

}  // namespace nilas::eval
