#pragma once
// Requests that are answered from one version of one document: on the pool, beside the strand, and
// with ContentModified as soon as the document is edited or closed.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "lsp/json_writer.hpp"
#include "lsp/server.hpp"

namespace nilas::lsp {

/// What a handler works with. Any thread may hold it.
struct SnapshotQuery {
  SnapshotPtr document;
  PositionEncoding encoding;
  PendingPtr request;

  const syntax::Ast& ast() const { return document->ast(); }
  std::string_view text() const { return *document->text; }
  Range range(syntax::Span span) const { return document->lines->range(span, encoding); }
  uint32_t offset(Position position) const { return document->lines->offset(position, encoding); }
  /// Nobody waits for the answer any more.
  bool stopped() const { return request->answered(); }
};

/// The requests under way, by document. Strand only.
class SnapshotRequests {
 public:
  explicit SnapshotRequests(Server& server) : server_(server) {}

  /// The present version of a document; null (and then answered with null) if it is not open or no
  /// Nix. From now on an edit answers the request.
  std::optional<SnapshotQuery> start(const std::string& uri, const PendingPtr& request);

  /// Runs `work` on the pool. What it writes is the answer; if it writes nothing, that is null.
  /// What it throws is logged with the request and answered with InternalError.
  void run(SnapshotQuery query, std::function<void(const SnapshotQuery&, JsonWriter&)> work);

  /// Answers everything under way for a document with ContentModified.
  void edited(const std::string& key);

 private:
  Server& server_;
  std::multimap<std::string, std::weak_ptr<PendingRequest>> under_way_;
};

/// The parameters of most requests: only the document.
struct DocumentParams {
  std::string uri;
};
inline void from_json(const Json& j, DocumentParams& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
}

/// Registers `method`: `work(query, params, writer)` runs on the pool.
template <class Params, class Work>
void snapshot_request(Binder& binder, std::string method, Work work) {
  Server& server = binder.server;
  binder.request<Params, Json>(std::move(method), [&server, work](Params params,
                                                                  const Reply<Json>& reply) {
    auto query = server.snapshot_requests->start(params.uri, reply.request());
    if (!query) return;
    server.snapshot_requests->run(
        std::move(*query), [work, params = std::move(params)](
                               const SnapshotQuery& q, JsonWriter& out) { work(q, params, out); });
  });
}

}  // namespace nilas::lsp
