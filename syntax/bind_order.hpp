#pragma once
// Internal to syntax/: which of several undefined variables C++ Nix reports.

#include <span>
#include <string_view>

#include "syntax/ast.hpp"

namespace nilas::syntax {

/// The first Var node with an Unbound ref that C++ Nix comes upon when it binds the variables of a
/// resolved Ast; kNoNode if there is none. O(nodes + attributes * log attributes).
NodeId first_unbound(const Ast& ast, std::span<const std::string_view> globals);

}  // namespace nilas::syntax
