#pragma once
// Every name that is written in a file, what it defines, and what it refers to as far as the text
// alone tells. Navigation, highlighting and renaming stand on this index; it is made once for a
// version of a file.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "syntax/ast.hpp"

namespace nilas::analysis {

enum class NameKind : uint8_t {
  Attribute,    ///< in the path of a binding: `a`, `b` of `a.b = 1`
  Inherit,      ///< `inherit a;`: defines an attribute, and uses a name of the scope around
  InheritFrom,  ///< `inherit (e) a;`: defines an attribute, and uses an attribute of `e`
  Parameter,    ///< a formal, `x:`, or the name beside `@`
  Variable,
  Select,  ///< in the path of a selection: `b`, `c` of `a.b.c`
  HasAttr,
};

/// One name as written.
struct Name {
  syntax::Span span;  ///< with its quotes, if it has any
  syntax::SymbolId symbol;
  NameKind kind;
  /// Attribute, Inherit, InheritFrom: the attribute (Ast::attrs), kNone in damaged code.
  /// Parameter: the Decl.
  uint32_t defines = syntax::kNone;
  /// Variable, Select, HasAttr: the node. Inherit: the Var, InheritFrom: the Select behind it.
  syntax::NodeId node = syntax::kNoNode;
  /// Select, HasAttr: which name of the path. Attribute: the same, of its binding.
  uint32_t index = 0;
  /// Attribute, Inherit, InheritFrom: index into Ast::bindings.
  uint32_t binding = syntax::kNone;
};

/// What a name can stand for.
struct Entity {
  enum class Kind : uint8_t {
    None,
    Attribute,  ///< of a set or let that is written here; id: index into Ast::attrs
    Parameter,  ///< id: DeclId
    Global,     ///< of the global scope; id: index into its names
    With,       ///< whatever a `with` finds under this name; id: ScopeId of the innermost one
    Unknown,    ///< an attribute of something that only evaluation knows; id: index of a name in
                ///< Names::all(). Equal chains (`lib.mkIf`) on equal roots mean the same.
  };
  Kind kind = Kind::None;
  uint32_t id = syntax::kNone;
  syntax::SymbolId symbol = syntax::kNone;  ///< With, Unknown
  explicit operator bool() const { return kind != Kind::None; }
  friend bool operator==(const Entity&, const Entity&) = default;
};

struct Occurrence {
  syntax::Span span;
  bool defines;
};

/// The last name of a function, `a` or `b.c.a`; empty for other expressions.
std::string_view last_name(const syntax::Ast& ast, syntax::NodeId function);

/// Whether a function gives its argument, a function, that one's own result. By their names.
bool is_fixed_point(const syntax::Ast& ast, syntax::NodeId function);

class Names {
 public:
  /// `ast` must outlive the index. O(n log n) for n names.
  explicit Names(const syntax::Ast& ast);

  /// All names, by position.
  std::span<const Name> all() const { return names_; }

  /// The name that contains `offset`, or else the one that ends there: a cursor behind a word means
  /// the word. O(log n).
  const Name* at(uint32_t offset) const;

  /// What the name defines; nothing for a mere use.
  Entity defined_by(const Name& name) const;
  /// What the name uses; nothing for a mere definition.
  Entity used_by(const Name& name) const;
  /// What a reader means by the name: what it uses, or else what it defines.
  Entity meant_by(const Name& name) const;

  /// What a name of a selection is selected from, and the names up to it.
  struct Selection {
    syntax::NodeId base = syntax::kNoNode;
    std::span<const syntax::AttrName> path;
  };
  /// Of a Select, a HasAttr, or a name that `inherit (e)` takes from `e`; no base for others.
  Selection selection_of(const Name& name) const;
  /// The same for all names of a Select.
  Selection selection_of(syntax::NodeId select) const;

  /// What a Var, or the whole path of a Select, refers to; nothing for other nodes.
  Entity referred_by(syntax::NodeId node) const;

  /// Every place where `entity` is defined or used, by position. O(n) at worst.
  std::vector<Occurrence> occurrences(const Entity& entity) const;
  /// Names of `occurrences`.
  std::vector<const Name*> names_of(const Entity& entity) const;

  /// Where `entity` is defined: names of bindings (more than one for `a.b = 1; a.c = 2;`), or a
  /// parameter. Empty for what is defined elsewhere.
  std::vector<syntax::Span> definitions(const Entity& entity) const;

  // --- What the text alone tells of values ----------------------------------------------------
  /// The attribute `symbol` of a set record; kNone if it has none. O(log attributes).
  uint32_t find_attr(syntax::SetId set, syntax::SymbolId symbol) const;
  /// The attribute that a Decl of a let or recursive set declares, kNone for a parameter.
  uint32_t attr_of_decl(syntax::DeclId decl) const;
  /// The Decl of an attribute of a let or recursive set; kNone for others.
  syntax::DeclId decl_of_attr(uint32_t attr) const;
  /// The body of the function that is called with its own result, as in `fix (self: { ... })` and
  /// `mkDerivation (finalAttrs: { ... })`, if the Decl is its parameter; kNoNode for others.
  syntax::NodeId own_result(syntax::DeclId id) const;
  /// The set that an attribute belongs to.
  syntax::SetId set_of_attr(uint32_t attr) const { return attr_sets_[attr]; }

  /// The node that `node` comes down to: through parentheses, the bodies of let, with and assert,
  /// names, and selections from sets that are written here. Never evaluates; gives up after a
  /// bounded number of steps, and then returns how far it came.
  syntax::NodeId resolve(syntax::NodeId node) const;
  /// What `resolve` finds for the first `count` names of a path selected from `base`; kNoNode if
  /// that is not known.
  syntax::NodeId resolve_path(syntax::NodeId base, std::span<const syntax::AttrName> path) const;
  /// The attribute `symbol` of what `node` comes down to, right sides of `//` first; kNone if that
  /// is not known.
  uint32_t attr_in(syntax::NodeId node, syntax::SymbolId symbol) const;

 private:
  struct Budget;
  void collect_attributes();
  void collect_bindings();
  void collect_binding(const syntax::SetRecord& record, uint32_t index);
  void collect_nodes();
  void collect_parameters();
  void collect_fixed_point(const syntax::Node& apply);
  Entity variable_entity(syntax::NodeId var) const;
  Entity attribute_entity(uint32_t attr) const;
  Entity selected_entity(const Name& name) const;
  syntax::NodeId from_of(syntax::NodeId inherit_from) const;
  syntax::NodeId resolve_path(syntax::NodeId base, std::span<const syntax::AttrName> path,
                              Budget& budget) const;
  struct Chain {
    Entity root;
    std::vector<syntax::SymbolId> symbols;
    friend bool operator==(const Chain&, const Chain&) = default;
  };
  std::optional<Chain> chain_of(const Name& name) const;
  syntax::NodeId resolve(syntax::NodeId node, Budget& budget) const;
  uint32_t attr_in(syntax::NodeId node, syntax::SymbolId symbol, Budget& budget) const;

  const syntax::Ast& ast_;
  std::vector<Name> names_;                // by position
  std::vector<uint32_t> attrs_by_symbol_;  // the attributes of each set, by symbol
  std::vector<syntax::SetId> attr_sets_;   // by attribute
  std::vector<std::pair<syntax::DeclId, syntax::NodeId>> own_results_;  // few in a file
};

}  // namespace nilas::analysis
