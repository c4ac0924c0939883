#include "lsp/commands/auto_call.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace nilas::lsp {
namespace {

using eval::ErrorKind;
using eval::EvalError;
using eval::Root;
using eval::Value;
using eval::World;

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> names;
  std::string name;
  bool any = false;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '.') {
      names.push_back(std::move(name));
      name.clear();
      any = false;
    } else if (path[i] == '"') {
      any = true;
      for (++i; i < path.size() && path[i] != '"'; ++i)
        name += path[i];
      if (i == path.size()) {
        throw EvalError(ErrorKind::Other,
                        fmt::format("missing closing quote in selection path '{}'", path));
      }
    } else {
      name += path[i];
      any = true;
    }
  }
  if (any || !name.empty()) names.push_back(std::move(name));
  return names;
}

std::optional<uint32_t> list_index(std::string_view name) {
  uint32_t n = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), n);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return n;
}

/// Names of a set that look like `name`, best first.
std::vector<std::string> similar_names(World& world, Value set, std::string_view name) {
  const auto distance = [&](std::string_view other) {
    std::vector<size_t> row(other.size() + 1);
    for (size_t j = 0; j < row.size(); ++j)
      row[j] = j;
    for (size_t i = 1; i <= name.size(); ++i) {
      size_t diagonal = std::exchange(row[0], i);
      for (size_t j = 1; j <= other.size(); ++j) {
        const size_t replaced = diagonal + (name[i - 1] != other[j - 1]);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
      }
    }
    return row.back();
  };
  std::vector<std::pair<size_t, std::string>> near;
  for (const eval::Symbol s : set.attrs()->keys->all()) {
    const std::string_view other = world.vm.symbols.name(s);
    if (const size_t d = distance(other); d <= 2) near.emplace_back(d, other);
  }
  std::ranges::sort(near);
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min<size_t>(near.size(), 5); ++i)
    names.push_back(near[i].second);
  return names;
}

Value select(World& world, std::string_view path, const std::string& name, Value v) {
  if (const auto index = list_index(name)) {
    if (!v.is_list()) {
      throw EvalError(ErrorKind::Type,
                      fmt::format("the expression selected by the selection path '{}' should be a "
                                  "list but is {}",
                                  path, eval::describe_type(v)));
    }
    if (*index >= v.list()->size()) {
      throw EvalError(
          ErrorKind::MissingAttribute,
          fmt::format("list index {} in selection path '{}' is out of range", *index, path));
    }
    return v.list()->items[*index];
  }
  if (!v.is_attrs()) {
    throw EvalError(
        ErrorKind::Type,
        fmt::format("the expression selected by the selection path '{}' should be a set "
                    "but is {}",
                    path, eval::describe_type(v)));
  }
  if (name.empty()) {
    throw EvalError(ErrorKind::Other,
                    fmt::format("empty attribute name in selection path '{}'", path));
  }
  const eval::Symbol symbol = world.vm.symbols.find(name);
  const Value* slot = symbol == eval::SymbolTable::kNoSymbol ? nullptr : v.attrs()->get(symbol);
  if (slot) return *slot;
  eval::ErrorData error{ErrorKind::MissingAttribute,
                        fmt::format("attribute '{}' in selection path '{}' not found", name, path),
                        {},
                        {},
                        {}};
  error.suggestions = similar_names(world, v, name);
  throw EvalError(std::move(error));
}

constexpr const char* kMissing =
    "cannot evaluate a function that has an argument without a value ('{}')\n"
    "Nix attempted to evaluate a function as a top level expression; in\n"
    "this case it must have its arguments supplied either by default\n"
    "values, or passed explicitly with '--arg' or '--argstr'. See\n"
    "https://nixos.org/manual/nix/stable/language/constructs.html#functions.";

/// The set that a function with these formals is called with.
Value matching_arguments(World& world, const World::FunctionNode& function, Value arguments) {
  const syntax::Ast& ast = *function.unit->ast;
  const syntax::LambdaRecord& lambda = ast.lambdas[ast[function.node].a];
  if (lambda.has_ellipsis) return arguments;
  eval::AttrsBuilder set(world.vm);
  for (const syntax::Formal& formal : ast.lambda_formals(lambda)) {
    const std::string_view name = ast.symbol(formal.symbol);
    const eval::Symbol symbol = world.vm.symbols.intern(name);
    if (const Value* slot = arguments.attrs()->get(symbol)) {
      set.add(symbol, *slot);
    } else if (formal.default_value == syntax::kNoNode) {
      throw EvalError(ErrorKind::MissingArgument, fmt::format(fmt::runtime(kMissing), name),
                      {function.unit->id, formal.name});
    }
  }
  return set.finish();
}

}  // namespace

Value auto_call(World& world, Value arguments, Value value) {
  Root fun(world.vm.heap, world.vm.run(value));
  const Root args(world.vm.heap, arguments);
  while (fun->is_attrs()) {
    const Value* functor = fun->attrs()->get(world.vm.symbols.known.functor);
    if (!functor) return fun;
    fun = world.vm.run_call(*functor, {fun});
  }
  if (!fun->is_function()) return fun;
  const auto function = world.function_node(fun);
  if (!function) return fun;
  const syntax::Ast& ast = *function->unit->ast;
  if (!ast.lambdas[ast[function->node].a].has_formals) return fun;
  return world.vm.run_call(fun, {matching_arguments(world, *function, args)});
}

Value find_along(World& world, std::string_view path, Value arguments, Value value) {
  const Root args(world.vm.heap, arguments);
  Root at(world.vm.heap, value);
  for (const std::string& name : split_path(path)) {
    at = auto_call(world, args, at);
    at = world.vm.run(at);
    at = select(world, path, name, at);
  }
  return at;
}

}  // namespace nilas::lsp
