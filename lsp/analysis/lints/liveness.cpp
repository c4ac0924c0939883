#include "lsp/analysis/lints/liveness.hpp"

#include <algorithm>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

/// The value of a let binding: nodes [first, last].
struct Value {
  NodeId first, last;
  DeclId decl;
};

/// Values of all let bindings, the last node first. Those of sets made from attribute paths are
/// left out: their ranges may hold nodes of neighbours.
std::vector<Value> let_values(const syntax::Ast& ast) {
  std::vector<Value> values;
  for (const syntax::Scope& scope : ast.scopes) {
    if (scope.kind != syntax::ScopeKind::Let) continue;
    for (DeclId d = scope.first_decl; d < scope.first_decl + scope.decl_count; ++d) {
      const NodeId value = ast.decls[d].value;
      const syntax::Node& n = ast[value];
      const bool from_path =
          n.kind == syntax::NodeKind::AttrSet && (n.flags & syntax::kSynthetic) != 0;
      if (!from_path) values.push_back({n.first, value, d});
    }
  }
  std::ranges::sort(values, std::ranges::greater(), &Value::last);
  return values;
}

/// Tells the innermost let binding whose value a node lies in. To be asked from the last node to
/// the first.
class Owners {
 public:
  explicit Owners(const std::vector<Value>& values) : values_(values) {}

  DeclId of(NodeId node) {
    for (; next_ < values_.size() && values_[next_].last >= node; ++next_)
      around_.push_back(&values_[next_]);
    while (!around_.empty() && around_.back()->first > node)
      around_.pop_back();
    return around_.empty() ? kNone : around_.back()->decl;
  }

 private:
  const std::vector<Value>& values_;
  size_t next_ = 0;
  std::vector<const Value*> around_;
};

}  // namespace

Liveness::Liveness(const syntax::Ast& ast) : dead_(ast.decls.size()) {
  const std::vector<Value> values = let_values(ast);
  struct Use {
    DeclId by, of;
  };
  std::vector<Use> uses;
  std::vector<bool> live(ast.decls.size());
  std::vector<DeclId> work;
  const auto mark = [&](DeclId d) {
    if (live[d]) return;
    live[d] = true;
    work.push_back(d);
  };
  Owners owners(values);
  for (size_t i = ast.refs.size(); i-- > 0;) {
    const syntax::Ref& ref = ast.refs[i];
    if (ref.kind != syntax::RefKind::Local) continue;
    const DeclId by = owners.of(ref.node);
    if (by == kNone) {
      mark(ref.target);
    } else {
      uses.push_back({by, ref.target});
    }
  }
  std::ranges::stable_sort(uses, {}, &Use::by);
  while (!work.empty()) {
    const DeclId d = work.back();
    work.pop_back();
    const auto [begin, end] = std::ranges::equal_range(uses, d, {}, &Use::by);
    for (auto use = begin; use != end; ++use)
      mark(use->of);
  }
  for (const Use& use : uses)
    if (!live[use.of] && use.by != use.of) users_.try_emplace(use.of, use.by);
  // A binding of a let inside a dead binding is dead as well, and not worth a word.
  Owners around(values);
  std::vector<std::pair<NodeId, uint32_t>> lets;
  for (uint32_t s = 0; s < ast.scopes.size(); ++s)
    if (ast.scopes[s].kind == syntax::ScopeKind::Let) lets.emplace_back(ast.scopes[s].node, s);
  std::ranges::sort(lets, std::ranges::greater());
  for (const auto& [node, s] : lets) {
    const DeclId owner = around.of(node);
    if (owner != kNone && !live[owner]) continue;
    const syntax::Scope& scope = ast.scopes[s];
    for (DeclId d = scope.first_decl; d < scope.first_decl + scope.decl_count; ++d)
      dead_[d] = !live[d];
  }
}

}  // namespace nilas::analysis
