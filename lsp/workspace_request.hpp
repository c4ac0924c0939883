#pragma once
// Requests whose answer may lie in other files of the workspace.
//
// What the file itself and the files that it names tell is answered at once. Only if the answer
// takes all files, the request waits for the index, and is worked on again with it.

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "lsp/analysis/program.hpp"
#include "lsp/snapshot_request.hpp"
#include "lsp/source_files.hpp"

namespace nilas::lsp {

/// What a handler works with.
struct WorkspaceQuery {
  const SnapshotQuery& query;
  WorkspaceSources& sources;
  analysis::Program& program;
  const analysis::SourceFile& file;  ///< that was asked about
  bool& passed_on;

  /// Somebody else answers.
  void pass_on() const { passed_on = true; }
  const std::string& uri(const analysis::SourceFile& of) const { return sources.document(of).uri; }
  Range range(const analysis::SourceFile& of, syntax::Span span) const {
    return sources.document(of).lines->range(span, query.encoding);
  }
};

/// What it writes is the answer, null if it writes nothing. It may fail the request instead. It is
/// called again if it asked for the index, which was not ready.
using WorkspaceWork = std::function<void(const WorkspaceQuery&, JsonWriter&)>;

enum class IndexUse : uint8_t {
  Wait,     ///< an answer without the index would be wrong
  Soon,     ///< it would be incomplete: worth a moment, but not the reading of a large workspace
  IfReady,  ///< there is another way to answer, which is faster than building it
};

/// Runs `work` beside the strand. Strand only.
void ask_workspace(Server& server, SnapshotQuery query, IndexUse use, WorkspaceWork work);

/// The same, waiting, for a document that need not be open; null is the answer if it cannot be read.
void ask_workspace(Server& server, const std::string& uri, const PendingPtr& request,
                   WorkspaceWork work);

/// Registers `method`: `work(query, params, writer)`.
template <class Params, class Work>
void workspace_request(Binder& binder, std::string method, IndexUse use, Work work) {
  Server& server = binder.server;
  binder.request<Params, Json>(
      std::move(method), [&server, use, work](Params params, const Reply<Json>& reply) {
        auto query = server.snapshot_requests->start(params.uri, reply.request());
        if (!query) return;
        ask_workspace(server, std::move(*query), use,
                      [work, params = std::move(params)](const WorkspaceQuery& q, JsonWriter& out) {
                        work(q, params, out);
                      });
      });
}

}  // namespace nilas::lsp
