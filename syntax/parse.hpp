#pragma once
// The front door of the syntax layer: text in; resolved Ast and diagnostics out.
//
// Valid text is parsed by the strict parser (strict.hpp) alone, which is several times faster than
// tree-sitter. Broken text gets its tree from tree-sitter and its Ast by lowering (lower.hpp); the
// strict parser still says what C++ Nix would say.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/cst.hpp"
#include "syntax/diagnostic.hpp"
#include "syntax/source.hpp"

namespace nilas::syntax {

struct Leftovers;  // graft.hpp

struct Parsed {
  Ast ast;  ///< resolved; always has a root, if only an Error node
  /// Errors, beginning with the one C++ Nix reports. Warnings are a matter of lsp/analysis/lints.
  std::vector<Diagnostic> diagnostics;

  /// Whether C++ Nix accepts the text, that is, whether the Ast may be compiled.
  bool ok() const { return diagnostics.empty(); }
};

/// Names of the global scope of C++ Nix 2.26 without experimental features, sorted.
std::span<const std::string_view> default_globals();

/// Parses and resolves a file. Never fails, never recurses; linear in the size of the text, which
/// is refused above kMaxSourceBytes. `globals`: names of the global scope, sorted. `poll` is called now and then
/// (StrictOptions); what it throws ends the parse.
Parsed parse(std::string_view text, std::span<const std::string_view> globals = default_globals(),
             const std::function<void()>& poll = {});

/// A text that is edited. What it says after any edits equals what parse() says of its text, but for the ids of names
/// and texts.
class Document {
 public:
  /// `globals` must outlive the document.
  explicit Document(std::string text,
                    std::span<const std::string_view> globals = default_globals());

  std::string_view text() const { return text_; }

  /// Replaces bytes [begin, end) by `replacement`.
  void edit(uint32_t begin, uint32_t end, std::string_view replacement);

  /// The Ast and diagnostics of the text as it is now; parsed when asked for the first time. What the edits since the last
  /// time left alone is taken over from it (graft.hpp): O(bindings + what the edits touch + bytes copied).
  std::shared_ptr<const Parsed> parsed();

  /// The tree of the text as it is now; nullptr if it is too large for one.
  const Tree* tree();

 private:
  /// Bytes [begin, old_end) of the text that was parsed last are [begin, new_end) now.
  struct Edited {
    uint32_t begin, old_end, new_end;
  };

  void update_tree();
  void note_edit(uint32_t begin, uint32_t end, uint32_t size);
  bool can_take_over() const;

  std::string text_;
  std::span<const std::string_view> globals_;
  std::optional<Tree> tree_;               // of some earlier text, told of all edits since
  bool tree_is_current_ = false;           // of this text (or known to be impossible)
  std::shared_ptr<const Parsed> parsed_;   // of some earlier text
  std::shared_ptr<const Leftovers> left_;  // of that parse; null if nothing can be taken over
  std::optional<Edited> edited_;           // since then
};

/// An error as nix-instantiate prints it: "error: ...", "at NAME:LINE:COLUMN:", and the line in
/// question between its neighbours. `name`: the file, or "«stdin»". No final newline.
std::string format_error(const Diagnostic& diagnostic, const Source& source, std::string_view name);

}  // namespace nilas::syntax
