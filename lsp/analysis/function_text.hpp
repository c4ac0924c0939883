#pragma once
// How functions are shown: the heads of those written in Nix, the signatures of builtins.

#include <optional>
#include <string>
#include <string_view>

#include "evaluator/builtins.hpp"
#include "evaluator/value.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

/// `op: nul: list: ...`, `{ a, b ? 2, ... }@args: ...`: the parameters as written, those of the
/// functions right inside
/// too, without comments. Bounded: a pattern with hundreds of names is cut.
std::string function_heads(const syntax::Ast& ast, std::string_view text, syntax::NodeId lambda);

struct BuiltinUse {
  const eval::BuiltinInfo* info;
  uint32_t applied;  ///< arguments it has already
};

/// The builtin that a function value is, or is a partial application of.
std::optional<BuiltinUse> builtin_of(eval::Value function);

/// `foldl' op nul list`; arguments that are applied already are shown as `_`.
std::string builtin_signature(const BuiltinUse& use);

}  // namespace nilas::analysis
