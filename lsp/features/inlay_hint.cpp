// textDocument/inlayHint and inlayHint/resolve (tooltips are made when a reader points at a hint);
// textDocument/inlineValue for debuggers.

#include <set>

#include "lsp/analysis/inlay_hints.hpp"
#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {
namespace {

constexpr int kParameter = 2;  // LSP 3.17, "InlayHintKind"

void write_hints(const SnapshotQuery& query, const TextDocumentRange& params,
                 const analysis::InlayHintOptions& options, JsonWriter& out) {
  const syntax::Span range = query.document->lines->span(params.range, query.encoding);
  out.begin_array();
  for (const analysis::InlayHint& hint :
       analysis::inlay_hints(query.ast(), query.document->names(), query.text(), range, options)) {
    const bool parameter = hint.kind == analysis::InlayHintKind::Parameter;
    const Position at = query.document->lines->position(hint.offset, query.encoding);
    out.begin_object().key("position").json(at).key("label").string(hint.label);
    if (parameter) out.key("kind").number(kParameter);
    out.key(parameter ? "paddingRight" : "paddingLeft").boolean(true);
    if (hint.definition.begin < hint.definition.end) {
      out.key("data").begin_object().key("uri").string(query.document->uri);
      out.key("version").number(query.document->version);
      out.key("definition").number(hint.definition.begin).end_object();
    }
    out.end_object();
  }
  out.end_array();
}

/// The line on which a parameter or binding is defined.
void resolve(Server& server, Json hint, const Reply<Json>& reply) {
  const Json& data = find(hint, "data");
  if (!data.is_object()) return reply(hint);
  const SnapshotPtr document =
      server.documents.snapshot(Documents::key_of(data.at("uri").get<std::string>()));
  if (!document || document->version != data.at("version").get<int64_t>()) return reply(hint);
  const auto offset = data.at("definition").get<uint32_t>();
  const std::string_view text = *document->text;
  if (offset >= text.size()) return reply(hint);
  const uint32_t line = document->lines->position(offset, PositionEncoding::Utf8).line;
  const uint32_t begin = document->lines->offset({line, 0}, PositionEncoding::Utf8);
  const std::string_view rest = text.substr(begin);
  std::string code(rest.substr(0, std::min<size_t>(rest.find_first_of("\r\n"), 200)));
  hint["tooltip"] = "line " + std::to_string(line + 1) + ": " + code;
  reply(hint);
}

/// Names whose values a debugger can look up.
void write_inline_values(const SnapshotQuery& query, const TextDocumentRange& params,
                         JsonWriter& out) {
  const syntax::Span range = query.document->lines->span(params.range, query.encoding);
  std::set<std::pair<uint32_t, std::string_view>> seen;  // once a line
  out.begin_array();
  for (const analysis::Name& name : query.document->names().all()) {
    if (name.span.begin < range.begin || name.span.end > range.end) continue;
    if (name.kind != analysis::NameKind::Variable && name.kind != analysis::NameKind::Parameter)
      continue;
    const std::string_view text = query.ast().symbol(name.symbol);
    const Range at = query.range(name.span);
    if (!seen.emplace(at.start.line, text).second) continue;
    out.begin_object().key("range").range(at).key("variableName").string(text);
    out.key("caseSensitiveLookup").boolean(true).end_object();
  }
  out.end_array();
}

}  // namespace

void bind_inlay_hint(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["inlayHintProvider"] = Json::object({{"resolveProvider", true}});
    capabilities["inlineValueProvider"] = true;
  });
  binder.request<TextDocumentRange, Json>(
      "textDocument/inlayHint",
      [&server](const TextDocumentRange& params, const Reply<Json>& reply) {
        auto query = server.snapshot_requests->start(params.uri, reply.request());
        if (!query) return;
        const analysis::InlayHintOptions options{
            server.settings.inlay_parameters,
            static_cast<uint32_t>(server.settings.inlay_binding_end_lines)};
        server.snapshot_requests->run(std::move(*query),
                                      [params, options](const SnapshotQuery& q, JsonWriter& out) {
                                        write_hints(q, params, options, out);
                                      });
      });
  binder.request<Json, Json>("inlayHint/resolve", [&server](Json hint, const Reply<Json>& reply) {
    resolve(server, std::move(hint), reply);
  });
  snapshot_request<TextDocumentRange>(binder, "textDocument/inlineValue", write_inline_values);
  // What is shown depends on settings.
  binder.on_settings.push_back([&server] {
    if (server.about_client.inlay_hint_refresh && server.phase == Server::Phase::Initialized)
      server.client.request("workspace/inlayHint/refresh", nullptr, [](const auto&) {});
  });
}

}  // namespace nilas::lsp
