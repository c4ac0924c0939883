#include "syntax/locate.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "syntax/cst_kinds.hpp"

namespace nilas::syntax {
namespace {

struct Step {  // a node of the tree on the way from the root to the token
  TSNode node;
  CstKind kind;
  CstField field;
  Span span;
};

// The nodes around `offset`, outermost first. Empty if no token contains it.
std::vector<Step> path_to(const Tree& tree, uint32_t offset) {
  std::vector<Step> path;
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree.raw()));
  do {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const Span span = cst_span(node);
    const bool inside = span.begin <= offset && offset < span.end;
    if (!inside && !path.empty()) {
      // Between two tokens; in a string, all is text.
      const CstKind around = path.back().kind;
      if (around != CstKind::String && around != CstKind::IndentedString) path.clear();
      break;
    }
    path.push_back(
        {node, cst_symbol(node).kind, cst_field(ts_tree_cursor_current_field_id(&cursor)), span});
  } while (ts_tree_cursor_goto_first_child_for_byte(&cursor, offset) >= 0);
  ts_tree_cursor_delete(&cursor);
  return path;
}

class Locator {
 public:
  Locator(const Ast& ast, std::vector<Step> path) : ast_(ast), path_(std::move(path)) {
    out_.token = path_.back().span;
  }

  Located run() {
    const Step& token = path_.back();
    switch (token.kind) {
      case CstKind::Identifier: return identifier();
      case CstKind::Integer: return expression(token.span, {NodeKind::Int, NodeKind::Error});
      case CstKind::Float: return expression(token.span, {NodeKind::Float, NodeKind::Error});
      case CstKind::Uri:
      case CstKind::String:
      case CstKind::IndentedString:
      case CstKind::StringFragment:
      case CstKind::EscapeSequence: return string();
      case CstKind::SearchPath: return expression(token.span, {NodeKind::SearchPath});
      case CstKind::Path:
      case CstKind::HomePath:
      case CstKind::PathFragment: return construct(nearest({CstKind::Path, CstKind::HomePath}));
      case CstKind::Ellipsis: return construct(nearest({CstKind::Function}));
      case CstKind::Token: return punctuation();
      default: return out_;  // comments, holes
    }
  }

 private:
  const Step& up(size_t levels) const { return path_[path_.size() - 1 - levels]; }
  bool has_up(size_t levels) const { return path_.size() > levels; }

  const Step* nearest(std::initializer_list<CstKind> kinds) const {
    for (size_t i = path_.size(); i-- > 0;) {
      if (std::ranges::find(kinds, path_[i].kind) != kinds.end()) return &path_[i];
    }
    return nullptr;
  }

  NodeId find(Span span, std::initializer_list<NodeKind> kinds) const {
    for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
      const Node& n = ast_.nodes[id];
      if (n.span == span && (n.flags & kSynthetic) == 0 &&
          std::ranges::find(kinds, n.kind) != kinds.end()) {
        return id;
      }
    }
    return kNoNode;
  }

  Located expression(Span span, std::initializer_list<NodeKind> kinds) {
    return expression(find(span, kinds));
  }

  // Operators that a text may override are calls in its Ast, `a >= b` within a negation.
  Located operation(Span span) {
    Located last = expression(span, {NodeKind::Unary, NodeKind::Binary});
    return last.kind == LocatedKind::Expression ? last : expression(span, {NodeKind::Apply});
  }

  Located expression(NodeId node) {
    if (node == kNoNode) return out_;
    out_.kind = LocatedKind::Expression;
    out_.expr = node;
    out_.span = ast_[node].span;
    return out_;
  }

  // The node of the Ast that a construct of the tree became.
  Located construct(const Step* step) {
    if (step == nullptr) return out_;
    switch (step->kind) {
      case CstKind::Path:
      case CstKind::HomePath: return expression(step->span, {NodeKind::Path});
      case CstKind::Parenthesized: return expression(step->span, {NodeKind::Paren});
      case CstKind::List: return expression(step->span, {NodeKind::List});
      case CstKind::Attrset:
      case CstKind::RecAttrset: return expression(step->span, {NodeKind::AttrSet});
      case CstKind::LetAttrset: return expression(step->span, {NodeKind::LegacyLet});
      case CstKind::Let: return expression(step->span, {NodeKind::Let});
      case CstKind::If: return expression(step->span, {NodeKind::If});
      case CstKind::With: return expression(step->span, {NodeKind::With});
      case CstKind::Assert: return expression(step->span, {NodeKind::Assert});
      case CstKind::Unary: return operation(step->span);
      case CstKind::Binary:
      case CstKind::ChainedComparison: return operation(step->span);
      case CstKind::HasAttr: return expression(step->span, {NodeKind::HasAttr});
      case CstKind::Select: return expression(step->span, {NodeKind::Select});
      case CstKind::Function: return expression(step->span, {NodeKind::Lambda});
      default: return out_;
    }
  }

  Located identifier() {
    const Step& token = up(0);
    if (!has_up(1) || ts_node_is_missing(token.node)) return out_;
    const Step& parent = up(1);
    switch (token.field) {
      case CstField::Attr: return name(token, 1);
      case CstField::Parameter: return parameter(parent, kNone);
      case CstField::Name: return formal(token.span);
      default: return expression(token.span, {NodeKind::Var, NodeKind::CurPos});
    }
  }

  Located string() {
    const Step* step = nearest({CstKind::Uri, CstKind::String, CstKind::IndentedString});
    if (step == nullptr) return out_;  // a fragment that lost its string, in damaged code
    const auto levels = static_cast<size_t>(&path_.back() - step);
    if (step->field == CstField::Attr) return name(*step, levels + 1);
    return expression(step->span, {NodeKind::String});
  }

  // `attr` is a name of an attribute path or of an inherit, which stands `levels` up.
  Located name(const Step& attr, size_t levels) {
    if (!has_up(levels)) return out_;
    const Step& parent = up(levels);
    if (parent.kind == CstKind::Inherit || parent.kind == CstKind::InheritFrom) {
      return inherited(parent, attr.span);
    }
    if (parent.kind != CstKind::AttrPath || !has_up(levels + 1)) return out_;
    return in_path(up(levels + 1), parent, attr.span.end);
  }

  // The names of `attrpath` that end at or before `end`, in the construct around them.
  Located in_path(const Step& around, const Step& attrpath, uint32_t end) {
    if (around.kind == CstKind::HasAttr) return construct(&around);
    if (around.kind == CstKind::Binding) return binding(around, end);
    const NodeId select = find(around.span, {NodeKind::Select});
    if (select == kNoNode) return out_;
    const Node& n = ast_[select];
    out_.names = count_names(n.b, end);
    if (out_.names == ast_.path(n.b).size() && n.c == kNoNode) return expression(select);
    out_.kind = LocatedKind::Prefix;
    out_.expr = n.a;
    out_.path = n.b;
    out_.select = select;
    out_.span = {n.span.begin, std::max(attrpath.span.begin, end)};
    return out_;
  }

  uint32_t count_names(PathId path, uint32_t end) const {
    const auto names = ast_.path(path);
    return static_cast<uint32_t>(
        std::ranges::count_if(names, [end](const AttrName& name) { return name.span.end <= end; }));
  }

  NodeId set_around() {
    const Step* step =
        nearest({CstKind::Attrset, CstKind::RecAttrset, CstKind::LetAttrset, CstKind::Let});
    if (step == nullptr) return kNoNode;
    return find(step->span, {NodeKind::AttrSet, NodeKind::Let, NodeKind::LegacyLet});
  }

  // The set and the binding written in `step`; both may lack in broken text.
  void note_binding(const Step& step) {
    out_.set = set_around();
    const auto it = std::ranges::find(ast_.bindings, step.span, &Binding::span);
    if (it == ast_.bindings.end()) return;
    out_.binding = static_cast<uint32_t>(it - ast_.bindings.begin());
  }

  Located binding(const Step& step, uint32_t end) {
    note_binding(step);
    if (out_.set == kNoNode || out_.binding == kNone) return out_;
    out_.kind = LocatedKind::Binding;
    out_.path = ast_.bindings[out_.binding].path;
    out_.names = count_names(out_.path, end);
    const auto names = ast_.path(out_.path).first(out_.names);
    if (names.empty()) return out_;
    out_.span = {names.front().span.begin, names.back().span.end};
    SetId set = ast_[out_.set].a;
    for (size_t i = 0; i < names.size(); ++i) {
      const NodeId value = value_of(ast_.sets[set], names[i]);
      if (i + 1 == names.size()) {
        out_.expr = value;
        break;
      }
      if (value == kNoNode) break;
      const Node& inner = ast_[ast_.skip_parens(value)];
      if (inner.kind != NodeKind::AttrSet) break;
      set = inner.a;
    }
    return out_;
  }

  NodeId value_of(const SetRecord& set, const AttrName& name) const {
    if (name.symbol != kNone) {
      const auto attrs = ast_.set_attrs(set);
      const auto it = std::ranges::find(attrs, name.symbol, &Attr::symbol);
      return it != attrs.end() ? it->value : kNoNode;
    }
    const auto dynamics = ast_.set_dynamics(set);
    const auto it = std::ranges::find(dynamics, name.span, &DynamicAttr::span);
    return it != dynamics.end() ? it->value : kNoNode;
  }

  Located inherited(const Step& step, Span span) {
    note_binding(step);
    if (out_.set == kNoNode) return out_;
    out_.kind = LocatedKind::Inherited;
    out_.span = span;
    for (const Attr& attr : ast_.set_attrs(ast_.sets[ast_[out_.set].a])) {
      if (attr.kind != AttrKind::Plain && attr.name == span) out_.expr = attr.value;
    }
    if (out_.expr == kNoNode) out_.kind = LocatedKind::Nothing;  // refused as a duplicate
    return out_;
  }

  Located parameter(const Step& function, uint32_t formal_index) {
    const NodeId node = find(function.span, {NodeKind::Lambda});
    if (node == kNoNode) return out_;
    out_.kind = LocatedKind::Parameter;
    out_.lambda = ast_[node].a;
    out_.formal = formal_index;
    const LambdaRecord& record = ast_.lambdas[out_.lambda];
    out_.span = formal_index == kNone ? record.arg_span : ast_.formals[formal_index].name;
    if (formal_index != kNone) out_.expr = ast_.formals[formal_index].default_value;
    return out_;
  }

  Located formal(Span name) {
    const Step* function = nearest({CstKind::Function});
    const auto it = std::ranges::find(ast_.formals, name, &Formal::name);
    if (function == nullptr || it == ast_.formals.end()) return out_;
    return parameter(*function, static_cast<uint32_t>(it - ast_.formals.begin()));
  }

  Located punctuation() {
    const Step& token = up(0);
    if (!has_up(1)) return out_;
    const Step& parent = up(1);
    const char first = *ts_node_type(token.node);
    switch (parent.kind) {
      case CstKind::String:
      case CstKind::IndentedString: return string();
      case CstKind::Interpolation: return interpolation(parent);
      case CstKind::Select:
        if (first == 'o') return construct(&parent);
        return after_dot(parent, parent, token.span);
      case CstKind::AttrPath: return has_up(2) ? after_dot(up(2), parent, token.span) : out_;
      case CstKind::Binding: return first == '=' ? binding(parent, token.span.begin) : out_;
      case CstKind::InheritFrom:
        return first == '(' || first == ')' ? child_expression(parent.node) : out_;
      case CstKind::Formals: return construct(nearest({CstKind::Function}));
      case CstKind::Formal: {
        const TSNode name = ts_node_child_by_field_name(parent.node, "name", 4);
        return ts_node_is_null(name) ? out_ : formal(cst_span(name));
      }
      default: return construct(&parent);
    }
  }

  // On a dot: the chain up to the name after it.
  Located after_dot(const Step& around, const Step& attrpath, Span dot) {
    const Step* path = &attrpath;
    Step found;
    if (attrpath.kind != CstKind::AttrPath) {
      const TSNode node = ts_node_child_by_field_name(around.node, "attrpath", 8);
      if (ts_node_is_null(node)) return out_;
      found = {node, CstKind::AttrPath, CstField::Attrpath, cst_span(node)};
      path = &found;
    }
    uint32_t end = path->span.end;
    const auto named = ts_node_first_named_child_for_byte(path->node, dot.end);
    if (!ts_node_is_null(named)) end = ts_node_end_byte(named);
    return in_path(around, *path, end);
  }

  Located interpolation(const Step& step) {
    if (step.field == CstField::Attr) return name(step, 2);
    return child_expression(step.node);
  }

  Located child_expression(TSNode parent) {
    const TSNode child = ts_node_child_by_field_name(parent, "expression", 10);
    if (ts_node_is_null(child)) return out_;
    const Span span = cst_span(child);
    // The outermost node of that span: the last one in post-order.
    for (size_t id = ast_.nodes.size(); id-- > 0;) {
      const Node& n = ast_.nodes[id];
      if (n.span == span && (n.flags & kSynthetic) == 0) return expression(static_cast<NodeId>(id));
    }
    return out_;
  }

  const Ast& ast_;
  std::vector<Step> path_;
  Located out_;
};

}  // namespace

Located locate(const Tree& tree, const Ast& ast, uint32_t offset) {
  std::vector<Step> path = path_to(tree, offset);
  if (path.empty()) return {};
  return Locator(ast, std::move(path)).run();
}

}  // namespace nilas::syntax
