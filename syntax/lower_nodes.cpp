// What each kind of node of the tree becomes.
#include <algorithm>

#include "syntax/lowering.hpp"

namespace nilas::syntax {

Lowering::Item Lowering::finish(Frame& frame) {
  Builder& b = builder_;
  Item item{.kind = frame.kind, .field = frame.field, .span = frame.span};
  const auto made = [&](NodeKind kind, uint32_t x = 0, uint32_t y = 0, uint32_t z = 0,
                        uint8_t op = 0) {
    item.node = b.add(kind, frame.span, frame.first, x, y, z, op);
    return item;
  };
  switch (frame.kind) {
    case CstKind::SourceFile: finish_root(frame); return item;
    case CstKind::Error: return finish_error(frame);
    case CstKind::String:
    case CstKind::IndentedString:
    case CstKind::Path:
    case CstKind::HomePath: return finish_string(frame);
    case CstKind::Interpolation:
    case CstKind::AttrPath:
    case CstKind::Formals:
    case CstKind::Formal: return finish_part(frame);
    case CstKind::Binding:
    case CstKind::Inherit:
    case CstKind::InheritFrom: return finish_binding(frame);
    case CstKind::Function: return finish_function(frame);
    case CstKind::Apply: return finish_apply(frame);
    case CstKind::Select: return finish_path(frame, NodeKind::Select);
    case CstKind::HasAttr: return finish_path(frame, NodeKind::HasAttr);
    case CstKind::Parenthesized:
      return made(NodeKind::Paren, expression(frame, CstField::Expression));
    case CstKind::List:
      for (size_t i = frame.items; i < items_.size(); ++i) {
        if (items_[i].node != kNoNode) b.push_pending(items_[i].node);
      }
      item.node = b.list(frame.span, frame.first, frame.pending);
      return item;
    case CstKind::LegacyOr: {
      const NodeId function = expression(frame, CstField::Function);
      b.push_pending(expression(frame, CstField::Argument));
      item.node = b.apply(frame.span, frame.first, function, frame.pending);
      return item;
    }
    case CstKind::Unary: {
      const Item* op = find(frame, CstField::Operator);
      const bool negate = op != nullptr && op->token == CstToken::Minus;
      const uint32_t at = op != nullptr ? op->span.begin : frame.span.begin;
      const NodeId operand = expression(frame, CstField::Operand);
      item.node =
          b.unary(frame.span, frame.first, negate ? UnaryOp::Negate : UnaryOp::Not, operand, at);
      return item;
    }
    case CstKind::ChainedComparison:
    case CstKind::Binary: {
      const Item* found = find(frame, CstField::Operator);
      const Item op = found != nullptr ? *found : Item{.kind = CstKind::Token, .span = frame.span};
      if (frame.kind == CstKind::ChainedComparison) {
        damage(op.span, "comparisons cannot be chained; use parentheses or '&&'");
        mistakes_.back().understood = true;
      }
      const NodeId left = expression(frame, CstField::Left);
      const NodeId right = expression(frame, CstField::Right);
      item.node = b.binary(frame.span, frame.first, op.op, left, right, op.span.begin);
      return item;
    }
    case CstKind::With: {
      const NodeId environment = expression(frame, CstField::Environment);
      return made(NodeKind::With, environment, expression(frame, CstField::Body));
    }
    case CstKind::Assert: {
      const NodeId condition = expression(frame, CstField::Condition);
      return made(NodeKind::Assert, condition, expression(frame, CstField::Body));
    }
    case CstKind::If: {
      const NodeId condition = expression(frame, CstField::Condition);
      const NodeId consequence = expression(frame, CstField::Consequence);
      return made(NodeKind::If, condition, consequence, expression(frame, CstField::Alternative));
    }
    case CstKind::Let: {
      open(frame);
      const NodeId body = expression(frame, CstField::Body);
      item.node = b.close_let(frame.set, frame.span, frame.first, body);
      return item;
    }
    case CstKind::Attrset:
    case CstKind::RecAttrset:
    case CstKind::LetAttrset: {
      if (is_part(frame)) return item;  // the strict parser closes it
      open(frame);
      const bool legacy = frame.kind == CstKind::LetAttrset;
      item.node =
          b.close_set(frame.set, legacy ? NodeKind::LegacyLet : NodeKind::AttrSet, frame.span,
                      frame.first, frame.kind == CstKind::Attrset ? 0 : kRecursive);
      return item;
    }
    default: return item;  // leaves; they leave their own items
  }
}

// Text of a string or path from where it was taken last up to `end`.
void Lowering::take_text(Frame& frame, uint32_t end) {
  const Span span{frame.text_end, std::max(frame.text_end, end)};
  frame.text_end = span.end;
  switch (frame.kind) {
    case CstKind::String:
    case CstKind::Path:
    case CstKind::HomePath:
      if (span.begin != span.end) builder_.text_part(span);
      break;
    case CstKind::IndentedString: {
      // Cut as C++ Nix cuts it: escapes, and `$` and `'` that turn out to be text, stand alone.
      Lexer lexer(text_.substr(0, span.end));
      lexer.enter_ind_string(span.begin);
      for (Lexeme lexeme = lexer.next(); lexeme.token == Token::IndStr; lexeme = lexer.next()) {
        builder_.ind_part(lexeme.piece, lexeme.span);
      }
      break;
    }
    default: break;
  }
}

Lowering::Item Lowering::finish_string(Frame& frame) {
  Item item{.kind = frame.kind, .field = frame.field, .span = frame.span};
  const bool quoted = frame.kind == CstKind::String,
             indented = frame.kind == CstKind::IndentedString;
  uint32_t end = frame.span.end;
  if (!has(frame, CstKind::MissingQuote) && (quoted || indented))
    end -= std::min(end, quoted ? 1U : 2U);
  take_text(frame, end);
  if (quoted && frame.field == CstField::Attr) {
    builder_.string_name(frame.span, frame.first, frame.parts);
  } else if (quoted) {
    item.node = builder_.string(frame.span, frame.first, frame.parts);
  } else if (indented) {
    item.node = builder_.ind_string(frame.span, frame.first, frame.parts);
  } else {
    item.node = builder_.path(frame.span, frame.first, frame.parts);
  }
  return item;
}

Lowering::Item Lowering::finish_part(Frame& frame) {
  Item item{.kind = frame.kind, .field = frame.field, .span = frame.span};
  switch (frame.kind) {
    case CstKind::Interpolation: {
      const NodeId expr = expression(frame, CstField::Expression);
      if (frame.field == CstField::Attr) {
        builder_.dynamic_name(frame.span, expr);
      } else if (!frames_.empty()) {
        builder_.expr_part(frame.span, expr);
        frames_.back().text_end = frame.span.end;
      }
      break;
    }
    case CstKind::AttrPath:
      item.mark = frame.names;
      item.flagged = has(frame, CstKind::MissingAttribute);
      break;
    case CstKind::Formals:
      item.mark = frame.formals;
      item.flagged = has(frame, CstKind::Ellipsis);
      break;
    default:  // Formal
      if (const Item* name = find(frame, CstField::Name)) {
        const Span span = name->span;
        const bool has_default = find(frame, CstField::Default) != nullptr;
        builder_.formal(span, has_default ? expression(frame, CstField::Default) : kNoNode);
      }
      break;
  }
  return item;
}

Lowering::Item Lowering::finish_function(Frame& frame) {
  Item item{.kind = frame.kind, .field = frame.field, .span = frame.span};
  Builder::Parameter parameter;
  parameter.colon_end = frame.span.begin;
  for (size_t i = frame.items; i < items_.size(); ++i) {
    const Item& part = items_[i];
    if (part.field == CstField::Parameter) {
      parameter.has_arg = true;
      parameter.arg = part.span;
    } else if (part.field == CstField::Formals) {
      parameter.has_formals = true;
      parameter.formals = part.mark;
      parameter.has_ellipsis = part.flagged;
    }
    if (part.field != CstField::Body) {
      parameter.colon_end = std::max(parameter.colon_end, part.span.end);
    }
  }
  const NodeId body = expression(frame, CstField::Body);
  item.node = builder_.lambda(frame.span, frame.first, parameter, body);
  return item;
}

Lowering::Item Lowering::finish_binding(Frame& frame) {
  Item item{.kind = frame.kind, .field = frame.field, .span = frame.span};
  Frame* set = binding_set();
  const bool nameless = builder_.name_mark() == frame.names;
  const bool path = frame.kind == CstKind::Binding;
  const bool valueless =
      path && has(frame, CstKind::MissingAssignment) && find(frame, CstField::Value) == nullptr;
  if (set == nullptr || (path && (nameless || valueless))) {
    // Any name that is undefined in it may be the one.
    if (set != nullptr && nameless && set->kind != CstKind::Attrset)
      damage_.regions.push_back(set->span);
    if (const Item* names = find(frame, CstField::Attrpath)) {  // is meant to be defined here
      const std::string_view written = builder_.source(names->span);
      damage_.names.emplace_back(written.substr(0, written.find_first_of(". \t\r\n")));
    }
    builder_.drop({frame.names, frame.parts, frame.formals, frame.pending});
    return item;
  }
  if (path) {
    const Item* names = find(frame, CstField::Attrpath);
    const Span span = names != nullptr ? names->span : frame.span;
    const NodeId value = expression(frame, CstField::Value);
    open(*set);
    builder_.bind(set->set, frame.names, span, value, frame.span);
  } else if (frame.kind == CstKind::Inherit) {
    open(*set);
    builder_.inherit(set->set, frame.names, frame.span);
  } else {
    const NodeId from = expression(frame, CstField::Expression);
    open(*set);
    builder_.inherit_from(set->set, frame.names, from, frame.span);
  }
  return item;
}

// `f x y` is nested to the left; the arguments gather on the builder's stack until the outermost
// application ends.
Lowering::Item Lowering::finish_apply(Frame& frame) {
  Item item{.kind = frame.kind, .field = frame.field, .span = frame.span};
  const NodeId function = expression(frame, CstField::Function);
  builder_.push_pending(expression(frame, CstField::Argument));
  const bool inner = !frames_.empty() && frames_.back().kind == CstKind::Apply &&
                     frame.field == CstField::Function;
  item.node = inner ? function : builder_.apply(frame.span, frame.first, function, frame.pending);
  return item;
}

// Something that evaluation must not mistake for `child` alone.
NodeId Lowering::broken(const Frame& frame, NodeId child) {
  builder_.push_pending(child);
  return builder_.error(frame.span, frame.first, frame.pending);
}

Lowering::Item Lowering::finish_path(Frame& frame, NodeKind kind) {
  Item item{.kind = frame.kind, .field = frame.field, .span = frame.span};
  const Item* question = find_token(frame, CstToken::Question);
  const uint32_t operator_begin = question != nullptr ? question->span.begin : frame.span.begin;
  const Item* path = find(frame, CstField::Attrpath);
  const bool incomplete = path == nullptr || path->flagged;
  const bool has_default = find(frame, CstField::Default) != nullptr;
  item.node = expression(frame, CstField::Expression);
  if (builder_.name_mark() != frame.names) {
    const PathId names = builder_.attr_path(frame.names);
    uint32_t last = operator_begin;
    if (kind == NodeKind::Select) {
      last = has_default ? expression(frame, CstField::Default) : kNoNode;
    }
    item.node = builder_.add(kind, frame.span, frame.first, item.node, names, last);
  }
  if (incomplete) item.node = broken(frame, item.node);
  return item;
}

Lowering::Item Lowering::finish_error(Frame& frame) {
  Item item{.kind = frame.kind, .field = frame.field, .span = frame.span};
  builder_.drop({frame.names, frame.parts, frame.formals, frame.pending});
  if (errors_-- == 1) {
    const std::string_view line = builder_.source(frame.span);
    const size_t size = std::min(line.find_first_of("\r\n"), line.size());
    damage({frame.span.begin, frame.span.begin + static_cast<uint32_t>(size)}, "syntax error");
    mistakes_.back().vague = true;
    mistakes_.back().lost_until = mistakes_.back().confines.end;
  }
  for (size_t i = frame.items; i < items_.size(); ++i) {
    if (items_[i].node != kNoNode) builder_.push_pending(items_[i].node);
  }
  if (frame.set != kNone && !is_part(frame)) {
    builder_.push_pending(
        builder_.close_set(frame.set, NodeKind::AttrSet, frame.span, frame.first, kSynthetic));
  }
  if (builder_.pending_mark() != frame.pending) {
    item.node = builder_.error(frame.span, frame.first, frame.pending);
  }
  return item;
}

void Lowering::finish_root(Frame& frame) {
  if (part_set_ != kNone) {
    return builder_.drop({frame.names, frame.parts, frame.formals, frame.pending});
  }
  std::vector<NodeId> nodes;
  for (size_t i = frame.items; i < items_.size(); ++i) {
    if (items_[i].node != kNoNode) nodes.push_back(items_[i].node);
  }
  if (nodes.size() == 1) {
    builder_.ast.root = nodes[0];
    return;
  }
  for (const NodeId node : nodes)
    builder_.push_pending(node);
  const auto size = static_cast<uint32_t>(text_.size());
  builder_.ast.root = builder_.error({0, size}, 0, frame.pending);
}

}  // namespace nilas::syntax
