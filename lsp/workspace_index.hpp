#pragma once
// What the files of the workspace define and which files they name: for workspace symbols and for
// paths that follow a renamed file.
//
// It is built when it is first asked for, in the background and with progress, and then kept up to
// date by what the client reports as changed. Open documents are not looked up here but in their
// buffers.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/document_symbols.hpp"
#include "lsp/protocol/basic.hpp"
#include "lsp/server.hpp"

namespace nilas::lsp {

struct IndexedSymbol {
  std::string name;
  analysis::SymbolSort sort;
  Range range;  ///< of the name
  std::string container;
};

/// A path literal without interpolation.
struct IndexedPath {
  Range range;
  std::string literal;
};

/// One version of a file.
struct IndexedFile {
  std::vector<IndexedSymbol> symbols;
  std::vector<IndexedPath> paths;
};
using IndexedFilePtr = std::shared_ptr<const IndexedFile>;

/// What of a text goes into the index: the outline's upper levels, and its paths.
IndexedFile index_text(const DocumentSnapshot& document, PositionEncoding encoding);

class WorkspaceIndex {
 public:
  explicit WorkspaceIndex(Server& server) : server_(server) {}

  using Files = std::map<std::string, IndexedFilePtr>;
  /// Calls `use` on the strand with the index once it is built: now, or later. A `use` whose
  /// request was answered meanwhile finds that out itself.
  void when_ready(std::function<void(const std::shared_ptr<const Files>&)> use);

  /// Files or directories have changed, appeared or gone.
  void changed(const std::vector<std::string>& paths);
  /// The workspace has other folders: the index is built anew when it is asked for.
  void folders_changed();

 private:
  void build();
  void finished(std::shared_ptr<const Files> files, uint64_t generation);

  Server& server_;
  // Strand only.
  std::shared_ptr<const Files> files_;
  std::vector<std::function<void(const std::shared_ptr<const Files>&)>> waiting_;
  std::vector<std::string> stale_;  // changed since they were read
  bool building_ = false;
  uint64_t generation_ = 0;
};

}  // namespace nilas::lsp
