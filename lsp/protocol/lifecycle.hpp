#pragma once
// LSP 3.17, "Server lifecycle": initialize and what it says about the client.

#include <optional>
#include <string>
#include <vector>

#include "lsp/protocol/basic.hpp"

namespace nilas::lsp {

struct WorkspaceFolder {
  std::string uri;
  std::string name;
};

struct InitializeParams {
  std::optional<int64_t> process_id;  ///< we end when it does
  std::vector<WorkspaceFolder>
      folders;  ///< from workspaceFolders, rootUri or rootPath, the first that is there
  Json initialization_options;
  std::string trace;  ///< "off", "messages", "verbose"
  std::string client_name;

  // What the client can do
  std::vector<std::string> position_encodings;  ///< empty: utf-16 only
  bool configuration = false;                   ///< answers workspace/configuration
  bool watched_files = false;        ///< accepts a registration for didChangeWatchedFiles
  bool work_done_progress = false;   ///< accepts window/workDoneProgress/create
  bool related_information = false;  ///< shows related places of a diagnostic
  bool diagnostic_tags = false;
  bool code_description = false;
  bool hover_markdown = false;
  bool code_action_literals = false;   ///< takes code actions, not only commands
  bool resolves_code_actions = false;  ///< asks for the edit of an action when it is chosen
  bool document_changes = false;       ///< takes edits of a version of a document
  bool creates_files = false;          ///< takes edits that create files
  bool pulls_diagnostics = false;      ///< asks for diagnostics, and again when told to
  bool inlay_hint_refresh = false;
  bool code_lens_refresh = false;
  bool prepare_rename = false;
  bool snippets = false;                 ///< of completions
  bool nested_symbols = false;           ///< hierarchical document symbols
  bool fold_whole_lines = false;         ///< folding ranges without characters
  std::optional<uint32_t> fold_limit;    ///< how many folding ranges it takes
  bool shows_virtual_documents = false;  ///< opens `nilas:` documents when it is asked to
  bool definition_links = false;         ///< LocationLink as answer to definition
};

void from_json(const Json& j, InitializeParams& p);
void from_json(const Json& j, WorkspaceFolder& f);

}  // namespace nilas::lsp
