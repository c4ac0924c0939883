#pragma once
// The concrete syntax tree of one text: every token, comment and error, kept up to date by edits.
//
// It is tree-sitter's tree behind a wall: no type of tree-sitter leaves syntax/. A tree is needed
// for text that is not valid Nix (lower.hpp makes an Ast of it) and wherever tokens count.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"

struct TSTree;

namespace nilas::syntax {

/// Bytes [begin, old_end) were replaced; what replaces them is [begin, new_end) of the new text.
struct Edit {
  uint32_t begin, old_end, new_end;
};

/// Work a parse may do before it is given up, in steps of tree-sitter's progress report (about a
/// hundred operations of the parser each). Counted, not timed, so that the answer for a text is
/// always the same. The 3.2 MB of nixpkgs' lisp-modules/imported.nix take 20,000 steps; the default
/// is about a second and 350 MB.
struct TreeLimits {
  uint64_t steps = 60'000;
};

class Tree {
 public:
  Tree(const Tree& other);
  Tree(Tree&&) noexcept = default;
  Tree& operator=(Tree&&) noexcept = default;
  Tree& operator=(const Tree&) = delete;
  ~Tree();

  /// The tree of `text`; nothing if that takes more than `limits` allow. With `old`, a tree that
  /// was told of every edit since, only what changed is parsed, and the result is the same.
  static std::optional<Tree> parse(std::string_view text, const Tree* old = nullptr,
                                   TreeLimits limits = {});

  /// Moves what the tree knows to where `edit` puts it. `old_text` is the text before the edit,
  /// `new_text` after it.
  void edit(const Edit& edit, std::string_view old_text, std::string_view new_text);

  /// Whether tree-sitter had to recover by itself: ERROR and MISSING nodes. (The missing_* nodes of
  /// our grammar are none.)
  bool has_recovered() const;

  /// Where `newer` differs in structure; both trees belong to the same text up to edits told to
  /// this one.
  std::vector<Span> changed_ranges(const Tree& newer) const;

  /// Every node on a line of its own, indented, with its field, its range and short texts.
  std::string dump(std::string_view text) const;

  /// For syntax/ only.
  const TSTree* raw() const { return tree_.get(); }

 private:
  struct Delete {
    void operator()(TSTree* tree) const;
  };
  explicit Tree(TSTree* tree) : tree_(tree) {}
  std::unique_ptr<TSTree, Delete> tree_;
};

}  // namespace nilas::syntax
