#pragma once
// Every place of a name, in all files.

#include <optional>
#include <string_view>
#include <vector>

#include "lsp/analysis/program.hpp"

namespace nilas::analysis {

struct Reference {
  const SourceFile* file;
  const Name* name;
  bool defines;  ///< not through `inherit`, but itself
};

/// The places that define, pass on or use what `target` is; those of its own file first, then by
/// path and position. `target`: an origin (Program::origin). Other files are asked for only if they
/// can see it.
std::vector<Reference> references_to(Program& program, const FileEntity& target);

/// The same for what a name means. What is not known in any file has references in its own: where
/// the same chain is selected from the same root.
std::vector<Reference> references_of(Program& program, const SourceFile& file, const Name& name);

}  // namespace nilas::analysis
