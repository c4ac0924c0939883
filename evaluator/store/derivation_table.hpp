#pragma once
// The derivations of a world, made by evaluation or read from a store on disk, each with its *hash
// modulo*: the hash that stands for it where it is an input, so that fixed outputs may be fetched
// in another way without changing what depends on them. Computed once a derivation.
// Nix manual, "Derivation outputs and types of derivations", "Input-addressing".

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/encoding.hpp"
#include "evaluator/store/context.hpp"

namespace nilas::eval {

class World;

struct DerivationRecord {
  std::string text;                  ///< ATerm
  std::vector<std::string> outputs;  ///< names, sorted
  std::array<char, 64> modulo{};     ///< base 16; unused if deferred
  bool deferred = false;             ///< its output paths are known only after builds

  std::string_view modulo_text() const { return {modulo.data(), modulo.size()}; }
  void set_modulo(const Hash& hash);
};

/// Records by the id of their path's Opaque element.
class DerivationTable {
 public:
  /// Null if unknown. O(1).
  const DerivationRecord* find(ContextId drv) const {
    return drv < by_id_.size() && by_id_[drv] != 0 ? &records_[by_id_[drv] - 1] : nullptr;
  }
  const DerivationRecord& add(ContextId drv, DerivationRecord record);
  size_t size() const { return records_.size(); }

 private:
  std::deque<DerivationRecord> records_;
  std::vector<uint32_t> by_id_;  // index + 1, or 0
};

/// Record of the derivation whose path is Opaque element `drv`; those not made in this world are
/// read through the host, with all that they depend on. Throws EvalError: "path
/// '/nix/store/....drv' is not valid" if there is none.
const DerivationRecord& derivation_record(World& world, ContextId drv);

/// One entry of the inputs in the text that is hashed.
struct ModuloInput {
  std::string_view hash;  // base 16
  std::string_view output;
  friend auto operator<=>(const ModuloInput&, const ModuloInput&) = default;
};
/// Appends [(hash,[output,...]),...], sorted, equal hashes merged. Reorders `inputs`.
void append_modulo_inputs(std::string& to, std::vector<ModuloInput>& inputs);

/// Hash modulo of a derivation with one output of known content.
Hash fixed_modulo(std::string_view method_and_algorithm, std::string_view hash_base16,
                  std::string_view path);

/// Everything that the files of `drv` mention, directly or through other derivations and texts,
/// itself included: full store paths, sorted. What a DrvDeep context element means. Throws as
/// derivation_record.
std::vector<std::string> derivation_closure(World& world, ContextId drv);

}  // namespace nilas::eval
