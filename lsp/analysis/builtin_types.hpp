#pragma once
// Kinds of values, and the types of builtins (builtin_types.def, which has the notation).

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/builtins.hpp"

namespace nilas::analysis {

/// A set of kinds of values, one bit each. No bit: there is no value (`throw`).
using Kinds = uint16_t;

inline constexpr Kinds kNullKind = 1;
inline constexpr Kinds kBoolKind = 2;
inline constexpr Kinds kIntKind = 4;
inline constexpr Kinds kFloatKind = 8;
inline constexpr Kinds kStringKind = 16;
inline constexpr Kinds kPathKind = 32;
inline constexpr Kinds kListKind = 64;
inline constexpr Kinds kSetKind = 128;
inline constexpr Kinds kFunctionKind = 256;
inline constexpr Kinds kAnyKind = 511;
inline constexpr Kinds kNumberKinds = kIntKind | kFloatKind;
inline constexpr Kinds kTextKinds = kStringKind | kPathKind | kSetKind;
inline constexpr Kinds kOrderedKinds = kNumberKinds | kStringKind | kPathKind | kListKind;
inline constexpr Kinds kCallableKinds = kFunctionKind | kSetKind;

/// `int | null`; `any`, `never`.
std::string kinds_text(Kinds kinds);
/// For a sentence: `a string`, `an integer or null`.
std::string kinds_in_words(Kinds kinds);

/// What a type in the table says: a union of kinds and a variable, of which a list, a function and
/// a set may say more.
struct TypeTerm {
  Kinds kinds = 0;                      ///< without those of the variable
  char variable = 0;                    ///< `a`; 0: none
  std::vector<TypeTerm> element = {};   ///< of a list: one, or none if nothing is known
  std::vector<TypeTerm> function = {};  ///< parameter and result, or nothing
  struct Field;
  std::vector<Field> fields;  ///< all attributes of a set; none: nothing is known

  /// Of a parameter: what can be given.
  Kinds accepted() const { return variable ? kAnyKind : kinds; }
};
struct TypeTerm::Field {
  std::string_view name;
  TypeTerm type;
};

/// The term that `text` writes; otherwise the offset of what is not understood.
std::expected<TypeTerm, size_t> parse_type(std::string_view text);

struct BuiltinType {
  const eval::BuiltinInfo* info;
  std::string_view text;             ///< as the table writes it
  std::vector<TypeTerm> parameters;  ///< as many as the builtin takes
  TypeTerm result;
};

/// All of them, in the order of the table. Made once.
std::span<const BuiltinType> builtin_types();
/// By a name within `builtins` (`head`), or nullptr. O(1).
const BuiltinType* builtin_type(std::string_view name);
/// By a name of the global scope (`map`, `__head`), or nullptr. O(1).
const BuiltinType* global_type(std::string_view name);

/// Markdown that tells of a builtin: its type, if the table has it, and its documentation.
std::string builtin_documentation(const eval::BuiltinInfo& info);

}  // namespace nilas::analysis
