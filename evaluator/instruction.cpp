#include "evaluator/instruction.hpp"

namespace nilas::eval {

using syntax::Ast;
using syntax::BinaryOp;
using syntax::NodeId;

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

const BuiltinInfo* builtin_called(const CodeBlock& code, NodeId n, uint32_t at) {
  for (uint32_t i = at; i < code.body->words.size(); ++i)
    if (code.body->nodes[i] == n && op_at(code, i) == Op::CallBuiltin)
      return &builtin_table()[code.body->words[i] >> 8];
  return nullptr;
}

std::optional<syntax::Span> definition_of(const CodeBlock& code) {
  if (code.unit == nullptr || code.name == SymbolTable::kNoSymbol) return std::nullopt;
  const Ast& ast = *code.unit->ast;
  for (const syntax::Attr& attr : ast.attrs)
    if (ast.skip_parens(attr.value) == code.node) return attr.name;
  return std::nullopt;
}

}  // namespace nilas::eval
