#pragma once
// Renaming a name in all files that see it, and proving that nothing else has changed its meaning.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/program.hpp"
#include "lsp/analysis/rename.hpp"

namespace nilas::analysis {

struct FileEdits {
  const SourceFile* file;
  std::vector<TextEdit> edits;  ///< by position
};

struct WorkspaceRename {
  std::vector<FileEdits> files;  ///< the asked one first
  /// Files that may use the name, and could not be looked into. Those that are only gone count, too.
  std::vector<std::string> unread;
};

/// prepare_rename (rename.hpp), for names of other files, too.
std::expected<RenameTarget, std::string> prepare_rename(Program& program, const SourceFile& file,
                                                        uint32_t offset);

/// rename (rename.hpp), in all files.
///
/// What is renamed is the attribute or formal itself, not what `inherit`s pass on under the same
/// name: they become bindings. All edited files, and those in which the new name occurs, are
/// resolved again: each of these names must mean what it meant, or the rename is refused.
std::expected<WorkspaceRename, std::string> rename(Program& program, const SourceFile& file,
                                                   uint32_t offset, std::string_view new_name);

}  // namespace nilas::analysis
