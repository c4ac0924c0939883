// The steps of a trace.
//
// A frame that an error left was at one instruction, made for one node of the syntax tree. Everything else follows from
// the tree: the node was evaluated for its parent, which is an operand of an operator, a condition, a strict argument of a
// builtin, the base of a selection..., and that for its own parent, up to the root of the body. So the machine records
// nothing while it runs, and an error that nobody looks at costs a pointer a frame.

#include "evaluator/trace.hpp"

#include <optional>

#include "evaluator/builtins.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/instruction.hpp"
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

std::string calling(std::string_view builtin) {
  return cat("while calling the '", builtin, "' builtin");
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
      case Op::CheckArgument:
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

std::string condition_text(const World& world, const SourceUnit& unit, NodeId assertion) {
  const std::string home = world.host.home_directory().value_or("~");
  return syntax::print(*unit.ast, unit.ast->nodes[assertion].a, {unit.base_dir, home});
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
