// textDocument/documentSymbol: the outline, hierarchical if the client can show that.

#include "lsp/analysis/document_symbols.hpp"
#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

constexpr size_t kMaxSymbols = 5000;

/// LSP 3.17, "SymbolKind".
int kind_of(analysis::SymbolSort sort) {
  switch (sort) {
    case analysis::SymbolSort::Path: return 1;       // File
    case analysis::SymbolSort::Property: return 7;   // Property
    case analysis::SymbolSort::Function: return 12;  // Function
    case analysis::SymbolSort::Variable: return 13;  // Variable
    case analysis::SymbolSort::String: return 15;    // String
    case analysis::SymbolSort::Number: return 16;    // Number
    case analysis::SymbolSort::Boolean: return 17;   // Boolean
    case analysis::SymbolSort::List: return 18;      // Array
    case analysis::SymbolSort::Set: return 19;       // Object
    case analysis::SymbolSort::Null: return 21;      // Null
  }
  return 13;
}

/// Symbols come before those inside them, so that one pass opens and closes them.
void write_tree(const std::vector<analysis::DocumentSymbol>& symbols, const SnapshotQuery& query,
                JsonWriter& out) {
  std::vector<uint32_t> open;
  const auto close_to = [&](uint32_t parent) {
    while (!open.empty() && open.back() != parent) {
      out.end_array().end_object();
      open.pop_back();
    }
  };
  out.begin_array();
  for (uint32_t i = 0; i < symbols.size(); ++i) {
    const analysis::DocumentSymbol& s = symbols[i];
    close_to(s.parent);
    out.begin_object().key("name").string(s.name);
    if (!s.detail.empty()) out.key("detail").string(s.detail);
    out.key("kind").number(kind_of(s.sort));
    out.key("range").range(query.range(s.span));
    out.key("selectionRange").range(query.range(s.selection));
    if (i + 1 < symbols.size() && symbols[i + 1].parent == i) {
      out.key("children").begin_array();
      open.push_back(i);
    } else {
      out.end_object();
    }
  }
  close_to(syntax::kNone);
  out.end_array();
}

void write_flat(const std::vector<analysis::DocumentSymbol>& symbols, const SnapshotQuery& query,
                JsonWriter& out) {
  out.begin_array();
  for (const analysis::DocumentSymbol& s : symbols) {
    out.begin_object().key("name").string(s.name).key("kind").number(kind_of(s.sort));
    out.key("location").begin_object().key("uri").string(query.document->uri);
    out.key("range").range(query.range(s.span)).end_object();
    if (s.parent != syntax::kNone) out.key("containerName").string(symbols[s.parent].name);
    out.end_object();
  }
  out.end_array();
}

}  // namespace

void bind_document_symbol(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["documentSymbolProvider"] = true;
  });
  snapshot_request<DocumentParams>(
      binder, "textDocument/documentSymbol",
      [&server](const SnapshotQuery& query, const DocumentParams&, JsonWriter& out) {
        const auto symbols = analysis::without_depths(
            analysis::document_symbols(query.ast(), query.text()), kMaxSymbols);
        server.about_client.nested_symbols ? write_tree(symbols, query, out)
                                           : write_flat(symbols, query, out);
      });
}

}  // namespace nilas::lsp
