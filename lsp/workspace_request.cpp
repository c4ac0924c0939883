#include "lsp/workspace_request.hpp"

#include <memory>
#include <spdlog/spdlog.h>

#include "lsp/file_snapshots.hpp"
#include "lsp/workspace_index.hpp"

namespace nilas::lsp {
namespace {

/// What a request is worked on with, taken on the strand.
struct Surroundings {
  FileFinder files;
  std::vector<SnapshotPtr> open;
  WorkspaceViewPtr index;
};

Surroundings surroundings(Server& server, WorkspaceViewPtr index) {
  return {FileFinder(server), server.documents.open_files(), std::move(index)};
}

/// What an attempt came to.
enum class Attempt : uint8_t {
  Done,
  MissedIndex,  ///< an answer, to which the index might have added
  NeedsIndex,   ///< no answer
};

Attempt attempt(const SnapshotQuery& query, const WorkspaceWork& work, Surroundings around,
                WithoutIndex without_index) {
  if (query.stopped()) return Attempt::Done;
  WorkspaceSources sources(std::move(around.files), std::move(around.open), std::move(around.index),
                           without_index);
  analysis::Program program(sources);
  try {
    JsonWriter out;
    bool passed_on = false;
    work({query, sources, program, sources.of(query.document), passed_on}, out);
    if (!passed_on) query.request->succeed_text(out.text().empty() ? "null" : out.text());
  } catch (const NeedsIndex&) {
    return query.stopped() ? Attempt::Done : Attempt::NeedsIndex;
  } catch (const std::exception& e) {
    spdlog::error("request {} {} of {}: {}", to_text(query.request->id), query.request->method,
                  query.document->key, e.what());
    query.request->fail({ErrorCode::InternalError, e.what()});
  }
  return sources.missed_index() ? Attempt::MissedIndex : Attempt::Done;
}

/// Once more, with the index as soon as it is there.
void attempt_with_index(Server& server, const SnapshotQuery& query, IndexUse use,
                        const WorkspaceWork& work) {
  const auto again = [&server, query, work](const WorkspaceViewPtr& ready) {
    server.post_slow([query, work, around = surroundings(server, ready)]() mutable {
      (void)attempt(query, work, std::move(around), WithoutIndex::FindNothing);
    });
  };
  WorkspaceIndex& index = *server.workspace_index;
  use == IndexUse::Soon ? index.when_ready_soon(again) : index.when_ready(again);
}

}  // namespace

void ask_workspace(Server& server, SnapshotQuery query, IndexUse use, WorkspaceWork work) {
  const WorkspaceIndex& index = *server.workspace_index;
  const bool waits = use == IndexUse::Wait || (use == IndexUse::Soon && !index.is_far_off());
  server.post_to_pool([&server, query = std::move(query), use, waits, work = std::move(work),
                       around = surroundings(server, waits ? nullptr : index.ready())]() mutable {
    const auto without = waits ? WithoutIndex::GiveUp : WithoutIndex::FindNothing;
    switch (attempt(query, work, std::move(around), without)) {
      case Attempt::Done: return;
      case Attempt::MissedIndex:
        if (use == IndexUse::Soon) server.post([&server] { server.workspace_index->build(); });
        return;
      case Attempt::NeedsIndex:
        server.post([&server, query = std::move(query), use, work = std::move(work)] {
          attempt_with_index(server, query, use, work);
        });
    }
  });
}

void ask_workspace(Server& server, const std::string& uri, const PendingPtr& request,
                   WorkspaceWork work) {
  const std::string key = Documents::key_of(uri);
  if (server.documents.version(key)) {
    auto query = server.snapshot_requests->start(uri, request);
    if (query) ask_workspace(server, std::move(*query), IndexUse::Wait, std::move(work));
    return;
  }
  server.post_to_pool([&server, key, request, work = std::move(work)]() mutable {
    SnapshotPtr document = key.starts_with('/') ? recall_snapshot(key) : nullptr;
    if (!document) return request->succeed(nullptr);
    server.post([&server, document = std::move(document), request, work = std::move(work)] {
      ask_workspace(server, {document, server.encoding, request}, IndexUse::Wait, work);
    });
  });
}

}  // namespace nilas::lsp
