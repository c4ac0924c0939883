#include "syntax/scope.hpp"

#include <algorithm>

#include "syntax/bind_order.hpp"

namespace nilas::syntax {
namespace {

// Walks down with an explicit stack. For each symbol the visible definition is kept; entering a
// scope pushes its definitions over those they hide, leaving it takes them off again. So a name
// costs one array access, however deep the scopes are.
class Resolver {
 public:
  Resolver(Ast& ast, std::span<const std::string_view> globals,
           std::vector<Diagnostic>& diagnostics)
      : ast_(ast),
        globals_(globals),
        diagnostics_(diagnostics),
        visible_(ast.symbols.size(), kNone),
        global_(ast.symbols.size(), kUnknown) {}

  void run() {
    if (ast_.root == kNoNode) return;
    work_.push_back({ast_.root, Task::Visit});
    while (!work_.empty()) {
      const Work work = work_.back();
      work_.pop_back();
      switch (work.task) {
        case Task::Visit: visit(work.id); break;
        case Task::Leave: leave(work.id); break;
        case Task::EnterWith: enter_with(work.id); break;
      }
    }
  }

 private:
  enum class Task : uint8_t { Visit, Leave, EnterWith };
  struct Work {
    uint32_t id;  // node, or scope to leave
    Task task;
  };
  static constexpr uint32_t kUnknown = kNone - 1;

  void push(NodeId node) {
    if (node != kNoNode) work_.push_back({node, Task::Visit});
  }

  ScopeId open_scope(ScopeKind kind, NodeId node) {
    const auto scope = static_cast<ScopeId>(ast_.scopes.size());
    ast_.scopes.push_back({.kind = kind,
                           .node = node,
                           .parent = current_,
                           .first_decl = static_cast<DeclId>(ast_.decls.size()),
                           .decl_count = 0});
    current_ = scope;
    work_.push_back({scope, Task::Leave});
    return scope;
  }

  void declare(ScopeId scope, SymbolId symbol, Span name, NodeId value) {
    const auto decl = static_cast<DeclId>(ast_.decls.size());
    ast_.decls.push_back({symbol, scope, name, value, 0});
    hidden_.push_back(visible_[symbol]);
    visible_[symbol] = decl;
    ++ast_.scopes[scope].decl_count;
  }

  void leave(ScopeId id) {
    const Scope& scope = ast_.scopes[id];
    for (uint32_t i = scope.decl_count; i-- > 0;) {
      const DeclId decl = scope.first_decl + i;
      visible_[ast_.decls[decl].symbol] = hidden_[decl];
    }
    if (scope.kind == ScopeKind::With) {
      with_ = outer_with_.back();
      outer_with_.pop_back();
    }
    current_ = scope.parent;
  }

  void enter_with(NodeId node) {
    outer_with_.push_back(with_);
    with_ = open_scope(ScopeKind::With, node);
    push(ast_.nodes[node].b);
  }

  uint32_t global_of(SymbolId symbol) {
    uint32_t& index = global_[symbol];
    if (index == kUnknown) {
      const std::string_view name = ast_.symbol(symbol);
      const auto it = std::lower_bound(globals_.begin(), globals_.end(), name);
      index = it != globals_.end() && *it == name ? static_cast<uint32_t>(it - globals_.begin())
                                                  : kNone;
    }
    return index;
  }

  void variable(const Node& n) {
    Ref& ref = ast_.refs[n.b];
    if (const DeclId decl = visible_[n.a]; decl != kNone) {
      ref.kind = RefKind::Local;
      ref.target = decl;
      ++ast_.decls[decl].use_count;
    } else if (const uint32_t global = global_of(n.a); global != kNone) {
      ref.kind = RefKind::Global;
      ref.target = global;
    } else if (with_ != kNone) {
      ref.kind = RefKind::With;
      ref.target = with_;
    } else {
      ref.kind = RefKind::Unbound;
      ref.target = kNone;
      diagnostics_.push_back(
          make_diagnostic(DiagnosticId::UndefinedVariable, n.span, ast_.symbol(n.a)));
    }
  }

  void push_path(PathId path) {
    const auto names = ast_.path(path);
    for (size_t i = names.size(); i-- > 0;)
      push(names[i].expr);
  }

  // Everything the set evaluates, for a recursive one in its new scope. `body` is what follows a
  // let. Children are pushed last first.
  void set(SetId id, NodeId node, NodeId body, ScopeKind kind, bool recursive) {
    SetRecord& record = ast_.sets[id];
    const auto attrs = ast_.set_attrs(record);
    if (recursive) {
      for (const Attr& attr : attrs) {
        if (attr.kind == AttrKind::Inherited) variable(ast_.nodes[attr.value]);
      }
      const ScopeId scope = open_scope(kind, node);
      record.scope = scope;
      for (const Attr& attr : attrs)
        declare(scope, attr.symbol, attr.name, attr.value);
    }
    push(body);
    const auto dynamics = ast_.set_dynamics(record);
    for (size_t i = dynamics.size(); i-- > 0;) {
      push(dynamics[i].value);
      push(dynamics[i].name);
    }
    for (size_t i = attrs.size(); i-- > 0;) {
      if (attrs[i].kind == AttrKind::Plain ||
          (attrs[i].kind == AttrKind::Inherited && !recursive)) {
        push(attrs[i].value);
      }
    }
    const auto froms = ast_.set_froms(record);
    for (size_t i = froms.size(); i-- > 0;)
      push(froms[i]);
  }

  void lambda(const Node& n) {
    LambdaRecord& record = ast_.lambdas[n.a];
    const ScopeId scope = open_scope(ScopeKind::Lambda, record.node);
    record.scope = scope;
    const auto formals = ast_.lambda_formals(record);
    for (const Formal& formal : formals) {
      declare(scope, formal.symbol, formal.name, formal.default_value);
    }
    if (record.arg != kNone) declare(scope, record.arg, record.arg_span, kNoNode);
    push(n.b);
    for (size_t i = formals.size(); i-- > 0;)
      push(formals[i].default_value);
  }

  void visit(NodeId id) {
    const Node n = ast_.nodes[id];
    switch (n.kind) {
      case NodeKind::Int:
      case NodeKind::Float:
      case NodeKind::SearchPath:
      case NodeKind::CurPos:
      case NodeKind::InheritFrom: return;
      case NodeKind::Var: return variable(n);
      case NodeKind::String:
      case NodeKind::Path:
        for (uint32_t i = n.b; i-- > 0;)
          push(ast_.parts[n.a + i].expr);
        return;
      case NodeKind::Select:
        push(n.c);
        push_path(n.b);
        return push(n.a);
      case NodeKind::HasAttr: push_path(n.b); return push(n.a);
      case NodeKind::Apply:
        for (uint32_t i = n.c; i-- > 0;)
          push(ast_.lists[n.b + i]);
        return push(n.a);
      case NodeKind::Error:
      case NodeKind::List:
        for (uint32_t i = n.b; i-- > 0;)
          push(ast_.lists[n.a + i]);
        return;
      case NodeKind::Lambda: return lambda(n);
      case NodeKind::Let: return set(n.a, id, n.b, ScopeKind::Let, true);
      case NodeKind::LegacyLet: return set(n.a, id, kNoNode, ScopeKind::RecSet, true);
      case NodeKind::AttrSet:
        return set(n.a, id, kNoNode, ScopeKind::RecSet, (n.flags & kRecursive) != 0);
      case NodeKind::With: work_.push_back({id, Task::EnterWith}); return push(n.a);
      case NodeKind::If:
        push(n.c);
        push(n.b);
        return push(n.a);
      case NodeKind::Assert:
      case NodeKind::Binary: push(n.b); return push(n.a);
      case NodeKind::Unary:
      case NodeKind::Paren: return push(n.a);
    }
  }

  Ast& ast_;
  std::span<const std::string_view> globals_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<DeclId> visible_;   // by symbol
  std::vector<uint32_t> global_;  // by symbol: index in globals_, kNone, or not yet looked up
  std::vector<DeclId> hidden_;    // by decl: what it hides
  std::vector<Work> work_;
  std::vector<ScopeId> outer_with_;
  ScopeId current_ = kNone;
  ScopeId with_ = kNone;
};

}  // namespace

void resolve(Ast& ast, std::span<const std::string_view> globals,
             std::vector<Diagnostic>& diagnostics) {
  ast.scopes.clear();
  ast.decls.clear();
  for (Ref& ref : ast.refs) {
    ref.target = kNone;
    ref.kind = RefKind::Unbound;
  }
  // Of nodes that damaged code left out of the tree nothing is resolved, nor what was before an edit.
  for (SetRecord& set : ast.sets)
    set.scope = kNone;
  for (LambdaRecord& lambda : ast.lambdas)
    lambda.scope = kNone;
  const size_t before = diagnostics.size();
  Resolver(ast, globals, diagnostics).run();
  if (diagnostics.size() - before < 2) return;
  // In source order, but for the one that C++ Nix reports.
  const auto mine = diagnostics.begin() + static_cast<std::ptrdiff_t>(before);
  std::stable_sort(mine, diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return a.span.begin < b.span.begin;
  });
  const NodeId first = first_unbound(ast, globals);
  if (first == kNoNode) return;
  const auto it = std::ranges::find(mine, diagnostics.end(), ast[first].span, &Diagnostic::span);
  if (it != diagnostics.end()) std::rotate(mine, it, it + 1);
}

}  // namespace nilas::syntax
