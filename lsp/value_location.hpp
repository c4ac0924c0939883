#pragma once
// Where values were written, by evaluation.

#include <optional>

#include "lsp/analysis/names.hpp"
#include "lsp/evaluated_request.hpp"
#include "lsp/protocol/basic.hpp"

namespace nilas::lsp {

/// An expression to evaluate: a node, or the first names of its path (0: all).
struct AskedExpression {
  syntax::NodeId node;
  uint32_t path_names;
};

/// The expression whose value a name has; nullopt if evaluation can tell nothing of it.
std::optional<AskedExpression> expression_of(const syntax::Ast& ast, const analysis::Name& name);

/// The function that a value is, or the file of a derivation (`meta.position`). May evaluate;
/// throws EvalError.
std::optional<Location> value_location(const EvaluatedQuery& e, eval::Value value);

/// The set literal in which the first attribute of a set was written, whose place is known.
std::optional<Location> set_location(const EvaluatedQuery& e, eval::Value set);

}  // namespace nilas::lsp
