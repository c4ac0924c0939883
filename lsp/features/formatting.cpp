// textDocument/formatting: by the configured command, as edits of the lines that it changes.

#include <fmt/format.h>

#include "lsp/analysis/line_diff.hpp"
#include "lsp/process.hpp"
#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

/// Of what a command says when it fails.
constexpr size_t kMaxMessage = 500;

std::string message_of(const ProcessResult& result, const std::string& name,
                       std::chrono::milliseconds limit) {
  if (!result.started) return fmt::format("'{}' cannot be run: {}", name, result.error_output);
  if (result.timed_out) return fmt::format("'{}' took more than {} ms", name, limit.count());
  std::string said = result.error_output.empty() ? result.output : result.error_output;
  while (said.ends_with('\n'))
    said.pop_back();
  if (said.size() > kMaxMessage) said = said.substr(0, kMaxMessage) + "...";
  return fmt::format("'{}' ended with status {}{}{}", name, result.status, said.empty() ? "" : ": ",
                     said);
}

void write_edits(const SnapshotQuery& query, std::string_view after, JsonWriter& out) {
  out.begin_array();
  for (const analysis::TextEdit& e : analysis::line_diff(query.text(), after)) {
    out.begin_object().key("range").range(query.range(e.span));
    out.key("newText").string(e.text).end_object();
  }
  out.end_array();
}

void format(const Server& server, const SnapshotQuery& query,
            const std::vector<std::string>& command, std::chrono::milliseconds limit) {
  if (query.stopped()) return;
  const ProcessResult result = run_process(command, query.document->directory, query.text(), limit,
                                           [&] { return query.stopped() || server.is_ending(); });
  if (result.stopped) return;
  const bool fine = result.started && !result.timed_out && result.status == 0;
  // A formatter that says nothing at all has not formatted.
  if (!fine || (result.output.empty() && !query.text().empty())) {
    return query.request->fail(
        {ErrorCode::RequestFailed, message_of(result, command.front(), limit)});
  }
  JsonWriter out;
  write_edits(query, result.output, out);
  query.request->succeed_text(out.text());
}

}  // namespace

void bind_formatting(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["documentFormattingProvider"] = true;
  });
  binder.request<DocumentParams, Json>(
      "textDocument/formatting", [&server](const DocumentParams& params, const Reply<Json>& reply) {
        auto query = server.snapshot_requests->start(params.uri, reply.request());
        if (!query) return;
        if (server.settings.formatting_command.empty()) return reply.nothing();
        // The workspace may have chosen the command.
        if (!server.settings.trusted)
          return reply.fail(ErrorCode::RequestFailed,
                            "nothing is run in a workspace that is not trusted");
        server.post_slow([&server, query = std::move(*query),
                          command = server.settings.formatting_command,
                          limit = std::chrono::milliseconds(server.settings.formatting_timeout)] {
          format(server, query, command, limit);
        });
      });
}

}  // namespace nilas::lsp
