#pragma once
// Comments that suppress diagnostics.
//
//   # nilas: ignore[name, name]        these, on this line; of a comment alone on its line, on the
//   # nilas: ignore                    next one that is not blank. Without names: all.
//   # nilas: ignore-file[name]         these, everywhere in the file
//   # deadnix: skip                    what deadnix would report, likewise
//   # nixf-ignore: name, name          by the names of libnixf
//   # statix: ignore W04               by the codes of statix; without them, all of statix
//
// Block comments count as well. A diagnostic belongs to the line in which it begins.

#include <string_view>
#include <vector>

#include "lsp/analysis/lints/lints.hpp"

namespace nilas::analysis {

class Suppressions {
 public:
  /// Reads the comments of `text`, which it refers to. `ast` tells comments from strings that look
  /// like one. O(bytes).
  Suppressions(std::string_view text, const syntax::Ast& ast);

  /// Whether a comment speaks against `id` at the byte `offset`; that comment has been of use then.
  bool covers(syntax::DiagnosticId id, uint32_t offset);

  /// Comments of ours that were of no use for a diagnostic of `looked_for`, and names that do not
  /// exist. To be asked after covers() was asked about every finding.
  std::vector<syntax::Diagnostic> problems(const LintSet& looked_for) const;

 private:
  struct Name {
    syntax::Span span;
    LintSet ids;
    bool used = false;
  };
  struct Comment {
    syntax::Span span;
    syntax::Span target;  ///< bytes of the line it speaks of
    bool ours;
    bool names_all;  ///< no names were given: the one entry stands for all
    std::vector<Name> names;
  };
  void read(std::string_view text, size_t at, const syntax::Ast& ast);
  void read_names(std::string_view text, size_t at, size_t end, std::string_view tool,
                  Comment& comment);

  std::string_view text_;
  std::vector<Comment> comments_;
};

}  // namespace nilas::analysis
