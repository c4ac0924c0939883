#pragma once
// Where in half-typed code the cursor stands, told by its tokens alone: a tree of such code has a
// different shape after every keystroke.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/tokens.hpp"

namespace nilas::analysis {

enum class CompletionPlace : uint8_t {
  Nowhere,      ///< in a comment or string, or where a new name is made up
  Expression,   ///< a value is expected, or may follow
  Binding,      ///< a name left of `=`
  BindingPath,  ///< a further name left of `=`: `a.b.|`
  Attribute,    ///< after the dot of a selection, or after `?`
  Inherit,      ///< `inherit a |;`
  InheritFrom,  ///< `inherit (e) a |;`
  Formal,       ///< `{ a, | }:`
  Path,         ///< in a path literal: `./a/|`
  SearchPath,   ///< in `<a/|`
};

struct CompletionContext {
  CompletionPlace place = CompletionPlace::Nowhere;
  /// The word under the cursor, which an item replaces; empty, at the cursor, if there is none. Of
  /// a path only its last part.
  syntax::Span word;
  std::string_view typed;  ///< of the word, up to the cursor
  /// Attribute, InheritFrom: where the expression ends that has the attributes. InheritFrom: it
  /// begins at base_begin or later.
  uint32_t base_begin = 0, base_end = 0;
  std::string path;                     ///< Path, SearchPath: what stands before the word: `./a/`
  std::vector<std::string_view> names;  ///< BindingPath: the names before the last dot
  /// Binding, BindingPath, Inherit, InheritFrom: where the set or `let` around them begins.
  uint32_t opener = syntax::kNone;
  bool in_let = false;  ///< that opener is a `let`
};

/// Linear in the tokens before `offset`.
CompletionContext completion_context(std::string_view text,
                                     std::span<const syntax::TokenSpan> tokens, uint32_t offset);

}  // namespace nilas::analysis
