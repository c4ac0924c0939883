#include "lsp/value_location.hpp"

#include <charconv>
#include <string>
#include <string_view>

#include "lsp/analysis/evaluation_errors.hpp"
#include "lsp/uri.hpp"
#include "lsp/wire.hpp"

namespace nilas::lsp {
namespace {

std::optional<std::string> string_attribute(eval::World& world, const eval::Root& set,
                                            std::string_view name) {
  const eval::Symbol symbol = world.vm.symbols.find(name);
  if (symbol == eval::SymbolTable::kNoSymbol) return std::nullopt;
  const eval::Value* slot = set->attrs()->get(symbol);
  if (!slot) return std::nullopt;
  const eval::Value v = world.vm.run(*slot);
  return v.is_string() ? std::optional(std::string(world.vm.view(v))) : std::nullopt;
}

/// `meta.position` of a derivation: "/path/file.nix:12".
std::optional<Location> derivation_location(eval::World& world, eval::Value value) {
  const eval::Root set(world.vm.heap, value);
  if (string_attribute(world, set, "type") != "derivation") return std::nullopt;
  const eval::Symbol meta = world.vm.symbols.find("meta");
  const eval::Value* slot =
      meta == eval::SymbolTable::kNoSymbol ? nullptr : set->attrs()->get(meta);
  if (!slot) return std::nullopt;
  const eval::Root meta_set(world.vm.heap, world.vm.run(*slot));
  if (!eval::Value(meta_set).is_attrs()) return std::nullopt;
  const auto position = string_attribute(world, meta_set, "position");
  if (!position || !position->starts_with('/')) return std::nullopt;
  const size_t colon = position->rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  uint32_t line = 0;
  std::from_chars(position->data() + colon + 1, position->data() + position->size(), line);
  const Position at{line == 0 ? 0 : line - 1, 0};
  return Location{path_to_uri(position->substr(0, colon)), {at, at}};
}

Location location_of(const EvaluatedQuery& e, const analysis::Place& place) {
  return to_location(place, {*e.query.document, e.query.encoding, true});
}

/// The set in whose literal an attribute's name is written.
syntax::NodeId set_around(const syntax::Ast& ast, syntax::Span name) {
  for (const syntax::SetRecord& set : ast.sets) {
    for (const syntax::Attr& attr : ast.set_attrs(set)) {
      if (attr.name.begin == name.begin) return set.node;
    }
  }
  return syntax::kNoNode;
}

}  // namespace

std::optional<AskedExpression> expression_of(const syntax::Ast& ast, const analysis::Name& name) {
  AskedExpression out{name.node, 0};
  if (name.kind == analysis::NameKind::Select) {
    out.path_names = name.index + 1;
  } else if (name.kind == analysis::NameKind::Attribute && name.defines != syntax::kNone) {
    out.node = ast.attrs[name.defines].value;
  } else if (name.kind == analysis::NameKind::HasAttr) {
    return std::nullopt;
  }
  return out.node == syntax::kNoNode ? std::nullopt : std::optional(out);
}

std::optional<Location> value_location(const EvaluatedQuery& e, eval::Value value) {
  eval::World& world = e.session.world;
  if (value.is_attrs()) return derivation_location(world, value);
  if (!value.is_function()) return std::nullopt;
  const auto place = analysis::place_of(world, world.function_span(value));
  return place ? std::optional(location_of(e, *place)) : std::nullopt;
}

std::optional<Location> set_location(const EvaluatedQuery& e, eval::Value set) {
  const eval::World& world = e.session.world;
  for (uint32_t i = 0; i < set.attrs()->size(); ++i) {
    const eval::SourceSpan span = world.position(set.attrs()->pos(i));
    const eval::SourceUnit* unit = world.source(span.source);
    if (!unit) continue;
    const syntax::NodeId node = set_around(*unit->ast, span.span);
    if (node == syntax::kNoNode) continue;
    const uint32_t begin = (*unit->ast)[node].span.begin;
    return location_of(e, {unit->name, unit->text, {begin, begin + 1}});
  }
  return std::nullopt;
}

}  // namespace nilas::lsp
