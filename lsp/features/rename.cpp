// textDocument/rename, prepareRename and linkedEditingRange.

#include <algorithm>

#include "lsp/analysis/workspace_rename.hpp"
#include "lsp/hover_style.hpp"
#include "lsp/workspace_request.hpp"

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

constexpr std::string_view kStore = "/nix/store";

/// A refusal is the one "nothing" that a reader wants to be told of; but not before all files were
/// asked.
void refuse(const WorkspaceQuery& q, const std::string& why) {
  if (!q.sources.missed_index()) q.query.request->fail({ErrorCode::RequestFailed, why});
}

void prepare(const WorkspaceQuery& q, const TextDocumentPosition& params, JsonWriter& out) {
  const auto target = analysis::prepare_rename(q.program, q.file, q.query.offset(params.position));
  if (!target) {
    if (!target.error().empty()) refuse(q, target.error());
    return;
  }
  out.begin_object().key("range").range(q.range(q.file, target->span));
  out.key("placeholder").string(target->placeholder).end_object();
}

/// Why these files must not be written to; empty if they may.
std::string forbidden(const WorkspaceQuery& q, const analysis::WorkspaceRename& renamed,
                      const std::vector<std::string>& folders) {
  for (const analysis::FileEdits& edits : renamed.files) {
    const std::string& path = edits.file->path;
    if (is_in({std::string(kStore)}, path)) return path + " lies in the Nix store.";
    if (edits.file != &q.file && !is_in(folders, path))
      return path + " would change, and lies outside of the workspace.";
  }
  for (const std::string& path : renamed.unread) {
    if (std::ranges::find(q.sources.unreadable(), path) != q.sources.unreadable().end())
      return path + " may use the name, and cannot be read.";
  }
  return {};
}

void write_edits(const WorkspaceQuery& q, const analysis::FileEdits& file, JsonWriter& out) {
  out.begin_array();
  for (const analysis::TextEdit& e : file.edits) {
    out.begin_object().key("range").range(q.range(*file.file, e.span));
    out.key("newText").string(e.text).end_object();
  }
  out.end_array();
}

void write_document(const WorkspaceQuery& q, const analysis::FileEdits& file, JsonWriter& out) {
  const std::optional<int64_t> version = q.sources.open_version(*file.file);
  out.begin_object().key("textDocument").begin_object();
  out.key("uri").string(q.uri(*file.file)).key("version");
  version ? out.number(*version) : out.null();
  out.end_object().key("edits");
  write_edits(q, file, out);
  out.end_object();
}

/// What of a session decides how an edit is told and what it may touch.
struct Session {
  std::vector<std::string> folders;
  bool versions;  ///< the client takes documentChanges
};

void rename(const WorkspaceQuery& q, const RenameParams& params, const Session& session,
            JsonWriter& out) {
  const auto renamed =
      analysis::rename(q.program, q.file, q.query.offset(params.position), params.new_name);
  if (!renamed) return refuse(q, renamed.error());
  if (std::string why = forbidden(q, *renamed, session.folders); !why.empty())
    return refuse(q, why);
  out.begin_object();
  if (session.versions) {
    out.key("documentChanges").begin_array();
    for (const analysis::FileEdits& file : renamed->files)
      write_document(q, file, out);
    out.end_array();
  } else {
    out.key("changes").begin_object();
    for (const analysis::FileEdits& file : renamed->files) {
      out.text_key(q.uri(*file.file));
      write_edits(q, file, out);
    }
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
  workspace_request<TextDocumentPosition>(binder, "textDocument/prepareRename", IndexUse::Soon,
                                          prepare);
  binder.request<RenameParams, Json>("textDocument/rename", [&server](const RenameParams& params,
                                                                      const Reply<Json>& reply) {
    auto query = server.snapshot_requests->start(params.uri, reply.request());
    if (!query) return;
    Session session{server.documents.folders(), server.about_client.document_changes};
    ask_workspace(server, std::move(*query), IndexUse::Wait,
                  [params, session = std::move(session)](const WorkspaceQuery& q, JsonWriter& out) {
                    rename(q, params, session, out);
                  });
  });
  snapshot_request<TextDocumentPosition>(binder, "textDocument/linkedEditingRange", linked);
}

}  // namespace nilas::lsp
