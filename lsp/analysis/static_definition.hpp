#pragma once
// Where the thing under the cursor is defined, as far as the text of one file tells.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/names.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

enum class DefinitionGoal : uint8_t {
  Declaration,  ///< where the name enters the scope: an `inherit` counts
  Definition,   ///< where its value is written
};

struct StaticDefinition {
  syntax::Span origin;  ///< what was asked about
  /// In this file. Together with `node`: second best.
  std::vector<syntax::Span> here;
  /// The file that a path literal, or the `import` in front of it, means; with `./` and `~/`.
  std::string path;
  std::string search_path;  ///< `nixpkgs/lib` of `<nixpkgs/lib>`
  /// What only evaluation can tell: the definition of this Var or Select, of which the first
  /// `path_names` names count (0: all).
  syntax::NodeId node = syntax::kNoNode;
  uint32_t path_names = 0;
};

/// nullopt: nothing that has a definition stands there. O(nodes) at worst.
std::optional<StaticDefinition> static_definition(const syntax::Ast& ast, const Names& names,
                                                  uint32_t offset, DefinitionGoal goal);

/// The text of a Path without interpolation; nullopt for others.
std::optional<std::string_view> literal_path(const syntax::Ast& ast, syntax::NodeId path);

}  // namespace nilas::analysis
