#include "lsp/protocol/lifecycle.hpp"

#include <algorithm>

#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

std::vector<WorkspaceFolder> folders(const Json& j) {
  if (const Json& all = find(j, "workspaceFolders"); all.is_array()) {
    return all.get<std::vector<WorkspaceFolder>>();
  }
  if (const Json& uri = find(j, "rootUri"); uri.is_string()) {
    return {{uri.get<std::string>(), "root"}};
  }
  if (const Json& path = find(j, "rootPath"); path.is_string()) {
    return {{path_to_uri(path.get<std::string>()), "root"}};
  }
  return {};
}

bool contains(const Json& array, std::string_view text) {
  return array.is_array() &&
         std::ranges::any_of(array, [&](const Json& j) { return j.is_string() && j == text; });
}

}  // namespace

void from_json(const Json& j, WorkspaceFolder& f) {
  j.at("uri").get_to(f.uri);
  f.name = j.value("name", "");
}

void from_json(const Json& j, InitializeParams& p) {
  if (const Json& pid = find(j, "processId"); pid.is_number_integer()) {
    p.process_id = pid.get<int64_t>();
  }
  p.folders = folders(j);
  p.initialization_options = find(j, "initializationOptions");
  if (const Json& trace = find(j, "trace"); trace.is_string()) trace.get_to(p.trace);
  if (const Json& name = find(j, "clientInfo", "name"); name.is_string())
    name.get_to(p.client_name);

  const Json& can = find(j, "capabilities");
  const Json& publish = find(can, "textDocument", "publishDiagnostics");
  for (const Json& e : find(can, "general", "positionEncodings")) {
    if (e.is_string()) p.position_encodings.push_back(e.get<std::string>());
  }
  p.configuration = is_true(find(can, "workspace", "configuration"));
  p.watched_files = is_true(find(can, "workspace", "didChangeWatchedFiles", "dynamicRegistration"));
  p.work_done_progress = is_true(find(can, "window", "workDoneProgress"));
  p.related_information = is_true(find(publish, "relatedInformation"));
  p.diagnostic_tags =
      find(publish, "tagSupport").is_object() || is_true(find(publish, "tagSupport"));
  p.code_description = is_true(find(publish, "codeDescriptionSupport"));
  const Json& action = find(can, "textDocument", "codeAction");
  p.code_action_literals = find(action, "codeActionLiteralSupport").is_object();
  p.resolves_code_actions = is_true(find(action, "dataSupport")) &&
                            contains(find(action, "resolveSupport", "properties"), "edit");
  const Json& edit = find(can, "workspace", "workspaceEdit");
  p.document_changes = is_true(find(edit, "documentChanges"));
  p.creates_files = p.document_changes && contains(find(edit, "resourceOperations"), "create");
  p.pulls_diagnostics = find(can, "textDocument", "diagnostic").is_object() &&
                        is_true(find(can, "workspace", "diagnostics", "refreshSupport"));
  // Clients that say nothing know Markdown since before there was anything to say.
  const Json& formats = find(can, "textDocument", "hover", "contentFormat");
  const Json& document = find(can, "textDocument");
  p.inlay_hint_refresh = is_true(find(can, "workspace", "inlayHint", "refreshSupport"));
  p.code_lens_refresh = is_true(find(can, "workspace", "codeLens", "refreshSupport"));
  p.prepare_rename = is_true(find(document, "rename", "prepareSupport"));
  p.snippets = is_true(find(document, "completion", "completionItem", "snippetSupport"));
  p.nested_symbols = is_true(find(document, "documentSymbol", "hierarchicalDocumentSymbolSupport"));
  p.fold_whole_lines = is_true(find(document, "foldingRange", "lineFoldingOnly"));
  if (const Json& limit = find(document, "foldingRange", "rangeLimit"); limit.is_number_unsigned())
    p.fold_limit = limit.get<uint32_t>();
  p.definition_links = is_true(find(document, "definition", "linkSupport"));
  // The first is LSP 3.18's, the second is for editors' extensions that speak 3.17.
  const bool contents = find(can, "workspace", "textDocumentContent").is_object() ||
                        is_true(find(can, "experimental", "textDocumentContent"));
  p.shows_virtual_documents = contents && is_true(find(can, "window", "showDocument", "support"));
  p.hover_markdown = !formats.is_array() || formats.empty() || contains(formats, "markdown");
}

}  // namespace nilas::lsp
