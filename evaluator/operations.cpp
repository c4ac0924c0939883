// Operations that may evaluate: coercion, equality, ordering, addition, deep forcing. All use worklists, so that data
// nested 100,000 deep costs memory, not native stack.

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>

#include "evaluator/paths.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/text.hpp"
#include "evaluator/vm.hpp"

namespace nilas::eval {

// --- Coercion ----------------------------------------------------------------------------------------------------------

namespace {

/// Text of a number, boolean or null as toString gives it.
std::string scalar_text(Value v) {
  switch (v.type()) {
    case Type::Int: return std::to_string(v.as_int());
    case Type::Float: return std::to_string(v.as_float());
    case Type::Bool: return v.is_true() ? "1" : "";
    default: return "";
  }
}

}  // namespace

Value coerce_now(Vm& vm, Value v, Coercion options) {
  switch (v.type()) {
    case Type::String: return v;
    case Type::Path: return options.copy_to_store ? Value() : vm.make_string(v.path()->view());
    case Type::Int:
    case Type::Float:
    case Type::Bool:
    case Type::Null: return options.strong ? vm.make_string(scalar_text(v)) : Value();
    case Type::Attrs:
    case Type::List:
    case Type::Function:
    case Type::Thunk:
    case Type::Internal: return {};
  }
  return {};
}

Task coerce_to_string(Vm& vm, Root v, Coercion options, std::string_view trace) {
  // Lists (with strong coercion) are flattened through a worklist of (list, next index).
  struct Level {
    size_t list;  // in `lists`
    uint32_t next;
  };
  Root current(vm.heap, v);
  Root out(vm.heap, Value());
  RootVector lists(vm.heap);
  std::vector<Level> levels;
  bool after_empty_list = false;
  for (;;) {
    const Value forced = co_await vm.force(current);
    current = forced;
    // One value: becomes `piece`, or another round.
    Value piece = coerce_now(vm, forced, options);
    const Type type = forced.type();
    if (type == Type::Path && options.copy_to_store) {
      piece = copy_path_to_store(vm, forced);
    } else if (type == Type::Attrs) {
      if (const Value* f = forced.attrs()->get(vm.symbols.known.to_string)) {
        const Value function = co_await vm.force(*f);
        const Value text = co_await vm.call(function, current);
        current = text;
        continue;
      }
      if (const Value* p = forced.attrs()->get(vm.symbols.known.out_path)) {
        current = *p;
        continue;
      }
    } else if (type == Type::List && options.strong) {
      after_empty_list = forced.list()->size() == 0;
      lists.values.push_back(forced);
      levels.push_back({lists.values.size() - 1, 0});
      if (!out.get().exists()) out = vm.make_string({});
    }
    if (!piece.exists() && type != Type::List) {
      EvalError error(ErrorKind::Type, cat("cannot coerce ", describe_type(forced),
                                           " to a string: ", vm.brief(forced)));
      if (!trace.empty()) error.trace(std::string(trace));
      throw error;
    }
    if (type == Type::List && !options.strong) {
      EvalError error(ErrorKind::Type, cat("cannot coerce ", describe_type(forced),
                                           " to a string: ", vm.brief(forced)));
      if (!trace.empty()) error.trace(std::string(trace));
      throw error;
    }
    if (levels.empty()) {
      if (piece.exists()) co_return piece;
      co_return out;
    }
    if (piece.exists()) {
      out = vm.concat_strings(out, piece);
      after_empty_list = false;
    }
    // The next element; between elements a space, except after an empty list.
    for (;;) {
      if (levels.empty()) co_return out;
      Level& level = levels.back();
      List* list = lists.values[level.list].list();
      if (level.next == list->size()) {
        after_empty_list = list->size() == 0;
        lists.values.pop_back();
        levels.pop_back();
        continue;
      }
      if (level.next > 0 && !after_empty_list) out = vm.concat_strings(out, vm.make_string(" "));
      after_empty_list = false;
      current = list->items[level.next++];
      break;
    }
  }
}

Task add_values(Vm& vm, Root a, Root b) {
  Root left(vm.heap, a), right(vm.heap, b);
  if (left->is_path()) {
    const Value text = co_await coerce_to_string(vm, {vm.heap, right}, {.copy_to_store = false},
                                                 "while evaluating a path segment");
    if (vm.context(text) != nullptr)
      vm.fail(ErrorKind::Other,
              "a string that refers to a store path cannot be appended to a path");
    co_return vm.make_path(canonical_path(cat(left->path()->view(), vm.view(text))));
  }
  const Value x =
      co_await coerce_to_string(vm, {vm.heap, left}, {}, "while evaluating a path segment");
  left = x;
  const Value y =
      co_await coerce_to_string(vm, {vm.heap, right}, {}, "while evaluating a path segment");
  co_return vm.concat_strings(left, y);
}

// --- Equality ----------------------------------------------------------------------------------------------------------

namespace {

/// Both are sets that say `type = "derivation"` and have an outPath: those decide.
Task is_derivation(Vm& vm, Root set) {
  const Value* type = set->attrs()->get(vm.symbols.known.type);
  if (type == nullptr) co_return Value::boolean(false);
  const Value t = co_await vm.force(*type);
  co_return Value::boolean(t.is_string() && vm.view(t) == "derivation");
}

Task equal_as(Vm& vm, Root a, Root b, bool negate) {
  RootVector work(vm.heap);
  work.values = {a, b};
  bool nested = false;
  // Inside lists and sets the same value is equal to itself, even a function (C++ Nix compares pointers, once both are
  // forced). Forced ones are not worth a round.
  const auto push = [&](Value p, Value q) {
    if (p == q && vm.resolve(p).is_forced()) return;
    work.values.push_back(p);
    work.values.push_back(q);
  };
  while (!work.values.empty()) {
    const Value x0 = work.values[work.values.size() - 2];
    const bool same = nested && x0 == work.values.back();
    nested = true;
    const Value x1 = co_await vm.force(x0);
    if (same) {
      work.values.resize(work.values.size() - 2);
      continue;
    }
    work.values[work.values.size() - 2] = x1;
    const Value y1 = co_await vm.force(work.values.back());
    const Value x = vm.resolve(work.values[work.values.size() - 2]);
    const Value y = y1;
    const int known = vm.equal_now(x, y);
    if (known == 0) co_return Value::boolean(negate);
    if (known == 1) {
      work.values.resize(work.values.size() - 2);
      continue;
    }
    work.values.back() = y;
    if (x.is_list()) {
      List *l = x.list(), *r = y.list();
      work.values.resize(work.values.size() - 2);
      for (uint32_t i = l->size(); i-- > 0;)
        push(l->items[i], r->items[i]);
      continue;
    }
    const Value dx = co_await is_derivation(vm, {vm.heap, work.values[work.values.size() - 2]});
    if (dx.is_true()) {
      const Value dy = co_await is_derivation(vm, {vm.heap, work.values.back()});
      if (dy.is_true()) {
        const Value* p =
            work.values[work.values.size() - 2].attrs()->get(vm.symbols.known.out_path);
        const Value* q = work.values.back().attrs()->get(vm.symbols.known.out_path);
        if (p != nullptr && q != nullptr) {
          const Value px = *p, qx = *q;
          work.values.resize(work.values.size() - 2);
          work.values.push_back(px);
          work.values.push_back(qx);
          continue;
        }
      }
    }
    Attrs* l = work.values[work.values.size() - 2].attrs();
    Attrs* r = work.values.back().attrs();
    if (l->size() != r->size()) co_return Value::boolean(negate);
    if (!std::ranges::equal(l->keys->all(), r->keys->all())) co_return Value::boolean(negate);
    work.values.resize(work.values.size() - 2);
    // In the order in which the names were first seen, as in C++ Nix.
    for (uint32_t i = l->size(); i-- > 0;)
      push(l->values[i], r->values[i]);
  }
  co_return Value::boolean(!negate);
}

}  // namespace

Task equal(Vm& vm, Root a, Root b) {
  return equal_as(vm, std::move(a), std::move(b), false);
}
Task not_equal(Vm& vm, Root a, Root b) {
  return equal_as(vm, std::move(a), std::move(b), true);
}

// --- Ordering ----------------------------------------------------------------------------------------------------------

namespace {

Task less_as(Vm& vm, Root a, Root b, bool negate) {
  // Lists compare by their first elements that differ, at any depth: equal elements are told by ==.
  Root x(vm.heap, a), y(vm.heap, b);
  for (;;) {
    const Value p = co_await vm.force(x);
    x = p;
    const Value q = co_await vm.force(y);
    y = q;
    bool less;
    if (vm.compare_now(x, y, less)) co_return Value::boolean(less != negate);
    if (!x->is_list() || !y->is_list()) {
      if (x->type() != y->type())
        vm.fail(ErrorKind::Type,
                cat("cannot compare ", describe_type(x), " with ", describe_type(y)));
      vm.fail(ErrorKind::Type, cat("cannot compare ", describe_type(x), " with ", describe_type(y),
                                   "; values of that type are incomparable"));
    }
    uint32_t i = 0;
    for (;; ++i) {
      if (i == y->list()->size()) co_return Value::boolean(negate);
      if (i == x->list()->size()) co_return Value::boolean(!negate);
      const Value same =
          co_await equal(vm, {vm.heap, x->list()->items[i]}, {vm.heap, y->list()->items[i]});
      if (!same.is_true()) break;
    }
    const Value next_x = x->list()->items[i], next_y = y->list()->items[i];
    x = next_x;
    y = next_y;
  }
}

}  // namespace

Task less_than(Vm& vm, Root a, Root b) {
  return less_as(vm, std::move(a), std::move(b), false);
}
Task not_less_than(Vm& vm, Root a, Root b) {
  return less_as(vm, std::move(a), std::move(b), true);
}

// --- Deep forcing ------------------------------------------------------------------------------------------------------

Task force_deep(Vm& vm, Root v) {
  struct Level {
    size_t container;
    uint32_t next;
  };
  const Value top = co_await vm.force(v);
  Root result(vm.heap, top);
  RootVector containers(vm.heap);
  std::vector<Level> levels;
  boost::unordered_flat_set<const Object*> visited;
  const auto open = [&](Value x) {
    if (!x.is_list() && !x.is_attrs()) return;
    if (!visited.insert(x.object()).second) return;
    containers.values.push_back(x);
    levels.push_back({containers.values.size() - 1, 0});
  };
  open(top);
  while (!levels.empty()) {
    Level& level = levels.back();
    const Value c = containers.values[level.container];
    const uint32_t n = c.is_list() ? c.list()->size() : c.attrs()->size();
    if (level.next == n) {
      levels.pop_back();
      containers.values.pop_back();
      continue;
    }
    const uint32_t i = level.next++;
    Value* slot =
        c.is_list() ? &c.list()->items[i] : &c.attrs()->values[vm.name_order(c.attrs()->keys)[i]];
    const Value item = co_await vm.force(*slot);
    // `c` is rooted in `containers`, so its slot is where it was.
    // A slot that holds a list keeps its thunk: the printer tells by it whether a list is shared or a copy.
    if (!item.is_list()) *slot = item;
    open(item);
  }
  co_return result;
}

}  // namespace nilas::eval
