// textDocument/documentHighlight: every place of the name under the cursor in this file.

#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

enum class HighlightKind : uint8_t { Text = 1, Read = 2, Write = 3 };

void highlight(const SnapshotQuery& query, const TextDocumentPosition& params, JsonWriter& out) {
  const analysis::Names& names = query.document->names();
  const analysis::Name* name = names.at(query.offset(params.position));
  if (!name) return;
  const auto occurrences = names.occurrences(names.meant_by(*name));
  if (occurrences.empty()) return;
  out.begin_array();
  for (const analysis::Occurrence& o : occurrences) {
    const auto kind = o.defines ? HighlightKind::Write : HighlightKind::Read;
    out.begin_object().key("range").range(query.range(o.span));
    out.key("kind").number(static_cast<int64_t>(kind)).end_object();
  }
  out.end_array();
}

}  // namespace

void bind_document_highlight(Binder& binder) {
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["documentHighlightProvider"] = true;
  });
  snapshot_request<TextDocumentPosition>(binder, "textDocument/documentHighlight", highlight);
}

}  // namespace nilas::lsp
