#pragma once
// The one name resolver: which definition each name refers to.

#include <span>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/diagnostic.hpp"

namespace nilas::syntax {

/// Fills scopes, decls and refs of `ast` as ast.hpp describes them, and reports each undefined
/// variable: first the one C++ Nix reports, then the others in source order. `globals` are the
/// names of the global scope, sorted.
///
/// The rules are C++ Nix's: names of let, rec and functions and the globals are found statically,
/// innermost first, and win over every `with`; what is left belongs to the innermost `with`, or is
/// undefined. `inherit x;` looks outside the recursive set or let it stands in; the `e` of
/// `inherit (e) x;`, dynamic names and defaults of formals look inside.
///
/// Time is linear in the number of nodes and definitions. Refs in code that no value reaches
/// (after an error such as a duplicate attribute) stay Unbound and are not reported.
void resolve(Ast& ast, std::span<const std::string_view> globals,
             std::vector<Diagnostic>& diagnostics);

}  // namespace nilas::syntax
