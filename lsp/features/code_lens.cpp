// textDocument/codeLens and codeLens/resolve: how often a function, or a top-level binding, is used
// in its file. Counted when a lens comes into sight.

#include "lsp/analysis/document_symbols.hpp"
#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

void write_lenses(const SnapshotQuery& query, JsonWriter& out) {
  out.begin_array();
  for (const analysis::DocumentSymbol& s : analysis::document_symbols(query.ast(), query.text())) {
    if (s.sort != analysis::SymbolSort::Function && s.parent != syntax::kNone) continue;
    out.begin_object().key("range").range(query.range(s.selection));
    out.key("data").begin_object().key("uri").string(query.document->uri);
    out.key("version").number(query.document->version).end_object().end_object();
  }
  out.end_array();
}

struct LensParams {
  std::string uri;
  Json lens;
};

void from_json(const Json& j, LensParams& p) {
  j.at("data").at("uri").get_to(p.uri);
  p.lens = j;
}

void resolve(const SnapshotQuery& query, const LensParams& params, JsonWriter& out) {
  Json lens = params.lens;
  if (query.document->version != lens.at("data").at("version").get<int64_t>()) {
    query.request->fail({ErrorCode::ContentModified, "the document was changed"});
    return;
  }
  const auto range = lens.at("range").get<Range>();
  const analysis::Names& names = query.document->names();
  // A path `a.b.c` defines its last name.
  const analysis::Name* name = names.at(query.offset(range.end));
  size_t uses = 0;
  if (name) {
    const analysis::Entity entity = names.defined_by(*name);
    for (const analysis::Occurrence& o : names.occurrences(entity))
      uses += o.defines ? 0 : 1;
  }
  // No command of the client's shows references everywhere: the title alone does no harm.
  lens["command"] =
      Json::object({{"title", std::to_string(uses) + (uses == 1 ? " reference" : " references")},
                    {"command", ""}});
  out.json(lens);
}

}  // namespace

void bind_code_lens(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["codeLensProvider"] = Json::object({{"resolveProvider", true}});
  });
  binder.request<DocumentParams, Json>(
      "textDocument/codeLens", [&server](const DocumentParams& params, const Reply<Json>& reply) {
        if (!server.settings.code_lens) return reply.nothing();
        auto query = server.snapshot_requests->start(params.uri, reply.request());
        if (query) server.snapshot_requests->run(std::move(*query), write_lenses);
      });
  snapshot_request<LensParams>(binder, "codeLens/resolve", resolve);
  binder.on_settings.push_back([&server] {
    if (server.about_client.code_lens_refresh)
      server.client.request("workspace/codeLens/refresh", nullptr, [](const auto&) {});
  });
}

}  // namespace nilas::lsp
