#pragma once
// Derivations as text: the ATerm that a .drv file holds, read and written.
// Nix manual, "Derivation 'ATerm' file format".
//
//   Derive([(output,path,method+algorithm,hash),...],[(drv,[output,...]),...],[source,...],
//          system,builder,[argument,...],[(variable,value),...])
//
// Reading is for derivations that come from a disk and for showing; the fast way of making one is
// derivation_draft.hpp.

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nilas::eval {

/// All texts as they stand in the file; a field that is not known yet is empty.
struct DerivationOutput {
  std::string name;
  std::string path;       ///< of input-addressed and fixed outputs
  std::string algorithm;  ///< "r:sha256"; empty if input-addressed
  std::string hash;       ///< base 16 if fixed, "impure" if impure
};

struct InputDerivation {
  std::string path;
  std::vector<std::string>
      chain;  ///< outputs on the way, for a derivation that other derivations make; mostly empty
  std::vector<std::string> outputs;
};

struct Derivation {
  std::vector<DerivationOutput> outputs;
  std::vector<InputDerivation> input_derivations;
  std::vector<std::string> input_sources;
  std::string system;
  std::string builder;
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  /// Where the list of input derivations, brackets included, stands in the text: [begin, end) in
  /// bytes.
  size_t inputs_begin = 0, inputs_end = 0;
};

/// Reads a .drv file. The error says what was expected at which byte. O(n); any nesting.
std::expected<Derivation, std::string> parse_derivation(std::string_view text);

/// Appends `text` with `"`, `\`, newline, return and tab escaped; no quotes around it.
void append_escaped(std::string& to, std::string_view text);
/// Appends `text` in quotes as it is: for paths, names and hashes, which need no escapes.
void append_quoted(std::string& to, std::string_view text);

}  // namespace nilas::eval
