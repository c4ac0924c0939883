// textDocument/codeAction and codeAction/resolve. Fixes carry their edits; refactorings and "fix
// all" get theirs when they are chosen, if the client can wait: computed anew, for the same
// version.

#include "lsp/protocol/code_action.hpp"

#include <algorithm>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/actions.hpp"
#include "lsp/analysis/refactor/refactor.hpp"
#include "lsp/analysis/syntax_findings.hpp"
#include "lsp/data_text.hpp"
#include "lsp/server.hpp"
#include "lsp/uri.hpp"
#include "lsp/virtual_documents.hpp"
#include "lsp/wire.hpp"

namespace nilas::lsp {
namespace {

using analysis::Action;

/// Everything that can be done with a range of a document.
struct Offer {
  SnapshotPtr document;
  std::vector<analysis::Finding> findings;
  std::vector<Action> actions;
};

/// Selected JSON or TOML becomes Nix. Later lines go below the first one. What the file has no error
/// at is Nix already (`a = 1` in a set), or a comment.
void offer_conversion(const DocumentSnapshot& d, syntax::Span selection,
                      std::vector<Action>& actions) {
  const bool is_broken =
      std::ranges::any_of(d.parsed->diagnostics, [&](const syntax::Diagnostic& error) {
        return error.span.begin <= selection.end && selection.begin <= error.span.end;
      });
  if (!is_broken) return;
  const std::string_view text =
      std::string_view(*d.text).substr(selection.begin, selection.end - selection.begin);
  const auto data = data_as_nix(text);
  if (!data) return;
  const std::string indent(analysis::indentation(*d.text, selection.begin));
  std::string nix;
  for (const char c : data->nix) {
    nix += c;
    if (c == '\n') nix += indent;
  }
  actions.push_back({.title = "Convert " + std::string(data->language) + " to Nix",
                     .kind = analysis::action_kind::kRewrite,
                     .edits = {{selection, std::move(nix)}}});
}

Offer offer(Server& server, const SnapshotPtr& document, Range range) {
  Offer result{document, {}, {}};
  const DocumentSnapshot& d = *document;
  const syntax::Span selection = d.lines->span(range, server.encoding);
  result.findings = analysis::syntax_findings(d.key, d.text, *d.parsed, rules_of(server.settings));
  const analysis::FixInput input{d.ast(), *d.text, eval::global_names()};
  result.actions = analysis::fix_actions(input, result.findings, selection);
  // A name that nobody defines yet is in no refactoring's way; a tree of broken text is.
  const bool is_whole = std::ranges::all_of(d.parsed->diagnostics, [](const syntax::Diagnostic& e) {
    return e.id == syntax::DiagnosticId::UndefinedVariable;
  });
  if (is_whole)
    std::ranges::move(analysis::refactorings(input, selection), std::back_inserter(result.actions));
  if (selection.begin != selection.end) offer_conversion(d, selection, result.actions);
  return result;
}

bool is_possible(const Server& server, const Action& action) {
  return !action.file || server.about_client.creates_files;
}

/// Fixes are shown with what they would change; the others wait until they are chosen.
bool is_lazy(const Server& server, const Action& action) {
  return server.about_client.resolves_code_actions &&
         (action.deferred || action.kind != analysis::action_kind::kQuickFix);
}

WorkspaceEdit edit_of(const Server& server, const Offer& offer, const Action& action) {
  const DocumentSnapshot& document = *offer.document;
  const analysis::FixInput input{document.ast(), *document.text, eval::global_names()};
  const auto& edits =
      action.deferred ? analysis::fix_edits(input, offer.findings, action) : action.edits;
  WorkspaceEdit edit{.uri = document.uri, .version = document.version};
  edit.versioned = server.about_client.document_changes;
  for (const analysis::TextEdit& e : edits)
    edit.edits.push_back({document.lines->range(e.span, server.encoding), e.text});
  if (action.file) {
    edit.new_file_uri = path_to_uri(document.directory + "/" + action.file->name);
    edit.new_file_text = action.file->text;
  }
  return edit;
}

Json to_wire(const Server& server, const Offer& offer, const Action& action, Range range) {
  const DocumentSnapshot& document = *offer.document;
  Json j = Json::object({{"title", action.title}, {"kind", action.kind}});
  if (action.preferred) j["isPreferred"] = true;
  if (action.finding) {
    j["diagnostics"] = Json::array(
        {Json(to_wire(offer.findings[*action.finding], wire_context(server, document)))});
  }
  if (is_lazy(server, action)) {
    j["data"] = Json::object({{"uri", document.uri},
                              {"version", document.version},
                              {"range", range},
                              {"title", action.title}});
  } else {
    j["edit"] = edit_of(server, offer, action);
  }
  return j;
}

void answer(Server& server, const CodeActionParams& params, const Reply<Json>& reply) {
  const SnapshotPtr document = server.documents.snapshot(Documents::key_of(params.uri));
  // Without literals only commands could be answered, and we have none.
  if (!document || !server.about_client.code_action_literals) return reply.nothing();
  const Offer all = offer(server, document, params.range);
  Json actions = Json::array();
  for (const Action& action : all.actions) {
    if (is_wanted(action.kind, params.only) && is_possible(server, action))
      actions.push_back(to_wire(server, all, action, params.range));
  }
  // Everything has a value, which is no reason for a light bulb.
  if (server.about_client.shows_virtual_documents && server.settings.evaluation &&
      params.asked_for && is_wanted(kShowKind, params.only)) {
    const uint32_t at = document->lines->offset(params.range.start, server.encoding);
    for (Json& action : show_actions(*document, at))
      actions.push_back(std::move(action));
  }
  reply(actions);
}

void resolve(Server& server, Json action, const Reply<Json>& reply) {
  const Json data = find(action, "data");
  if (!data.is_object()) return reply(action);  // it has its edit already
  const SnapshotPtr document =
      server.documents.snapshot(Documents::key_of(data.at("uri").get<std::string>()));
  if (!document || document->version != data.at("version").get<int64_t>()) {
    return reply.fail(ErrorCode::ContentModified, "the document has changed");
  }
  const Offer all = offer(server, document, data.at("range").get<Range>());
  const auto chosen =
      std::ranges::find(all.actions, data.at("title").get<std::string>(), &Action::title);
  if (chosen == all.actions.end()) {
    return reply.fail(ErrorCode::InvalidParams, "there is no such action");
  }
  action["edit"] = edit_of(server, all, *chosen);
  reply(action);
}

}  // namespace

void bind_code_action(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["codeActionProvider"] = Json::object(
        {{"codeActionKinds",
          Json::array({analysis::action_kind::kQuickFix, analysis::action_kind::kExtract,
                       analysis::action_kind::kInline, analysis::action_kind::kRewrite,
                       analysis::action_kind::kFixAll, kShowKind})},
         {"resolveProvider", true}});
  });
  binder.request<CodeActionParams, Json>(
      "textDocument/codeAction",
      [&server](const CodeActionParams& params, const Reply<Json>& reply) {
        answer(server, params, reply);
      });
  binder.request<Json, Json>("codeAction/resolve",
                             [&server](Json action, const Reply<Json>& reply) {
                               resolve(server, std::move(action), reply);
                             });
}

}  // namespace nilas::lsp
