#include "lsp/snapshot_request.hpp"

#include <spdlog/spdlog.h>

namespace nilas::lsp {
namespace {

/// More than that are looked through for those that were answered.
constexpr size_t kMany = 64;

}  // namespace

std::optional<SnapshotQuery> SnapshotRequests::start(const std::string& uri,
                                                     const PendingPtr& request) {
  SnapshotPtr document = server_.documents.snapshot(Documents::key_of(uri));
  if (!document) {
    request->succeed(nullptr);
    return std::nullopt;
  }
  if (under_way_.size() > kMany) {
    std::erase_if(under_way_, [](const auto& entry) {
      const auto pending = entry.second.lock();
      return !pending || pending->answered();
    });
  }
  under_way_.emplace(document->key, request);
  return SnapshotQuery{std::move(document), server_.encoding, request};
}

void SnapshotRequests::run(SnapshotQuery query,
                           std::function<void(const SnapshotQuery&, JsonWriter&)> work) {
  server_.post_to_pool([query = std::move(query), work = std::move(work)] {
    if (query.stopped()) return;
    try {
      JsonWriter out;
      work(query, out);
      query.request->succeed_text(out.text().empty() ? "null" : out.text());
    } catch (const Json::exception& e) {  // of what the client sends back to be resolved
      query.request->fail({ErrorCode::InvalidParams, e.what()});
    } catch (const std::exception& e) {
      spdlog::error("request {} {} of {}: {}", to_text(query.request->id), query.request->method,
                    query.document->key, e.what());
      query.request->fail({ErrorCode::InternalError, e.what()});
    }
  });
}

void SnapshotRequests::edited(const std::string& key) {
  const auto [begin, end] = under_way_.equal_range(key);
  for (auto at = begin; at != end; ++at) {
    if (const PendingPtr pending = at->second.lock())
      pending->stop({ErrorCode::ContentModified, "the document was changed"});
  }
  under_way_.erase(begin, end);
}

}  // namespace nilas::lsp
