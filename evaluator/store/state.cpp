#include "evaluator/store/state.hpp"

#include "evaluator/fetch/state.hpp"
#include "evaluator/store/derivation_table.hpp"
#include "evaluator/store/sources.hpp"

namespace nilas::eval {

StoreState::StoreState(std::string store_dir, Features features)
    : dir{std::move(store_dir)},
      features(features),
      derivations(std::make_unique<DerivationTable>()),
      sources(std::make_unique<SourceTable>()),
      fetch(std::make_unique<FetchState>()) {}

StoreState::~StoreState() = default;

}  // namespace nilas::eval
