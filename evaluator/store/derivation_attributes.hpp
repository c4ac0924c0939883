#pragma once
// The attributes that derivationStrict gets: which of them mean something to Nix, and how each is
// evaluated into the draft.

#include <optional>
#include <string>
#include <string_view>

#include "evaluator/error.hpp"
#include "evaluator/native.hpp"
#include "evaluator/store/derivation_draft.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

/// Attributes that mean something to Nix.
enum class AttributeRole : uint8_t {
  Args,
  Builder,
  ContentAddressed,
  IgnoreNulls,
  Impure,
  Json,
  OutputHash,
  OutputHashAlgo,
  OutputHashMode,
  Outputs,
  StructuredAttrs,
  System,
  ReferenceLimit,  // without effect where attributes are structured
  None,
};

AttributeRole role_of(StoreState& store, SymbolTable& symbols, Symbol s);

/// What derivationStrict knows so far.
struct DerivationProgress {
  World* world;
  std::string name;
  SourceSpan name_span;
  DerivationDraft draft;
  bool structured = false;
  bool ignore_nulls = false;
  bool content_addressed = false;
  bool impure = false;
  std::optional<std::string> output_hash;
  std::optional<HashAlgorithm> output_hash_algorithm;
  std::optional<IngestionMethod> method;
  std::string json;  // of structured attributes: members so far
  std::string text;  // of the attribute being evaluated
  // The attribute being evaluated, for traces; empty between them.
  std::string_view attribute;
  SourceSpan attribute_span;

  [[noreturn]] void fail(std::string message) const {
    throw EvalError(ErrorKind::Other, std::move(message));
  }
};

/// Evaluates an attribute that becomes a variable of the builder, or its arguments (`args`): adds it
/// to the draft as text and takes note of its meaning. The set that `slot` is in must be rooted, and
/// both pointers outlive the task.
Task evaluate_text(Vm& vm, Value* slot, DerivationProgress* progress, AttributeRole role);

/// Evaluates an attribute where `__structuredAttrs` is set: one member of the JSON.
Task evaluate_structured(Vm& vm, Value* slot, DerivationProgress* progress, AttributeRole role);

}  // namespace nilas::eval
