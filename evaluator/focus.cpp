// The focus on one node: its value in its real scope.
//
// A focus is the code of what binds names on the way from the root of its file to the node (let, rec, with, inherit from),
// followed by the node itself. Parameters of functions on the way are thunks that throw UnknownArgument.
//
// Outside of functions, names have one value each, and a reader hovers many of them. So what a closed scope binds is made
// once a source: its *environment*, a Captures object with everything in reach there, of which the environments inside and
// the focuses below are made. `pkgs = import <nixpkgs> { }` is evaluated by the first hover that needs it.

#include <algorithm>

#include "evaluator/compiler.hpp"

namespace nilas::eval {

using syntax::kNone;
using syntax::kNoNode;
using syntax::NodeId;
using syntax::NodeKind;
using syntax::SetRecord;

namespace {

/// Environments hold copies of what is in reach: those nested deeper than this are made for each focus.
constexpr uint32_t kSharedScopes = 32;

/// Whether the subtree of `n` holds `target`. The nodes of sets made for attribute paths come when the set around them is
/// complete, so that their ranges span their neighbours (`s.a = 1; t.b = x; s.c = y;`): of those the values tell.
bool holds(const syntax::Ast& ast, NodeId n, NodeId target) {
  std::vector<NodeId> work{n};
  while (!work.empty()) {
    const NodeId at = work.back();
    work.pop_back();
    const syntax::Node& x = ast.nodes[at];
    const syntax::Node& t = ast.nodes[target];
    // A literal that was merged into another set has its record.
    const bool same_set = x.kind == NodeKind::AttrSet && t.kind == NodeKind::AttrSet && x.a == t.a;
    if (at == target || same_set) return true;
    if (target > at || target < x.first) continue;
    if ((x.flags & syntax::kSynthetic) == 0 || x.kind != NodeKind::AttrSet) return true;
    const SetRecord& set = ast.sets[x.a];
    for (const auto& a : ast.set_attrs(set))
      work.push_back(a.value);
    for (const auto& d : ast.set_dynamics(set)) {
      work.push_back(d.name);
      work.push_back(d.value);
    }
    for (const NodeId from : ast.set_froms(set))
      work.push_back(from);
  }
  return false;
}

/// Calls `consider` with each child of `n`, kNoNode for those that lack.
template <class Consider>
void each_child(const syntax::Ast& ast, NodeId n, Consider consider) {
  const auto consider_path = [&](syntax::PathId p) {
    for (const auto& name : ast.path(p))
      consider(name.expr);
  };
  const auto consider_set = [&](const SetRecord& set) {
    for (const auto& a : ast.set_attrs(set))
      consider(a.value);
    for (const auto& d : ast.set_dynamics(set)) {
      consider(d.name);
      consider(d.value);
    }
    for (const NodeId f : ast.set_froms(set))
      consider(f);
  };
  const syntax::Node& x = ast.nodes[n];
  switch (x.kind) {
    case NodeKind::Int:
    case NodeKind::Float:
    case NodeKind::SearchPath:
    case NodeKind::CurPos:
    case NodeKind::Var:
    case NodeKind::InheritFrom: break;
    case NodeKind::String:
    case NodeKind::Path:
      for (const auto& part : ast.string_parts(x))
        consider(part.expr);
      break;
    case NodeKind::Select:
      consider(x.a);
      consider_path(x.b);
      consider(x.c);
      break;
    case NodeKind::HasAttr:
      consider(x.a);
      consider_path(x.b);
      break;
    case NodeKind::Apply:
      consider(x.a);
      for (const NodeId c : ast.children(x.b, x.c))
        consider(c);
      break;
    case NodeKind::Error:
    case NodeKind::List:
      for (const NodeId c : ast.children(x.a, x.b))
        consider(c);
      break;
    case NodeKind::Lambda:
      for (const auto& f : ast.lambda_formals(ast.lambdas[x.a]))
        consider(f.default_value);
      consider(x.b);
      break;
    case NodeKind::Let:
      consider_set(ast.sets[x.a]);
      consider(x.b);
      break;
    case NodeKind::LegacyLet:
    case NodeKind::AttrSet: consider_set(ast.sets[x.a]); break;
    case NodeKind::If: consider(x.c); [[fallthrough]];
    case NodeKind::With:
    case NodeKind::Assert:
    case NodeKind::Binary: consider(x.b); [[fallthrough]];
    case NodeKind::Unary:
    case NodeKind::Paren: consider(x.a); break;
  }
}

/// Child of `n` whose subtree holds `target`. Of parentheses around a merged literal nothing is left: then the smallest
/// range around them.
NodeId child_towards(const syntax::Ast& ast, NodeId n, NodeId target) {
  NodeId found = kNoNode, around = kNoNode;
  each_child(ast, n, [&](NodeId c) {
    if (c == kNoNode || target > c || target < ast.nodes[c].first) return;
    if (found == kNoNode && holds(ast, c, target)) found = c;
    if (around == kNoNode || c - ast.nodes[c].first < around - ast.nodes[around].first) around = c;
  });
  return found != kNoNode ? found : around;
}

/// Damaged code leaves nodes that are no part of the tree (`{ = with a; b; }`): nothing was resolved in them, so that the
/// first binder below `target` tells. Without one there is nothing to resolve.
bool is_resolved(const SourceUnit& unit, NodeId target) {
  const syntax::Ast& ast = *unit.ast;
  std::vector<NodeId> work{target};
  while (!work.empty()) {
    const NodeId n = work.back();
    work.pop_back();
    const syntax::Node& x = ast.nodes[n];
    if (x.kind == NodeKind::With) {
      return std::ranges::binary_search(unit.with_scopes, n, {},
                                        &std::pair<NodeId, syntax::ScopeId>::first);
    }
    if (x.kind == NodeKind::Let || x.kind == NodeKind::LegacyLet)
      return ast.sets[x.a].scope != kNone;
    if (x.kind == NodeKind::Lambda) return ast.lambdas[x.a].scope != kNone;
    each_child(ast, n, [&](NodeId c) {
      if (c != kNoNode) work.push_back(c);
    });
  }
  return true;
}

/// Does `n` bind names, or a `with`, that reach its child?
bool binds(const syntax::Ast& ast, NodeId n, NodeId child) {
  const syntax::Node& x = ast.nodes[n];
  switch (x.kind) {
    case NodeKind::Let:
    case NodeKind::LegacyLet: return true;
    case NodeKind::AttrSet: {
      const SetRecord& set = ast.sets[x.a];
      return set.scope != kNone || !ast.set_froms(set).empty();
    }
    case NodeKind::With: return child == x.b;
    default: return false;
  }
}

}  // namespace

void Compiler::unknown_arguments(const syntax::LambdaRecord& record) {
  const auto& scope = ast_.scopes[record.scope];
  for (uint32_t i = 0; i < scope.decl_count; ++i) {
    const syntax::DeclId d = scope.first_decl + i;
    CodeBlock code;
    code.unit = &unit_;
    code.node = record.node;
    code.body = std::make_unique<CodeBody>();
    code.body->max_stack = 1;
    code.body->words = {static_cast<uint32_t>(Op::UnknownArgument) | symbol(ast_.decls[d].symbol)
                                                                         << 8};
    code.body->nodes = {record.node};
    emit(Op::Thunk, world_.add_code(std::move(code)), record.node, 1);
    word(0);
    places_[decl_key(d)] = {.kind = SourceKind::Local, .slot = height_ - 1};
  }
}

/// Makes places for what `n` binds on the way to its child.
void Compiler::bind(NodeId n, NodeId child) {
  const Node& x = node(n);
  if (x.kind == NodeKind::Lambda) unknown_arguments(ast_.lambdas[x.a]);
  if (!binds(ast_, n, child)) return;
  if (x.kind == NodeKind::With) return push_with(n);
  const SetRecord& set = ast_.sets[x.a];
  if (set.scope != kNone) {
    bind_group(set, false);
    return;
  }
  const auto froms = ast_.set_froms(set);
  for (uint32_t i = 0; i < froms.size(); ++i) {
    lazy(froms[i]);
    places_[from_key(x.a, i)] = {.kind = SourceKind::Local, .slot = height_ - 1};
  }
}

void Compiler::focus(NodeId start, uint32_t path_names) {
  const NodeId target = code_.node;
  for (NodeId n = start; n != target;) {
    const NodeId child = child_towards(ast_, n, target);
    if (child == kNoNode) break;
    bind(n, child);
    n = child;
  }
  // In damaged code no way may lead to a node, and what binds its names is not known.
  const bool reached =
      is_resolved(unit_, target) &&
      std::ranges::all_of(free_keys(target), [&](CaptureKey key) { return has_place(key); });
  if (!reached) {
    emit(Op::FailSyntax, 0, target, 1);
    emit(Op::Return, 0, target, -1);
  } else if (path_names > 0 && node(target).kind == NodeKind::Select) {
    select(target, path_names);
    emit(Op::Return, 0, target, -1);
  } else {
    strict(target, true);
  }
  finish();
}

std::shared_ptr<const CaptureLayout> Compiler::environment(NodeId child) {
  const NodeId binder = code_.node;
  bind(binder, child);
  std::vector<CaptureKey> keys;
  for (const auto& [key, place] : places_)
    keys.push_back(key);
  if (code_.layout) {
    for (const auto& entry : code_.layout->entries)
      keys.push_back(entry.key);
  }
  std::ranges::sort(keys);
  const auto [from, to] = std::ranges::unique(keys);
  keys.erase(from, to);
  emit(Op::NewBlock, 0, binder, 1);
  emit_sources(keys);
  emit(Op::Return, 0, binder, -1);
  finish();
  return layout_of(keys);
}

Value World::focus_thunk(const SourceUnit& unit, NodeId node, const Environment* around,
                         CodeId& id) {
  CodeBlock code;
  code.unit = &unit;
  code.node = node;
  if (around != nullptr) {
    code.layout = around->layout;
    code.shared = true;
  }
  id = add_code(std::move(code));
  auto* t = reinterpret_cast<Thunk*>(
      vm.heap.alloc(ObjectKind::Thunk, 16, id, around != nullptr ? kSharedCaptures : 0));
  t->slots[0] = around != nullptr ? around->block : Value();
  return Value::of(t);
}

const World::Environment& World::environment(const SourceUnit& unit, NodeId binder, NodeId child,
                                             const Environment* around) {
  const uint64_t key = uint64_t{unit.id} << 32 | binder;
  if (const auto it = environments_.find(key); it != environments_.end()) return it->second;
  CodeId id = 0;
  const Value thunk = focus_thunk(unit, binder, around, id);
  auto layout = Compiler(*this, code(id)).environment(child);
  const Value block = vm.run(thunk);
  return environments_.emplace(key, Environment{block, std::move(layout)}).first->second;
}

Value World::focus(const SourceUnit& unit, NodeId node, uint32_t path_names) {
  const syntax::Ast& ast = *unit.ast;
  const Environment* around = nullptr;
  NodeId binder = kNoNode;  // of `around`
  NodeId start = ast.root;  // its child on the way
  uint32_t depth = 0;
  for (NodeId n = ast.root; n != node && depth < kSharedScopes;) {
    const NodeId child = child_towards(ast, n, node);
    if (child == kNoNode || ast.nodes[n].kind == NodeKind::Lambda) break;
    if (binds(ast, n, child)) {
      around = &environment(unit, n, child, around);
      binder = n;
      start = child;
      ++depth;
    }
    n = child;
  }
  // What a name is bound to is the thunk that the name stands for.
  if (around != nullptr && start == node && path_names == 0 &&
      ast.nodes[binder].kind != NodeKind::With) {
    const SetRecord& set = ast.sets[ast.nodes[binder].a];
    const auto attrs = ast.set_attrs(set);
    for (uint32_t i = 0; set.scope != kNone && i < attrs.size(); ++i) {
      if (attrs[i].value != node) continue;
      const int32_t slot = around->layout->find(decl_key(ast.scopes[set.scope].first_decl + i));
      if (slot >= 0) return around->block.as<Captures>()->slots[slot];
    }
  }
  CodeId id = 0;
  const Value thunk = focus_thunk(unit, node, around, id);
  Compiler(*this, code(id)).focus(start, path_names);
  return thunk;
}

}  // namespace nilas::eval
