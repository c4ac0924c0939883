// Operations that may evaluate: coercion, equality, ordering, addition, deep forcing. All use worklists, so that data
// nested 100,000 deep costs memory, not native stack.

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>

#include "evaluator/format/print.hpp"
#include "evaluator/paths.hpp"
#include "evaluator/peel.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/text.hpp"
#include "evaluator/trace.hpp"
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

void PeelSteps::begin(bool is_to_string, PosId place) {
  world_->vm.check_depth(steps_.size());
  steps_.push_back({place, is_to_string, false});
}

void PeelSteps::add_to(EvalError& error) const {
  for (size_t i = steps_.size(); i-- > 0;) {
    const Step& step = steps_[i];
    const std::string_view text =
        step.is_to_string ? step.has_value ? "while using the result of the `__toString` attribute"
                                           : "while calling the `__toString` attribute"
        : step.has_value  ? "while using the `outPath` attribute"
                          : "while evaluating the `outPath` attribute";
    const SourceSpan place = world_->position(step.place);
    // The call itself failed: something else than a function.
    if (step.is_to_string && !step.has_value && error.data().trace.empty()) error.at(place);
    error.trace(std::string(text), place);
  }
}

namespace {

/// Where coerce_to_string is. Its lists are flattened through a worklist of (list, next index).
struct Coercing {
  struct Level {
    size_t list;  // in RootVector lists
    uint32_t next;
  };
  Coercing(const World& world, std::string_view step) : peeled(world), step(step) {}

  PeelSteps peeled;
  std::vector<Level> levels;
  std::string_view step;  // what the caller calls this

  static constexpr std::string_view kElement = "while evaluating one element of the list";
  std::string_view innermost_step() const { return levels.empty() ? step : kElement; }

  void locate(EvalError& error) const {
    peeled.add_to(error);
    for (size_t i = levels.size(); i-- > 0;) {
      const std::string_view text = i == 0 ? step : kElement;
      if (!text.empty()) error.trace(std::string(text));
    }
  }
};

void locate_coercion(EvalError& error, void* coercing) {
  static_cast<const Coercing*>(coercing)->locate(error);
}

[[noreturn]] void fail_coercion(Vm& vm, Value v, const Coercing& at) {
  EvalError error(ErrorKind::Type, cat("cannot coerce ", describe(vm, v), " to a string: ",
                                       print_shallow(vm, v, PrintOptions::message())));
  if (!at.innermost_step().empty()) error.trace(std::string(at.innermost_step()));
  throw error;
}

/// `at` is a parameter so that it outlives the body: the note of an error looks at it.
Task coerce(Vm& vm, Root v, Coercion options, Coercing at) {
  Root current(vm.heap, v);
  Root out(vm.heap, Value());
  RootVector lists(vm.heap);
  bool after_empty_list = false;
  for (;;) {
    const Value forced = co_await vm.force(current);
    current = forced;
    if (!at.peeled.empty()) at.peeled.got_value();
    // One value: becomes `piece`, or another round.
    Value piece = coerce_now(vm, forced, options);
    const Type type = forced.type();
    if (type == Type::Path && options.copy_to_store) {
      piece = copy_path_to_store(vm, forced);
    } else if (type == Type::Attrs) {
      Attrs* set = forced.attrs();
      if (const int32_t f = set->find(vm.symbols.known.to_string); f >= 0) {
        at.peeled.begin(true, set->pos(static_cast<uint32_t>(f)));
        co_await SetNote{{&locate_coercion, &at}};
        const Value text = co_await vm.call(set->values[f], current);
        current = text;
        continue;
      }
      if (const int32_t p = set->find(vm.symbols.known.out_path); p >= 0) {
        at.peeled.begin(false, set->pos(static_cast<uint32_t>(p)));
        co_await SetNote{{&locate_coercion, &at}};
        current = set->values[p];
        continue;
      }
    } else if (type == Type::List && options.strong) {
      vm.check_depth(at.levels.size());
      co_await SetNote{{&locate_coercion, &at}};
      after_empty_list = forced.list()->size() == 0;
      lists.values.push_back(forced);
      at.levels.push_back({lists.values.size() - 1, 0});
      if (!out.get().exists()) out = vm.make_string({});
    }
    if (!piece.exists() && (type != Type::List || !options.strong)) fail_coercion(vm, forced, at);
    if (at.levels.empty()) {
      if (piece.exists()) co_return piece;
      co_return out;
    }
    if (piece.exists()) {
      out = vm.concat_strings(out, piece);
      after_empty_list = false;
    }
    at.peeled.clear();
    // The next element; between elements a space, except after an empty list.
    for (;;) {
      if (at.levels.empty()) co_return out;
      Coercing::Level& level = at.levels.back();
      List* list = lists.values[level.list].list();
      if (level.next == list->size()) {
        after_empty_list = list->size() == 0;
        lists.values.pop_back();
        at.levels.pop_back();
        continue;
      }
      if (level.next > 0 && !after_empty_list) out = vm.concat_strings(out, vm.make_string(" "));
      after_empty_list = false;
      current = list->items[level.next++];
      break;
    }
  }
}

}  // namespace

Task coerce_to_string(Vm& vm, Root v, Coercion options, std::string_view trace) {
  return coerce(vm, std::move(v), options, Coercing(vm.world, trace));
}

namespace {

void note_operand(EvalError& error, void* operand) {
  error.operand(*static_cast<const uint32_t*>(operand));
}

}  // namespace

/// Whether something can be added to `v`, which is forced. A set is made a string only then.
bool Vm::is_addend(Value v) const {
  switch (v.type()) {
    case Type::Int:
    case Type::Float:
    case Type::String:
    case Type::Path: return true;
    case Type::Attrs:
      return v.attrs()->get(symbols.known.to_string) != nullptr ||
             v.attrs()->get(symbols.known.out_path) != nullptr;
    default: return false;
  }
}

Task add_values(Vm& vm, Root a, Root b) {
  Root left(vm.heap, a), right(vm.heap, b);
  uint32_t operand = 1;
  co_await SetNote{{&note_operand, &operand}};
  if (left->is_path()) {
    const Value text =
        co_await coerce_to_string(vm, {vm.heap, right}, {.copy_to_store = false}, kSegmentStep);
    operand = kNoOperand;
    if (vm.context(text) != nullptr)
      vm.fail(ErrorKind::Other,
              "a string that refers to a store path cannot be appended to a path");
    co_return vm.make_path(canonical_path(cat(left->path()->view(), vm.view(text))));
  }
  // What is not a string begins a text, for which no path is copied.
  const Coercion coercion{.copy_to_store = left->is_string()};
  operand = 0;
  const Value x = co_await coerce_to_string(vm, {vm.heap, left}, coercion, kSegmentStep);
  left = x;
  operand = 1;
  const Value y = co_await coerce_to_string(vm, {vm.heap, right}, coercion, kSegmentStep);
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
  std::vector<uint32_t> depths{0};  // how deep each pair lies, parallel to `work`
  bool nested = false;
  // Inside lists and sets the same value is equal to itself, even a function (C++ Nix compares pointers, once both are
  // forced). Forced ones are not worth a round.
  const auto push = [&](Value p, Value q, uint32_t depth) {
    if (p == q && vm.resolve(p).is_forced()) return;
    work.values.push_back(p);
    work.values.push_back(q);
    depths.push_back(depth);
  };
  while (!work.values.empty()) {
    const uint32_t depth = depths.back();
    depths.pop_back();
    vm.check_depth(depth);
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
        push(l->items[i], r->items[i], depth + 1);
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
          depths.push_back(depth + 1);
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
      push(l->values[i], r->values[i], depth + 1);
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

void add_element_steps(EvalError& error, void* depth) {
  for (uint32_t i = *static_cast<const uint32_t*>(depth); i > 0; --i)
    error.trace("while comparing two list elements");
}

Task less_as(Vm& vm, Root a, Root b, bool negate) {
  // Lists compare by their first elements that differ, at any depth: equal elements are told by ==.
  Root x(vm.heap, a), y(vm.heap, b);
  uint32_t depth = 0;  // lists around x and y
  co_await SetNote{{&add_element_steps, &depth}};
  for (;;) {
    const Value p = co_await vm.force(x);
    x = p;
    const Value q = co_await vm.force(y);
    y = q;
    bool less;
    if (vm.compare_now(x, y, less)) co_return Value::boolean(less != negate);
    if (!x->is_list() || !y->is_list()) {
      const bool same_type = x->type() == y->type();
      const std::string shown = cat(print_shallow(vm, x, PrintOptions::message()), " and ",
                                    print_shallow(vm, y, PrintOptions::message()));
      vm.fail(ErrorKind::Type,
              cat("cannot compare ", describe(vm, x), " with ", describe(vm, y),
                  same_type ? cat("; values of that type are incomparable (values are ", shown, ")")
                            : cat("; values are ", shown)));
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
    ++depth;
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

namespace {

/// The containers around the value that force_deep is at.
struct DeepWalk {
  struct Level {
    size_t container;
    uint32_t next;
  };
  Vm& vm;
  RootVector containers;
  std::vector<Level> levels;

  explicit DeepWalk(Vm& vm) : vm(vm), containers(vm.heap) {}

  void locate(EvalError& error) const {
    for (size_t i = levels.size(); i-- > 0;) {
      const Value c = containers.values[levels[i].container];
      const uint32_t at = levels[i].next - 1;
      if (c.is_list()) {
        error.trace(cat("while evaluating list element at index ", at));
        continue;
      }
      error.trace(cat("while evaluating the attribute '",
                      quote_attribute_name(vm.symbols.name(c.attrs()->keys->symbols[at])), "'"),
                  vm.world.position(c.attrs()->pos(at)));
    }
  }
};

void locate_deep(EvalError& error, void* walk) {
  static_cast<const DeepWalk*>(walk)->locate(error);
}

/// Where C++ Nix says that a value is that it has not looked at yet: a delayed application is at its function.
SourceSpan delayed_place(Vm& vm, Value v) {
  if (!v.is_thunk() || v.thunk()->state() != ThunkState::Suspended || !vm.is_application(v.thunk()))
    return {};
  const Value f = vm.resolve(v.thunk()->slots[0]);
  return f.is_function() ? vm.world.function_span(f) : SourceSpan{};
}

/// `walk` is a parameter so that it outlives the body: the note of an error looks at it.
Task force_below(Vm& vm, Root v, DeepWalk walk) {
  const Value top = co_await vm.force(v);
  Root result(vm.heap, top);
  boost::unordered_flat_set<const Object*> visited;
  const auto open = [&](Value x) {
    if (!x.is_list() && !x.is_attrs()) return;
    if (!visited.insert(x.object()).second) return;
    walk.containers.values.push_back(x);
    walk.levels.push_back({walk.containers.values.size() - 1, 0});
  };
  co_await SetNote{{&locate_deep, &walk}};
  open(top);
  while (!walk.levels.empty()) {
    DeepWalk::Level& level = walk.levels.back();
    const Value c = walk.containers.values[level.container];
    const uint32_t n = c.is_list() ? c.list()->size() : c.attrs()->size();
    if (level.next == n) {
      walk.levels.pop_back();
      walk.containers.values.pop_back();
      continue;
    }
    const uint32_t i = level.next++;
    // Attributes in the order in which their names were first seen, as in C++ Nix.
    Value* slot = c.is_list() ? &c.list()->items[i] : &c.attrs()->values[i];
    if (vm.is_too_deep(walk.levels.size())) {
      EvalError error = Vm::depth_error();
      throw error.at(delayed_place(vm, *slot));
    }
    const Value item = co_await vm.force(*slot);
    // `c` is rooted in `containers`, so its slot is where it was.
    // A slot that holds a list keeps its thunk: the printer tells by it whether a list is shared or a copy.
    if (!item.is_list()) *slot = item;
    open(item);
  }
  co_return result;
}

}  // namespace

Task force_deep(Vm& vm, Root v) {
  return force_below(vm, std::move(v), DeepWalk(vm));
}

}  // namespace nilas::eval
