// Where an error is: the place that C++ Nix tells.

#include <algorithm>
#include <optional>

#include "evaluator/instruction.hpp"
#include "evaluator/text.hpp"
#include "evaluator/trace.hpp"

namespace nilas::eval {

using syntax::Ast;
using syntax::BinaryOp;
using syntax::kNoNode;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;
using syntax::UnaryOp;

namespace {

syntax::Span operator_span(const Node& n) {
  const auto size = static_cast<uint32_t>(text_of(static_cast<BinaryOp>(n.op)).size());
  return {n.c, n.c + size};
}

/// The function of a call or a pipe, if C++ Nix reads it as a call itself: what stands behind is one argument more of that,
/// and errors are where that is. In parentheses too: `(f 1) 2`, `1 |> (f 2)`. Otherwise kNoNode.
NodeId called_call(const Ast& ast, NodeId function) {
  function = ast.skip_parens(function);
  const Node& f = ast.nodes[function];
  switch (f.kind) {
    case NodeKind::Apply:
    case NodeKind::SearchPath: return function;
    case NodeKind::Unary: return static_cast<UnaryOp>(f.op) == UnaryOp::Negate ? function : kNoNode;
    case NodeKind::Binary: {
      const auto inner = static_cast<BinaryOp>(f.op);
      const bool call = inner == BinaryOp::PipeRight || inner == BinaryOp::PipeLeft ||
                        inner == BinaryOp::Sub || inner == BinaryOp::Mul ||
                        inner == BinaryOp::Div || inner == BinaryOp::Less ||
                        inner == BinaryOp::More;
      return call ? function : kNoNode;
    }
    default: return kNoNode;
  }
}

}  // namespace

SourceSpan place_of(const SourceUnit& unit, NodeId id) {
  const Ast& ast = *unit.ast;
  for (;;) {
    const Node& n = ast.nodes[id];
    switch (n.kind) {
      case NodeKind::Error:
      case NodeKind::Int:
      case NodeKind::Float:
      case NodeKind::Let: return {};
      case NodeKind::String:
        if (n.b == 0 || (n.b == 1 && ast.parts[n.a].expr == kNoNode)) return {};
        return {unit.id, n.span};
      case NodeKind::Path:
        if (n.b == 1) return {};
        return {unit.id, n.span};
      case NodeKind::SearchPath:
      case NodeKind::CurPos:
      case NodeKind::Var:
      case NodeKind::Select:
      case NodeKind::Lambda:
      case NodeKind::LegacyLet:
      case NodeKind::AttrSet:
      case NodeKind::With:
      case NodeKind::If:
      case NodeKind::Assert: return {unit.id, n.span};
      case NodeKind::Apply: {
        const NodeId call = called_call(ast, n.a);
        if (call == kNoNode) return {unit.id, n.span};
        id = call;
        break;
      }
      case NodeKind::Binary: {
        const auto op = static_cast<BinaryOp>(n.op);
        const bool pipe = op == BinaryOp::PipeRight || op == BinaryOp::PipeLeft;
        const NodeId call =
            pipe ? called_call(ast, op == BinaryOp::PipeRight ? n.b : n.a) : kNoNode;
        if (call == kNoNode) return {unit.id, operator_span(n)};
        id = call;
        break;
      }
      case NodeKind::Unary:
        if (static_cast<UnaryOp>(n.op) == UnaryOp::Negate) return {unit.id, n.span};
        id = n.a;
        break;
      case NodeKind::InheritFrom: id = ast.set_froms(ast.sets[n.a])[n.b]; break;
      case NodeKind::HasAttr:
      case NodeKind::Paren: id = n.a; break;
      case NodeKind::List:
        if (n.b == 0) return {};
        id = ast.children(n.a, n.b)[0];
        break;
    }
  }
}

namespace {

/// The operator of `a ++ b ++ c ...` that joins operand number `index` to what stands behind it.
SourceSpan joint(const SourceUnit& unit, NodeId concat, uint32_t index) {
  const Ast& ast = *unit.ast;
  for (;; --index) {
    const NodeId right = ast.skip_parens(ast.nodes[concat].b);
    const Node& r = ast.nodes[right];
    const bool more = r.kind == NodeKind::Binary && static_cast<BinaryOp>(r.op) == BinaryOp::Concat;
    if (index == 0 || !more) return place_of(unit, concat);
    concat = right;
  }
}

/// The `${` of an interpolated expression.
SourceSpan part_place(const SourceUnit& unit, NodeId expression) {
  for (const syntax::Part& part : unit.ast->parts)
    if (part.expr == expression) return {unit.id, part.span};
  return place_of(unit, expression);
}

/// The node of the instruction is an argument of a builtin as it stands: nobody says where that was forced.
bool is_builtin_operand(const CodeBlock& code, uint32_t at) {
  const Ast& ast = *code.unit->ast;
  const NodeId node = code.body->nodes[at];
  NodeId parent = node;
  while (parent < code.node && (parent == node || ast.nodes[parent].kind == NodeKind::Paren ||
                                ast.nodes[parent].first > node))
    ++parent;
  const Node& p = ast.nodes[parent];
  if (p.kind == NodeKind::Binary) return !builtin_of(static_cast<BinaryOp>(p.op)).empty();
  if (p.kind != NodeKind::Apply || ast.skip_parens(p.a) == node) return false;
  return builtin_called(code, parent, at) != nullptr;
}

bool has_step(const ErrorData& error, std::string_view message) {
  return std::ranges::any_of(error.trace, [&](const auto& f) { return f.message == message; });
}

/// Nearest AttrName that is computed by `instruction`, the one behind the code of that name.
SourceSpan name_place(const SourceUnit& unit, const CodeBlock& code, uint32_t at) {
  const Node& node = unit.ast->nodes[code.body->nodes[at]];
  const auto path = unit.ast->path(node.b);
  const size_t index = std::min(names_gone(code, at), path.size() - 1);
  return path[index].expr == kNoNode ? place_of(unit, code.body->nodes[at])
                                     : place_of(unit, path[index].expr);
}

}  // namespace

void place_own(EvalError& error, const CodeBlock& code, uint32_t at, const CodeBlock* running) {
  const SourceUnit& unit = *code.unit;
  const Ast& ast = *unit.ast;
  const NodeId node = code.body->nodes[at];
  const ErrorData& data = error.data();
  const bool has_steps = std::ranges::any_of(
      data.trace, [](const TraceFrame& f) { return !f.message.empty() && !f.span.known(); });
  switch (op_at(code, at)) {
    // Builtins do not say where they were called, the step for the call does; and these operators are builtins.
    case Op::CallBuiltin:
    case Op::CheckArgument:
    case Op::Sub:
    case Op::Mul:
    case Op::Div:
    case Op::Less:
    case Op::NotLess:
    case Op::Negate:
    case Op::CheckAttrs:
    case Op::Update:
    case Op::Overrides:
    case Op::AssertEqualFail: return;
    case Op::Coerce: return error.place_steps(part_place(unit, node));
    case Op::CheckAddend:
    case Op::Add: {
      const Node& n = ast.nodes[node];
      const bool left = has_steps && data.operand == 0;
      const SourceSpan place = data.operand == kNoOperand
                                   ? place_of(unit, node)
                                   : SourceSpan{unit.id, ast.nodes[left ? n.a : n.b].span};
      if (!has_steps) error.at(place);
      return error.place_steps(place);
    }
    case Op::Concat: return error.place_steps(joint(unit, node, data.operand));
    case Op::Select:
    case Op::SelectOr:
    case Op::SelectDynamic:
    case Op::SelectDynamicOr:
    case Op::HasAttrDynamic:
      if (has_step(data, kAttributeNameStep)) {
        const SourceSpan place = name_place(unit, code, at);
        if (data.kind == ErrorKind::Type) error.at(place);
        return error.place_steps(place);
      }
      if (data.kind == ErrorKind::InfiniteRecursion) {
        // Blamed on the definition of what is needed again.
        const auto definition = running == nullptr ? std::nullopt : definition_of(*running);
        error.at(definition ? SourceSpan{running->unit->id, *definition} : place_of(unit, node));
      }
      return error.place_steps(place_of(unit, node));
    case Op::ResolveWith:
      if (has_steps)
        return error.place_steps(
            {unit.id, ast.nodes[ast.scopes[ast.refs[ast.nodes[node].b].target].node].span});
      error.at(place_of(unit, node));
      return;
    default: break;
  }
  if (has_steps)
    error.place_steps(place_of(unit, node));
  else if (data.kind != ErrorKind::InfiniteRecursion || !is_builtin_operand(code, at))
    error.at(place_of(unit, node));
}

bool is_prologue(const CodeBlock& code, uint32_t at) {
  const Op op = op_at(code, at);
  return (op == Op::LocalForce || op == Op::Formals || op == Op::FormalsBlock) &&
         code.unit->ast->nodes[code.body->nodes[at]].kind == NodeKind::Lambda;
}

SourceSpan lambda_place(const CodeBlock& code) {
  const Ast& ast = *code.unit->ast;
  NodeId n = code.node;
  for (uint32_t i = 1; i < code.arity; ++i)
    n = ast.skip_parens(ast.nodes[n].b);
  return {code.unit->id, ast.nodes[n].span};
}

SourceSpan place_of(const ErrorData& error) {
  if (error.span.known()) return error.span;
  for (const TraceFrame& frame : error.trace) {
    if (frame.span.known()) return frame.span;
    if (frame.code == nullptr) continue;
    const SourceUnit& unit = *frame.code->unit;
    return {unit.id, unit.ast->nodes[frame.code->body->nodes[frame.at]].span};
  }
  return {};
}

}  // namespace nilas::eval
