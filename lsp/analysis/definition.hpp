#pragma once
// Where the thing that an expression names is defined: through scopes by the text, through
// attributes by evaluation.

#include <optional>
#include <string>

#include "evaluator/world.hpp"
#include "lsp/analysis/finding.hpp"
#include "lsp/analysis/names.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

enum class DefinitionKind : uint8_t {
  LetBinding,
  Attribute,
  Parameter,  // of a function
  Builtin,    // no place
};

struct Definition {
  DefinitionKind kind;
  std::string name;
  std::optional<Place> place;  ///< of the name where it is defined
  std::string documentation;   ///< Markdown of the doc comment there; may be empty
  /// Parameter: `name ? default` as written
  std::string parameter;
  /// Parameter with a default, or binding: the expression, in the file that was asked about; else
  /// kNoNode.
  syntax::NodeId value = syntax::kNoNode;
};

/// Whether a name that an `inherit` of another file passes on is defined there, or where its value
/// was written.
enum class Inherits : uint8_t { Stop, Follow };

/// Definition of a Var, or of the last of the first `path_names` names of a Select; nullopt if
/// there is none, or if it
/// takes a value that is not known. May evaluate within the VM's limits; errors of that mean "not
/// known".
std::optional<Definition> find_definition(eval::World& world, const eval::SourceUnit& unit,
                                          syntax::NodeId node, uint32_t path_names,
                                          Inherits inherits = Inherits::Follow);

/// Definition of the attribute `name` of a forced set: where it is written, or, if a function made
/// it, where its value was. As find_definition.
std::optional<Definition> attribute_definition(eval::World& world, eval::Value set,
                                               std::string_view name,
                                               Inherits inherits = Inherits::Follow);

/// Definition that a name written at `name` itself is (left of `=`, a parameter).
Definition definition_at(const eval::SourceUnit& unit, DefinitionKind kind, syntax::Span name);

/// What the text alone tells of the name at `offset`: an attribute or a parameter of this file.
std::optional<Definition> definition_in_text(const eval::SourceUnit& unit, const Names& names,
                                             uint32_t offset);

/// The parameter whose name is written at `name`. O(declarations).
Definition definition_of_parameter(const eval::SourceUnit& unit, syntax::Span name);

}  // namespace nilas::analysis
