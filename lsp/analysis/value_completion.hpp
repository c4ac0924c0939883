#pragma once
// Completions that take a value: attributes of what an expression evaluates to, parameters of a
// function. All of it runs within the VM's limits; errors of evaluation mean "not known".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/world.hpp"
#include "lsp/analysis/completion.hpp"

namespace nilas::analysis {

struct ValueItems {
  std::vector<CompletionItem> items;
  bool complete = true;  ///< false: there are more that match
};

/// Attributes of the set that `base` evaluates to, by name; nullopt if it is no set or not known.
/// Of more than `limit` only those that match `typed`. Their values are not forced.
std::optional<ValueItems> attributes_of_value(eval::World& world, const eval::SourceUnit& unit,
                                              const BaseExpression& base, std::string_view typed,
                                              size_t limit);

/// The same for a set that was forced already.
ValueItems attributes_of(eval::World& world, eval::Value set, std::string_view typed, size_t limit);

/// Parameters of the function that `function` evaluates to once it has `applied` more arguments;
/// nullopt if it takes no set, or is not known.
std::optional<std::vector<CompletionItem>> formals_of_value(eval::World& world,
                                                            const eval::SourceUnit& unit,
                                                            syntax::NodeId function,
                                                            uint32_t applied);

/// The same for a value that was forced already.
std::optional<std::vector<CompletionItem>> formals_of(eval::World& world, eval::Value function,
                                                      uint32_t applied);

struct FunctionArgument {
  std::string name;
  bool has_default;
};
/// What a set that acts as a function (`__functor`) declares of its arguments; nullopt if it does
/// not. May throw EvalError.
std::optional<std::vector<FunctionArgument>> declared_arguments(eval::World& world,
                                                                eval::Value function);

/// What is told of one item when a reader looks at it.
struct ItemDetails {
  std::string detail;
  std::string documentation;  ///< Markdown
};

/// Of the attribute `name` of what `base` evaluates to: its value, forced within the limits.
std::optional<ItemDetails> describe_attribute(eval::World& world, const eval::SourceUnit& unit,
                                              const BaseExpression& base, std::string_view name);

/// The same for a set that was forced already.
std::optional<ItemDetails> describe_attribute_of(eval::World& world, eval::Value set,
                                                 std::string_view name);

/// Of a builtin, by the name it is registered under or that it has in `builtins`.
std::optional<ItemDetails> describe_builtin(std::string_view name);

/// Of a name that this file defines at `definition`: its comment, and how what it is bound to
/// begins.
std::optional<ItemDetails> describe_definition(const syntax::Ast& ast, std::string_view text,
                                               const Names& names, uint32_t definition);

}  // namespace nilas::analysis
