#pragma once
// What an instruction was made for: what traces and the places of errors are read off.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "evaluator/builtins.hpp"
#include "evaluator/code.hpp"

namespace nilas::eval {

inline Op op_at(const CodeBlock& code, uint32_t at) {
  return static_cast<Op>(code.body->words[at] & 0xff);
}

/// An operator as it is written.
std::string_view text_of(syntax::BinaryOp op);

/// The builtin that C++ Nix makes of an operator; empty: none.
std::string_view builtin_of(syntax::BinaryOp op);

/// How many names of its path the selection at `at` has gone through: each has an instruction of its own. O(at).
size_t names_gone(const CodeBlock& code, uint32_t at);

/// The builtin that the application `n` calls, if it calls one directly; its instruction stands behind those for its
/// arguments, from `at` on. O(instructions).
const BuiltinInfo* builtin_called(const CodeBlock& code, syntax::NodeId n, uint32_t at);

/// Where the value of `code` is bound to its name in a set, if it is. O(attributes of the file).
std::optional<syntax::Span> definition_of(const CodeBlock& code);

}  // namespace nilas::eval
