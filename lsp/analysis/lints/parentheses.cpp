// Parentheses that change nothing. Whether they do depends on what stands around them, so each slot
// that holds an expression is looked at, not each Paren node.

#include "lsp/analysis/fixes/edit.hpp"
#include "lsp/analysis/lints/lint.hpp"

namespace nilas::analysis {
namespace {

/// What delimits the expression in a slot.
enum class Slot : uint8_t {
  Whole,          ///< keywords or punctuation: anything may stand there
  Argument,       ///< white space: element of a list, argument or function of a call; a default
  Operand,        ///< an operator
  Base,           ///< the dot of a selection
  DefaultedBase,  ///< of one with a default
};

class Parentheses {
 public:
  explicit Parentheses(Lint& lint) : lint_(lint), ast_(lint.ast) {}

  void run() {
    look(ast_.root, Slot::Whole);
    for (const Node& n : ast_.nodes)
      children(n);
    for (const syntax::Binding& binding : ast_.bindings)
      look(binding.value, Slot::Whole);
    for (const syntax::Formal& formal : ast_.formals)
      look(formal.default_value, Slot::Whole);
    for (const syntax::Part& part : ast_.parts)
      look(part.expr, Slot::Whole);
    for (const syntax::AttrName& name : ast_.attr_names)
      look(name.expr, Slot::Whole);
  }

 private:
  void children(const Node& n) {
    switch (n.kind) {
      case NodeKind::Error:
      case NodeKind::Int:
      case NodeKind::Float:
      case NodeKind::String:
      case NodeKind::Path:
      case NodeKind::SearchPath:
      case NodeKind::CurPos:
      case NodeKind::Var:
      case NodeKind::InheritFrom:
      case NodeKind::LegacyLet:
      case NodeKind::AttrSet: return;
      case NodeKind::Paren: return look(n.a, Slot::Whole);
      case NodeKind::Lambda:
      case NodeKind::Let: return look(n.b, Slot::Whole);
      case NodeKind::If: look(n.c, Slot::Whole); [[fallthrough]];
      case NodeKind::With:
      case NodeKind::Assert: look(n.a, Slot::Whole); return look(n.b, Slot::Whole);
      case NodeKind::Select:
        look(n.c, Slot::Argument);
        return look(n.a, n.c == kNone ? Slot::Base : Slot::DefaultedBase);
      case NodeKind::HasAttr: return look(n.a, Slot::Operand);
      case NodeKind::Unary: return look(n.a, Slot::Operand);
      case NodeKind::Binary: look(n.a, Slot::Operand); return look(n.b, Slot::Operand);
      case NodeKind::Apply:
        look(n.a, Slot::Argument);
        for (const NodeId argument : ast_.children(n.b, n.c))
          look(argument, Slot::Argument);
        return;
      case NodeKind::List:
        for (const NodeId item : ast_.children(n.a, n.b))
          look(item, Slot::Argument);
        return;
    }
  }

  void look(NodeId id, Slot slot) {
    if (id == kNone) return;
    const Node& n = ast_[id];
    if (n.kind != NodeKind::Paren) return;
    const bool plain = is_redundant(ast_[n.a], slot);
    if (!plain && !is_delimited(ast_[n.a], slot)) return;
    // `f (a.b) or c`: what follows would become a default. So would that of `(a.b).c or d`, which
    // does not excuse a missing b.
    if (slot != Slot::Whole && is_followed_by_or(n.span.end)) return;
    if (slot == Slot::DefaultedBase && ast_[n.a].kind == NodeKind::Select) return;
    lint_.report(plain ? DiagnosticId::RedundantParentheses : DiagnosticId::DelimitedParentheses,
                 n.span, id);
  }

  bool is_redundant(const Node& inner, Slot slot) const {
    switch (inner.kind) {
      case NodeKind::Error: return false;
      case NodeKind::Var: return ast_.symbol(inner.a) != "or";
      case NodeKind::String:
        // A URL takes in what follows, up to white space.
        if (inner.op == static_cast<uint8_t>(syntax::StringStyle::Url)) return false;
        return !is_base(slot);
      case NodeKind::Paren: return true;
      case NodeKind::Int:
      case NodeKind::List: return !is_base(slot);
      case NodeKind::AttrSet: return slot == Slot::Whole || slot == Slot::Argument;
      case NodeKind::Select: return inner.c == kNone;
      default: return false;
    }
  }

  static bool is_base(Slot slot) { return slot == Slot::Base || slot == Slot::DefaultedBase; }

  static bool is_delimited(const Node& inner, Slot slot) {
    const bool url = inner.kind == NodeKind::String &&
                     inner.op == static_cast<uint8_t>(syntax::StringStyle::Url);
    return slot == Slot::Whole && inner.kind != NodeKind::Error && !url;
  }

  bool is_followed_by_or(uint32_t end) const {
    const std::string_view rest = lint_.input.text.substr(skip_trivia(lint_.input.text, end));
    constexpr std::string_view kWord =
        "_'-0123456789"
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return rest.substr(0, rest.find_first_not_of(kWord)) == "or";
  }

  Lint& lint_;
  const Ast& ast_;
};

}  // namespace

void lint_parentheses(Lint& lint) {
  if (lint.wants(DiagnosticId::RedundantParentheses) ||
      lint.wants(DiagnosticId::DelimitedParentheses)) {
    Parentheses(lint).run();
  }
}

}  // namespace nilas::analysis
