#pragma once
// Internal to syntax/: the state of lower().
//
// The tree is walked once with a cursor. Entering a node pushes a Frame; leaving it pops the frame,
// makes the node of the Ast, and leaves an Item for the parent: which field it was, and what came
// of it. Names, string parts and bindings do not wait for their parent but go to the Builder when
// they are complete, as they do in the strict parser.
//
// Broken text: a missing_* node of the grammar is one error, and the construct around it keeps its
// shape. In an ERROR node of tree-sitter anything may stand; its expressions become children of an
// Error node, its bindings go to the set around it.
//
// One mistake is one error. Each is confined to the innermost binding around it, or to nothing: then
// brackets do not match, and all that tree-sitter stumbles over later is a consequence. So is what
// is undefined within those confines, for nobody knows what was meant; and after an ERROR node or a
// string without an end, whatever else is wrong there.

#include "syntax/cst_kinds.hpp"
#include "syntax/lower.hpp"

namespace nilas::syntax {

class Lowering {
 public:
  Lowering(const Tree& tree, std::string_view text, Builder& builder)
      : tree_(tree), text_(text), builder_(builder) {}
  /// Of the bindings in `part`, for `set`.
  Lowering(const Tree& tree, std::string_view text, Builder& builder, Span part,
           Builder::PendingSetId set)
      : tree_(tree), text_(text), builder_(builder), part_(part), part_set_(set) {}
  Damage run();

 private:
  struct Frame {
    CstKind kind;
    CstField field;
    Span span;
    NodeId first;
    uint32_t items;  // size of items_ on entry
    uint32_t names;  // marks of the builder on entry
    uint32_t parts;
    uint32_t formals;
    uint32_t pending;
    uint32_t text_end;  // string or path: up to where its text has been taken
    Builder::PendingSetId set = kNone;
    uint32_t confining = kNone;  // index of the innermost binding's frame, this one included
  };
  struct Item {
    CstKind kind;
    CstField field;
    CstToken token = CstToken::Other;
    BinaryOp op = BinaryOp::Sub;
    Span span;
    NodeId node = kNoNode;
    uint32_t mark = kNone;  // of names or formals
    bool flagged = false;   // Formals: ends with `...`; AttrPath: a name is missing
  };

  void enter(TSNode node, CstKind kind, CstField field);
  void leaf(TSNode node, const CstSymbol& symbol, CstField field);
  void leave();
  Item finish(Frame& frame);
  Item finish_string(Frame& frame);
  Item finish_part(Frame& frame);
  Item finish_function(Frame& frame);
  Item finish_binding(Frame& frame);
  Item finish_error(Frame& frame);
  Item finish_apply(Frame& frame);
  Item finish_path(Frame& frame, NodeKind kind);
  void finish_root(Frame& frame);
  NodeId broken(const Frame& frame, NodeId child);
  bool has(const Frame& frame, CstKind kind) const;
  void take_text(Frame& frame, uint32_t end);
  void comment(Span span);

  Span place(TSNode node) const;
  bool is_part(const Frame& frame) const { return part_set_ != kNone && frame.set == part_set_; }
  Frame* binding_set();
  void open(Frame& frame) {
    if (frame.set == kNone) frame.set = builder_.open_set();
  }
  /// An error of syntax, not told yet.
  struct Mistake {
    Diagnostic diagnostic;
    Span confines;
    bool understood = false;  // everything around it is as it was written
    bool vague = false;       // says nothing new after another one in the same confines
    uint32_t lost_until = 0;  // up to there, nothing is to be believed
  };
  Span confines() const;
  Span everything() const {
    return part_set_ != kNone ? part_ : Span{0, static_cast<uint32_t>(text_.size())};
  }
  void add_mistake(Diagnostic diagnostic);
  void tell_mistakes();
  const Item* find(const Frame& frame, CstField field) const;
  const Item* find_token(const Frame& frame, CstToken token) const;
  NodeId expression(Frame& frame, CstField field);
  void damage(Span span, std::string message);
  void missing(CstKind kind, const Frame& parent, Span span);

  const Tree& tree_;
  std::string_view text_;
  Builder& builder_;
  Span part_;                               // if only a part of the text is lowered: that,
  Builder::PendingSetId part_set_ = kNone;  // and the set that its bindings belong to
  Damage damage_;
  std::vector<Mistake> mistakes_;
  std::vector<Frame> frames_;
  std::vector<Item> items_;
  Span doc_;           // a doc comment whose token has not come yet
  size_t errors_ = 0;  // ERROR frames on the stack
};

}  // namespace nilas::syntax
