// Which names a subtree takes from outside, and how a thunk or closure gets them.

#include <algorithm>
#include <cassert>

#include "evaluator/compiler.hpp"

namespace nilas::eval {

using syntax::kNone;
using syntax::NodeId;
using syntax::NodeKind;
using syntax::RefKind;
using syntax::ScopeKind;

int32_t CaptureLayout::find(CaptureKey key) const {
  const auto it = std::ranges::lower_bound(entries, key, {}, &Entry::key);
  return it != entries.end() && it->key == key ? static_cast<int32_t>(it->slot) : -1;
}

std::vector<CaptureKey> Compiler::free_keys(NodeId n) const {
  const NodeId first = ast_.nodes[n].first;
  const auto inside = [&](NodeId m) { return first <= m && m <= n; };
  std::vector<CaptureKey> keys;
  auto it = std::ranges::lower_bound(ast_.refs, first, {}, &syntax::Ref::node);
  for (; it != ast_.refs.end() && it->node <= n; ++it) {
    if (it->kind == RefKind::Local) {
      const syntax::Decl& decl = ast_.decls[it->target];
      if (!inside(ast_.scopes[decl.scope].node)) keys.push_back(decl_key(it->target));
    } else if (it->kind == RefKind::With) {
      syntax::ScopeId s = it->target;
      while (s != kNone && (inside(ast_.scopes[s].node) || ast_.scopes[s].kind != ScopeKind::With))
        s = ast_.scopes[s].parent;
      if (s != kNone) keys.push_back(with_key(s));
    }
  }
  if (ast_.nodes[n].kind == NodeKind::Select) {
    const syntax::Node& base = ast_.nodes[ast_.nodes[n].a];
    if (base.kind == NodeKind::InheritFrom && !inside(ast_.sets[base.a].node))
      keys.push_back(from_key(base.a, base.b));
  }
  std::ranges::sort(keys);
  const auto [from, to] = std::ranges::unique(keys);
  keys.erase(from, to);
  return keys;
}

bool Compiler::is_closed(NodeId n) const {
  return unit_.own_globals.empty() && free_keys(ast_.skip_parens(n)).empty();
}

bool Compiler::has_place(CaptureKey key) const {
  return places_.contains(key) || (code_.layout && code_.layout->find(key) >= 0);
}

Compiler::Place Compiler::place_of(CaptureKey key) const {
  if (const auto it = places_.find(key); it != places_.end()) return it->second;
  if (code_.layout) {
    const int32_t slot = code_.layout->find(key);
    if (slot >= 0) return {.kind = SourceKind::Up, .slot = static_cast<uint32_t>(slot)};
  }
  assert(false && "a name in scope has no place");
  return {};
}

std::shared_ptr<const CaptureLayout> Compiler::layout_of(std::span<const CaptureKey> keys) {
  auto layout = std::make_shared<CaptureLayout>();
  layout->entries.reserve(keys.size());
  for (uint32_t i = 0; i < keys.size(); ++i)
    layout->entries.push_back({keys[i], i});
  return layout;
}

void Compiler::emit_source(const Place& place) {
  word(static_cast<uint32_t>(place.kind) << 30 | place.slot);
  word(place.index);
}

void Compiler::emit_sources(std::span<const CaptureKey> keys) {
  word(static_cast<uint32_t>(keys.size()));
  for (const CaptureKey key : keys)
    emit_source(place_of(key));
}

CodeId Compiler::new_code(CodeKind kind, NodeId n, std::shared_ptr<const CaptureLayout> layout,
                          bool shared, Symbol name) {
  CodeBlock code;
  code.unit = &unit_;
  code.node = n;
  code.kind = kind;
  code.shared = shared;
  code.layout = std::move(layout);
  code.name = name;
  if (code.kind == CodeKind::Lambda) {
    // Functions of functions become one code of several arguments; a set pattern can only be the last of them.
    NodeId l = n;
    for (;;) {
      ++code.arity;
      if (ast_.lambdas[node(l).a].has_formals) break;
      const NodeId body = ast_.skip_parens(node(l).b);
      if (node(body).kind != NodeKind::Lambda || code.arity == 64) break;
      l = body;
    }
  }
  return world_.add_code(std::move(code));
}

bool Compiler::shares_own(std::span<const CaptureKey> keys) const {
  return code_.shared && keys.size() > 1 && std::ranges::all_of(keys, [&](CaptureKey k) {
           return !places_.contains(k) && code_.layout->find(k) >= 0;
         });
}

void Compiler::make_delayed(CodeKind kind, NodeId n, Symbol name,
                            std::span<const CaptureKey> keys) {
  n = ast_.skip_parens(n);
  const bool function = kind == CodeKind::Lambda;
  if (shares_own(keys)) {
    const CodeId id = new_code(kind, n, code_.layout, true, name);
    emit(function ? Op::OwnClosure : Op::OwnThunk, id, n, 1);
    return;
  }
  if (keys.size() >= kSharedCaptures) {
    // More than the header of a thunk can count: they go to a block of their own.
    const auto layout = open_block(n, {}, {keys.begin(), keys.end()});
    const uint32_t block = height_ - 1;
    emit(function ? Op::SharedClosure : Op::SharedThunk, new_code(kind, n, layout, true, name), n,
         1);
    word(block);
    emit(Op::Slide, 1, n, -1);
    return;
  }
  const CodeId id = new_code(kind, n, layout_of(keys), false, name);
  emit(function ? Op::Closure : Op::Thunk, id, n, 1);
  emit_sources(keys);
}

}  // namespace nilas::eval
