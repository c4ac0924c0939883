#pragma once
// LSP 3.17, "Text Document Synchronization".

#include <optional>
#include <string>
#include <vector>

#include "lsp/protocol/basic.hpp"

namespace nilas::lsp {

struct DidOpenParams {
  std::string uri;
  std::string language;
  int64_t version = 0;
  std::string text;

  /// Moves the text out of `j`: it may be large.
  static DidOpenParams take(Json& j);
};

struct ContentChange {
  std::optional<Range> range;  ///< none: the whole document
  std::string text;
};

struct DidChangeParams {
  std::string uri;
  int64_t version = 0;
  std::vector<ContentChange> changes;  ///< each against the result of those before it
};

struct DidSaveParams {
  std::string uri;
};

struct DidCloseParams {
  std::string uri;
};

void from_json(const Json& j, ContentChange& c);
void from_json(const Json& j, DidChangeParams& p);
void from_json(const Json& j, DidSaveParams& p);
void from_json(const Json& j, DidCloseParams& p);

}  // namespace nilas::lsp
