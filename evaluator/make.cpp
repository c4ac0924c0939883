// Making values: numbers, strings, lists, attribute sets; merging sets; joining strings.

#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>

#include "evaluator/builtins.hpp"
#include "evaluator/vm.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

Value Vm::make_int(int64_t i) {
  if (Value::fits_int(i)) return Value::small_int(i);
  auto* b = reinterpret_cast<BigInt*>(heap.alloc(ObjectKind::BigInt, sizeof(BigInt)));
  b->value = i;
  return Value::of(Value::kBoxed, b);
}

Value Vm::make_float(double d) {
  auto* f = reinterpret_cast<Float*>(heap.alloc(ObjectKind::Float, sizeof(Float)));
  f->value = d;
  return Value::of(Value::kBoxed, f);
}

String* Vm::alloc_string(size_t size, Context* context) {
  if (size > UINT32_MAX) fail(ErrorKind::Other, "a string of more than 4 GiB");
  auto* s = reinterpret_cast<String*>(
      heap.alloc(ObjectKind::String, 17 + size, static_cast<uint32_t>(size)));
  s->context = context;
  s->data[size] = '\0';
  return s;
}

Value Vm::make_string(std::string_view bytes, Context* context) {
  String* s = alloc_string(bytes.size(), context);
  bytes.copy(s->data, bytes.size());
  return Value::of(s);
}

Value Vm::make_path(std::string_view path) {
  auto* p = reinterpret_cast<Path*>(
      heap.alloc(ObjectKind::Path, 9 + path.size(), static_cast<uint32_t>(path.size())));
  path.copy(p->data, path.size());
  p->data[path.size()] = '\0';
  return Value::of(Value::kBoxed, p);
}

List* Vm::alloc_list(size_t n) {
  if (n == 0) return empty_list_.list();
  if (n > UINT32_MAX) fail(ErrorKind::Other, "a list of more than 4294967295 elements");
  auto* l =
      reinterpret_cast<List*>(heap.alloc(ObjectKind::List, 8 + 8 * n, static_cast<uint32_t>(n)));
  std::fill_n(l->items, n, Value::null());
  return l;
}

Attrs* Vm::alloc_attrs(Keys* keys, Positions* positions) {
  const uint32_t n = keys->object.count;
  if (n == 0) return empty_attrs_.attrs();
  auto* a = reinterpret_cast<Attrs*>(heap.alloc(ObjectKind::Attrs, 24 + 8 * size_t{n}, n));
  a->keys = keys;
  a->positions = positions;
  std::fill_n(a->values, n, Value::null());
  return a;
}

Keys* Vm::make_keys(std::span<const Symbol> list) {
  auto* k = reinterpret_cast<Keys*>(heap.alloc(ObjectKind::Keys,
                                               std::max<size_t>(sizeof(Keys), 24 + 4 * list.size()),
                                               static_cast<uint32_t>(list.size())));
  k->serial = next_serial_++;
  k->pad = 0;
  k->name_order = nullptr;
  std::copy(list.begin(), list.end(), k->symbols);
  return k;
}

Positions* Vm::make_positions(std::span<const PosId> ids) {
  auto* p = reinterpret_cast<Positions*>(heap.alloc(ObjectKind::Positions,
                                                    std::max<size_t>(16, 8 + 4 * ids.size()),
                                                    static_cast<uint32_t>(ids.size())));
  std::copy(ids.begin(), ids.end(), p->ids);
  return p;
}

Value Vm::make_apply(Value f, Value a) {
  auto* t = reinterpret_cast<Thunk*>(heap.alloc(ObjectKind::Thunk, 24, apply_code_[0], 2));
  t->slots[0] = f;
  t->slots[1] = a;
  return Value::of(t);
}

Value Vm::make_apply(Value f, Value a, Value b) {
  auto* t = reinterpret_cast<Thunk*>(heap.alloc(ObjectKind::Thunk, 32, apply_code_[1], 3));
  t->slots[0] = f;
  t->slots[1] = a;
  t->slots[2] = b;
  return Value::of(t);
}

Value Vm::builtin(std::string_view name) {
  const auto table = builtin_table();
  for (size_t i = 0; i < table.size(); ++i) {
    if (table[i].registered != name && table[i].name() != name) continue;
    auto* b = reinterpret_cast<BuiltinObject*>(
        heap.alloc(ObjectKind::Builtin, 16, static_cast<uint32_t>(i)));
    return Value::of(Value::kFunction, b);
  }
  return {};
}

std::span<const uint32_t> Vm::name_order(Keys* keys) {
  const uint32_t n = keys->object.count;
  if (keys->name_order == nullptr) {
    auto* order = reinterpret_cast<Positions*>(
        heap.alloc(ObjectKind::Positions, std::max<size_t>(16, 8 + 4 * size_t{n}), n));
    std::iota(order->ids, order->ids + n, 0U);
    std::sort(order->ids, order->ids + n, [&](uint32_t a, uint32_t b) {
      return symbols.name(keys->symbols[a]) < symbols.name(keys->symbols[b]);
    });
    keys->name_order = &order->object;
  }
  return {reinterpret_cast<Positions*>(keys->name_order)->ids, n};
}

// --- Sets --------------------------------------------------------------------------------------------------------------

AttrsBuilder::AttrsBuilder(Vm& vm, size_t expected) : vm_(vm) {
  entries_.reserve(expected);
}

void AttrsBuilder::add(std::string_view name, Value v, PosId pos) {
  add(vm_.symbols.intern(name), v, pos);
}

Value AttrsBuilder::finish() {
  std::ranges::reverse(entries_);
  return finish_first_wins();
}

Value AttrsBuilder::finish_first_wins() {
  if (!std::ranges::is_sorted(entries_, {}, &Entry::symbol))
    std::ranges::stable_sort(entries_, {}, &Entry::symbol);
  const auto [from, to] = std::ranges::unique(entries_, {}, &Entry::symbol);
  entries_.erase(from, to);
  return build();
}

Value AttrsBuilder::build() {
  if (entries_.empty()) return vm_.empty_attrs();
  std::vector<Symbol> names;
  std::vector<PosId> positions;
  names.reserve(entries_.size());
  bool any = false;
  for (const Entry& e : entries_) {
    names.push_back(e.symbol);
    any |= e.pos != 0;
  }
  if (any)
    for (const Entry& e : entries_)
      positions.push_back(e.pos);
  Attrs* set = vm_.alloc_attrs(vm_.make_keys(names), any ? vm_.make_positions(positions) : nullptr);
  for (size_t i = 0; i < entries_.size(); ++i)
    set->values[i] = entries_[i].value;
  return Value::of(set);
}

Value Vm::update(Attrs* a, Attrs* b) {
  ++stats.updates;
  if (b->size() == 0) return Value::of(a);
  if (a->size() == 0) return Value::of(b);
  // The keys of a merge depend on the keys of the two sets only: remembered by their serials.
  const uint32_t left = a->keys->serial, right = b->keys->serial;
  Merge& memo = merges_[(left * 31 + right) & (merges_.size() - 1)];
  const bool hit = memo.left == left && memo.right == right &&
                   memo.left_positions == a->positions && memo.right_positions == b->positions;
  if (!hit) merge_keys(a, b, memo);
  Attrs* set = alloc_attrs(memo.keys, memo.positions);
  const uint32_t n = set->size();
  stats.update_values += n;
  const auto ka = a->keys->all(), kb = b->keys->all();
  if (n == ka.size()) {
    // Only values change: copy, then overwrite.
    std::memcpy(set->values, a->values, n * sizeof(Value));
    const Symbol* at = ka.data();
    for (size_t j = 0; j < kb.size(); ++j) {
      at = std::lower_bound(at, ka.data() + ka.size(), kb[j]);
      set->values[at - ka.data()] = b->values[j];
    }
    return Value::of(set);
  }
  size_t i = 0, j = 0;
  for (uint32_t k = 0; k < n; ++k) {
    if (j == kb.size() || (i < ka.size() && ka[i] < kb[j])) {
      set->values[k] = a->values[i++];
    } else {
      if (i < ka.size() && ka[i] == kb[j]) ++i;
      set->values[k] = b->values[j++];
    }
  }
  return Value::of(set);
}

void Vm::merge_keys(Attrs* a, Attrs* b, Merge& memo) {
  const auto ka = a->keys->all(), kb = b->keys->all();
  std::vector<Symbol> names;
  std::vector<PosId> ids;
  names.reserve(ka.size() + kb.size());
  ids.reserve(ka.size() + kb.size());
  size_t i = 0, j = 0;
  while (i < ka.size() || j < kb.size()) {
    if (j == kb.size() || (i < ka.size() && ka[i] < kb[j])) {
      ids.push_back(a->pos(static_cast<uint32_t>(i)));
      names.push_back(ka[i++]);
    } else {
      if (i < ka.size() && ka[i] == kb[j]) ++i;
      ids.push_back(b->pos(static_cast<uint32_t>(j)));
      names.push_back(kb[j++]);
    }
  }
  Keys* keys = names.size() == ka.size()   ? a->keys
               : names.size() == kb.size() ? b->keys
                                           : make_keys(names);
  Positions* positions =
      a->positions == nullptr && b->positions == nullptr ? nullptr : make_positions(ids);
  memo = {a->keys->serial, b->keys->serial, a->positions, b->positions, positions, keys};
}

// --- Strings -----------------------------------------------------------------------------------------------------------

String* Vm::flat(Value string) {
  Object* o = string.object();
  if (o->kind == ObjectKind::String) return string.as<String>();
  auto* rope = string.as<Rope>();
  if (!rope->right.exists()) return rope->left.as<String>();
  String* s = alloc_string(o->count, rope->context);
  // Filled from the right end, so that chains of appends, which lean to the left, need little room.
  size_t at = o->count;
  std::vector<Value> work{rope->left, rope->right};
  while (!work.empty()) {
    const Value v = work.back();
    work.pop_back();
    if (v.object()->kind == ObjectKind::Rope && v.as<Rope>()->right.exists()) {
      work.push_back(v.as<Rope>()->left);
      work.push_back(v.as<Rope>()->right);
      continue;
    }
    const std::string_view part = v.object()->kind == ObjectKind::Rope
                                      ? v.as<Rope>()->left.as<String>()->view()
                                      : v.as<String>()->view();
    at -= part.size();
    std::memcpy(s->data + at, part.data(), part.size());
  }
  assert(at == 0);
  rope->left = Value::of(s);
  rope->right = Value();
  return s;
}

Context* Vm::context(Value string) {
  return string.object()->kind == ObjectKind::String ? string.as<String>()->context
                                                     : string.as<Rope>()->context;
}

Context* Vm::merge_contexts(Context* a, Context* b) {
  if (a == nullptr || a == b) return b;
  if (b == nullptr) return a;
  std::vector<uint32_t> ids;
  std::ranges::set_union(a->all(), b->all(), std::back_inserter(ids));
  if (ids.size() == a->object.count) return a;
  if (ids.size() == b->object.count) return b;
  auto* c = reinterpret_cast<Context*>(
      heap.alloc(ObjectKind::Context, 8 + 4 * ids.size(), static_cast<uint32_t>(ids.size())));
  std::ranges::copy(ids, c->ids);
  return c;
}

Value Vm::concat_strings(Value a, Value b) {
  constexpr size_t kRope = 512;  // below, copying is cheaper than a tree
  const size_t left = a.object()->count, right = b.object()->count;
  Context* context = merge_contexts(this->context(a), this->context(b));
  if (left + right < kRope) {
    String* s = alloc_string(left + right, context);
    std::memcpy(s->data, flat(a)->data, left);
    std::memcpy(s->data + left, flat(b)->data, right);
    return Value::of(s);
  }
  if (left + right > UINT32_MAX) fail(ErrorKind::Other, "a string of more than 4 GiB");
  auto* r = reinterpret_cast<Rope*>(
      heap.alloc(ObjectKind::Rope, sizeof(Rope), static_cast<uint32_t>(left + right)));
  r->context = context;
  r->left = a;
  r->right = b;
  return Value::of(Value::kString, r);
}

}  // namespace nilas::eval
