#pragma once
// What the files of the workspace define, which names occur in them and which files they name: for
// workspace symbols, for names that are used in other files, for paths that follow a renamed file.
//
// That of a small workspace is built as soon as that is open; that of a large one when it is first
// asked for, in the background and with progress. Then it is kept up to date by what the client
// reports as changed. It only tells where to look: what a file means is
// read anew (file_snapshots.hpp), so that 43,000 files need no trees in memory. Open documents count
// with what their buffers say.

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

/// Kept small: nixpkgs has a million.
struct IndexedSymbol {
  Position place;                      ///< where its name begins
  uint32_t name;                       ///< IndexedFile::name()
  uint32_t container = syntax::kNone;  ///< index of the symbol around it
  uint16_t name_size;
  uint16_t units;  ///< that the name takes in its line, as the client counts; 0 if it takes several
  analysis::SymbolSort sort;

  Range range() const { return {place, {place.line, place.character + units}}; }
};

/// A path literal without interpolation.
struct IndexedPath {
  Range range;
  std::string literal;
  uint64_t target;  ///< hash of the canonical path, which may be a directory's
};

/// One version of a file.
struct IndexedFile {
  std::vector<IndexedSymbol> symbols;
  std::string symbol_names;  ///< one after the other
  std::vector<IndexedPath> paths;
  std::vector<uint32_t> names;  ///< hashes of all names that occur in it, ascending

  std::string_view name(const IndexedSymbol& symbol) const {
    return std::string_view(symbol_names).substr(symbol.name, symbol.name_size);
  }
};
using IndexedFilePtr = std::shared_ptr<const IndexedFile>;

/// What of a text goes into the index: the outline's upper levels, its names and its paths.
IndexedFile index_text(const DocumentSnapshot& document, PositionEncoding encoding);

/// The index of one moment. Immutable.
struct WorkspaceFiles {
  std::map<std::string, IndexedFilePtr> by_path;
  struct Edge {
    uint64_t target;
    const std::string* from;  ///< a key of `by_path`
    const IndexedFile* file;
  };
  std::vector<Edge> edges;  ///< by target: who names it
  std::vector<Edge> files;  ///< by target: what is named; `from` is the file itself
};

/// What the buffers' versions were found to hold, so that a version is looked through once. Any
/// thread may use it.
class IndexedBuffers {
 public:
  IndexedFilePtr of(const SnapshotPtr& document, PositionEncoding encoding);
  void forget(const std::string& key);

 private:
  struct Entry {
    SnapshotPtr document;
    IndexedFilePtr file;
  };
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

/// The index with the open documents in the place of their files. Any thread may use it.
class WorkspaceView {
 public:
  WorkspaceView(std::shared_ptr<const WorkspaceFiles> files, std::vector<SnapshotPtr> open,
                std::shared_ptr<IndexedBuffers> buffers, PositionEncoding encoding)
      : files_(std::move(files)),
        documents_(std::move(open)),
        buffers_(std::move(buffers)),
        encoding_(encoding) {}

  /// Calls `use(path, file)` for each file.
  template <class Use>
  void each(Use use) const {
    for (const auto& [path, file] : open())
      use(path, *file);
    for (const auto& [path, file] : files_->by_path) {
      if (!open().contains(path)) use(path, *file);
    }
  }

  /// Files that name a file, or its directory if it is a default.nix. By path.
  std::vector<std::string> callers(const std::string& path) const;
  /// Files in which a name occurs, and that may get to know what a file is: those from which paths
  /// lead to it, and (the nearest 200) those to which paths lead from these, for they may be given
  /// it as an argument. By path.
  std::vector<std::string> users(const std::string& path, std::string_view name) const;

 private:
  struct Entry {
    const std::string* path;
    const IndexedFile* file;
  };
  std::vector<Entry> naming(const std::string& path) const;
  std::vector<Entry> named_by(const IndexedFile& file) const;
  const IndexedFile* find(const std::string& path) const;
  const std::map<std::string, IndexedFilePtr>& open() const;

  std::shared_ptr<const WorkspaceFiles> files_;
  std::vector<SnapshotPtr> documents_;
  std::shared_ptr<IndexedBuffers> buffers_;
  PositionEncoding encoding_;
  mutable std::once_flag open_once_;
  mutable std::map<std::string, IndexedFilePtr> open_;
};
using WorkspaceViewPtr = std::shared_ptr<const WorkspaceView>;

class WorkspaceIndex {
 public:
  explicit WorkspaceIndex(Server& server);

  /// Calls `use` on the strand with the index once it is built: now, or later. A `use` whose
  /// request was answered meanwhile finds that out itself.
  void when_ready(std::function<void(const WorkspaceViewPtr&)> use);
  /// The same, but in a large workspace whose index is not there yet, `use` gets null at once, and
  /// the index is built for the next one who asks.
  void when_ready_soon(std::function<void(const WorkspaceViewPtr&)> use);
  /// The workspace is large, and was not read yet: that takes seconds. Strand only.
  bool is_far_off() const { return size_ == Size::Large && !files_; }
  /// Begins to build what is missing, for those who ask later. Strand only.
  void build();
  /// The index if it is built and up to date; else null.
  WorkspaceViewPtr ready() const;

 private:
  using Files = std::shared_ptr<const WorkspaceFiles>;
  using Use = std::function<void(const WorkspaceViewPtr&)>;
  enum class Size : uint8_t { Unknown, Small, Large };
  struct Waiting {
    Use use;
    bool patient;
  };
  /// Files or directories have changed, appeared or gone.
  void changed(const std::vector<std::string>& paths);
  /// The workspace has other folders: the index is built anew when it is asked for.
  void folders_changed();
  /// Finds out how large the workspace is, beside the strand.
  void survey();
  void surveyed(Size size, uint64_t generation);
  void finished(Files files, uint64_t generation);
  WorkspaceViewPtr view() const;

  Server& server_;
  // Strand only.
  Files files_;
  std::vector<Waiting> waiting_;
  std::vector<std::string> stale_;  // changed since they were read
  std::shared_ptr<IndexedBuffers> buffers_ = std::make_shared<IndexedBuffers>();
  Size size_ = Size::Unknown;
  bool building_ = false;
  uint64_t generation_ = 0;
};

}  // namespace nilas::lsp
