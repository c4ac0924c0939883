#pragma once
// The files that navigation looks into: what buffers say before what the disk says, and where to
// look, which the index of the workspace tells.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/program.hpp"
#include "lsp/documents.hpp"
#include "lsp/files.hpp"
#include "lsp/workspace_index.hpp"

namespace nilas::lsp {

/// Thrown where the index is asked for that is not there.
struct NeedsIndex {};

/// What happens there.
enum class WithoutIndex : uint8_t {
  FindNothing,  ///< and `missed_index` tells
  GiveUp,       ///< NeedsIndex is thrown: with the index everything is worked out anew
};

class WorkspaceSources final : public analysis::SourceFiles {
 public:
  /// `workspace` null: the index is not ready.
  WorkspaceSources(FileFinder files, std::vector<SnapshotPtr> open,
                   std::shared_ptr<const WorkspaceView> workspace,
                   WithoutIndex without_index = WithoutIndex::FindNothing);

  const analysis::SourceFile* load(const std::string& path) override;
  std::optional<std::string> target(std::string_view literal,
                                    const analysis::SourceFile& from) override;
  std::vector<std::string> callers(const std::string& path) override;
  std::vector<std::string> users(const std::string& path, std::string_view name) override;

  bool missed_index() const { return missed_index_; }
  /// A document as a file, whether or not it has a path.
  const analysis::SourceFile& of(const SnapshotPtr& document);
  /// The text that a loaded file is.
  const DocumentSnapshot& document(const analysis::SourceFile& file) const;
  /// The version of a file that is open.
  std::optional<int64_t> open_version(const analysis::SourceFile& file) const;
  /// Files that are there and could not be read.
  const std::vector<std::string>& unreadable() const { return unreadable_; }
  const FileFinder& finder() const { return files_; }

 private:
  struct Loaded {
    SnapshotPtr document;
    analysis::SourceFile file;
  };
  /// Null if there is none, and it does without.
  const WorkspaceView* index();

  FileFinder files_;
  std::shared_ptr<const WorkspaceView> workspace_;
  std::map<std::string, SnapshotPtr> open_;  // by path
  std::map<std::string, std::unique_ptr<Loaded>> loaded_;
  std::map<std::string, std::optional<std::string>> targets_;  // of canonical paths
  std::vector<std::string> unreadable_;
  WithoutIndex without_index_;
  bool missed_index_ = false;
};

}  // namespace nilas::lsp
