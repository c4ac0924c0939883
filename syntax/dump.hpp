#pragma once
// The inside of the syntax layer as text, for `nilas dump` and for tests.
// (The concrete tree: Tree::dump in cst.hpp.)

#include <string>

#include "syntax/ast.hpp"

namespace nilas::syntax {

/// One node a line, indented below its parent: kind, operands, [begin, end). Attributes of sets
/// stand as `name =`, and after merging.
std::string dump_ast(const Ast& ast);

/// One scope a line with its definitions and how often each is used, then what each name refers to,
/// in order of node id.
std::string dump_scopes(const Ast& ast);

}  // namespace nilas::syntax
