// textDocument/implementation: where the value of an expression was written: the function itself,
// the file of a derivation. What stands between, names and calls that only pass it on, is left out.

#include <charconv>

#include "lsp/analysis/evaluation_errors.hpp"
#include "lsp/evaluated_request.hpp"
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

void implementation(const EvaluatedQuery& e, syntax::NodeId node, uint32_t path_names,
                    JsonWriter& out) {
  eval::World& world = e.session.world;
  const eval::Value value = world.vm.run(world.focus(e.unit, node, path_names));
  std::optional<Location> location;
  if (value.is_function()) {
    if (const auto place = analysis::place_of(world, world.function_span(value)))
      location = to_location(*place, {*e.query.document, e.query.encoding, true});
  } else if (value.is_attrs()) {
    location = derivation_location(world, value);
  }
  if (location) out.json(Json(*location));
}

}  // namespace

void bind_implementation(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["implementationProvider"] = true;
  });
  binder.request<TextDocumentPosition, Json>(
      "textDocument/implementation",
      [&server](const TextDocumentPosition& params, const Reply<Json>& reply) {
        auto query = server.snapshot_requests->start(params.uri, reply.request());
        if (!query) return;
        const analysis::Name* name = query->document->names().at(query->offset(params.position));
        if (!name) return reply.nothing();
        syntax::NodeId node = name->node;
        uint32_t path_names = 0;
        if (name->kind == analysis::NameKind::Select) {
          path_names = name->index + 1;
        } else if (name->kind == analysis::NameKind::Attribute && name->defines != syntax::kNone) {
          node = query->ast().attrs[name->defines].value;
        } else if (name->kind == analysis::NameKind::HasAttr) {
          return reply.nothing();
        }
        if (node == syntax::kNoNode) return reply.nothing();
        evaluate(server, *query, [node, path_names](const EvaluatedQuery& e, JsonWriter& out) {
          implementation(e, node, path_names, out);
        });
      });
}

}  // namespace nilas::lsp
