#pragma once
// The abstract syntax tree of one file: flat arrays indexed by 32-bit ids, no pointers.
//
// Invariants
//  1. Nodes are in post-order: every child has a smaller id than its parent, and the subtree of `n` lies within
//     [nodes[n].first, n]. So a subtree is a contiguous block: its names are a contiguous slice of `refs`, and an
//     unchanged binding can be copied from an older tree by shifting ids and offsets.
//     (The range of a set made for `a.b = 1; x = 2; a.c = 3;` may contain a neighbour's nodes; nothing else may.)
//  2. Spans are byte offsets into the text; a child's span lies within its parent's.
//  3. Everything is trivially copyable, so that an Ast is written and read back as it lies in memory.
//  4. Lowering never fails: what cannot be understood is an Error node and a diagnostic.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nilas::syntax {

/// Half-open range of byte offsets [begin, end).
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

using NodeId = uint32_t;    ///< index into Ast::nodes
using SymbolId = uint32_t;  ///< index into Ast::symbols: a name, unique within the file
using TextId = uint32_t;    ///< index into Ast::texts: a run of bytes, escapes resolved
using PathId = uint32_t;    ///< index into Ast::paths
using SetId = uint32_t;     ///< index into Ast::sets
using ScopeId = uint32_t;   ///< index into Ast::scopes
using DeclId = uint32_t;    ///< index into Ast::decls
using RefId = uint32_t;     ///< index into Ast::refs

inline constexpr uint32_t kNone = 0xffffffffU;  ///< "no such id", for every kind of id
inline constexpr NodeId kNoNode = kNone;

enum class NodeKind : uint8_t {
#define NODE(kind, operands) kind,
#include "syntax/nodes.def"
#undef NODE
};

enum class UnaryOp : uint8_t { Not, Negate };

enum class BinaryOp : uint8_t {
  Add,
  Sub,
  Mul,
  Div,
  Concat,
  Update,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  More,
  MoreEqual,
  And,
  Or,
  Implies,
  PipeRight,  ///< a |> f : `a` is the argument
  PipeLeft,   ///< f <| a
};

enum class StringStyle : uint8_t { Quoted, Indented, Url };
enum class PathStyle : uint8_t { Relative, Absolute, Home };

enum NodeFlag : uint8_t {
  kSynthetic =
      1,  ///< not written as such: inner set of an attribute path, Var of an inherited name
  kRecursive = 2,  ///< AttrSet: `rec { }` (for a merged set: what the first definition says)
};

struct Node {
  NodeKind kind;
  uint8_t op;     ///< UnaryOp, BinaryOp, StringStyle, PathStyle or 0
  uint8_t flags;  ///< NodeFlag
  uint8_t pad = 0;
  NodeId first;  ///< lowest id of the subtree
  Span span;
  uint32_t a, b, c;  ///< see nodes.def
};
static_assert(sizeof(Node) == 28, "a 3 MB file has half a million nodes");

/// Part of a string or path: a text (`expr` is kNoNode) or an interpolated expression (`text` is kNone).
struct Part {
  TextId text;
  NodeId expr;
  Span span;
};

/// One name of an attribute path. Static names, quoted or not, have a symbol (`"${"a"}"` is not static; `"a"` is).
struct AttrName {
  SymbolId symbol;  ///< kNone if dynamic
  NodeId expr;  ///< the expression of `${e}` or of a string with interpolation; kNoNode if static
  Span span;    ///< as written, with its quotes
};

struct AttrPath {
  uint32_t first;  ///< into attr_names
  uint32_t count;
};

enum class AttrKind : uint8_t {
  Plain,          ///< a = e
  Inherited,      ///< inherit a;      value is a Var, resolved *outside* a recursive set
  InheritedFrom,  ///< inherit (e) a;  value is a Select on an InheritFrom node
};

/// One attribute of a set after merging (`a.b = 1; a.c = 2;` gives one attribute `a` whose value is a synthetic set).
struct Attr {
  SymbolId symbol;
  NodeId value;
  Span name;  ///< the first name that defines it: what C++ Nix gives as its position
  AttrKind kind;
  uint8_t pad[3] = {};
};

/// `${e} = v;`, or a name that only evaluation can tell. Evaluated in the scope of the set (inside, if recursive).
struct DynamicAttr {
  NodeId name;
  NodeId value;
  Span span;  ///< of the name, as written
};

enum class BindingKind : uint8_t { Path, Inherit, InheritFrom };

/// A binding as it is written; what the editor shows. The compiler uses attrs and dynamic_attrs.
struct Binding {
  BindingKind kind;
  uint8_t pad[3] = {};
  Span span;     ///< with its semicolon
  PathId path;   ///< Path: the attribute path; Inherit, InheritFrom: the inherited names
  NodeId value;  ///< Path: the value; InheritFrom: the expression in parentheses; Inherit: kNoNode
  Span
      doc;  ///< text of the doc comment `/** */` (with its delimiters) right before it; empty if none
};

/// Bindings of `{ }`, `rec { }`, `let` and `let { }`.
/// attrs are sorted as written (first definition), not by name.
///
/// `a = { b = 1; }; a.c = 2;` has one record for `a`, with b and c; its `node` is a synthetic AttrSet
/// behind both, and the literal's node names the same record. In `a.c = 2; a = { b = 1; };` the
/// literal's node names the record of the set it was merged into; its own record, which only the
/// table `sets` still holds, keeps its bindings and has no attrs.
struct SetRecord {
  NodeId node;                            ///< the AttrSet, Let or LegacyLet
  uint32_t first_attr, attr_count;        ///< into attrs
  uint32_t first_dynamic, dynamic_count;  ///< into dynamic_attrs
  uint32_t first_from,
      from_count;  ///< into froms: expressions of `inherit (e)`, each evaluated once
  uint32_t first_binding, binding_count;  ///< into bindings; empty for a synthetic set
  ScopeId scope;                          ///< of its names; kNone if not recursive
};

struct Formal {
  SymbolId symbol;
  Span name;
  NodeId default_value;  ///< kNoNode if required
  Span doc;
};

/// Parameter of a function.
struct LambdaRecord {
  NodeId node;
  SymbolId arg;  ///< `x:` or the name beside `@`; kNone if there is none
  Span arg_span;
  uint32_t first_formal, formal_count;  ///< into formals, as written
  bool has_formals;
  bool has_ellipsis;
  uint8_t pad[2] = {};
  ScopeId scope;
  Span head;  ///< from the parameter's start to its colon
  Span doc;   ///< doc comment that documents the function itself (RFC 145)
};

enum class ScopeKind : uint8_t { Let, RecSet, Lambda, With };

/// Decls of a Let or RecSet scope stand in the order of its set's attrs (decl first_decl + i is attr first_attr + i);
/// those of a Lambda are its formals in order, then its `arg` if it has one. A With has none.
struct Scope {
  ScopeKind kind;
  uint8_t pad[3] = {};
  NodeId node;     ///< Let, LegacyLet, AttrSet, Lambda or With
  ScopeId parent;  ///< kNone: the file's global scope
  uint32_t first_decl, decl_count;
};

struct Decl {
  SymbolId symbol;
  ScopeId scope;
  Span name;
  NodeId value;        ///< bound expression, or default of a formal; kNoNode if none
  uint32_t use_count;  ///< refs that resolve to it
};

enum class RefKind : uint8_t {
  Local,  ///< target: DeclId
  With,  ///< target: ScopeId of the innermost With around it; the chain outwards is searched at run time
  Global,  ///< a builtin in the global scope (these win over `with`); target: index into the list given to resolve()
  Unbound,  ///< an error: undefined variable
};

/// Resolution of one Var node, in order of node id. Var nodes know their ref by `b`.
struct Ref {
  NodeId node;
  uint32_t target;
  RefKind kind;
  uint8_t pad[3] = {};
};

/// A run of bytes in Ast::blob.
struct Slice {
  uint32_t begin;
  uint32_t size;
};

struct Ast {
  std::vector<Node> nodes;
  NodeId root = kNoNode;
  std::vector<uint32_t> lists;  ///< children of List and Apply
  std::vector<int64_t> ints;
  std::vector<double> floats;
  std::vector<Part> parts;
  std::vector<AttrName> attr_names;
  std::vector<AttrPath> paths;
  std::vector<SetRecord> sets;
  std::vector<Attr> attrs;
  std::vector<DynamicAttr> dynamic_attrs;
  std::vector<NodeId> froms;
  std::vector<Binding> bindings;
  std::vector<LambdaRecord> lambdas;
  std::vector<Formal> formals;
  std::vector<Slice> symbols;
  std::vector<Slice> texts;
  std::string blob;

  // Filled by resolve() (syntax/scope.hpp).
  std::vector<Scope> scopes;
  std::vector<Decl> decls;
  std::vector<Ref> refs;

  std::string_view symbol(SymbolId id) const { return slice(symbols[id]); }
  std::string_view text(TextId id) const { return slice(texts[id]); }
  std::string_view slice(Slice s) const { return std::string_view(blob).substr(s.begin, s.size); }
  const Node& operator[](NodeId id) const { return nodes[id]; }

  std::span<const NodeId> children(uint32_t first, uint32_t count) const {
    return {lists.data() + first, count};
  }
  std::span<const AttrName> path(PathId id) const {
    return {attr_names.data() + paths[id].first, paths[id].count};
  }
  std::span<const Part> string_parts(const Node& n) const { return {parts.data() + n.a, n.b}; }
  std::span<const Attr> set_attrs(const SetRecord& s) const {
    return {attrs.data() + s.first_attr, s.attr_count};
  }
  std::span<const DynamicAttr> set_dynamics(const SetRecord& s) const {
    return {dynamic_attrs.data() + s.first_dynamic, s.dynamic_count};
  }
  std::span<const NodeId> set_froms(const SetRecord& s) const {
    return {froms.data() + s.first_from, s.from_count};
  }
  std::span<const Binding> set_bindings(const SetRecord& s) const {
    return {bindings.data() + s.first_binding, s.binding_count};
  }
  std::span<const Formal> lambda_formals(const LambdaRecord& l) const {
    return {formals.data() + l.first_formal, l.formal_count};
  }

  /// `n` without the parentheses around it.
  NodeId skip_parens(NodeId n) const {
    while (nodes[n].kind == NodeKind::Paren)
      n = nodes[n].a;
    return n;
  }
};

}  // namespace nilas::syntax
