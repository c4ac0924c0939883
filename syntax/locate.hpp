#pragma once
// Which expression a token denotes: what a hover, or "go to definition", is asked about.

#include <string_view>

#include "syntax/ast.hpp"
#include "syntax/cst.hpp"

namespace nilas::syntax {

enum class LocatedKind : uint8_t {
  Nothing,     ///< white space, a comment, punctuation without a value
  Expression,  ///< `expr` itself
  Prefix,      ///< the first `names` names of `path` selected from `expr`, without any default
  Binding,     ///< a name left of `=`; `expr` is what is bound to the path up to it, all merged
  Inherited,   ///< a name after `inherit`; `expr` is the Var or Select behind it
  Parameter,   ///< a formal or the parameter itself; `expr` is the default, if it has one
};

struct Located {
  LocatedKind kind = LocatedKind::Nothing;
  Span token;                ///< the token the offset lies in
  Span span;                 ///< what is denoted, as written: of a Binding the names up to this one
  NodeId expr = kNoNode;     ///< see LocatedKind; for Prefix the expression before the first dot.
                             ///< A Binding in broken text may have none.
  PathId path = kNone;       ///< Prefix: of the Select. Binding: as written
  uint32_t names = 0;        ///< Prefix, Binding: how many names of `path` count
  NodeId select = kNoNode;   ///< Prefix: the Select it is part of
  uint32_t binding = kNone;  ///< Binding, Inherited: index into Ast::bindings
  NodeId set = kNoNode;     ///< Binding, Inherited: the AttrSet, Let or LegacyLet written around it
  uint32_t lambda = kNone;  ///< Parameter: index into Ast::lambdas
  uint32_t formal = kNone;  ///< Parameter: index into Ast::formals; kNone: the parameter itself
};

/// What the token at byte `offset` denotes. `tree` and `ast` belong to `text`.
///
/// A name in `a.b.c` denotes the chain up to it; on `or`, the whole select. An operator (`?` too)
/// denotes its operation; a bracket, or a keyword of let, if, with, assert and rec, the whole
/// construct; `:` and what is around the formals of a function, the function. Text of a string
/// denotes the string. `${` and `}` denote what lies between them, in an attribute path the name.
/// The token must contain the offset: the end of a name is not in it. O(nodes of the Ast).
Located locate(const Tree& tree, const Ast& ast, uint32_t offset);

}  // namespace nilas::syntax
