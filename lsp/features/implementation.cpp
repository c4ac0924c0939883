// textDocument/implementation: where the value of an expression was written: the function itself,
// the file of a derivation. What stands between, names and calls that only pass it on, is left out.

#include "lsp/analysis/conventions.hpp"
#include "lsp/nixpkgs.hpp"
#include "lsp/value_location.hpp"

namespace nilas::lsp {
namespace {

/// What the expression is, or else what it stands for by convention.
eval::Value value_of(const EvaluatedQuery& e, const AskedExpression& asked,
                     const std::optional<EvaluatedText>& nixpkgs) {
  eval::World& world = e.session.world;
  try {
    return world.vm.run(world.focus(e.unit, asked.node, asked.path_names));
  } catch (const eval::EvalError& error) {
    if (error.data().kind != eval::ErrorKind::UnknownArgument || !nixpkgs) throw;
  }
  const auto value =
      analysis::value_by_convention(world, e.session.unit(*nixpkgs), e.query.ast(),
                                    e.query.document->names(), {asked.node, asked.path_names});
  return value.value_or(eval::Value());
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
        auto nixpkgs = server.nixpkgs_texts->find(FileFinder(server), query->document->directory);
        evaluate(server, *query,
                 [asked = *asked, nixpkgs = std::move(nixpkgs)](const EvaluatedQuery& e,
                                                                JsonWriter& out) {
                   const eval::Value value = value_of(e, asked, nixpkgs);
                   const auto location = value.exists() ? value_location(e, value) : std::nullopt;
                   if (location) out.json(Json(*location));
                 });
      });
}

}  // namespace nilas::lsp
