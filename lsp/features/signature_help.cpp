// textDocument/signatureHelp: parameters of the function that is being applied.

#include "lsp/analysis/conventions.hpp"
#include "lsp/analysis/signature.hpp"
#include "lsp/evaluated_request.hpp"
#include "lsp/nixpkgs.hpp"

namespace nilas::lsp {
namespace {

void write(const analysis::Signature& s, JsonWriter& out) {
  out.begin_object().key("signatures").begin_array().begin_object();
  out.key("label").string(s.label).key("parameters").begin_array();
  for (const std::string& p : s.parameters)
    out.begin_object().key("label").string(p).end_object();
  out.end_array();
  if (!s.documentation.empty()) {
    out.key("documentation").begin_object().key("kind").string("markdown");
    out.key("value").string(s.documentation).end_object();
  }
  out.end_object().end_array();
  out.key("activeSignature").number(0).key("activeParameter").number(s.active).end_object();
}

std::optional<analysis::Signature> by_convention(const EvaluatedQuery& e,
                                                 const analysis::CallSite& call,
                                                 const EvaluatedText& nixpkgs) {
  const auto value =
      analysis::value_by_convention(e.session.world, e.session.unit(nixpkgs), e.query.ast(),
                                    e.query.document->names(), {call.function, 0});
  return value ? analysis::signature_of(e.session.world, *value, call) : std::nullopt;
}

void help(Server& server, const FileFinder& files, const SnapshotQuery& query, uint32_t offset) {
  if (query.stopped()) return;
  const auto call = analysis::call_site(query.ast(), query.text(), offset);
  if (!call) return query.request->succeed(nullptr);
  const auto known =
      analysis::known_signature(query.ast(), query.document->names(), query.text(), *call);
  if (known) {
    JsonWriter out;
    write(*known, out);
    return query.request->succeed_text(out.text());
  }
  auto nixpkgs = server.nixpkgs_texts->find(files, query.document->directory);
  server.post([&server, query, call = *call, nixpkgs = std::move(nixpkgs)] {
    evaluate(server, query, [call, nixpkgs](const EvaluatedQuery& e, JsonWriter& out) {
      auto found = analysis::signature_of_value(e.session.world, e.unit, call);
      if (!found && nixpkgs) found = by_convention(e, call, *nixpkgs);
      if (found) write(*found, out);
    });
  });
}

}  // namespace

void bind_signature_help(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["signatureHelpProvider"] =
        Json::object({{"triggerCharacters", Json::array({" "})}});
  });
  binder.request<TextDocumentPosition, Json>(
      "textDocument/signatureHelp",
      [&server](const TextDocumentPosition& params, const Reply<Json>& reply) {
        auto query = server.snapshot_requests->start(params.uri, reply.request());
        if (!query) return;
        const uint32_t offset = query->offset(params.position);
        server.post_to_pool([&server, files = FileFinder(server), query = std::move(*query),
                             offset] { help(server, files, query, offset); });
      });
}

}  // namespace nilas::lsp
