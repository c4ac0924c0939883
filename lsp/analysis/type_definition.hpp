#pragma once
// Where that is written what gives a value its form: a set literal, the function whose call made it,
// a function itself.
//
// A definition leads to the name, an implementation to the value of the function or derivation; this
// leads to what one would read to learn which attributes a value has.

#include <vector>

#include "lsp/analysis/program.hpp"

namespace nilas::analysis {

struct TypePlace {
  const SourceFile* file;
  syntax::Span span;       ///< the literal, or the binding of a function
  syntax::Span selection;  ///< its first character, or the function's name
};

struct TypeDefinition {
  std::vector<TypePlace> places;  ///< more than one for `a // b` and branches
  bool known = true;              ///< false: only evaluation can tell
};

/// Of the name at `offset`. Known and without places: a number, a string, ...; or no name.
TypeDefinition type_definition(Program& program, const SourceFile& file, uint32_t offset);

}  // namespace nilas::analysis
