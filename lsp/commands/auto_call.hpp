#pragma once
// What `nix-instantiate` does to a value before it prints it: calls functions with --arg and
// defaults, follows -A.

#include <string_view>

#include "evaluator/world.hpp"

namespace nilas::lsp {

/// `value`, or, if it is a function of a set (or a functor), the result of calling it with those of
/// `arguments` (a set) that
/// it names. Throws EvalError if one without a default is missing.
eval::Value auto_call(eval::World& world, eval::Value arguments, eval::Value value);

/// What the path (`a.b.0."c.d"`) leads to, functions on the way being called. Not forced. Throws
/// EvalError.
eval::Value find_along(eval::World& world, std::string_view path, eval::Value arguments,
                       eval::Value value);

}  // namespace nilas::lsp
