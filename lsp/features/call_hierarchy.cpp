// textDocument/prepareCallHierarchy, callHierarchy/incomingCalls and outgoingCalls.

#include "lsp/analysis/call_hierarchy.hpp"

#include "lsp/workspace_request.hpp"

namespace nilas::lsp {
namespace {

constexpr int kFile = 1, kFunction = 12, kVariable = 13;  // LSP 3.17, "SymbolKind"

/// An item that the client hands back: it is found again by its name's place.
struct ItemParams {
  std::string uri;
  Position position;
  bool is_file = false;
};

void from_json(const Json& j, ItemParams& p) {
  j.at("item").at("uri").get_to(p.uri);
  j.at("item").at("selectionRange").at("start").get_to(p.position);
  p.is_file = find(j, "item", "kind") == kFile;
}

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

void write_item(const WorkspaceQuery& q, const analysis::CallItem& item, JsonWriter& out) {
  const bool is_file = item.name.empty();
  out.begin_object().key("name").string(is_file ? file_name(item.file->path) : item.name);
  out.key("kind").number(is_file ? kFile : item.is_function ? kFunction : kVariable);
  if (item.file != &q.file) out.key("detail").string(file_name(item.file->path));
  out.key("uri").string(q.uri(*item.file));
  out.key("range").range(q.range(*item.file, item.span));
  out.key("selectionRange").range(q.range(*item.file, item.selection)).end_object();
}

using Links = std::vector<analysis::CallLink>;

/// `fromRanges` lie in the caller's file: in that of the link, or in that of the asked item.
enum class Side : uint8_t { From, To };

void write_links(const WorkspaceQuery& q, const Links& links, Side side,
                 const analysis::SourceFile& asked, JsonWriter& out) {
  out.begin_array();
  for (const analysis::CallLink& link : links) {
    out.begin_object().key(side == Side::From ? "from" : "to");
    write_item(q, link.item, out);
    out.key("fromRanges").begin_array();
    for (const syntax::Span place : link.places)
      out.range(q.range(side == Side::From ? *link.item.file : asked, place));
    out.end_array().end_object();
  }
  out.end_array();
}

void links(Server& server, const ItemParams& params, Side side, const PendingPtr& request) {
  if (params.is_file) return request->succeed(Json::array());
  ask_workspace(server, params.uri, request,
                [side, params](const WorkspaceQuery& q, JsonWriter& out) {
                  const uint32_t offset = q.query.offset(params.position);
                  const Links found = side == Side::From
                                          ? analysis::incoming_calls(q.program, q.file, offset)
                                          : analysis::outgoing_calls(q.program, q.file, offset);
                  write_links(q, found, side, q.file, out);
                });
}

}  // namespace

void bind_call_hierarchy(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["callHierarchyProvider"] = true;
  });
  workspace_request<TextDocumentPosition>(
      binder, "textDocument/prepareCallHierarchy", IndexUse::Soon,
      [](const WorkspaceQuery& q, const TextDocumentPosition& params, JsonWriter& out) {
        const auto item = analysis::call_item(q.program, q.file, q.query.offset(params.position));
        if (!item) return;
        out.begin_array();
        write_item(q, *item, out);
        out.end_array();
      });
  for (const auto& [method, side] : {std::pair{"callHierarchy/incomingCalls", Side::From},
                                     {"callHierarchy/outgoingCalls", Side::To}}) {
    binder.request<ItemParams, Json>(
        method, [&server, side](const ItemParams& params, const Reply<Json>& reply) {
          links(server, params, side, reply.request());
        });
  }
}

}  // namespace nilas::lsp
