#pragma once
// The buffers of the editor, and immutable snapshots of them.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lsp/analysis/names.hpp"
#include "lsp/host.hpp"
#include "lsp/positions.hpp"
#include "lsp/protocol/documents.hpp"
#include "syntax/parse.hpp"
#include "syntax/tokens.hpp"

namespace nilas::lsp {

/// One version of a buffer. Immutable: any thread may hold and read it.
struct DocumentSnapshot {
  std::string key;        ///< the canonical path, or the URI of a buffer without a file
  std::string uri;        ///< as the client wrote it
  std::string path;       ///< canonical; empty for a buffer without a file
  std::string directory;  ///< where its relative paths start
  int64_t version = 0;
  std::shared_ptr<const std::string> text;
  std::shared_ptr<const LineIndex> lines;
  std::shared_ptr<const syntax::Parsed> parsed;

  const syntax::Ast& ast() const { return parsed->ast; }
  /// Made when first asked for; from any thread.
  const std::vector<syntax::TokenSpan>& tokens() const;
  const analysis::Names& names() const;

  /// Shares the tree without the diagnostics.
  std::shared_ptr<const syntax::Ast> share_ast() const { return {parsed, &parsed->ast}; }

  struct Indexes {
    std::once_flag tokens_once, names_once;
    std::vector<syntax::TokenSpan> tokens;
    std::optional<analysis::Names> names;
  };
  std::shared_ptr<Indexes> indexes;  ///< of this version alone
};

using SnapshotPtr = std::shared_ptr<const DocumentSnapshot>;

/// A snapshot of text that no editor holds, as the command line needs it. `path` is canonical.
SnapshotPtr make_snapshot(std::string path, std::string text);

class Documents {
 public:
  /// Key of a URI, whether or not a document is open under it.
  static std::string key_of(const std::string& uri);

  void open(DidOpenParams params);
  /// Applies the edits in their order. False if the document is not open.
  bool change(const DidChangeParams& params, PositionEncoding encoding);
  void close(const std::string& key);

  /// The present version, parsed now if nobody has asked yet. Null if it is not open, or is no Nix.
  SnapshotPtr snapshot(const std::string& key);
  /// Version without parsing; nullopt if it is not open.
  std::optional<int64_t> version(const std::string& key) const;
  std::vector<std::string> keys() const;
  /// The present versions of all documents that are files of Nix.
  std::vector<SnapshotPtr> open_files();

  /// The concrete tree of the present version; null if it is not open, no Nix, or too large for
  /// one.
  std::shared_ptr<const syntax::Tree> tree(const std::string& key);

  /// What every open buffer says, for evaluation. The same object until something changes.
  OverlayPtr overlay();

  void set_folders(std::vector<std::string> folders) { folders_ = std::move(folders); }
  const std::vector<std::string>& folders() const { return folders_; }
  /// The innermost workspace folder around a path, or else the path's own directory.
  std::string folder_of(const DocumentSnapshot& document) const;

 private:
  struct Document {
    DocumentSnapshot draft;  ///< without `parsed`
    SnapshotPtr snapshot;    ///< null until someone asks
    bool is_nix = false;
    std::optional<syntax::Document>
        syntax;  ///< told of every edit; none until someone asks, and while too large

    syntax::Document& parser();
  };
  std::map<std::string, Document> documents_;
  std::vector<std::string> folders_;
  OverlayPtr overlay_;
};

}  // namespace nilas::lsp
