#include "lsp/analysis/names.hpp"

#include <algorithm>
#include <numeric>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {

std::string_view last_name(const Ast& ast, NodeId function) {
  const Node& n = ast[ast.skip_parens(function)];
  if (n.kind == NodeKind::Var) return ast.symbol(n.a);
  if (n.kind != NodeKind::Select || n.c != kNoNode) return {};
  const auto path = ast.path(n.b);
  return path.empty() || path.back().symbol == kNone ? "" : ast.symbol(path.back().symbol);
}

bool is_fixed_point(const Ast& ast, NodeId function) {
  const std::string_view name = last_name(ast, function);
  return name == "fix" || name == "fix'" || name == "makeExtensible";
}

/// What one question about values may cost. It bounds native recursion, too.
struct Names::Budget {
  int steps = 400;
  int depth = 40;
  bool spend() { return --steps >= 0; }
};

Names::Names(const Ast& ast) : ast_(ast) {
  collect_attributes();
  collect_bindings();
  collect_nodes();
  collect_parameters();
  std::ranges::sort(names_, {}, [](const Name& n) { return n.span.begin; });
}

void Names::collect_attributes() {
  attrs_by_symbol_.resize(ast_.attrs.size());
  std::iota(attrs_by_symbol_.begin(), attrs_by_symbol_.end(), 0U);
  attr_sets_.resize(ast_.attrs.size(), kNone);
  for (syntax::SetId id = 0; id < ast_.sets.size(); ++id) {
    const syntax::SetRecord& set = ast_.sets[id];
    const auto slice = std::span(attrs_by_symbol_).subspan(set.first_attr, set.attr_count);
    std::ranges::sort(slice, {}, [&](uint32_t a) { return ast_.attrs[a].symbol; });
    std::fill_n(attr_sets_.begin() + set.first_attr, set.attr_count, id);
  }
}

uint32_t Names::find_attr(syntax::SetId set, SymbolId symbol) const {
  const syntax::SetRecord& record = ast_.sets[set];
  const auto slice = std::span(attrs_by_symbol_).subspan(record.first_attr, record.attr_count);
  const auto at =
      std::ranges::lower_bound(slice, symbol, {}, [&](uint32_t a) { return ast_.attrs[a].symbol; });
  return at != slice.end() && ast_.attrs[*at].symbol == symbol ? *at : kNone;
}

void Names::collect_bindings() {
  for (const syntax::SetRecord& record : ast_.sets) {
    for (uint32_t i = 0; i < record.binding_count; ++i)
      collect_binding(record, record.first_binding + i);
  }
}

void Names::collect_binding(const syntax::SetRecord& record, uint32_t index) {
  const syntax::Binding& binding = ast_.bindings[index];
  if (binding.path == kNone) return;
  // A set that was merged into another one names that one's record by its node.
  syntax::SetId set = record.node == kNoNode ? kNone : ast_[record.node].a;
  const auto path = ast_.path(binding.path);
  for (uint32_t i = 0; i < path.size(); ++i) {
    const syntax::AttrName& name = path[i];
    if (name.symbol == kNone) {
      if (binding.kind == syntax::BindingKind::Path) return;  // what follows belongs to it
      continue;
    }
    const uint32_t attr = set == kNone ? kNone : find_attr(set, name.symbol);
    Name out{.span = name.span,
             .symbol = name.symbol,
             .kind = NameKind::Attribute,
             .defines = attr,
             .index = i,
             .binding = index};
    if (binding.kind == syntax::BindingKind::Path) {
      const NodeId value = attr == kNone ? kNoNode : ast_.skip_parens(ast_.attrs[attr].value);
      set = value != kNoNode && ast_[value].kind == NodeKind::AttrSet ? ast_[value].a : kNone;
    } else {
      const bool from = binding.kind == syntax::BindingKind::InheritFrom;
      out.kind = from ? NameKind::InheritFrom : NameKind::Inherit;
      if (attr != kNone && ast_.attrs[attr].kind != syntax::AttrKind::Plain)
        out.node = ast_.attrs[attr].value;
    }
    names_.push_back(out);
  }
}

void Names::collect_nodes() {
  for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
    const Node& n = ast_.nodes[id];
    if ((n.flags & syntax::kSynthetic) != 0) continue;
    if (n.kind == NodeKind::Apply) {
      collect_fixed_point(n);
    } else if (n.kind == NodeKind::Var) {
      names_.push_back({.span = n.span, .symbol = n.a, .kind = NameKind::Variable, .node = id});
    } else if (n.kind == NodeKind::Select || n.kind == NodeKind::HasAttr) {
      if (ast_[n.a].kind == NodeKind::InheritFrom) continue;  // collected as Inherit
      const auto path = ast_.path(n.b);
      for (uint32_t i = 0; i < path.size(); ++i) {
        if (path[i].symbol == kNone) continue;
        names_.push_back({.span = path[i].span,
                          .symbol = path[i].symbol,
                          .kind = n.kind == NodeKind::Select ? NameKind::Select : NameKind::HasAttr,
                          .node = id,
                          .index = i});
      }
    }
  }
}

/// Functions for packages take such functions as well as sets; their parameter has one name.
void Names::collect_fixed_point(const Node& apply) {
  if (apply.c != 1) return;
  const NodeId lambda = ast_.skip_parens(ast_.lists[apply.b]);
  if (ast_[lambda].kind != NodeKind::Lambda) return;
  const syntax::LambdaRecord& record = ast_.lambdas[ast_[lambda].a];
  if (record.has_formals || record.scope == kNone) return;
  const syntax::DeclId parameter = ast_.scopes[record.scope].first_decl;
  if (ast_.symbol(ast_.decls[parameter].symbol) == "finalAttrs" || is_fixed_point(ast_, apply.a))
    own_results_.emplace_back(parameter, ast_[lambda].b);
}

void Names::collect_parameters() {
  for (syntax::DeclId id = 0; id < ast_.decls.size(); ++id) {
    const syntax::Decl& decl = ast_.decls[id];
    if (ast_.scopes[decl.scope].kind != syntax::ScopeKind::Lambda) continue;
    names_.push_back(
        {.span = decl.name, .symbol = decl.symbol, .kind = NameKind::Parameter, .defines = id});
  }
}

const Name* Names::at(uint32_t offset) const {
  auto next =
      std::ranges::upper_bound(names_, offset, {}, [](const Name& n) { return n.span.begin; });
  if (next == names_.begin()) return nullptr;
  --next;
  if (offset < next->span.end) return &*next;
  // Behind it; or behind its neighbour, if it is empty (in damaged code).
  for (int i = 0; i < 2; ++i) {
    if (next->span.end == offset) return &*next;
    if (next == names_.begin()) break;
    --next;
  }
  return nullptr;
}

// --- What names stand for ------------------------------------------------------------------------
uint32_t Names::attr_of_decl(syntax::DeclId id) const {
  const syntax::Scope& scope = ast_.scopes[ast_.decls[id].scope];
  if (scope.kind != syntax::ScopeKind::Let && scope.kind != syntax::ScopeKind::RecSet) return kNone;
  const syntax::SetRecord& set = ast_.sets[ast_[scope.node].a];
  const uint32_t index = id - scope.first_decl;
  return index < set.attr_count ? set.first_attr + index : kNone;
}

syntax::DeclId Names::decl_of_attr(uint32_t attr) const {
  const syntax::SetId set = attr_sets_[attr];
  if (set == kNone || ast_.sets[set].scope == kNone) return kNone;
  const syntax::Scope& scope = ast_.scopes[ast_.sets[set].scope];
  return scope.first_decl + (attr - ast_.sets[set].first_attr);
}

NodeId Names::own_result(syntax::DeclId id) const {
  const auto at =
      std::ranges::find(own_results_, id, [](const auto& entry) { return entry.first; });
  return at == own_results_.end() ? kNoNode : at->second;
}

Entity Names::attribute_entity(uint32_t attr) const {
  return {Entity::Kind::Attribute, attr, ast_.attrs[attr].symbol};
}

Entity Names::defined_by(const Name& name) const {
  if (name.defines == kNone) return {};
  if (name.kind == NameKind::Parameter) return {Entity::Kind::Parameter, name.defines, name.symbol};
  return attribute_entity(name.defines);
}

Entity Names::used_by(const Name& name) const {
  switch (name.kind) {
    case NameKind::Attribute:
    case NameKind::Parameter: return {};
    case NameKind::Variable:
    case NameKind::Inherit:
      return name.node != kNoNode && ast_[name.node].kind == NodeKind::Var
                 ? variable_entity(name.node)
                 : Entity{};
    case NameKind::InheritFrom:
    case NameKind::Select:
    case NameKind::HasAttr: return selected_entity(name);
  }
  return {};
}

Entity Names::meant_by(const Name& name) const {
  const Entity used = used_by(name);
  return used ? used : defined_by(name);
}

Entity Names::variable_entity(NodeId var) const {
  const Node& n = ast_[var];
  const syntax::Ref& ref = ast_.refs[n.b];
  switch (ref.kind) {
    case syntax::RefKind::Unbound: return {};
    case syntax::RefKind::Global: return {Entity::Kind::Global, ref.target, n.a};
    case syntax::RefKind::Local: {
      const uint32_t attr = attr_of_decl(ref.target);
      return attr == kNone ? Entity{Entity::Kind::Parameter, ref.target, n.a}
                           : attribute_entity(attr);
    }
    case syntax::RefKind::With: break;
  }
  for (syntax::ScopeId scope = ref.target; scope != kNone; scope = ast_.scopes[scope].parent) {
    if (ast_.scopes[scope].kind != syntax::ScopeKind::With) continue;
    const NodeId set = ast_[ast_.scopes[scope].node].a;
    if (const uint32_t attr = attr_in(set, n.a); attr != kNone) return attribute_entity(attr);
    // What is no set of this file may hold anything, so that those around it do not count.
    if (ast_[resolve(set)].kind != NodeKind::AttrSet) break;
  }
  return {Entity::Kind::With, ref.target, n.a};
}

NodeId Names::from_of(NodeId inherit_from) const {
  const Node& n = ast_[inherit_from];
  const auto froms = ast_.set_froms(ast_.sets[n.a]);
  return n.b < froms.size() ? froms[n.b] : kNoNode;
}

Names::Selection Names::selection_of(const Name& name) const {
  if (name.node == kNoNode) return {};
  const NodeKind kind = ast_[name.node].kind;
  if (kind != NodeKind::Select && kind != NodeKind::HasAttr) return {};
  const Selection all = selection_of(name.node);
  return {all.base, all.path.first(std::min<size_t>(name.index + 1, all.path.size()))};
}

Names::Selection Names::selection_of(NodeId select) const {
  const Node& n = ast_[select];
  return {ast_[n.a].kind == NodeKind::InheritFrom ? from_of(n.a) : n.a, ast_.path(n.b)};
}

Entity Names::selected_entity(const Name& name) const {
  const Selection s = selection_of(name);
  if (s.base == kNoNode || s.path.empty()) return {};
  const auto before = s.path.first(s.path.size() - 1);
  const NodeId set = before.empty() ? s.base : resolve_path(s.base, before);
  const uint32_t attr = set == kNoNode ? kNone : attr_in(set, name.symbol);
  if (attr != kNone) return attribute_entity(attr);
  return {Entity::Kind::Unknown, static_cast<uint32_t>(&name - names_.data()), name.symbol};
}

Entity Names::referred_by(NodeId node) const {
  const Node& n = ast_[node];
  if (n.kind == NodeKind::Var) return variable_entity(node);
  if (n.kind != NodeKind::Select) return {};
  const auto [base, path] = selection_of(node);
  if (path.empty() || path.back().symbol == kNone) return {};
  const NodeId set = base == kNoNode ? kNoNode : resolve_path(base, path.first(path.size() - 1));
  const uint32_t attr = set == kNoNode ? kNone : attr_in(set, path.back().symbol);
  return attr == kNone ? Entity{} : attribute_entity(attr);
}

std::optional<Names::Chain> Names::chain_of(const Name& name) const {
  Chain chain;
  Selection s = selection_of(name);
  while (s.base != kNoNode && chain.symbols.size() < 100) {
    for (size_t i = s.path.size(); i-- > 0;) {
      if (s.path[i].symbol == kNone) return std::nullopt;
      chain.symbols.push_back(s.path[i].symbol);
    }
    const NodeId base = ast_.skip_parens(s.base);
    const Node& n = ast_[base];
    if (n.kind == NodeKind::Var) {
      chain.root = variable_entity(base);
      return chain.root ? std::optional(chain) : std::nullopt;
    }
    if (n.kind != NodeKind::Select || n.c != kNoNode) return std::nullopt;
    s = selection_of(base);
  }
  return std::nullopt;
}

std::vector<const Name*> Names::names_of(const Entity& entity) const {
  std::vector<const Name*> out;
  if (!entity) return out;
  const bool unknown = entity.kind == Entity::Kind::Unknown;
  const std::optional<Chain> chain = unknown ? chain_of(names_[entity.id]) : std::nullopt;
  for (const Name& name : names_) {
    if (name.symbol != entity.symbol) continue;
    if (defined_by(name) == entity) {
      out.push_back(&name);
      continue;
    }
    const Entity used = used_by(name);
    const bool same = unknown ? used.kind == Entity::Kind::Unknown &&
                                    (used.id == entity.id || (chain && chain_of(name) == chain))
                              : used == entity;
    if (same) out.push_back(&name);
  }
  return out;
}

std::vector<Occurrence> Names::occurrences(const Entity& entity) const {
  std::vector<Occurrence> out;
  for (const Name* name : names_of(entity))
    out.push_back({name->span, defined_by(*name) == entity});
  return out;
}

std::vector<syntax::Span> Names::definitions(const Entity& entity) const {
  std::vector<syntax::Span> out;
  if (entity.kind == Entity::Kind::Parameter) {
    out.push_back(ast_.decls[entity.id].name);
  } else if (entity.kind == Entity::Kind::Attribute) {
    for (const Name* name : names_of(entity)) {
      if (defined_by(*name) == entity) out.push_back(name->span);
    }
    if (out.empty()) out.push_back(ast_.attrs[entity.id].name);
  }
  return out;
}

// --- Values --------------------------------------------------------------------------------------
NodeId Names::resolve(NodeId node) const {
  Budget budget;
  return resolve(node, budget);
}

NodeId Names::resolve_path(NodeId base, std::span<const syntax::AttrName> path) const {
  Budget budget;
  return resolve_path(base, path, budget);
}

uint32_t Names::attr_in(NodeId node, SymbolId symbol) const {
  Budget budget;
  return attr_in(node, symbol, budget);
}

NodeId Names::resolve(NodeId node, Budget& budget) const {
  while (budget.spend()) {
    const Node& n = ast_[node];
    switch (n.kind) {
      case NodeKind::Paren: node = n.a; continue;
      case NodeKind::Let:
      case NodeKind::With:
      case NodeKind::Assert: node = n.b; continue;
      case NodeKind::Var: {
        const syntax::Ref& ref = ast_.refs[n.b];
        if (ref.kind != syntax::RefKind::Local) return node;
        const uint32_t attr = attr_of_decl(ref.target);
        const NodeId next = attr == kNone ? own_result(ref.target) : ast_.attrs[attr].value;
        if (next == kNoNode) return node;
        node = next;
        continue;
      }
      case NodeKind::Select: {
        const auto [base, path] = selection_of(node);
        const NodeId next = base == kNoNode ? kNoNode : resolve_path(base, path, budget);
        if (next == kNoNode) return node;
        node = next;
        continue;
      }
      default: return node;
    }
  }
  return node;
}

NodeId Names::resolve_path(NodeId base, std::span<const syntax::AttrName> path,
                           Budget& budget) const {
  for (const syntax::AttrName& name : path) {
    const uint32_t attr = name.symbol == kNone ? kNone : attr_in(base, name.symbol, budget);
    if (attr == kNone) return kNoNode;
    base = ast_.attrs[attr].value;
  }
  return base;
}

uint32_t Names::attr_in(NodeId node, SymbolId symbol, Budget& budget) const {
  if (budget.depth == 0) return kNone;
  --budget.depth;
  node = resolve(node, budget);
  const Node& n = ast_[node];
  uint32_t found = kNone;
  if (n.kind == NodeKind::AttrSet) {
    found = find_attr(n.a, symbol);
  } else if (n.kind == NodeKind::If) {
    found = attr_in(n.b, symbol, budget);
    if (found == kNone) found = attr_in(n.c, symbol, budget);
  } else if (n.kind == NodeKind::Binary &&
             static_cast<syntax::BinaryOp>(n.op) == syntax::BinaryOp::Update) {
    found = attr_in(n.b, symbol, budget);
    if (found == kNone) found = attr_in(n.a, symbol, budget);
  }
  ++budget.depth;
  return found;
}

}  // namespace nilas::analysis
