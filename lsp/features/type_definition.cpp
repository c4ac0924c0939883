// textDocument/typeDefinition: where what gives a value its form was written. The texts first, then
// evaluation.

#include "lsp/analysis/type_definition.hpp"

#include "lsp/value_location.hpp"
#include "lsp/workspace_request.hpp"

namespace nilas::lsp {
namespace {

void write_places(const WorkspaceQuery& q, const std::vector<analysis::TypePlace>& places,
                  JsonWriter& out) {
  out.begin_array();
  for (const analysis::TypePlace& place : places) {
    out.begin_object().key("uri").string(q.uri(*place.file));
    out.key("range").range(q.range(*place.file, place.selection)).end_object();
  }
  out.end_array();
}

/// Functions, derivations and sets as they turn out to be.
void write_evaluated(const EvaluatedQuery& e, const AskedExpression& asked, JsonWriter& out) {
  eval::World& world = e.session.world;
  const eval::Value value = world.vm.run(world.focus(e.unit, asked.node, asked.path_names));
  const eval::Root kept(world.vm.heap, value);
  auto location = value_location(e, value);
  if (!location && eval::Value(kept).is_attrs()) location = set_location(e, eval::Value(kept));
  if (!location) return;
  out.begin_array().json(Json(*location)).end_array();
}

void find(Server& server, const WorkspaceQuery& q, uint32_t offset, JsonWriter& out) {
  const auto found = analysis::type_definition(q.program, q.file, offset);
  if (!found.places.empty()) return write_places(q, found.places, out);
  const analysis::Name* name = q.file.names.at(offset);
  const auto asked = name ? expression_of(q.file.ast, *name) : std::nullopt;
  if (found.known || !asked) return;
  q.pass_on();
  server.post([&server, query = q.query, asked = *asked] {
    evaluate(server, query, [asked](const EvaluatedQuery& e, JsonWriter& answer) {
      write_evaluated(e, asked, answer);
    });
  });
}

}  // namespace

void bind_type_definition(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["typeDefinitionProvider"] = true;
  });
  workspace_request<TextDocumentPosition>(
      binder, "textDocument/typeDefinition", IndexUse::IfReady,
      [&server](const WorkspaceQuery& q, const TextDocumentPosition& params, JsonWriter& out) {
        find(server, q, q.query.offset(params.position), out);
      });
}

}  // namespace nilas::lsp
