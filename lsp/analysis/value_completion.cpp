#include "lsp/analysis/value_completion.hpp"

#include <algorithm>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/builtin_types.hpp"
#include "lsp/analysis/definition.hpp"
#include "lsp/analysis/documentation.hpp"
#include "lsp/analysis/function_text.hpp"
#include "lsp/analysis/package_facts.hpp"
#include "lsp/analysis/value_origin.hpp"

namespace nilas::analysis {
namespace {

using eval::Root;
using eval::SourceUnit;
using eval::Value;
using eval::World;

constexpr size_t kMaxExcerpt = 400;

/// A fenced block of Nix; longer fences where the code holds one.
std::string code_block(std::string_view code) {
  std::string fence = "```";
  while (code.find(fence) != std::string_view::npos)
    fence += '`';
  return fence + "nix\n" + std::string(code) + "\n" + fence;
}

std::string join(std::string block, const std::string& documentation) {
  if (documentation.empty()) return block;
  return block.empty() ? documentation : block + "\n\n" + documentation;
}

std::optional<Value> evaluated(World& world, const SourceUnit& unit, const BaseExpression& base) {
  try {
    return world.vm.run(world.focus(unit, base.node, base.path_names));
  } catch (const eval::EvalError& e) {
    const eval::ErrorKind kind = e.data().kind;
    if (kind == eval::ErrorKind::Cancelled) throw;
    return std::nullopt;
  }
}

std::string source(const SourceUnit& unit, syntax::Span span) {
  return unit.text->substr(span.begin, span.end - span.begin);
}

/// What is known of a value without forcing it.
void describe_shallow(World& world, Value v, CompletionItem& item) {
  v = world.vm.resolve(v);
  switch (v.type()) {
    case eval::Type::Function:
      item.kind = CompletionKind::Function;
      item.detail = builtin_of(v) ? "builtin function" : "function";
      return;
    case eval::Type::Attrs: item.detail = "set"; return;
    case eval::Type::List: item.detail = "list"; return;
    case eval::Type::Thunk:
    case eval::Type::Internal: return;
    case eval::Type::Int:
    case eval::Type::Float:
    case eval::Type::Bool:
    case eval::Type::Null:
    case eval::Type::String:
    case eval::Type::Path: item.detail = world.vm.brief(v); return;
  }
}

ItemDetails describe_function(World& world, Value function) {
  ItemDetails out{.detail = "function", .documentation = {}};
  if (const auto builtin = builtin_of(function)) {
    out.detail = "builtin function";
    out.documentation =
        join(code_block(builtin_signature(*builtin)), builtin_documentation(*builtin->info));
    return out;
  }
  const auto node = world.function_node(function);
  if (!node) return out;
  const syntax::Ast& ast = *node->unit->ast;
  const std::string doc = documentation_text(source(*node->unit, function_doc(ast, node->node)));
  out.documentation = join(code_block(function_heads(ast, *node->unit->text, node->node)), doc);
  return out;
}

/// Name and description of a derivation, whose printed form says too much.
ItemDetails describe_derivation(World& world, const Root& set) {
  ItemDetails out{.detail = "derivation", .documentation = code_block("«derivation»")};
  std::string rest;
  for (const HoverFact& fact : package_facts(world, set, {"name"})) {
    if (fact.name == "name") {
      out.documentation = code_block("«derivation " + fact.value + "»");
    } else {
      rest += (rest.empty() ? "" : "\n\n") + fact.value;
    }
  }
  out.documentation = join(std::move(out.documentation), rest);
  return out;
}

ItemDetails describe_value(World& world, Value value) {
  if (value.is_function()) return describe_function(world, value);
  const Root root(world.vm.heap, value);
  if (value.is_attrs()) {
    if (is_derivation(world, root)) return describe_derivation(world, root);
    const size_t n = root->attrs()->size();
    return {"set of " + std::to_string(n) + (n == 1 ? " attribute" : " attributes"), {}};
  }
  return {std::string(eval::type_name(root)), code_block(world.vm.brief(root))};
}

}  // namespace

std::optional<ValueItems> attributes_of_value(World& world, const SourceUnit& unit,
                                              const BaseExpression& base, std::string_view typed,
                                              size_t limit) {
  const auto value = evaluated(world, unit, base);
  if (!value || !value->is_attrs()) return std::nullopt;
  return attributes_of(world, *value, typed, limit);
}

ValueItems attributes_of(World& world, Value value, std::string_view typed, size_t limit) {
  const Root set(world.vm.heap, value);
  eval::Attrs* attrs = set->attrs();
  const bool all = attrs->size() <= limit;
  // With more letters other names may be among the best.
  ValueItems out{.items = {}, .complete = all};
  std::vector<std::pair<uint8_t, uint32_t>> chosen;  // rank and index, by name
  for (const uint32_t i : world.vm.name_order(attrs->keys)) {
    const std::string_view name = world.vm.symbols.name(attrs->keys->symbols[i]);
    if (all) {
      chosen.emplace_back(uint8_t{0}, i);
    } else if (is_match(typed, name)) {
      chosen.emplace_back(match_rank(typed, name), i);
    }
  }
  std::ranges::stable_sort(chosen, {}, &std::pair<uint8_t, uint32_t>::first);
  if (chosen.size() > limit) chosen.resize(limit);
  for (const auto& [rank, i] : chosen) {
    const std::string_view name = world.vm.symbols.name(attrs->keys->symbols[i]);
    CompletionItem item{
        .label = std::string(name), .kind = CompletionKind::Attribute, .rank = rank};
    if (!is_identifier(name)) item.insert = attribute_text(name);
    describe_shallow(world, attrs->values[i], item);
    out.items.push_back(std::move(item));
  }
  return out;
}

/// What `__functionArgs` of a set that acts as a function says: lib.makeOverridable and its like
/// hide the function itself.
std::optional<std::vector<FunctionArgument>> declared_arguments(World& world, Value function) {
  if (!function.is_attrs()) return std::nullopt;
  const eval::Symbol symbol = world.vm.symbols.find("__functionArgs");
  const Value* slot =
      symbol == eval::SymbolTable::kNoSymbol ? nullptr : function.attrs()->get(symbol);
  if (!slot) return std::nullopt;
  const Root arguments(world.vm.heap, world.vm.run(*slot));
  if (!arguments->is_attrs()) return std::nullopt;
  std::vector<FunctionArgument> out;
  const auto order = world.vm.name_order(arguments->attrs()->keys);
  for (const uint32_t i : std::vector<uint32_t>(order.begin(), order.end())) {
    const Value has_default = world.vm.run(arguments->attrs()->values[i]);
    out.push_back({std::string(world.vm.symbols.name(arguments->attrs()->keys->symbols[i])),
                   has_default.type() == eval::Type::Bool && has_default.as_bool()});
  }
  return out;
}

std::optional<std::vector<CompletionItem>> formals_of_value(World& world, const SourceUnit& unit,
                                                            syntax::NodeId function,
                                                            uint32_t applied) {
  const auto value = evaluated(world, unit, {function, 0});
  return value ? formals_of(world, *value, applied) : std::nullopt;
}

std::optional<std::vector<CompletionItem>> formals_of(World& world, Value value, uint32_t applied) {
  const Root function(world.vm.heap, value);
  if (const auto declared = applied == 0 ? declared_arguments(world, value) : std::nullopt) {
    std::vector<CompletionItem> items;
    for (const FunctionArgument& a : *declared) {
      items.push_back({.label = a.name,
                       .kind = CompletionKind::Parameter,
                       .detail = a.has_default ? "optional" : "required",
                       .rank = static_cast<uint8_t>(a.has_default ? 1 : 0)});
    }
    return items;
  }
  if (!function->is_function()) return std::nullopt;
  const auto node = world.function_node(function);
  if (!node) return std::nullopt;
  const syntax::Ast& ast = *node->unit->ast;
  syntax::NodeId at = node->node;
  for (; applied > 0; --applied) {
    at = ast.skip_parens(ast[at].b);
    if (ast[at].kind != syntax::NodeKind::Lambda) return std::nullopt;
  }
  const syntax::LambdaRecord& lambda = ast.lambdas[ast[at].a];
  if (!lambda.has_formals) return std::nullopt;
  auto items = formal_items(ast, *node->unit->text, lambda);
  for (CompletionItem& item : items)
    item.definition = syntax::kNone;  // of another file
  return items;
}

std::optional<ItemDetails> describe_attribute(World& world, const SourceUnit& unit,
                                              const BaseExpression& base, std::string_view name) {
  const auto value = evaluated(world, unit, base);
  if (!value || !value->is_attrs()) return std::nullopt;
  return describe_attribute_of(world, *value, name);
}

std::optional<ItemDetails> describe_attribute_of(World& world, Value value, std::string_view name) {
  const Root set(world.vm.heap, value);
  const eval::Symbol symbol = world.vm.symbols.find(name);
  if (symbol == eval::SymbolTable::kNoSymbol || !set->attrs()->get(symbol)) return std::nullopt;
  ItemDetails out;
  try {
    out = describe_value(world, world.vm.run(*set->attrs()->get(symbol)));
  } catch (const eval::EvalError& e) {
    if (e.data().kind == eval::ErrorKind::Cancelled) throw;
    out.detail = "error";
    out.documentation = code_block("error: " + e.data().message);
  }
  // The comment at the binding speaks of this name; that at the function of whatever it was bound
  // to.
  if (const auto definition = attribute_definition(world, set, name);
      definition && !definition->documentation.empty()) {
    const size_t block_end = out.documentation.find("\n\n");
    if (block_end != std::string::npos && out.documentation.starts_with("```"))
      out.documentation.resize(block_end);
    out.documentation = join(std::move(out.documentation), definition->documentation);
  }
  return out;
}

std::optional<ItemDetails> describe_builtin(std::string_view name) {
  const auto& table = eval::builtin_table();
  const auto at = std::ranges::find_if(table, [&](const eval::BuiltinInfo& info) {
    return info.registered == name || info.name() == name;
  });
  if (at == table.end()) return std::nullopt;
  return ItemDetails{"builtin function",
                     join(code_block(builtin_signature({&*at, 0})), builtin_documentation(*at))};
}

std::optional<ItemDetails> describe_definition(const syntax::Ast& ast, std::string_view text,
                                               const Names& names, uint32_t definition) {
  const Name* name = names.at(definition);
  if (!name) return std::nullopt;
  const Entity entity = names.defined_by(*name);
  ItemDetails out;
  syntax::NodeId value = syntax::kNoNode;
  syntax::Span doc;
  if (entity.kind == Entity::Kind::Attribute) {
    const syntax::Attr& attr = ast.attrs[entity.id];
    if (attr.kind == syntax::AttrKind::Plain) value = attr.value;
    if (const auto bound = find_bound_name(ast, attr.name.begin, ast.symbol(attr.symbol)))
      doc = bound->doc;
  } else if (entity.kind == Entity::Kind::Parameter) {
    out.detail = "parameter";
    value = ast.decls[entity.id].value;
  } else {
    return std::nullopt;
  }
  std::string block;
  if (value != syntax::kNoNode) {
    const syntax::NodeId inner = ast.skip_parens(value);
    const syntax::Span s = ast[value].span;
    std::string_view excerpt = text.substr(s.begin, s.end - s.begin);
    if (ast[inner].kind == syntax::NodeKind::Lambda) {
      block = code_block(function_heads(ast, text, inner));
      if (doc.begin == doc.end) doc = function_doc(ast, inner);
    } else {
      const bool cut = excerpt.size() > kMaxExcerpt;
      if (cut) excerpt = excerpt.substr(0, excerpt.find_last_of('\n', kMaxExcerpt));
      block = code_block(std::string(excerpt.substr(0, 2 * kMaxExcerpt)) + (cut ? "\n..." : ""));
    }
  }
  out.documentation =
      join(std::move(block), documentation_text(text.substr(doc.begin, doc.end - doc.begin)));
  return out;
}

}  // namespace nilas::analysis
