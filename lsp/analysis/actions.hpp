#pragma once
// Code actions: what can be done with a place of a text, as changes of it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/fixes/fixes.hpp"

namespace nilas::analysis {

/// Kinds of LSP 3.17, "CodeActionKind".
namespace action_kind {
inline constexpr std::string_view kQuickFix = "quickfix";
inline constexpr std::string_view kExtract = "refactor.extract";
inline constexpr std::string_view kInline = "refactor.inline";
inline constexpr std::string_view kRewrite = "refactor.rewrite";
inline constexpr std::string_view kFixAll = "source.fixAll";
}  // namespace action_kind

/// A file to be made beside the document.
struct NewFile {
  std::string name;  ///< without directory
  std::string text;
};

struct Action {
  std::string title;
  std::string_view kind;
  std::vector<TextEdit> edits;
  std::optional<NewFile> file;
  bool preferred = false;
  std::optional<size_t> finding;  ///< index of the finding it is about
  /// The edits are those of many fixes, and made by fix_edits() when they are asked for.
  bool deferred = false;
  std::optional<syntax::DiagnosticId> all_of;  ///< deferred: of this diagnostic; none: of all
};

/// What can be done about the findings that `selection` touches: their fixes, one of a name in the
/// whole file, all that are safe, and a comment against them. `findings` are all of the text.
std::vector<Action> fix_actions(const FixInput& input, const std::vector<Finding>& findings,
                                syntax::Span selection);

/// The edits of a deferred action; empty if nothing can be fixed after all.
std::vector<TextEdit> fix_edits(const FixInput& input, const std::vector<Finding>& findings,
                                const Action& action);

}  // namespace nilas::analysis
