// textDocument/prepareCallHierarchy, callHierarchy/incomingCalls and outgoingCalls.

#include "lsp/analysis/call_hierarchy.hpp"

#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

constexpr int kFunction = 12, kVariable = 13;  // LSP 3.17, "SymbolKind"

/// An item that the client hands back: it is found again by its name's place.
struct ItemParams {
  std::string uri;
  Position position;
};

void from_json(const Json& j, ItemParams& p) {
  j.at("item").at("uri").get_to(p.uri);
  j.at("item").at("selectionRange").at("start").get_to(p.position);
}

void write_item(const SnapshotQuery& query, const analysis::CallItem& item, JsonWriter& out) {
  out.begin_object().key("name").string(item.name);
  out.key("kind").number(item.is_function ? kFunction : kVariable);
  out.key("uri").string(query.document->uri);
  out.key("range").range(query.range(item.span));
  out.key("selectionRange").range(query.range(item.selection)).end_object();
}

void write_links(const SnapshotQuery& query, const std::vector<analysis::CallLink>& links,
                 std::string_view side, JsonWriter& out) {
  out.begin_array();
  for (const analysis::CallLink& link : links) {
    out.begin_object().key(side);
    write_item(query, link.item, out);
    out.key("fromRanges").begin_array();
    for (const syntax::Span place : link.places)
      out.range(query.range(place));
    out.end_array().end_object();
  }
  out.end_array();
}

}  // namespace

void bind_call_hierarchy(Binder& binder) {
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["callHierarchyProvider"] = true;
  });
  snapshot_request<TextDocumentPosition>(
      binder, "textDocument/prepareCallHierarchy",
      [](const SnapshotQuery& query, const TextDocumentPosition& params, JsonWriter& out) {
        const auto item = analysis::call_item(query.ast(), query.document->names(),
                                              query.offset(params.position));
        if (!item) return;
        out.begin_array();
        write_item(query, *item, out);
        out.end_array();
      });
  snapshot_request<ItemParams>(
      binder, "callHierarchy/incomingCalls",
      [](const SnapshotQuery& query, const ItemParams& params, JsonWriter& out) {
        write_links(query,
                    analysis::incoming_calls(query.ast(), query.document->names(),
                                             query.offset(params.position)),
                    "from", out);
      });
  snapshot_request<ItemParams>(
      binder, "callHierarchy/outgoingCalls",
      [](const SnapshotQuery& query, const ItemParams& params, JsonWriter& out) {
        write_links(query,
                    analysis::outgoing_calls(query.ast(), query.document->names(),
                                             query.offset(params.position)),
                    "to", out);
      });
}

}  // namespace nilas::lsp
