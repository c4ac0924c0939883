// textDocument/implementation: where the value of an expression was written: the function itself,
// the file of a derivation. What stands between, names and calls that only pass it on, is left out.

#include "lsp/value_location.hpp"

namespace nilas::lsp {
namespace {

void implementation(const EvaluatedQuery& e, const AskedExpression& asked, JsonWriter& out) {
  eval::World& world = e.session.world;
  const eval::Value value = world.vm.run(world.focus(e.unit, asked.node, asked.path_names));
  if (const auto location = value_location(e, value)) out.json(Json(*location));
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
        const auto asked = expression_of(query->ast(), *name);
        if (!asked) return reply.nothing();
        evaluate(server, *query, [asked = *asked](const EvaluatedQuery& e, JsonWriter& out) {
          implementation(e, asked, out);
        });
      });
}

}  // namespace nilas::lsp
