// textDocument/documentLink and documentLink/resolve: files are looked for only when a link is
// followed.

#include "lsp/analysis/document_links.hpp"
#include "lsp/files.hpp"
#include "lsp/snapshot_request.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

void write(const SnapshotQuery& query, JsonWriter& out) {
  out.begin_array();
  for (const analysis::DocumentLink& link : analysis::document_links(query.ast())) {
    out.begin_object().key("range").range(query.range(link.span));
    switch (link.kind) {
      case analysis::LinkKind::Url: out.key("target").string(link.target); break;
      case analysis::LinkKind::Path:
        out.key("data").begin_object().key("path").string(link.target);
        out.key("directory").string(query.document->directory).end_object();
        break;
      case analysis::LinkKind::SearchPath:
        out.key("data").begin_object().key("search").string(link.target).end_object();
        break;
    }
    out.end_object();
  }
  out.end_array();
}

std::optional<std::string> find_target(const FileFinder& files, const Json& data) {
  if (const Json& path = find(data, "path"); path.is_string())
    return files.find_literal(path.get<std::string>(), data.at("directory").get<std::string>());
  if (const Json& name = find(data, "search"); name.is_string())
    return files.find_search_path(name.get<std::string>());
  return std::nullopt;
}

}  // namespace

void bind_document_link(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["documentLinkProvider"] = Json::object({{"resolveProvider", true}});
  });
  snapshot_request<DocumentParams>(binder, "textDocument/documentLink",
                                   [](const SnapshotQuery& query, const DocumentParams&,
                                      JsonWriter& out) { write(query, out); });
  binder.request<Json, Json>("documentLink/resolve",
                             [&server](Json link, const Reply<Json>& reply) {
                               const FileFinder files(server);
                               const auto path = find_target(files, find(link, "data"));
                               if (!path) return reply(link);
                               // A directory opens as what `import` would read.
                               if (const auto file = files.nix_file(*path))
                                 link["target"] = path_to_uri(*file);
                               if (!link.contains("target") && files.is_directory(*path))
                                 link["target"] = path_to_uri(*path);
                               reply(link);
                             });
}

}  // namespace nilas::lsp
