// Kinds of values that an operation never takes, in code that evaluation does not reach: bodies of
// functions. What is said of closed code is said by evaluating it.

#include <algorithm>

#include "lsp/analysis/lints/lint.hpp"

namespace nilas::analysis {
namespace {

using syntax::BinaryOp;

/// The nodes of what decides whether `id`, within `n`, is evaluated at all; kNoNode: nothing.
NodeId condition_of(const Node& n, NodeId id) {
  bool decides = n.kind == NodeKind::If || n.kind == NodeKind::Assert;
  if (n.kind == NodeKind::Binary) {
    const auto op = static_cast<BinaryOp>(n.op);
    decides = op == BinaryOp::And || op == BinaryOp::Or || op == BinaryOp::Implies;
  }
  return decides && id > n.a ? n.a : kNoNode;
}

/// Whether `condition` names anything that `operand` names: `if isString s then s else s.name`.
bool is_asked_about(const Ast& ast, NodeId condition, NodeId operand) {
  for (NodeId i = ast[condition].first; i <= condition; ++i) {
    if (ast[i].kind != NodeKind::Var) continue;
    for (NodeId j = ast[operand].first; j <= operand; ++j)
      if (ast[j].kind == NodeKind::Var && ast[j].a == ast[i].a) return true;
  }
  return false;
}

/// Whether arguments are unknown at `id`, nobody catches what goes wrong there, and no condition
/// around it asks about `operand`. O(nodes): asked only when there is something to report.
bool is_open(const Ast& ast, NodeId id, NodeId operand) {
  bool open = false;
  for (NodeId around = id + 1; around < ast.nodes.size(); ++around) {
    const Node& n = ast[around];
    if (n.first > id) continue;
    open = open || n.kind == NodeKind::Lambda;
    const NodeId condition = condition_of(n, id);
    if (condition != kNoNode && is_asked_about(ast, condition, operand)) return false;
    if (n.kind != NodeKind::Apply) continue;
    const Node& f = ast[ast.skip_parens(n.a)];
    SymbolId name = f.kind == NodeKind::Var ? f.a : kNone;
    if (f.kind == NodeKind::Select) name = ast.path(f.b).back().symbol;
    if (name != kNone && ast.symbol(name).ends_with("tryEval")) return false;
  }
  return open;
}

class TypeLint {
 public:
  TypeLint(Lint& lint, NodeId id, const Node& n) : lint_(lint), ast_(lint.ast), id_(id), n_(n) {}

  void unary() {
    const bool negation = n_.op == static_cast<uint8_t>(syntax::UnaryOp::Not);
    if (!negation && lint_.types.is_bound("__sub")) return;
    expect(n_.a, negation ? kBoolKind : kNumberKinds, negation ? "`!`" : "`-`");
  }

  void binary() {
    switch (static_cast<BinaryOp>(n_.op)) {
      case BinaryOp::Add: return add();
      case BinaryOp::Sub: return arithmetic("`-`", "__sub");
      case BinaryOp::Mul: return arithmetic("`*`", "__mul");
      case BinaryOp::Div: return arithmetic("`/`", "__div");
      case BinaryOp::Concat: return both(kListKind, "`++`");
      case BinaryOp::Update: return both(kSetKind, "`//`");
      case BinaryOp::Less: return compare("`<`");
      case BinaryOp::LessEqual: return compare("`<=`");
      case BinaryOp::More: return compare("`>`");
      case BinaryOp::MoreEqual: return compare("`>=`");
      case BinaryOp::And: return both(kBoolKind, "`&&`");
      case BinaryOp::Or: return both(kBoolKind, "`||`");
      case BinaryOp::Implies: return both(kBoolKind, "`->`");
      case BinaryOp::Equal:
      case BinaryOp::NotEqual:
      case BinaryOp::PipeRight:
      case BinaryOp::PipeLeft: return;
    }
  }

  void condition(std::string_view what) { expect(n_.a, kBoolKind, what); }
  void with() { expect(n_.a, kSetKind, "`with`"); }

  void interpolation() {
    for (const syntax::Part& part : ast_.string_parts(n_))
      if (part.expr != kNoNode) expect(part.expr, kTextKinds, "`${}`", true);
  }

  void select() {
    if (n_.c != kNoNode || ast_[n_.a].kind == NodeKind::InheritFrom) return;
    const Type base = lint_.types.of(n_.a);
    if (!base.may_be(kSetKind)) mismatch(n_.a, base, kSetKind, "a selection");
  }

  void call() {
    Type function = lint_.types.of(n_.a);
    const auto arguments = ast_.children(n_.b, n_.c);
    if (!function.may_be(kCallableKinds)) return callee(function);
    for (size_t i = 0; i < arguments.size(); ++i) {
      const NodeId lambda = lint_.types.lambda(function);
      if (lambda == kNoNode) return builtin_call(function, arguments.subspan(i));
      pattern(ast_.lambdas[ast_[lambda].a], arguments[i]);
      function = lint_.types.of(ast_[lambda].b);
    }
  }

 private:
  /// Without the kinds that this very set cannot stand for: one without `__toString` is no text.
  Kinds useful(const Type& type, bool as_text) {
    if (!as_text || !(type.kinds & kSetKind)) return type.kinds;
    const auto lacks = [&](std::string_view name) {
      return lint_.types.attribute(type, name).presence == Presence::Never;
    };
    return lacks("__toString") && lacks("outPath") ? type.kinds & ~kSetKind : type.kinds;
  }

  void expect(NodeId operand, Kinds accepted, std::string_view what, bool as_text = false) {
    const Type type = lint_.types.of(operand);
    if (!type.is_known() || type.kinds == 0) return;
    if (!(useful(type, as_text) & accepted)) mismatch(operand, type, accepted, what);
  }

  void both(Kinds accepted, std::string_view what) {
    expect(n_.a, accepted, what);
    expect(n_.b, accepted, what);
  }

  void arithmetic(std::string_view what, std::string_view function) {
    if (!lint_.types.is_bound(function)) both(kNumberKinds, what);
  }

  /// Numbers with numbers, everything else as text.
  void add() {
    const Type a = lint_.types.of(n_.a), b = lint_.types.of(n_.b);
    if (!a.is_known() && !b.is_known()) return;
    if (a.kinds == 0 || b.kinds == 0) return;
    const Kinds left = useful(a, true), right = useful(b, true);
    const bool numbers = (left & kNumberKinds) && (right & kNumberKinds);
    const bool texts = (left & kTextKinds) && (right & kTextKinds);
    if (numbers || texts) return;
    if (!(left & (kNumberKinds | kTextKinds)))
      return mismatch(n_.a, a, kNumberKinds | kTextKinds, "`+`");
    const bool to_number = !(left & kTextKinds);
    mismatch(n_.b, b, to_number ? kNumberKinds : kTextKinds,
             to_number ? "`+` after a number" : "`+` after what is no number");
  }

  void compare(std::string_view what) {
    if (lint_.types.is_bound("__lessThan")) return;
    const Type a = lint_.types.of(n_.a), b = lint_.types.of(n_.b);
    if (a.kinds == 0 || b.kinds == 0) return;
    if (!(a.kinds & kOrderedKinds)) return mismatch(n_.a, a, kOrderedKinds, what);
    if (!(b.kinds & kOrderedKinds)) return mismatch(n_.b, b, kOrderedKinds, what);
    if ((a.kinds & kNumberKinds) && (b.kinds & kNumberKinds)) return;
    if (a.kinds & b.kinds & kOrderedKinds) return;
    report(id_, kinds_in_words(a.kinds) + " cannot be compared with " + kinds_in_words(b.kinds), b);
  }

  void callee(const Type& function) {
    // A literal in the place of a function is told where evaluation tells nothing as well.
    if (function.origin == ast_.skip_parens(n_.a)) return;
    report(n_.a, kinds_in_words(function.kinds) + " cannot be called", function);
  }

  void builtin_call(const Type& function, std::span<const NodeId> arguments) {
    uint32_t given = 0;
    const BuiltinType* builtin = lint_.types.builtin(function, given);
    if (!builtin || given + arguments.size() < builtin->parameters.size()) return;
    const std::string what = "'" + std::string(builtin->info->name()) + "'";
    for (uint32_t i = given; i < builtin->parameters.size(); ++i) {
      if (!builtin->info->forces(i)) continue;
      expect(arguments[i - given], builtin->parameters[i].accepted(), what);
    }
  }

  /// An argument that is taken apart by a pattern.
  void pattern(const syntax::LambdaRecord& lambda, NodeId argument) {
    if (!lambda.has_formals) return;
    const Type type = lint_.types.of(argument);
    if (!type.may_be(kSetKind)) return mismatch(argument, type, kSetKind, "this function");
    if (type.kinds != kSetKind || type.origin == kNoNode) return;
    const auto formals = ast_.lambda_formals(lambda);
    for (const syntax::Formal& formal : formals) {
      if (formal.default_value != kNoNode) continue;
      const std::string_view name = ast_.symbol(formal.symbol);
      if (lint_.types.attribute(type, name).presence != Presence::Never) continue;
      return report(argument,
                    "the function requires '" + std::string(name) + "', which this set lacks",
                    {kAnyKind, lambda.node});
    }
    if (lambda.has_ellipsis) return;
    for (const ShapeItem& item : lint_.types.shape(type).items) {
      const syntax::Attr& attr = ast_.attrs[item.attr];
      const bool taken =
          std::ranges::find(formals, attr.symbol, &syntax::Formal::symbol) != formals.end();
      if (taken || item.presence != Presence::Always) continue;
      return report(argument,
                    "the function does not take '" + std::string(ast_.symbol(attr.symbol)) + "'",
                    {kAnyKind, lambda.node});
    }
  }

  void mismatch(NodeId operand, const Type& type, Kinds accepted, std::string_view what) {
    report(operand,
           "this is " + kinds_in_words(type.kinds) + "; " + std::string(what) + " takes " +
               kinds_in_words(accepted),
           type);
  }

  void report(NodeId about, const std::string& message, const Type& type) {
    const Span span = ast_[about].span;
    const NodeId from = type.origin == kNoNode ? about : type.origin;
    const Span origin = ast_[from].span;
    const bool here = origin.begin >= span.begin && origin.end <= span.end;
    // `let package = null; in ...` is a switch; what depends on it is likely to ask.
    const bool is_switch = !here && (type.kinds == kNullKind || type.kinds == kBoolKind);
    if (is_switch || !is_open(ast_, id_, about)) return;
    if (here) return lint_.report(DiagnosticId::TypeMismatch, span, id_, message);
    lint_.report(DiagnosticId::TypeMismatch, span, id_, message, {origin, "written here"});
  }

  Lint& lint_;
  const Ast& ast_;
  NodeId id_;
  const Node& n_;
};

}  // namespace

void lint_types(Lint& lint, NodeId id, const Node& n) {
  switch (n.kind) {
    case NodeKind::Unary: return TypeLint(lint, id, n).unary();
    case NodeKind::Binary: return TypeLint(lint, id, n).binary();
    case NodeKind::If: return TypeLint(lint, id, n).condition("`if`");
    case NodeKind::Assert: return TypeLint(lint, id, n).condition("`assert`");
    case NodeKind::With: return TypeLint(lint, id, n).with();
    case NodeKind::String:
    case NodeKind::Path: return TypeLint(lint, id, n).interpolation();
    case NodeKind::Select: return TypeLint(lint, id, n).select();
    case NodeKind::Apply: return TypeLint(lint, id, n).call();
    case NodeKind::Error:
    case NodeKind::Int:
    case NodeKind::Float:
    case NodeKind::SearchPath:
    case NodeKind::CurPos:
    case NodeKind::Var:
    case NodeKind::InheritFrom:
    case NodeKind::HasAttr:
    case NodeKind::Lambda:
    case NodeKind::Let:
    case NodeKind::LegacyLet:
    case NodeKind::AttrSet:
    case NodeKind::List:
    case NodeKind::Paren: return;
  }
}

}  // namespace nilas::analysis
