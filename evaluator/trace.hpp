#pragma once
// What is told about the way to an error: the steps of C++ Nix's trace, made from the syntax tree when they are shown.

#include <string>
#include <string_view>
#include <vector>

#include "evaluator/builtins.hpp"
#include "evaluator/error.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

/// All steps of the way to `error`, innermost first, in C++ Nix's words (2.36; older releases tell fewer of them).
/// Steps without a message are left out; O(nodes of the bodies that were under way).
std::vector<TraceFrame> trace_steps(const World& world, const ErrorData& error);

/// Where the error happened: its own place, or else that of the innermost code that was under way.
SourceSpan place_of(const ErrorData& error);

/// The place that C++ Nix gives an expression: that of its operator, of its first element... Unknown for literals.
SourceSpan place_of(const SourceUnit& unit, syntax::NodeId node);

/// Gives an error that the instruction `at` of `code` found itself the place that C++ Nix tells, which often is none, and
/// its steps theirs. `running`: code of the thunk that needs itself, if that is the error.
void place_own(EvalError& error, const CodeBlock& code, uint32_t at, const CodeBlock* running);

/// The instruction takes the arguments of a function, whose body has not begun.
bool is_prologue(const CodeBlock& code, uint32_t at);

/// The function whose body `code` is; of several that were merged (`a: b: ...`) the last.
SourceSpan lambda_place(const CodeBlock& code);

/// "while evaluating the first argument passed to builtins.add"; empty if C++ Nix tells no such step.
std::string argument_step(const BuiltinInfo& info, uint32_t index);

/// The trace tells calls of it: all builtins but addErrorContext, which has a step of its own.
bool tells_calls(const BuiltinInfo& info);

/// What the message about an operand of - * / calls it: C++ Nix makes builtins of them. Empty for other operators.
std::string_view operand_step(syntax::BinaryOp op, bool first);

/// The condition of an Assert node, as messages quote it.
std::string condition_text(const World& world, const SourceUnit& unit, syntax::NodeId assertion);

/// Steps of a selection, of the name that it computes, and of a part of a string or path.
inline constexpr std::string_view kSelectStep = "while selecting an attribute";
inline constexpr std::string_view kAttributeNameStep = "while evaluating an attribute name";
inline constexpr std::string_view kSegmentStep = "while evaluating a path segment";

/// Ends in an error: why `assert a == b`, the node `assertion` of `code`, fails, whose sides have given `a` and `b`.
Task explain_assertion(Vm& vm, Root a, Root b, const CodeBlock* code, syntax::NodeId assertion);

}  // namespace nilas::eval
