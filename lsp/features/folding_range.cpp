// textDocument/foldingRange.

#include "lsp/analysis/folding_ranges.hpp"
#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

struct Style {
  bool whole_lines = false;  ///< the client knows no characters
  size_t limit = SIZE_MAX;
};

Style style_of(const InitializeParams& client) {
  Style style;
  style.whole_lines = client.fold_whole_lines;
  if (client.fold_limit) style.limit = *client.fold_limit;
  return style;
}

void write(std::vector<analysis::FoldingRange> ranges, const Style& style,
           const SnapshotQuery& query, JsonWriter& out) {
  if (style.whole_lines) {
    // The line of a closing bracket stays; a line can begin one range only.
    std::vector<analysis::FoldingRange> kept;
    for (analysis::FoldingRange& r : ranges) {
      if (r.closed) --r.last_line;
      if (r.first_line >= r.last_line) continue;
      if (!kept.empty() && kept.back().first_line == r.first_line) continue;
      kept.push_back(r);
    }
    ranges = std::move(kept);
  }
  if (ranges.size() > style.limit) {
    // The largest ones are those most likely wanted.
    std::ranges::stable_sort(ranges, std::greater(), [](const analysis::FoldingRange& r) {
      return r.last_line - r.first_line;
    });
    ranges.resize(style.limit);
    std::ranges::stable_sort(ranges, {}, &analysis::FoldingRange::first_line);
  }
  out.begin_array();
  for (const analysis::FoldingRange& r : ranges) {
    const Range range = query.range(r.span);
    out.begin_object().key("startLine").number(range.start.line);
    if (!style.whole_lines) out.key("startCharacter").number(range.start.character);
    // Lines of the protocol: a lone CR ends one, too.
    const bool stays = style.whole_lines && r.closed;
    out.key("endLine").number(range.end.line - (stays ? 1 : 0));
    if (!style.whole_lines) out.key("endCharacter").number(range.end.character);
    if (r.kind == analysis::FoldingKind::Comment) out.key("kind").string("comment");
    out.end_object();
  }
  out.end_array();
}

}  // namespace

void bind_folding_range(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["foldingRangeProvider"] = true;
  });
  snapshot_request<DocumentParams>(
      binder, "textDocument/foldingRange",
      [&server](const SnapshotQuery& query, const DocumentParams&, JsonWriter& out) {
        write(analysis::folding_ranges(query.ast(), query.text(), query.document->tokens()),
              style_of(server.about_client), query, out);
      });
}

}  // namespace nilas::lsp
