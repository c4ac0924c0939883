#pragma once
// From evaluated attributes to a derivation: output paths, .drv path, text. The hot path of
// evaluating a package set.
//
// Three texts of one derivation are hashed, which differ in two places only:
//   masked   outputs without paths, inputs by their hashes modulo   -> names the outputs of an
//   input-addressed one final    outputs with paths, inputs by their paths              -> the .drv
//   file, and its path modulo   outputs with paths, inputs by their hashes             -> stands
//   for it where others depend on it
// So everything behind the inputs is escaped and put together once, with the places remembered
// where output paths go.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evaluator/store/context.hpp"
#include "evaluator/store/path.hpp"

namespace nilas::eval {

class World;

struct DerivationDraft {
  std::string name;
  std::string system;
  std::string builder;
  std::vector<std::string> outputs{"out"};  ///< names, sorted and unique
  ContextSet context;                       ///< of all attributes

  struct Fixed {
    IngestionMethod method = IngestionMethod::Flat;
    Hash hash;
  };
  struct Floating {
    IngestionMethod method = IngestionMethod::Nar;
    HashAlgorithm algorithm = HashAlgorithm::Sha256;
    bool impure = false;
  };
  std::optional<Fixed> fixed;        ///< the one output's content is known
  std::optional<Floating> floating;  ///< outputs are named by their content once they are built

  void add_arg(std::string_view arg);
  /// Each name once. `name` must outlive the draft.
  void add_variable(std::string_view name, std::string_view value);

 private:
  friend class DraftWriter;
  struct Variable {
    std::string_view name;
    size_t begin, end;  // escaped value in values_
  };
  std::string args_;  // escaped, quoted, separated
  std::string values_;
  std::vector<Variable> variables_;
};

struct FinishedDerivation {
  ContextId drv;  ///< Opaque element of its path
  /// Output names, sorted, with their paths, or placeholders where those are not known yet.
  std::vector<std::pair<std::string, std::string>> outputs;
};

/// Adds the derivation to the world's table. Consumes `draft`. Throws EvalError: invalid names,
/// inputs that are neither in this world nor on disk. O(size of the text + number of inputs * log).
FinishedDerivation finish_derivation(World& world, DerivationDraft& draft);

}  // namespace nilas::eval
