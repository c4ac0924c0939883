// Compiling what binds names: let, attribute sets, function parameters.

#include <algorithm>
#include <cassert>
#include <numeric>

#include "evaluator/compiler.hpp"

namespace nilas::eval {

using syntax::kNone;
using syntax::kNoNode;
using syntax::NodeId;
using syntax::NodeKind;
using syntax::RefKind;
using syntax::ScopeKind;
using syntax::SetRecord;

namespace {

bool intersects(std::span<const CaptureKey> sorted, std::span<const CaptureKey> keys) {
  return std::ranges::any_of(keys,
                             [&](CaptureKey k) { return std::ranges::binary_search(sorted, k); });
}

void sort_unique(std::vector<CaptureKey>& keys) {
  std::ranges::sort(keys);
  const auto [from, to] = std::ranges::unique(keys);
  keys.erase(from, to);
}

}  // namespace

bool Compiler::needs_thunk(NodeId id) {
  if (is_lambda(id)) return true;
  return !is_available(id) && !is_cheap(id);
}

/// The value of binding `i` of a scope is the name of an earlier one: both are one and the same thunk, which shows where an
/// endless recursion through them is noticed.
bool Compiler::names_earlier(NodeId id, const syntax::Scope& scope, uint32_t i) const {
  const Node& n = node(ast_.skip_parens(id));
  if (n.kind != NodeKind::Var) return false;
  const auto& ref = ast_.refs[n.b];
  return ref.kind == RefKind::Local && ref.target >= scope.first_decl &&
         ref.target < scope.first_decl + i;
}

// --- Binding groups ----------------------------------------------------------------------------------------------------

std::shared_ptr<const CaptureLayout> Compiler::open_block(NodeId n,
                                                          std::span<const CaptureKey> members,
                                                          std::vector<CaptureKey> captures) {
  sort_unique(captures);
  auto layout = std::make_shared<CaptureLayout>();
  for (uint32_t i = 0; i < members.size(); ++i)
    layout->entries.push_back({members[i], i});
  for (uint32_t i = 0; i < captures.size(); ++i)
    layout->entries.push_back({captures[i], static_cast<uint32_t>(members.size()) + i});
  std::ranges::sort(layout->entries, {}, &CaptureLayout::Entry::key);
  emit(Op::NewBlock, static_cast<uint32_t>(members.size()), n, 1);
  emit_sources(captures);
  return layout;
}

/// Sets member `index` of the block in slot `block`.
void Compiler::member_value(NodeId n, uint32_t block, uint32_t index, const Member& member,
                            const std::shared_ptr<const CaptureLayout>& layout) {
  if (!member.delayed) {
    lazy(member.value, member.name);
    emit(Op::BlockSet, block, n, -1);
    word(index);
    return;
  }
  const NodeId value = ast_.skip_parens(member.value);
  const CodeKind kind = delayed_kind(value);
  const CodeId id = new_code(kind, value, layout, true, member.name);
  emit(kind == CodeKind::Lambda ? Op::BlockClosure : Op::BlockThunk, id, value, 0);
  word(block);
  word(index);
}

void Compiler::bind_block(NodeId n, std::span<const Member> members) {
  std::vector<CaptureKey> keys, captures;
  for (const Member& m : members)
    keys.push_back(m.key);
  std::vector<CaptureKey> sorted = keys;
  std::ranges::sort(sorted);
  for (const Member& m : members)
    for (const CaptureKey k : m.free)
      if (!std::ranges::binary_search(sorted, k)) captures.push_back(k);
  const auto layout = open_block(n, keys, std::move(captures));
  const uint32_t slot = height_ - 1;
  for (uint32_t i = 0; i < members.size(); ++i)
    places_[members[i].key] = {.kind = SourceKind::Block, .slot = slot, .index = i};
  for (uint32_t i = 0; i < members.size(); ++i)
    member_value(n, slot, i, members[i], layout);
}

uint32_t Compiler::bind_group(const SetRecord& set, bool force_block) {
  const uint32_t start = height_;
  const auto& scope = ast_.scopes[set.scope];
  const auto set_id = static_cast<syntax::SetId>(&set - ast_.sets.data());
  const auto attrs = ast_.set_attrs(set);
  const auto froms = ast_.set_froms(set);

  std::vector<CaptureKey> group;
  for (uint32_t i = 0; i < attrs.size(); ++i)
    group.push_back(decl_key(scope.first_decl + i));
  for (uint32_t i = 0; i < froms.size(); ++i)
    group.push_back(from_key(set_id, i));
  std::ranges::sort(group);
  for (const CaptureKey k : group)
    places_[k] = {.ready = false};

  std::vector<Member> members;
  for (uint32_t i = 0; i < froms.size(); ++i) {
    Member m{from_key(set_id, i), froms[i], SymbolTable::kNoSymbol, needs_thunk(froms[i]), {}};
    if (m.delayed) m.free = free_keys(ast_.skip_parens(m.value));
    if (!intersects(group, m.free)) {
      // What is inherited from needs nothing of the group: an ordinary local.
      lazy(m.value);
      places_[m.key] = {.kind = SourceKind::Local, .slot = height_ - 1};
      std::erase(group, m.key);
    } else {
      members.push_back(std::move(m));
    }
  }
  bool recursive = force_block;
  for (uint32_t i = 0; i < attrs.size(); ++i) {
    Member m{
        decl_key(scope.first_decl + i),
        attrs[i].value,
        symbol(attrs[i].symbol),
        needs_thunk(attrs[i].value) && (force_block || !names_earlier(attrs[i].value, scope, i)),
        {}};
    if (m.delayed) m.free = free_keys(ast_.skip_parens(m.value));
    recursive |= intersects(group, m.free);
    members.push_back(std::move(m));
  }
  for (const Member& m : members)
    recursive |= intersects(group, m.free);

  if (recursive) {
    bind_block(set.node, members);
  } else {
    for (const Member& m : members) {
      if (m.delayed)
        make_thunk(ast_.skip_parens(m.value), m.name, m.free);
      else
        lazy(m.value, m.name);
      places_[m.key] = {.kind = SourceKind::Local, .slot = height_ - 1};
    }
  }
  return height_ - start;
}

void Compiler::let(NodeId id, bool tail) {
  const uint32_t slots = bind_group(ast_.sets[node(id).a], false);
  strict(node(id).b, tail);
  if (!tail && slots > 0) emit(Op::Slide, slots, id, -static_cast<int>(slots));
}

// --- Attribute sets ----------------------------------------------------------------------------------------------------

/// Makes the literal's keys and positions; `order` becomes the attributes' indexes in the order of their symbols.
uint32_t Compiler::literal(const SetRecord& set, std::vector<uint32_t>& order) {
  const auto attrs = ast_.set_attrs(set);
  order.resize(attrs.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](uint32_t i) { return symbol(attrs[i].symbol); });
  std::vector<Symbol> symbols;
  std::vector<PosId> positions;
  for (const uint32_t i : order) {
    symbols.push_back(symbol(attrs[i].symbol));
    positions.push_back(world_.add_position(span(attrs[i].name)));
  }
  AttrsLiteral literal;
  literal.keys = vm_.make_keys(symbols);
  literal.positions = vm_.make_positions(positions);
  for (const auto& d : ast_.set_dynamics(set))
    literal.dynamic_positions.push_back(world_.add_position(span(d.span)));
  body_.literals.push_back(std::move(literal));
  return static_cast<uint32_t>(body_.literals.size() - 1);
}

void Compiler::attrs(NodeId id) {
  const SetRecord& set = ast_.sets[node(id).a];
  const uint32_t start = height_;
  if (set.scope == kNone)
    plain_attrs(id, set);
  else
    recursive_attrs(id, set);
  if (height_ - start > 1) {
    const uint32_t extra = height_ - start - 1;
    emit(Op::Slide, extra, id, -static_cast<int>(extra));
  }
  if (node(id).kind == NodeKind::LegacyLet) {
    emit(Op::Select, vm_.symbols.known.body, id, 0);
    word(new_cache());
  }
}

void Compiler::plain_attrs(NodeId id, const SetRecord& set) {
  const auto set_id = static_cast<syntax::SetId>(&set - ast_.sets.data());
  const auto attrs = ast_.set_attrs(set);
  const auto froms = ast_.set_froms(set);
  for (uint32_t i = 0; i < froms.size(); ++i) {
    lazy(froms[i]);
    places_[from_key(set_id, i)] = {.kind = SourceKind::Local, .slot = height_ - 1};
  }
  // One block for all values, where that is smaller than captures of their own (bytes).
  std::vector<std::vector<CaptureKey>> free(attrs.size());
  std::vector<bool> delayed(attrs.size());
  std::vector<CaptureKey> all;
  size_t separate = 0, thunks = 0;
  for (uint32_t i = 0; i < attrs.size(); ++i) {
    delayed[i] = needs_thunk(attrs[i].value);
    if (!delayed[i]) continue;
    free[i] = free_keys(ast_.skip_parens(attrs[i].value));
    ++thunks;
    separate += shares_own(free[i]) ? 16 : 8 + 8 * std::max<size_t>(1, free[i].size());
    all.insert(all.end(), free[i].begin(), free[i].end());
  }
  sort_unique(all);
  const bool shared = thunks > 1 && 8 + 8 * all.size() + 16 * thunks < separate;
  std::shared_ptr<const CaptureLayout> layout;
  uint32_t block = 0;
  if (shared) {
    layout = open_block(id, {}, all);
    block = height_ - 1;
  }
  std::vector<uint32_t> order;
  const uint32_t lit = literal(set, order);
  for (const uint32_t i : order) {
    const NodeId value = ast_.skip_parens(attrs[i].value);
    const Symbol name = symbol(attrs[i].symbol);
    if (!delayed[i]) {
      lazy(value, name);
    } else if (shared && free[i].size() > 1) {
      const CodeKind kind = delayed_kind(value);
      const CodeId code = new_code(kind, value, layout, true, name);
      emit(kind == CodeKind::Lambda ? Op::SharedClosure : Op::SharedThunk, code, value, 1);
      word(block);
    } else {
      make_thunk(value, name, free[i]);
    }
  }
  emit(Op::Attrs, lit, id, 1 - static_cast<int>(attrs.size()));
  dynamic_attrs(id, set, lit);
}

void Compiler::recursive_attrs(NodeId id, const SetRecord& set) {
  const auto attrs = ast_.set_attrs(set);
  const auto& scope = ast_.scopes[set.scope];
  const auto overrides = std::ranges::find(attrs, vm_.symbols.known.overrides,
                                           [&](const auto& a) { return symbol(a.symbol); });
  bind_group(set, overrides != attrs.end());
  std::vector<uint32_t> order;
  const uint32_t lit = literal(set, order);
  for (const uint32_t i : order) {
    const CaptureKey key = decl_key(scope.first_decl + i);
    load(place_of(key), false, attrs[i].value, key);
  }
  emit(Op::Attrs, lit, id, 1 - static_cast<int>(attrs.size()));
  if (overrides != attrs.end()) {
    const CaptureKey key =
        decl_key(scope.first_decl + static_cast<uint32_t>(overrides - attrs.begin()));
    const Place place = place_of(key);
    load(place, true, overrides->value, key);
    // Members of the block stand behind those for `inherit (e)`: the literal maps keys to them.
    body_.literals[lit].members.resize(order.size());
    for (size_t k = 0; k < order.size(); ++k)
      body_.literals[lit].members[k] = place_of(decl_key(scope.first_decl + order[k])).index;
    emit(Op::Overrides, lit, id, -1);
    word(place.slot);
  }
  dynamic_attrs(id, set, lit);
}

void Compiler::dynamic_attrs(NodeId id, const SetRecord& set, uint32_t lit) {
  const auto dynamics = ast_.set_dynamics(set);
  if (dynamics.empty()) return;
  for (const auto& d : dynamics) {
    strict(d.name, false);
    lazy(d.value);
  }
  emit(Op::AttrsDynamic, lit, id, -2 * static_cast<int>(dynamics.size()));
}

// --- Functions ---------------------------------------------------------------------------------------------------------

void Compiler::lambda() {
  height_ = code_.arity;
  body_.max_stack = height_;
  NodeId l = code_.node;
  for (uint32_t i = 0;; ++i) {
    const auto& record = ast_.lambdas[node(l).a];
    const auto& scope = ast_.scopes[record.scope];
    if (record.arg != kNone)
      places_[decl_key(scope.first_decl + record.formal_count)] = {.kind = SourceKind::Local,
                                                                   .slot = i};
    if (record.has_formals) formals(record, i);
    const NodeId body = ast_.skip_parens(node(l).b);
    if (i + 1 == code_.arity) {
      strict(body, true);
      return;
    }
    l = body;
  }
}

void Compiler::formals(const syntax::LambdaRecord& record, uint32_t arg_slot) {
  const auto list = ast_.lambda_formals(record);
  const auto& scope = ast_.scopes[record.scope];
  FormalsInfo info{{}, arg_slot, record.has_ellipsis, record.node};
  std::vector<CaptureKey> group;
  for (uint32_t i = 0; i < list.size(); ++i) {
    info.formals.push_back({symbol(list[i].symbol), list[i].default_value != kNoNode});
    group.push_back(decl_key(scope.first_decl + i));
    places_[group.back()] = {.ready = false};
  }
  const auto index = static_cast<uint32_t>(body_.formals.size());
  body_.formals.push_back(std::move(info));

  std::vector<Member> members;
  bool recursive = false;
  for (uint32_t i = 0; i < list.size(); ++i) {
    Member m{group[i], list[i].default_value, symbol(list[i].symbol), false, {}};
    if (m.value != kNoNode) m.delayed = needs_thunk(m.value) && !names_earlier(m.value, scope, i);
    if (m.delayed) m.free = free_keys(ast_.skip_parens(m.value));
    recursive |= intersects(group, m.free);
    members.push_back(std::move(m));
  }
  emit(Op::LocalForce, arg_slot, record.node, 1);
  emit(Op::Pop, 0, record.node, -1);
  if (!recursive) {
    const uint32_t first = height_;
    emit(Op::Formals, index, record.node, static_cast<int>(list.size()));
    for (uint32_t i = 0; i < list.size(); ++i)
      places_[group[i]] = {.kind = SourceKind::Local, .slot = first + i};
    for (uint32_t i = 0; i < list.size(); ++i) {
      if (members[i].value == kNoNode) continue;
      emit(Op::JumpIfGiven, first + i, members[i].value, 0);
      const uint32_t jump = here();
      word(0);
      lazy(members[i].value, members[i].name);
      emit(Op::SetLocal, first + i, members[i].value, -1);
      patch_word(jump);
    }
    return;
  }
  std::vector<CaptureKey> captures;
  for (const Member& m : members)
    for (const CaptureKey k : m.free)
      if (!std::ranges::binary_search(group, k)) captures.push_back(k);
  const auto layout = open_block(record.node, group, std::move(captures));
  const uint32_t block = height_ - 1;
  emit(Op::FormalsBlock, index, record.node, 0);
  word(block);
  for (uint32_t i = 0; i < list.size(); ++i)
    places_[group[i]] = {.kind = SourceKind::Block, .slot = block, .index = i};
  for (uint32_t i = 0; i < list.size(); ++i) {
    if (members[i].value == kNoNode) continue;
    emit(Op::JumpIfGivenBlock, block, members[i].value, 0);
    word(i);
    const uint32_t jump = here();
    word(0);
    member_value(members[i].value, block, i, members[i], layout);
    patch_word(jump);
  }
}

}  // namespace nilas::eval
