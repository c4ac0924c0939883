#pragma once
// What can be typed at a place: names in scope, attributes, keywords. Text alone; what takes a
// value lies in value_completion.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lsp/analysis/names.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

enum class CompletionKind : uint8_t {
  Keyword,
  Snippet,
  Variable,
  Parameter,
  Function,
  Builtin,
  Constant,
  Attribute,
  File,
  Folder,
};

struct CompletionItem {
  std::string label;
  CompletionKind kind;
  std::string detail = {};  ///< short: a function's head, a literal, where a name comes from
  std::string insert =
      {};            ///< Snippet: its text, with ${1:places}. Else what to insert, if that is
                     ///< not the label
  uint8_t rank = 0;  ///< smaller ones come first
  uint32_t definition = syntax::kNone;  ///< offset of the defining name in this file
};

/// An expression, or the first names of its path (0: all): what World::focus takes.
struct BaseExpression {
  syntax::NodeId node = syntax::kNoNode;
  uint32_t path_names = 0;
};

/// The expression that ends at `end` and can stand before a dot; nullopt if the tree has none.
/// O(nodes).
std::optional<BaseExpression> expression_before(const syntax::Ast& ast, uint32_t end);
/// The largest expression within [begin, end) that ends there. O(nodes).
std::optional<BaseExpression> expression_within(const syntax::Ast& ast, syntax::Span span);

struct KnownAttributes {
  std::vector<CompletionItem> items;
  bool complete = false;  ///< the text tells all of them
  bool inferred = false;  ///< through calls and the like: a value, if there is one, tells more
};

/// Attributes of `base`, as far as the text tells.
KnownAttributes known_attributes(const syntax::Ast& ast, const Names& names, std::string_view text,
                                 const BaseExpression& base);
/// The same for a set that is written here.
KnownAttributes attributes_of_set(const syntax::Ast& ast, std::string_view text, syntax::SetId set);
/// Attributes that other places of the file select from the same chain of names: better than
/// nothing, if nobody knows the value. Not the name at `typed`.
std::vector<CompletionItem> seen_attributes(const syntax::Ast& ast, const Names& names,
                                            const BaseExpression& base, uint32_t typed);

struct ScopeItems {
  std::vector<CompletionItem> items;      ///< the innermost of equal names
  std::vector<syntax::NodeId> with_sets;  ///< sets of `with` that the text does not tell all of
};

/// Names of the scopes around `offset`, without those of the global scope. O(scopes + names).
ScopeItems scope_items(const syntax::Ast& ast, const Names& names, std::string_view text,
                       uint32_t offset);

/// Names of the global scope; those with underscores only if `typed` begins with one.
std::vector<CompletionItem> global_items(std::string_view typed);
/// Attributes of `builtins`.
std::vector<CompletionItem> builtins_items();

/// Keywords of expressions; as snippets if the client knows them.
std::vector<CompletionItem> keyword_items(bool snippets);
/// What can begin a binding: `inherit`, and `in` after a let.
std::vector<CompletionItem> binding_keyword_items(bool in_let, bool snippets);

/// Formals of a function that a set at its place may still define. `set` is the AttrSet argument.
std::vector<CompletionItem> formal_items(const syntax::Ast& ast, std::string_view text,
                                         const syntax::LambdaRecord& lambda);

/// Names that a function's body uses and nobody defines: candidates for its formals.
std::vector<CompletionItem> unbound_items(const syntax::Ast& ast);

/// The set or let that begins at `begin`; kNone if the tree has none. O(sets).
syntax::SetId set_at(const syntax::Ast& ast, uint32_t begin);

/// Whether a name needs no quotes as an attribute.
bool is_identifier(std::string_view name);
/// `name` as it is written in an attribute path: quoted if need be.
std::string attribute_text(std::string_view name);

/// Whether the characters of `typed` occur in `name` in this order, whatever their case.
bool is_match(std::string_view typed, std::string_view name);
/// How well such a name fits: 0 if it begins with `typed`, 1 if it holds it, 2 otherwise.
uint8_t match_rank(std::string_view typed, std::string_view name);

}  // namespace nilas::analysis
