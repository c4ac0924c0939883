#pragma once
// Where the thing that an expression names is defined: through scopes by the text, through
// attributes by evaluation.

#include <optional>
#include <string>

#include "evaluator/world.hpp"
#include "lsp/analysis/finding.hpp"
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

/// Definition of a Var, or of the last of the first `path_names` names of a Select; nullopt if
/// there is none, or if it
/// takes a value that is not known. May evaluate within the VM's limits; errors of that mean "not
/// known".
std::optional<Definition> find_definition(eval::World& world, const eval::SourceUnit& unit,
                                          syntax::NodeId node, uint32_t path_names);

/// Definition of the attribute `name` of a forced set.
std::optional<Definition> attribute_definition(eval::World& world, eval::Value set,
                                               std::string_view name);

/// Definition that a name written at `name` itself is (left of `=`, a parameter).
Definition definition_at(const eval::SourceUnit& unit, DefinitionKind kind, syntax::Span name);

/// The parameter whose name is written at `name`. O(declarations).
Definition definition_of_parameter(const eval::SourceUnit& unit, syntax::Span name);

}  // namespace nilas::analysis
