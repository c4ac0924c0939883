// textDocument/references: uses of the name under the cursor in this file, its definitions too if
// the client wants them.

#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

struct ReferenceParams {
  std::string uri;
  Position position;
  bool include_declaration = true;
};

void from_json(const Json& j, ReferenceParams& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
  j.at("position").get_to(p.position);
  const Json& include = find(j, "context", "includeDeclaration");
  if (include.is_boolean()) p.include_declaration = include.get<bool>();
}

void references(const SnapshotQuery& query, const ReferenceParams& params, JsonWriter& out) {
  const analysis::Names& names = query.document->names();
  const analysis::Name* name = names.at(query.offset(params.position));
  if (!name) return;
  const analysis::Entity entity = names.meant_by(*name);
  if (!entity) return;
  out.begin_array();
  for (const analysis::Occurrence& o : names.occurrences(entity)) {
    if (o.defines && !params.include_declaration) continue;
    out.begin_object().key("uri").string(query.document->uri);
    out.key("range").range(query.range(o.span)).end_object();
  }
  out.end_array();
}

}  // namespace

void bind_references(Binder& binder) {
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["referencesProvider"] = true;
  });
  snapshot_request<ReferenceParams>(binder, "textDocument/references", references);
}

}  // namespace nilas::lsp
