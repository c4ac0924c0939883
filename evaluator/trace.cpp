// The steps of a trace.
//
// A frame that an error left was at one instruction, made for one node of the syntax tree. Everything else follows from
// the tree: the node was evaluated for its parent, which is an operand of an operator, a condition, a strict argument of a
// builtin, the base of a selection..., and that for its own parent, up to the root of the body. So the machine records
// nothing while it runs, and an error that nobody looks at costs a pointer a frame.

#include "evaluator/trace.hpp"

#include <algorithm>
#include <optional>

#include "evaluator/builtins.hpp"
#include "evaluator/code.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/text.hpp"
#include "syntax/print.hpp"

namespace nilas::eval {

using syntax::Ast;
using syntax::BinaryOp;
using syntax::kNone;
using syntax::kNoNode;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;
using syntax::UnaryOp;

namespace {

std::string_view text_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::Add: return "+";
    case BinaryOp::Sub: return "-";
    case BinaryOp::Mul: return "*";
    case BinaryOp::Div: return "/";
    case BinaryOp::Concat: return "++";
    case BinaryOp::Update: return "//";
    case BinaryOp::Equal: return "==";
    case BinaryOp::NotEqual: return "!=";
    case BinaryOp::Less: return "<";
    case BinaryOp::LessEqual: return "<=";
    case BinaryOp::More: return ">";
    case BinaryOp::MoreEqual: return ">=";
    case BinaryOp::And: return "&&";
    case BinaryOp::Or: return "||";
    case BinaryOp::Implies: return "->";
    case BinaryOp::PipeRight: return "|>";
    case BinaryOp::PipeLeft: return "<|";
  }
  return "";
}

/// Name of the builtin that C++ Nix makes of the operator; empty if it is an operator there, too.
std::string_view builtin_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::Sub: return "sub";
    case BinaryOp::Mul: return "mul";
    case BinaryOp::Div: return "div";
    case BinaryOp::Less:
    case BinaryOp::LessEqual:
    case BinaryOp::More:
    case BinaryOp::MoreEqual: return "lessThan";
    case BinaryOp::Add:
    case BinaryOp::Concat:
    case BinaryOp::Update:
    case BinaryOp::Equal:
    case BinaryOp::NotEqual:
    case BinaryOp::And:
    case BinaryOp::Or:
    case BinaryOp::Implies:
    case BinaryOp::PipeRight:
    case BinaryOp::PipeLeft: break;
  }
  return {};
}

Op op_at(const CodeBlock& code, uint32_t at) {
  return static_cast<Op>(code.body->words[at] & 0xff);
}

syntax::Span operator_span(const Node& n) {
  const auto size = static_cast<uint32_t>(text_of(static_cast<BinaryOp>(n.op)).size());
  return {n.c, n.c + size};
}

std::string calling(std::string_view builtin) {
  return cat("while calling the '", builtin, "' builtin");
}

/// How many names of its path the selection at `at` has gone through: each has an instruction of its own.
size_t names_gone(const CodeBlock& code, uint32_t at) {
  const auto& nodes = code.body->nodes;
  size_t count = 0;
  for (uint32_t i = 0; i < at; ++i) {
    if (nodes[i] != nodes[at]) continue;
    const Op op = op_at(code, i);
    count += op == Op::Select || op == Op::SelectOr || op == Op::SelectDynamic ||
             op == Op::SelectDynamicOr;
  }
  return count;
}

/// The builtin that the application `n` calls; its instruction stands behind those for its arguments, from `at` on.
const BuiltinInfo* builtin_called(const CodeBlock& code, NodeId n, uint32_t at) {
  for (uint32_t i = at; i < code.body->words.size(); ++i)
    if (code.body->nodes[i] == n && op_at(code, i) == Op::CallBuiltin)
      return &builtin_table()[code.body->words[i] >> 8];
  return nullptr;
}

/// Where the value of `code` is bound to its name in a set, if it is.
std::optional<syntax::Span> definition_of(const CodeBlock& code) {
  if (code.unit == nullptr || code.name == SymbolTable::kNoSymbol) return std::nullopt;
  const Ast& ast = *code.unit->ast;
  for (const syntax::Attr& attr : ast.attrs)
    if (ast.skip_parens(attr.value) == code.node) return attr.name;
  return std::nullopt;
}

/// Adds the steps of one frame.
class Steps {
 public:
  Steps(const World& world, const CodeBlock& code, std::vector<TraceFrame>& out)
      : world_(world), code_(code), unit_(*code.unit), ast_(*code.unit->ast), out_(out) {}

  void add(const TraceFrame& frame) {
    NodeId inner = code_.body->nodes[frame.at];
    instruction(frame, inner);
    const NodeId outer = code_.node;
    // A part of a string was evaluated when it is coerced.
    bool evaluating = op_at(code_, frame.at) != Op::Coerce;
    for (NodeId n = inner + 1; n <= outer && inner != outer; ++n) {
      const Node& parent = ast_.nodes[n];
      if (parent.first > inner) continue;
      if (parent.kind != NodeKind::Paren) {
        if (evaluating) contain(n, inner, frame.at);
        evaluating = true;
      }
      inner = n;
    }
  }

 private:
  SourceSpan place(NodeId n) const { return place_of(unit_, n); }
  SourceSpan span(syntax::Span s) const { return {unit_.id, s}; }
  void step(std::string message, SourceSpan at) { out_.push_back({std::move(message), at}); }

  /// `a.b."${c}"`: the first `count` names of a path.
  std::string path_text(std::span<const syntax::AttrName> path) const {
    std::string text;
    for (const syntax::AttrName& name : path) {
      if (!text.empty()) text += '.';
      if (name.symbol != kNone)
        text += quote_attribute_name(ast_.symbol(name.symbol));
      else
        text += cat("\"${", syntax::print(ast_, name.expr, {unit_.base_dir, "~"}), "}\"");
    }
    return text;
  }

  /// Steps of the instruction itself.
  void instruction(const TraceFrame& frame, NodeId n) {
    const Node& node = ast_.nodes[n];
    switch (op_at(code_, frame.at)) {
      case Op::Select:
      case Op::SelectOr:
      case Op::SelectDynamic:
      case Op::SelectDynamicOr: selection(frame, n); break;
      case Op::CallBuiltin: call(builtin_table()[code_.body->words[frame.at] >> 8], n); break;
      case Op::Negate: step(calling("sub"), span(node.span)); break;
      case Op::Sub:
      case Op::Mul:
      case Op::Div:
      case Op::Less:
      case Op::NotLess: builtin_operator(n); break;
      default: break;
    }
  }

  void builtin_operator(NodeId n) {
    const auto op = static_cast<BinaryOp>(ast_.nodes[n].op);
    step(calling(builtin_of(op)), place(n));
    if (op == BinaryOp::LessEqual || op == BinaryOp::MoreEqual)
      step("in the argument of '!'", place(n));
  }

  void selection(const TraceFrame& frame, NodeId n) {
    const Node& node = ast_.nodes[n];
    if (node.kind != NodeKind::Select && node.kind != NodeKind::LegacyLet) return;
    std::string found, all = "body";
    std::string_view last = all;
    if (node.kind == NodeKind::Select) {
      const auto path = ast_.path(node.b);
      const auto gone = path.first(std::min(names_gone(code_, frame.at) + 1, path.size()));
      found = path_text(gone);
      all = path_text(path);
      last = gone.back().symbol != kNone ? ast_.symbol(gone.back().symbol) : std::string_view();
    } else {
      found = all;
    }
    const bool named = frame.forced != nullptr && frame.forced->name != SymbolTable::kNoSymbol;
    if (named && world_.vm.symbols.name(frame.forced->name) == last)
      if (const auto definition = definition_of(*frame.forced))
        step(cat("from the definition of '", found, "'"), {frame.forced->unit->id, *definition});
    step(cat("while evaluating the attribute '", all, "'"), place(n));
  }

  /// Steps of `parent`, for which `child` was evaluated.
  void contain(NodeId parent, NodeId child, uint32_t at) {
    const Node& p = ast_.nodes[parent];
    const auto is = [&](NodeId n) {
      return n != kNoNode && ast_.skip_parens(n) == ast_.skip_parens(child);
    };
    switch (p.kind) {
      case NodeKind::String:
      case NodeKind::Path: step("in an operand of '+'", place(child)); break;
      case NodeKind::Select:
        if (is(p.a)) {
          step("while selecting an attribute", place(child));
        } else if (!is(p.c)) {
          step(std::string(kAttributeNameStep), place(child));
          step(cat("while evaluating the attribute '", path_text(ast_.path(p.b)), "'"),
               place(parent));
        }
        break;
      case NodeKind::HasAttr:
        if (is(p.a)) step("in the argument of '?'", place(child));
        break;
      case NodeKind::Apply:
        if (is(p.a)) break;
        if (const BuiltinInfo* info = builtin_called(code_, parent, at)) {
          const auto args = ast_.children(p.b, p.c);
          for (uint32_t i = 0; i < args.size(); ++i)
            if (is(args[i])) argument(*info, i);
          call(*info, parent);
        }
        break;
      case NodeKind::If:
        if (is(p.a)) step("while evaluating a branch condition", place(child));
        break;
      case NodeKind::Assert:
        if (is(p.a)) step("in the condition of the assert statement", place(child));
        break;
      case NodeKind::Unary:
        if (static_cast<UnaryOp>(p.op) == UnaryOp::Not) {
          step("in the argument of '!'", place(child));
        } else {
          step(calling("sub"), span(p.span));
        }
        break;
      case NodeKind::Binary: operand(parent, child, is(p.a), at); break;
      case NodeKind::AttrSet:
      case NodeKind::LegacyLet:
      case NodeKind::Let:
      case NodeKind::With:
      case NodeKind::Lambda:
      case NodeKind::List:
      case NodeKind::Paren:
      case NodeKind::Error:
      case NodeKind::Int:
      case NodeKind::Float:
      case NodeKind::SearchPath:
      case NodeKind::CurPos:
      case NodeKind::Var:
      case NodeKind::InheritFrom: break;
    }
  }

  void operand(NodeId parent, NodeId child, bool left, uint32_t at) {
    const auto op = static_cast<BinaryOp>(ast_.nodes[parent].op);
    if (!builtin_of(op).empty()) {
      builtin_operator(parent);
    } else if (op == BinaryOp::Add) {
      step("in an operand of '+'", place(child));
    } else if (op == BinaryOp::PipeLeft || op == BinaryOp::PipeRight) {
      if (left == (op == BinaryOp::PipeLeft)) return;  // the function
      if (const BuiltinInfo* info = builtin_called(code_, parent, at)) {
        argument(*info, 0);
        call(*info, parent);
      }
    } else {
      step(cat("in the ", left ? "left" : "right", " operand of '", text_of(op), "'"),
           place(child));
    }
  }

  void call(const BuiltinInfo& info, NodeId n) {
    if (tells_calls(info)) step(calling(info.name()), place(n));
  }

  void argument(const BuiltinInfo& info, uint32_t index) {
    if (std::string text = argument_step(info, index); !text.empty()) step(std::move(text), {});
  }

  const World& world_;
  const CodeBlock& code_;
  const SourceUnit& unit_;
  const Ast& ast_;
  std::vector<TraceFrame>& out_;
};

}  // namespace

bool tells_calls(const BuiltinInfo& info) {
  return info.name() != "addErrorContext";
}

std::string argument_step(const BuiltinInfo& info, uint32_t index) {
  struct Row {
    std::string_view builtin;
    uint32_t index;
    std::string_view text;
  };
  constexpr Row kRows[] = {
#define STEP(builtin, index, text) {builtin, index, text},
#include "evaluator/builtins/argument_steps.def"
#undef STEP
  };
  for (const Row& row : kRows) {
    if (row.builtin != info.name() || row.index != index) continue;
    if (!row.text.empty()) return std::string(row.text);
    constexpr std::string_view kOrdinals[] = {"first", "second", "third"};
    return cat("while evaluating the ", kOrdinals[index], " argument passed to builtins.",
               info.name());
  }
  return {};
}

std::string_view operand_step(BinaryOp op, bool first) {
  if (op == BinaryOp::Sub)
    return first ? "while evaluating the first argument of the subtraction"
                 : "while evaluating the second argument of the subtraction";
  if (op == BinaryOp::Mul)
    return first ? "while evaluating the first argument of the multiplication"
                 : "while evaluating the second argument of the multiplication";
  if (op == BinaryOp::Div)
    return first ? "while evaluating the first operand of the division"
                 : "while evaluating the second operand of the division";
  return {};
}

namespace {

/// The function of a pipe, if C++ Nix reads it as a call: the piped value is one argument more of that, and errors are where
/// that is. Kept in parentheses there too: `1 |> (f 2)`. Otherwise kNoNode.
NodeId piped_call(const Ast& ast, const Node& pipe) {
  const auto op = static_cast<BinaryOp>(pipe.op);
  if (op != BinaryOp::PipeRight && op != BinaryOp::PipeLeft) return kNoNode;
  const NodeId function = ast.skip_parens(op == BinaryOp::PipeRight ? pipe.b : pipe.a);
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
      case NodeKind::Apply:
      case NodeKind::Lambda:
      case NodeKind::LegacyLet:
      case NodeKind::AttrSet:
      case NodeKind::With:
      case NodeKind::If:
      case NodeKind::Assert: return {unit.id, n.span};
      case NodeKind::Binary:
        if (const NodeId call = piped_call(ast, n); call != kNoNode) {
          id = call;
          break;
        }
        return {unit.id, operator_span(n)};
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

std::string condition_text(const World& world, const SourceUnit& unit, NodeId assertion) {
  const std::string home = world.host.home_directory().value_or("~");
  return syntax::print(*unit.ast, unit.ast->nodes[assertion].a, {unit.base_dir, home});
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

std::vector<TraceFrame> trace_steps(const World& world, const ErrorData& error) {
  std::vector<TraceFrame> steps;
  for (const TraceFrame& frame : error.trace) {
    if (!frame.message.empty()) steps.push_back(frame);
    if (frame.tail_call != nullptr) {
      steps.back().span = world.call_place(frame.tail_call);
      if (!steps.back().span.known()) steps.pop_back();
    }
    if (frame.code != nullptr) Steps(world, *frame.code, steps).add(frame);
  }
  return steps;
}

}  // namespace nilas::eval
