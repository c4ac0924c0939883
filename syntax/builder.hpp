#pragma once
// Makes an Ast bottom-up. The strict parser and the lowering of broken text both build through it,
// so that what a string contains, how sets merge and what is an error is written down once.
//
// Children are made before their parents, in source order, which is what the Ast's post-order asks
// for. Parts of unfinished things (list elements, string parts, attribute names, formals, bindings)
// wait on stacks: constructs nest, so what a construct waits for lies on top when it is finished.
// A caller keeps a mark (the size of the stack before its first part) and hands it back.
//
// Sets need more. `a.b = 1; x = 2; a.c = 3;` grows the set `a` while others grow beside it, and
// `a = { b = 1; }; a.c = 2;` reopens a set that was finished. So a set under construction is a
// PendingSet; inner sets of attribute paths become nodes only when the set around them is finished.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/diagnostic.hpp"
#include "syntax/lexer.hpp"

namespace nilas::syntax {

/// Names to ids, by open addressing over the hashes of the names.
class SymbolTable {
 public:
  SymbolId intern(Ast& ast, std::string_view name);

 private:
  void grow();
  struct Entry {
    uint32_t hash;
    SymbolId symbol = kNone;
  };
  std::vector<Entry> entries_;
  size_t used_ = 0;
};

class Builder {
 public:
  using PendingSetId = uint32_t;

  explicit Builder(std::string_view text);

  /// Begins with the names and texts of an earlier Ast, under the same ids: parts of it can be taken over (graft.hpp).
  /// `symbols`: the table that goes with it. `overrides`: what mentions_overridable() says of both texts.
  Builder(std::string_view text, const Ast& earlier, SymbolTable symbols, bool overrides);

  const SymbolTable& symbols() const { return symbols_; }
  bool overrides() const { return overrides_; }
  /// Whether `text` has one of the names that `<x>` and some operators stand for, and so may give them another meaning: that
  /// decides how it is built.
  static bool mentions_overridable(std::string_view text);
  static constexpr uint32_t kLongestOverridable = 10;

  Ast ast;
  std::vector<Diagnostic> diagnostics;  ///< in the order in which C++ Nix would meet them

  // --- Nodes ---------------------------------------------------------------------------------------
  /// Number of nodes made so far: the `first` of what begins now.
  NodeId node_mark() const { return static_cast<NodeId>(ast.nodes.size()); }
  NodeId add(NodeKind kind, Span span, NodeId first, uint32_t a = 0, uint32_t b = 0, uint32_t c = 0,
             uint8_t op = 0);
  NodeId variable(Span span);  ///< also __curPos
  NodeId integer(Span span);
  NodeId floating(Span span);
  NodeId url(Span span);
  NodeId search_path(Span span);
  NodeId binary(Span span, NodeId first, BinaryOp op, NodeId left, NodeId right,
                uint32_t operator_begin);
  NodeId unary(Span span, NodeId first, UnaryOp op, NodeId operand, uint32_t operator_begin);
  NodeId error(Span span, NodeId first, size_t mark);  ///< keeps the nodes above `mark` as children

  // --- Lists of nodes: elements, arguments ---------------------------------------------------------
  size_t pending_mark() const { return pending_nodes_.size(); }
  void push_pending(NodeId node) { pending_nodes_.push_back(node); }
  NodeId list(Span span, NodeId first, size_t mark);
  NodeId apply(Span span, NodeId first, NodeId function, size_t mark);

  // --- Strings and paths (builder_strings.cpp) -----------------------------------------------------
  size_t part_mark() const { return pending_parts_.size(); }
  void text_part(Span span) { pending_parts_.push_back({IndPiece::Raw, kNoNode, span}); }
  void ind_part(IndPiece piece, Span span) { pending_parts_.push_back({piece, kNoNode, span}); }
  void expr_part(Span span, NodeId expr) { pending_parts_.push_back({IndPiece::Raw, expr, span}); }
  NodeId string(Span span, NodeId first, size_t mark);
  NodeId ind_string(Span span, NodeId first, size_t mark);
  NodeId path(Span span, NodeId first, size_t mark);

  // --- Attribute names and paths -------------------------------------------------------------------
  size_t name_mark() const { return pending_names_.size(); }
  void plain_name(Span span);
  void string_name(Span span, NodeId first, size_t parts);
  void dynamic_name(Span span, NodeId expr);
  PathId attr_path(size_t mark);

  // --- Functions -----------------------------------------------------------------------------------
  struct Parameter {
    Span arg;  ///< empty if there is none
    bool has_arg = false;
    bool has_formals = false;
    bool has_ellipsis = false;
    size_t formals = 0;  ///< mark
    uint32_t colon_end = 0;
  };
  size_t formal_mark() const { return pending_formals_.size(); }
  void formal(Span name, NodeId default_value);
  NodeId lambda(Span span, NodeId first, const Parameter& parameter, NodeId body);

  // --- Sets and lets (builder_sets.cpp) ------------------------------------------------------------
  PendingSetId open_set();
  /// `path = value;`: the names lie above `names`.
  void bind(PendingSetId set, size_t names, Span path_span, NodeId value, Span span);
  void inherit(PendingSetId set, size_t names, Span span);
  void inherit_from(PendingSetId set, size_t names, NodeId from, Span span);
  /// The binding that was made last, in a set that is not closed.
  const Binding& last_binding() const { return pending_bindings_.back(); }
  /// Whether one of the names is defined in `set` already.
  bool defines(PendingSetId set, std::span<const AttrName> names) const;
  /// A binding that the Ast has already, with all of its rows, but for that in `bindings`: `end` is the id behind its last
  /// node. Its names must be static, and new; a path has one name.
  void take_over(PendingSetId set, const Binding& binding, NodeId end);
  /// AttrSet or LegacyLet.
  NodeId close_set(PendingSetId set, NodeKind kind, Span span, NodeId first, uint8_t flags);
  NodeId close_let(PendingSetId set, Span span, NodeId first, NodeId body);

  /// Forgets what waits above these marks: the construct it belonged to came to nothing.
  struct Marks {
    size_t names, parts, formals, pending;
  };
  void drop(const Marks& marks) {
    pending_names_.resize(std::min(marks.names, pending_names_.size()));
    pending_parts_.resize(std::min(marks.parts, pending_parts_.size()));
    pending_formals_.resize(std::min(marks.formals, pending_formals_.size()));
    pending_nodes_.resize(std::min(marks.pending, pending_nodes_.size()));
  }

  // --- Doc comments --------------------------------------------------------------------------------
  /// Says that the doc comment `doc` stands right before the token at `token_begin`. In text order.
  void note_doc(uint32_t token_begin, Span doc) { docs_.push_back({token_begin, doc}); }

  std::string_view source(Span span) const {
    return text_.substr(span.begin, span.end - span.begin);
  }
  void report(DiagnosticId id, Span span, std::string_view argument = {}) {
    diagnostics.push_back(make_diagnostic(id, span, argument));
  }

 private:
  struct PendingPart {
    IndPiece piece;
    NodeId expr;
    Span span;
  };
  struct PendingAttr {
    Attr attr;
    PendingSetId child;  ///< the set under construction that is its value; kNone: attr.value
    uint32_t next;
  };
  struct PendingDynamic {
    DynamicAttr attr;
    PendingSetId child;
    uint32_t next;
  };
  struct PendingFrom {
    NodeId node;
    uint32_t next;
  };
  struct Chain {  // of one of the three pools
    uint32_t head = kNone, tail = kNone, count = 0;
  };
  struct PendingSet {
    SetId record;
    uint32_t serial;  ///< unique in the file; keys `index_`
    Chain attrs, dynamics, froms;
    Span span;     ///< what it grew from; for the node of an inner set
    NodeId first;  ///< lowest node in it
    NodeId was;    ///< the node of the literal that was reopened, or kNoNode
    uint8_t flags;
    // Sizes of the pools when it was opened.
    uint32_t attr_mark, dynamic_mark, from_mark;
    size_t binding_mark;
  };
  struct DocNote {
    uint32_t token_begin;
    Span doc;
  };
  struct MergeStep;

  TextId text_id(std::string_view bytes);
  void check_null(std::string_view bytes, Span span);
  std::string resolved(const PendingPart& part);
  std::string_view static_text(NodeId node, bool& is_static) const;
  Span doc_at(uint32_t token_begin) const;
  void set_doc(NodeId node, Span doc);

  PendingSetId new_set(Span span, NodeId first, uint8_t flags);
  uint32_t find_attr(PendingSetId set, SymbolId symbol) const;
  static void link(Chain& chain, uint32_t id, auto& pool);
  uint32_t append_attr(PendingSetId set, const Attr& attr, PendingSetId child);
  void append_dynamic(PendingSetId set, const DynamicAttr& attr, PendingSetId child);
  void append_from(PendingSetId set, NodeId node);
  PendingSetId child_set(uint32_t attr_index);
  PendingSetId reopen(NodeId set_node);
  PendingSetId enter_path(PendingSetId set, size_t names, Span path_span, NodeId value);
  void insert(PendingSetId set, const Attr& attr, size_t names, size_t names_end, Span where);
  void merge(PendingSetId target, NodeId literal, std::vector<MergeStep>& work);
  void duplicate(std::string_view name, Span where, Span previous);
  std::string path_text(size_t names, size_t end) const;
  void finish_record(PendingSetId set);
  void flatten(PendingSetId set);
  NodeId inner_node(PendingSetId set);
  void take_bindings(PendingSetId set);
  bool is_set(NodeId node) const {
    return node != kNoNode && ast.nodes[ast.skip_parens(node)].kind == NodeKind::AttrSet;
  }
  uint64_t key(PendingSetId set, SymbolId symbol) const {
    return (uint64_t{sets_[set].serial} << 32) | symbol;
  }

  /// A call of an operator's function, which is not written.
  NodeId operator_call(Span span, NodeId first, std::string_view function, NodeId x, NodeId y);
  /// A Var that is not written.
  NodeId named_variable(std::string_view name, Span span);

  std::string_view text_;
  bool overrides_;  ///< mentions_overridable() of the text
  SymbolTable symbols_;
  std::vector<NodeId> pending_nodes_;
  std::vector<PendingPart> pending_parts_;
  std::vector<AttrName> pending_names_;
  std::vector<Formal> pending_formals_;
  std::vector<Binding> pending_bindings_;
  std::vector<PendingSet> sets_;
  std::vector<PendingAttr> attrs_;
  std::vector<PendingDynamic> dynamics_;
  std::vector<PendingFrom> froms_;
  std::vector<DocNote> docs_;
  uint32_t next_serial_ = 0;

  /// Attributes of sets that are too large to be searched one by one: (serial, symbol) -> attrs_.
  class AttrIndex {
   public:
    uint32_t find(uint64_t key) const;
    void insert(uint64_t key, uint32_t value);

   private:
    struct Entry {
      uint64_t key = ~uint64_t{0};
      uint32_t value = kNone;
    };
    std::vector<Entry> entries_;
    size_t used_ = 0;
  };
  AttrIndex index_;
};

}  // namespace nilas::syntax
