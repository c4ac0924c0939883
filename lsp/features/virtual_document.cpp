// workspace/textDocumentContent (LSP 3.18): the texts of virtual documents (virtual_documents.hpp).

#include "lsp/analysis/virtual_text.hpp"
#include "lsp/evaluated_request.hpp"
#include "lsp/virtual_documents.hpp"

namespace nilas::lsp {
namespace {

using std::chrono::milliseconds;

struct ContentParams {
  std::string uri;
};

void from_json(const Json& j, ContentParams& p) {
  j.at("uri").get_to(p.uri);
}

std::string text_of(const VirtualDocument& wanted, const syntax::Tree& tree,
                    const EvaluatedQuery& e) {
  const syntax::Located target = syntax::locate(tree, e.query.ast(), wanted.offset);
  // What runs out of time still has some to say so.
  const auto now = std::chrono::steady_clock::now();
  const analysis::VirtualLimits limits{now + (e.session.deadline - now) * 4 / 5, &e.session.stop,
                                       e.session.call_depth};
  eval::World& world = e.session.world;
  switch (wanted.kind) {
    case VirtualDocument::Kind::Value: return analysis::value_text(world, e.unit, target, limits);
    case VirtualDocument::Kind::Derivation:
      return analysis::derivation_text(world, e.unit, target, analysis::DerivationForm::Json,
                                       limits);
    case VirtualDocument::Kind::Aterm:
      return analysis::derivation_text(world, e.unit, target, analysis::DerivationForm::Aterm,
                                       limits);
  }
  return {};
}

void answer(Server& server, const ContentParams& params, const Reply<Json>& reply) {
  const auto wanted = parse_virtual_uri(params.uri);
  if (!wanted) return reply.fail(ErrorCode::InvalidParams, "this is no virtual document");
  const std::string key = Documents::key_of(wanted->uri);
  auto tree = server.documents.tree(key);
  if (!tree) return reply.fail(ErrorCode::RequestFailed, "its document is not open any more");
  if (server.documents.version(key) != wanted->version)
    return reply.fail(ErrorCode::RequestFailed, "its document has changed");
  if (!server.settings.evaluation)
    return reply.fail(ErrorCode::RequestFailed, "evaluation is switched off");
  const auto query = server.snapshot_requests->start(wanted->uri, reply.request());
  if (!query) return;
  evaluate(
      server, *query,
      [wanted = *wanted, tree](const EvaluatedQuery& e, JsonWriter& out) {
        out.begin_object().key("text").string(text_of(wanted, *tree, e)).end_object();
      },
      milliseconds(server.settings.save_deadline));
}

}  // namespace

void bind_virtual_document(Binder& binder) {
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["workspace"]["textDocumentContent"] =
        Json::object({{"schemes", Json::array({kVirtualScheme})}});
  });
  binder.request<ContentParams, Json>(
      "workspace/textDocumentContent",
      [&server = binder.server](const ContentParams& params, const Reply<Json>& reply) {
        answer(server, params, reply);
      });
}

}  // namespace nilas::lsp
