#include "syntax/warnings.hpp"

#include <algorithm>

namespace nilas::syntax {
namespace {

class Warnings {
 public:
  Warnings(const Ast& ast, std::span<const std::string_view> globals)
      : ast_(ast), globals_(globals) {}

  std::vector<Diagnostic> run() {
    for (const Node& node : ast_.nodes)
      visit(node);
    for (const Scope& scope : ast_.scopes)
      names_of(scope);
    std::ranges::stable_sort(found_, {}, [](const Diagnostic& d) { return d.span.begin; });
    return std::move(found_);
  }

 private:
  void report(DiagnosticId id, Span span, std::string_view argument = {}) {
    found_.push_back(make_diagnostic(id, span, argument));
  }

  const Node& bare(NodeId id) const { return ast_[ast_.skip_parens(id)]; }

  // Whether the node is `true` or `false` of the global scope.
  bool is_global(NodeId id, std::string_view name) const {
    const Node& n = bare(id);
    return n.kind == NodeKind::Var && ast_.symbol(n.a) == name &&
           ast_.refs[n.b].kind == RefKind::Global;
  }

  void visit(const Node& n) {
    switch (n.kind) {
      case NodeKind::String:
        if (n.op == static_cast<uint8_t>(StringStyle::Url)) {
          report(DiagnosticId::DeprecatedUrl, n.span, ast_.text(ast_.parts[n.a].text));
        }
        return;
      case NodeKind::LegacyLet:
        report(DiagnosticId::DeprecatedLet, {n.span.begin, n.span.begin + 3});
        return inherits(n);
      case NodeKind::Let:
        if (ast_.sets[n.a].binding_count == 0) {
          report(DiagnosticId::EmptyLet, {n.span.begin, n.span.begin + 3});
        }
        return inherits(n);
      case NodeKind::AttrSet: return inherits(n);
      case NodeKind::If: return condition(n.a, "then", "else");
      case NodeKind::Assert:
        if (is_global(n.a, "true"))
          report(DiagnosticId::DeadCode, ast_[n.a].span, "this assertion always holds");
        return;
      case NodeKind::Unary: return negation(n);
      case NodeKind::Binary: return boolean(n);
      default: return;  // the other kinds give no reason to warn
    }
  }

  void condition(NodeId test, std::string_view then_name, std::string_view else_name) {
    const bool yes = is_global(test, "true"), no = is_global(test, "false");
    if (!yes && !no) return;
    report(DiagnosticId::DeadCode, ast_[test].span,
           "the condition is constant: the '" + std::string(yes ? else_name : then_name) +
               "' branch is never evaluated");
  }

  void negation(const Node& n) {
    const Node& inner = bare(n.a);
    const auto negate = static_cast<uint8_t>(UnaryOp::Not);
    if (n.op == negate && inner.kind == NodeKind::Unary && inner.op == negate) {
      report(DiagnosticId::UselessBoolean, n.span, "a double negation does nothing");
    }
  }

  // Only what certainly has no effect on the value: the left operand is evaluated and checked in
  // any case, so `true && x` is x only if x is a boolean, which `&&` also demands.
  void boolean(const Node& n) {
    const auto op = static_cast<BinaryOp>(n.op);
    if (op != BinaryOp::And && op != BinaryOp::Or && op != BinaryOp::Implies) return;
    const auto say = [&](NodeId operand, bool value) {
      if (!is_global(operand, value ? "true" : "false")) return false;
      report(DiagnosticId::UselessBoolean, ast_[operand].span,
             "this operand does not change the result");
      return true;
    };
    const auto dead = [&](NodeId operand, bool value) {
      if (!is_global(operand, value ? "true" : "false")) return;
      report(DiagnosticId::DeadCode, ast_[operand].span, "the right operand is never evaluated");
    };
    if (op == BinaryOp::And) {
      if (!say(n.a, true) && !say(n.b, true)) dead(n.a, false);
    } else if (op == BinaryOp::Or) {
      if (!say(n.a, false) && !say(n.b, false)) dead(n.a, true);
    } else {
      dead(n.a, false);
    }
  }

  void inherits(const Node& n) {
    for (const Binding& binding : ast_.set_bindings(ast_.sets[n.a])) {
      if (binding.kind != BindingKind::Path && ast_.path(binding.path).empty()) {
        report(DiagnosticId::EmptyInherit, binding.span);
      }
    }
  }

  bool inherited(const Scope& scope, uint32_t index) const {
    const SetRecord& set = ast_.sets[ast_[scope.node].a];
    return ast_.attrs[set.first_attr + index].kind == AttrKind::Inherited;
  }

  void names_of(const Scope& scope) {
    if (scope.kind == ScopeKind::With) return;
    for (uint32_t i = 0; i < scope.decl_count; ++i) {
      const Decl& decl = ast_.decls[scope.first_decl + i];
      const std::string_view name = ast_.symbol(decl.symbol);
      if (name == "true" || name == "false" || name == "null") {
        if (std::ranges::binary_search(globals_, name)) {
          report(DiagnosticId::ShadowedGlobal, decl.name, name);
        }
      }
      if (scope.kind != ScopeKind::Let) continue;
      if (inherited(scope, i) && useless_inherit(decl)) {
        report(DiagnosticId::UselessInherit, decl.name, name);
      } else if (decl.use_count == 0 && !name.starts_with('_')) {
        report(DiagnosticId::UnusedBinding, decl.name, name);
      }
    }
  }

  // `let inherit x;` where x is a static name outside: the same name, once more. (From a `with` it
  // changes what wins, so it has a use.)
  bool useless_inherit(const Decl& decl) const {
    const Node& value = ast_[decl.value];
    return value.kind == NodeKind::Var && ast_.refs[value.b].kind == RefKind::Local;
  }

  const Ast& ast_;
  std::span<const std::string_view> globals_;
  std::vector<Diagnostic> found_;
};

}  // namespace

void add_warnings(const Ast& ast, std::span<const std::string_view> globals,
                  std::vector<Diagnostic>& diagnostics) {
  std::ranges::move(Warnings(ast, globals).run(), std::back_inserter(diagnostics));
}

}  // namespace nilas::syntax
