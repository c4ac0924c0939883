#pragma once
// LSP 3.17, "Code Action Request", "Code Action Resolve Request" and "WorkspaceEdit".

#include <optional>
#include <string>
#include <vector>

#include "lsp/protocol/diagnostics.hpp"

namespace nilas::lsp {

struct CodeActionParams {
  std::string uri;
  Range range;
  std::vector<std::string> only;  ///< kinds that are wanted; empty: all
  bool asked_for = true;          ///< by the user; false: the editor looks whether there are any
};

void from_json(const Json& j, CodeActionParams& p);

/// Whether `kind` is one of `only` or below one of them: `refactor` wants `refactor.extract`.
bool is_wanted(std::string_view kind, const std::vector<std::string>& only);

struct WireTextEdit {
  Range range;
  std::string text;
};

void to_json(Json& j, const WireTextEdit& e);

/// Changes of one document, and perhaps a new file, made before them.
struct WorkspaceEdit {
  std::string uri;
  int64_t version = 0;
  std::vector<WireTextEdit> edits;
  std::string new_file_uri;  ///< empty: none
  std::string new_file_text;
  bool versioned = false;  ///< the client knows documentChanges; needed for a new file
};

void to_json(Json& j, const WorkspaceEdit& e);

}  // namespace nilas::lsp
