// textDocument/references: uses of the name under the cursor in all files, its definitions too if
// the client wants them.

#include "lsp/analysis/references.hpp"

#include "lsp/workspace_request.hpp"

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

void references(const WorkspaceQuery& q, const ReferenceParams& params, JsonWriter& out) {
  const analysis::Name* name = q.file.names.at(q.query.offset(params.position));
  if (!name || !q.file.names.meant_by(*name)) return;
  out.begin_array();
  for (const analysis::Reference& r : analysis::references_of(q.program, q.file, *name)) {
    if (r.defines && !params.include_declaration) continue;
    out.begin_object().key("uri").string(q.uri(*r.file));
    out.key("range").range(q.range(*r.file, r.name->span)).end_object();
  }
  out.end_array();
}

}  // namespace

void bind_references(Binder& binder) {
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["referencesProvider"] = true;
  });
  workspace_request<ReferenceParams>(binder, "textDocument/references", IndexUse::Soon, references);
}

}  // namespace nilas::lsp
