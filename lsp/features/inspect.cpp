// nilas/syntaxTree, nilas/bytecode and nilas/memory: the inside of the server, for those who work on
// it and for bug reports. workspace/executeCommand: `nilas.reload`, `nilas.show`.

#include <fstream>
#include <malloc.h>

#include "evaluator/code.hpp"
#include "lsp/evaluated_request.hpp"
#include "lsp/virtual_documents.hpp"
#include "syntax/dump.hpp"

namespace nilas::lsp {
namespace {

/// More would help nobody.
constexpr size_t kMaxText = 4 << 20;

std::string cut(std::string text) {
  if (text.size() > kMaxText) text = text.substr(0, kMaxText) + "\n...\n";
  return text;
}

struct SyntaxTreeParams {
  std::string uri;
  std::string kind;  ///< cst, ast or scope
};

void from_json(const Json& j, SyntaxTreeParams& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
  p.kind = j.value("kind", "ast");
}

void syntax_tree(const SnapshotQuery& query, const SyntaxTreeParams& params, JsonWriter& out) {
  if (params.kind == "ast") {
    out.string(cut(syntax::dump_ast(query.ast())));
  } else if (params.kind == "scope") {
    out.string(cut(syntax::dump_scopes(query.ast())));
  } else if (params.kind == "cst") {
    if (query.text().size() > syntax::kMaxTreeBytes) return;
    const auto tree = syntax::Tree::parse(query.text());
    if (tree) out.string(cut(tree->dump(query.text())));
  } else {
    query.request->fail({ErrorCode::InvalidParams, "'kind' is cst, ast or scope"});
  }
}

/// Kilobytes of a line of /proc/self/status.
int64_t process_status(std::string_view name) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name)) return std::atoll(line.c_str() + name.size() + 1);
  }
  return 0;
}

Json memory(Server& server) {
  Json documents = Json::array();
  for (const std::string& key : server.documents.keys()) {
    const SnapshotPtr d = server.documents.snapshot(key);
    if (!d) continue;
    const syntax::Ast& ast = d->ast();
    documents.push_back(Json::object({{"uri", d->uri},
                                      {"textBytes", d->text->size()},
                                      {"nodes", ast.nodes.size()},
                                      {"bindings", ast.bindings.size()},
                                      {"names", ast.symbols.size()}}));
  }
  const Evaluation::Status s = server.evaluation.status();
  return Json::object({{"residentBytes", process_status("VmRSS") * 1024},
                       {"peakBytes", process_status("VmHWM") * 1024},
                       {"evaluationBytes", s.live_bytes},
                       {"worlds", s.worlds},
                       {"documents", std::move(documents)}});
}

/// The client opens it, and then asks for its text.
void show_virtual_document(Server& server, const std::string& uri, const Reply<Json>& reply) {
  if (!parse_virtual_uri(uri))
    return reply.fail(ErrorCode::InvalidParams, "this is no virtual document");
  server.client.request("window/showDocument", Json::object({{"uri", uri}, {"takeFocus", true}}),
                        [](const auto&) {});
  reply.nothing();
}

}  // namespace

void bind_inspect(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["executeCommandProvider"] =
        Json::object({{"commands", Json::array({"nilas.reload", kShowCommand})}});
  });
  snapshot_request<SyntaxTreeParams>(binder, "nilas/syntaxTree", syntax_tree);
  binder.request<DocumentParams, Json>(
      "nilas/bytecode", [&server](const DocumentParams& params, const Reply<Json>& reply) {
        const auto query = server.snapshot_requests->start(params.uri, reply.request());
        if (!query) return;
        if (!query->document->parsed->ok()) return reply.nothing();
        evaluate(server, *query, [](const EvaluatedQuery& e, JsonWriter& out) {
          (void)e.session.world.thunk_of(e.unit);
          out.string(cut(eval::disassemble(e.session.world, e.unit.root_code)));
        });
      });
  binder.request<NoParams, Json>(
      "nilas/memory", [&server](NoParams, const Reply<Json>& reply) { reply(memory(server)); });
  binder.request<Json, Json>("workspace/executeCommand", [&server](const Json& params,
                                                                   const Reply<Json>& reply) {
    const auto command = params.at("command").get<std::string>();
    if (command == kShowCommand) {
      return show_virtual_document(server, params.at("arguments").at(0).get<std::string>(), reply);
    }
    if (command != "nilas.reload")
      return reply.fail(ErrorCode::InvalidParams, "no command '" + command + "'");
    // What evaluation has read is read again.
    server.evaluation.drop_worlds();
    fire(server.binder.on_disk_change);
    reply.nothing();
  });
}

}  // namespace nilas::lsp
