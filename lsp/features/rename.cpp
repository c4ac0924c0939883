// textDocument/rename, prepareRename and linkedEditingRange.

#include "lsp/analysis/rename.hpp"

#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

struct RenameParams {
  std::string uri;
  Position position;
  std::string new_name;
};

void from_json(const Json& j, RenameParams& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
  j.at("position").get_to(p.position);
  j.at("newName").get_to(p.new_name);
}

/// A refusal is the one "nothing" that a reader wants to be told of.
void refuse(const SnapshotQuery& query, const std::string& why) {
  query.request->fail({ErrorCode::RequestFailed, why});
}

void prepare(const SnapshotQuery& query, const TextDocumentPosition& params, JsonWriter& out) {
  const auto target =
      analysis::prepare_rename(query.ast(), query.document->names(), query.offset(params.position));
  if (!target) {
    if (!target.error().empty()) refuse(query, target.error());
    return;
  }
  out.begin_object().key("range").range(query.range(target->span));
  out.key("placeholder").string(target->placeholder).end_object();
}

void write_edits(const SnapshotQuery& query, const std::vector<analysis::TextEdit>& edits,
                 JsonWriter& out) {
  out.begin_array();
  for (const analysis::TextEdit& e : edits) {
    out.begin_object().key("range").range(query.range(e.span));
    out.key("newText").string(e.text).end_object();
  }
  out.end_array();
}

void rename(const SnapshotQuery& query, const RenameParams& params, bool versions,
            JsonWriter& out) {
  const auto edits = analysis::rename(query.ast(), query.document->names(), query.text(),
                                      query.offset(params.position), params.new_name);
  if (!edits) return refuse(query, edits.error());
  out.begin_object();
  if (versions) {
    out.key("documentChanges").begin_array().begin_object();
    out.key("textDocument").begin_object().key("uri").string(query.document->uri);
    out.key("version").number(query.document->version).end_object();
    out.key("edits");
    write_edits(query, *edits, out);
    out.end_object().end_array();
  } else {
    out.key("changes").begin_object().text_key(query.document->uri);
    write_edits(query, *edits, out);
    out.end_object();
  }
  out.end_object();
}

/// Places that can change together while one of them is typed: names of a scope that no `inherit`
/// passes on.
void linked(const SnapshotQuery& query, const TextDocumentPosition& params, JsonWriter& out) {
  const analysis::Names& names = query.document->names();
  const analysis::Name* name = names.at(query.offset(params.position));
  if (!name) return;
  const analysis::Entity entity = names.meant_by(*name);
  const bool in_scope = entity.kind == analysis::Entity::Kind::Parameter ||
                        (entity.kind == analysis::Entity::Kind::Attribute &&
                         names.decl_of_attr(entity.id) != syntax::kNone);
  const auto places = names.names_of(entity);
  const bool plain = std::ranges::all_of(places, [](const analysis::Name* n) {
    return n->kind == analysis::NameKind::Variable || n->kind == analysis::NameKind::Parameter ||
           n->kind == analysis::NameKind::Attribute;
  });
  if (!in_scope || !plain || places.size() < 2) return;
  out.begin_object().key("ranges").begin_array();
  for (const analysis::Name* place : places)
    out.range(query.range(place->span));
  out.end_array().key("wordPattern").string("[a-zA-Z_][a-zA-Z0-9_'-]*").end_object();
}

}  // namespace

void bind_rename(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams& client, Json& capabilities) {
    capabilities["renameProvider"] =
        client.prepare_rename ? Json::object({{"prepareProvider", true}}) : Json(true);
    capabilities["linkedEditingRangeProvider"] = true;
  });
  snapshot_request<TextDocumentPosition>(binder, "textDocument/prepareRename", prepare);
  snapshot_request<RenameParams>(
      binder, "textDocument/rename",
      [&server](const SnapshotQuery& query, const RenameParams& params, JsonWriter& out) {
        rename(query, params, server.about_client.document_changes, out);
      });
  snapshot_request<TextDocumentPosition>(binder, "textDocument/linkedEditingRange", linked);
}

}  // namespace nilas::lsp
