// textDocument/selectionRange.

#include "lsp/analysis/selection_ranges.hpp"
#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

struct SelectionRangeParams {
  std::string uri;
  std::vector<Position> positions;
};

void from_json(const Json& j, SelectionRangeParams& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
  j.at("positions").get_to(p.positions);
}

void write(const std::vector<syntax::Span>& ranges, const SnapshotQuery& query, JsonWriter& out) {
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (i > 0) out.key("parent");
    out.begin_object().key("range").range(query.range(ranges[i]));
  }
  for (size_t i = 0; i < ranges.size(); ++i)
    out.end_object();
}

}  // namespace

void bind_selection_range(Binder& binder) {
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["selectionRangeProvider"] = true;
  });
  snapshot_request<SelectionRangeParams>(
      binder, "textDocument/selectionRange",
      [](const SnapshotQuery& query, const SelectionRangeParams& params, JsonWriter& out) {
        out.begin_array();
        for (const Position& position : params.positions) {
          write(analysis::selection_ranges(query.ast(), query.text(), query.document->tokens(),
                                           query.offset(position)),
                query, out);
        }
        out.end_array();
      });
}

}  // namespace nilas::lsp
