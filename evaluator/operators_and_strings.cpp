// Compiling operators, strings and paths.

#include "evaluator/builtins.hpp"
#include "evaluator/compiler.hpp"
#include "evaluator/paths.hpp"

namespace nilas::eval {

using syntax::BinaryOp;
using syntax::kNone;
using syntax::kNoNode;
using syntax::NodeId;
using syntax::NodeKind;

void Compiler::binary(NodeId id, bool tail) {
  const Node& n = node(id);
  Op op = Op::Add;
  switch (static_cast<BinaryOp>(n.op)) {
    case BinaryOp::PipeRight: return apply(id, n.b, {&n.a, 1}, tail);
    case BinaryOp::PipeLeft: return apply(id, n.a, {&n.b, 1}, tail);
    case BinaryOp::And:
    case BinaryOp::Or:
    case BinaryOp::Implies:
      logical(id);
      if (tail) emit(Op::Return, 0, id, -1);
      return;
    case BinaryOp::Add: op = Op::Add; break;
    case BinaryOp::Sub: op = Op::Sub; break;
    case BinaryOp::Mul: op = Op::Mul; break;
    case BinaryOp::Div: op = Op::Div; break;
    case BinaryOp::Concat:
      concat(id);
      if (tail) emit(Op::Return, 0, id, -1);
      return;
    case BinaryOp::Update: op = Op::Update; break;
    case BinaryOp::Equal: op = Op::Equal; break;
    case BinaryOp::NotEqual: op = Op::NotEqual; break;
    case BinaryOp::Less: op = Op::Less; break;
    case BinaryOp::MoreEqual: op = Op::NotLess; break;
    case BinaryOp::More: op = Op::Less; break;
    case BinaryOp::LessEqual: op = Op::NotLess; break;
  }
  // a > b is b < a, and a <= b is !(b < a), in the order of evaluation too.
  const bool swap = static_cast<BinaryOp>(n.op) == BinaryOp::More ||
                    static_cast<BinaryOp>(n.op) == BinaryOp::LessEqual;
  strict(swap ? n.b : n.a, false);
  // The left side of an update is blamed before the right one runs; a plain literal runs nothing.
  const Node& right = node(ast_.skip_parens(n.b));
  const bool literal = right.kind == NodeKind::AttrSet && ast_.sets[right.a].dynamic_count == 0 &&
                       ast_.sets[right.a].scope == kNone;
  if (op == Op::Update && !literal) emit(Op::CheckAttrs, 0, n.a, 0);
  const Node& left = node(ast_.skip_parens(n.a));
  const bool addend = is_literal(left) && left.kind != NodeKind::List;
  if (op == Op::Add && !addend && !is_safe(n.b)) emit(Op::CheckAddend, 0, id, 0);
  strict(swap ? n.a : n.b, false);
  // An update can only fail for the operand that was not checked yet.
  emit(op, 0, op != Op::Update ? id : literal ? n.a : n.b, -1);
  if (tail) emit(Op::Return, 0, id, -1);
}

/// a ++ b ++ c ...: all operands, then one copy.
void Compiler::concat(NodeId id) {
  uint32_t count = 1;
  NodeId rest = id;
  for (;;) {
    const Node& n = node(rest);
    strict(n.a, false);
    ++count;
    const NodeId right = ast_.skip_parens(n.b);
    const bool more = node(right).kind == NodeKind::Binary &&
                      static_cast<BinaryOp>(node(right).op) == BinaryOp::Concat;
    if (!more || count == 256) {
      strict(n.b, false);
      break;
    }
    rest = right;
  }
  emit(Op::Concat, count, id, 1 - static_cast<int>(count));
}

void Compiler::logical(NodeId id) {
  const Node& n = node(id);
  const auto op = static_cast<BinaryOp>(n.op);
  strict(n.a, false);
  const uint32_t shortcut =
      emit_jump(op == BinaryOp::Or ? Op::JumpIfTrue : Op::JumpIfFalse, n.a, -1);
  strict(n.b, false);
  emit(Op::CheckBool, 0, n.b, 0);
  const uint32_t done = emit_jump(Op::Jump, id, -1);
  patch(shortcut);
  push_constant(Value::boolean(op != BinaryOp::And), id);
  patch(done);
}

void Compiler::string(NodeId id) {
  const Node& n = node(id);
  for (const auto& part : ast_.string_parts(n)) {
    if (part.expr == kNoNode) {
      push_constant(vm_.make_string(ast_.text(part.text)), id);
    } else {
      strict(part.expr, false);
      emit(Op::Coerce, 0, part.expr, 0);
    }
  }
  emit(Op::Interpolate, n.b, id, 1 - static_cast<int>(n.b));
}

void Compiler::path(NodeId id) {
  const Node& n = node(id);
  const auto parts = ast_.string_parts(n);
  const auto style = static_cast<syntax::PathStyle>(n.op);
  const std::string text(ast_.text(parts[0].text));
  std::string start = text;
  if (style == syntax::PathStyle::Relative) start = unit_.base_dir + "/" + text;
  if (style == syntax::PathStyle::Home)
    start = world_.host.home_directory().value_or("/homeless") + text.substr(1);
  // The first text keeps its trailing slash: what is interpolated is appended as it is.
  std::string first = canonical_path(start);
  if (text.ends_with('/') && first != "/") first += '/';
  push_constant(vm_.make_string(first), id);
  for (const auto& part : parts.subspan(1)) {
    if (part.expr == kNoNode) {
      push_constant(vm_.make_string(ast_.text(part.text)), id);
    } else {
      strict(part.expr, false);
      emit(Op::Coerce, 1, part.expr, 0);
    }
  }
  emit(Op::PathConcat, n.b, id, 1 - static_cast<int>(n.b));
}

void Compiler::search_path(NodeId id) {
  const Value find = vm_.builtin("findFile");
  push_constant(world_.nix_path(), id);
  emit(Op::Force, 0, id, 0);
  push_constant(vm_.make_string(ast_.text(node(id).a)), id);
  emit(Op::CallBuiltin, find.object()->count, id, -1);
}

}  // namespace nilas::eval
