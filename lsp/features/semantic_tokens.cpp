// textDocument/semanticTokens/full, full/delta and range.

#include "lsp/analysis/semantic_tokens.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

/// Five numbers a token, each token relative to the one before it (LSP 3.17, "Semantic Tokens").
using TokenData = std::vector<uint32_t>;

TokenData encode(const SnapshotQuery& query, syntax::Span range) {
  const auto tokens = analysis::semantic_tokens(query.ast(), query.text(), query.document->tokens(),
                                                query.document->names(), range);
  TokenData data;
  data.reserve(tokens.size() * 5);
  AscendingPositions positions(query.text(), query.encoding);
  Position last;
  for (const analysis::SemanticToken& t : tokens) {
    const Position begin = positions.at(t.span.begin);
    const Position end = positions.at(t.span.end);
    const bool same_line = begin.line == last.line;
    data.push_back(begin.line - last.line);
    data.push_back(same_line ? begin.character - last.character : begin.character);
    data.push_back(end.character - begin.character);
    data.push_back(static_cast<uint32_t>(t.type));
    data.push_back(t.modifiers);
    last = begin;
  }
  return data;
}

void write_numbers(std::span<const uint32_t> numbers, JsonWriter& out) {
  out.begin_array();
  for (const uint32_t n : numbers)
    out.number(n);
  out.end_array();
}

/// The last answer for each open document, against which a delta is told. Any thread.
class TokenHistory {
 public:
  void full(const SnapshotQuery& query, JsonWriter& out) {
    auto data = std::make_shared<const TokenData>(encode(query, whole(query)));
    write_full(data, remember(query.document->key, data), out);
  }

  void delta(const SnapshotQuery& query, const std::string& previous_id, JsonWriter& out) {
    const auto previous = find(query.document->key, previous_id);
    auto data = std::make_shared<const TokenData>(encode(query, whole(query)));
    const std::string id = remember(query.document->key, data);
    if (!previous) return write_full(data, id, out);
    // One edit: what lies between the common beginning and the common end.
    const TokenData &from = *previous, &to = *data;
    const auto begin = static_cast<size_t>(std::ranges::mismatch(from, to).in1 - from.begin());
    size_t same = 0;
    const size_t most = std::min(from.size(), to.size()) - begin;
    while (same < most && from[from.size() - 1 - same] == to[to.size() - 1 - same])
      ++same;
    out.begin_object().key("resultId").string(id).key("edits").begin_array();
    if (from.size() != to.size() || begin != from.size()) {
      out.begin_object().key("start").number(static_cast<int64_t>(begin));
      out.key("deleteCount").number(static_cast<int64_t>(from.size() - begin - same));
      out.key("data");
      write_numbers(std::span(to).subspan(begin, to.size() - begin - same), out);
      out.end_object();
    }
    out.end_array().end_object();
  }

  void forget(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    last_.erase(key);
  }

 private:
  struct Result {
    std::string id;
    std::shared_ptr<const TokenData> data;
  };

  static syntax::Span whole(const SnapshotQuery& query) {
    return {0, static_cast<uint32_t>(query.text().size())};
  }

  static void write_full(const std::shared_ptr<const TokenData>& data, const std::string& id,
                         JsonWriter& out) {
    out.begin_object().key("resultId").string(id).key("data");
    write_numbers(*data, out);
    out.end_object();
  }

  std::string remember(const std::string& key, std::shared_ptr<const TokenData> data) {
    const std::scoped_lock lock(mutex_);
    std::string id = std::to_string(++count_);
    last_[key] = {id, std::move(data)};
    return id;
  }

  std::shared_ptr<const TokenData> find(const std::string& key, const std::string& id) {
    const std::scoped_lock lock(mutex_);
    const auto at = last_.find(key);
    return at != last_.end() && at->second.id == id ? at->second.data : nullptr;
  }

  std::mutex mutex_;
  std::map<std::string, Result> last_;
  uint64_t count_ = 0;
};

struct DeltaParams {
  std::string uri;
  std::string previous;
};

void from_json(const Json& j, DeltaParams& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
  j.at("previousResultId").get_to(p.previous);
}

}  // namespace

void bind_semantic_tokens(Binder& binder) {
  binder.capability([](const InitializeParams&, Json& capabilities) {
    Json legend = Json::object({{"tokenTypes", analysis::semantic_type_names()},
                                {"tokenModifiers", analysis::semantic_modifier_names()}});
    capabilities["semanticTokensProvider"] =
        Json::object({{"legend", std::move(legend)},
                      {"full", Json::object({{"delta", true}})},
                      {"range", true}});
  });
  auto history = std::make_shared<TokenHistory>();
  snapshot_request<DocumentParams>(binder, "textDocument/semanticTokens/full",
                                   [history](const SnapshotQuery& query, const DocumentParams&,
                                             JsonWriter& out) { history->full(query, out); });
  snapshot_request<DeltaParams>(
      binder, "textDocument/semanticTokens/full/delta",
      [history](const SnapshotQuery& query, const DeltaParams& params, JsonWriter& out) {
        history->delta(query, params.previous, out);
      });
  snapshot_request<TextDocumentRange>(
      binder, "textDocument/semanticTokens/range",
      [](const SnapshotQuery& query, const TextDocumentRange& params, JsonWriter& out) {
        const TokenData data =
            encode(query, query.document->lines->span(params.range, query.encoding));
        out.begin_object().key("data");
        write_numbers(data, out);
        out.end_object();
      });
  binder.on_close.push_back([history](const std::string& key) { history->forget(key); });
}

}  // namespace nilas::lsp
