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

/// True if the request is done with; false if it takes the index and may wait for it.
bool attempt(const SnapshotQuery& query, const WorkspaceWork& work, Surroundings around,
             IndexUse use) {
  if (query.stopped()) return true;
  WorkspaceSources sources(std::move(around.files), std::move(around.open),
                           std::move(around.index));
  analysis::Program program(sources);
  try {
    JsonWriter out;
    bool passed_on = false;
    work({query, sources, program, sources.of(query.document), passed_on}, out);
    if (use != IndexUse::IfReady && sources.missed_index()) return query.stopped();
    if (passed_on) return true;
    query.request->succeed_text(out.text().empty() ? "null" : out.text());
  } catch (const std::exception& e) {
    spdlog::error("request {} {} of {}: {}", to_text(query.request->id), query.request->method,
                  query.document->key, e.what());
    query.request->fail({ErrorCode::InternalError, e.what()});
  }
  return true;
}

}  // namespace

void ask_workspace(Server& server, SnapshotQuery query, IndexUse use, WorkspaceWork work) {
  auto index = use == IndexUse::IfReady ? server.workspace_index->ready() : nullptr;
  server.post_to_pool([&server, query = std::move(query), use, work = std::move(work),
                       around = surroundings(server, std::move(index))]() mutable {
    if (attempt(query, work, std::move(around), use)) return;
    server.post([&server, query = std::move(query), use, work = std::move(work)]() mutable {
      const auto again = [&server, query = std::move(query),
                          work = std::move(work)](const WorkspaceViewPtr& ready) {
        const IndexUse use = ready ? IndexUse::Wait : IndexUse::IfReady;
        server.post_slow([query, work, use, around = surroundings(server, ready)]() mutable {
          (void)attempt(query, work, std::move(around), use);
        });
      };
      WorkspaceIndex& index = *server.workspace_index;
      use == IndexUse::Soon ? index.when_ready_soon(again) : index.when_ready(again);
    });
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
