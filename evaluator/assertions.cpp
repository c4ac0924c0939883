// Why `assert a == b` fails: the first difference between the two values, and the way to it.
//
// Walks both values as `==` does (operations.cpp), in the same order, but remembers where it is.

#include <algorithm>

#include "evaluator/code.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/text.hpp"
#include "evaluator/trace.hpp"

namespace nilas::eval {

namespace {

/// What is being compared: the containers around it.
class Comparison {
 public:
  Comparison(Vm& vm, SourceSpan site) : vm_(vm), site_(site) {}

  /// The next pair into x and y; false at the end.
  bool next(Value& x, Value& y) {
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.next == level.size) {
        levels_.pop_back();
        continue;
      }
      const uint32_t i = level.next++;
      if (level.derivation) {
        x = *level.left.attrs()->get(vm_.symbols.known.out_path);
        y = *level.right.attrs()->get(vm_.symbols.known.out_path);
      } else if (level.left.is_list()) {
        x = level.left.list()->items[i];
        y = level.right.list()->items[i];
      } else {
        x = level.left.attrs()->values[i];
        y = level.right.attrs()->values[i];
      }
      return true;
    }
    return false;
  }

  void open_list(Value left, Value right) {
    if (left.list()->size() != right.list()->size())
      fail(cat("list of size '", left.list()->size(), "' is not equal to list of size '",
               right.list()->size(), "', left hand side is '", shown(left),
               "', right hand side is '", shown(right), "'"));
    levels_.push_back({left, right, left.list()->size(), 0, false});
  }

  void open_derivation(Value left, Value right) { levels_.push_back({left, right, 1, 0, true}); }

  void open_set(Value left, Value right) {
    Attrs *l = left.attrs(), *r = right.attrs();
    if (l->size() != r->size())
      fail(cat("attribute names of attribute set '", shown(left), "' differs from attribute set '",
               shown(right), "'"));
    // Names in front of the first one that only one of the sets has are compared all the same.
    const auto [a, b] = std::ranges::mismatch(l->keys->all(), r->keys->all());
    const auto size = static_cast<uint32_t>(a - l->keys->all().begin());
    levels_.push_back({left, right, l->size(), 0, false});
    levels_.back().names = size;
  }

  /// To be called before the next pair of a set is compared: its names may differ.
  void check_names() {
    if (levels_.empty()) return;
    const Level level = levels_.back();
    if (!level.left.is_attrs() || level.derivation || level.names == level.size) return;
    if (level.next < level.names) return;
    levels_.pop_back();  // the error is the sets', not that of an attribute
    fail_name(level.left, level.right, level.names);
  }

  void compare(Value x, Value y) {
    const auto number = [](Value v) { return v.is_int() || v.is_float(); };
    if (number(x) && number(y)) {
      if (vm_.equal_now(x, y) == 1) return;
      fail(cat(describe(vm_, x), " with value '", shown(x), "' is not equal to ", describe(vm_, y),
               " with value '", shown(y), "'"));
    }
    if (x.type() != y.type())
      fail(cat(describe(vm_, x), " of value '", shown(x), "' is not equal to ", describe(vm_, y),
               " of value '", shown(y), "'"));
    if (x.is_function())
      fail(
          "distinct functions and immediate comparisons of identical functions compare as unequal");
    if (vm_.equal_now(x, y) == 1) return;
    const std::string_view what = x.is_string() ? "string" : x.is_path() ? "path" : "boolean";
    fail(cat(what, " '", shown(x), "' is not equal to ", what, " '", shown(y), "'"));
  }

  /// The way to the pair under comparison, innermost step first.
  void locate(EvalError& error) const {
    for (size_t i = levels_.size(); i-- > 0;) {
      const Level& level = levels_[i];
      if (level.next == 0) continue;
      const uint32_t at = level.next - 1;
      if (level.derivation) {
        error.trace("while comparing a derivation by its 'outPath' attribute", site_);
      } else if (level.left.is_list()) {
        error.trace(cat("while comparing list element ", at), site_);
      } else {
        Attrs *l = level.left.attrs(), *r = level.right.attrs();
        if (const auto span = vm_.world.position(r->pos(at)); span.known())
          error.trace("where right hand side is", span);
        if (const auto span = vm_.world.position(l->pos(at)); span.known())
          error.trace("where left hand side is", span);
        error.trace(cat("while comparing attribute '", quoted(l->keys->symbols[at]), "'"), site_);
      }
    }
  }

  size_t depth() const { return levels_.size(); }

 private:
  struct Level {
    Value left, right;  // reachable from the two values, which are rooted
    uint32_t size, next;
    bool derivation;     // only the outPath of the two is compared
    uint32_t names = 0;  // so many names are the same
  };

  std::string quoted(Symbol name) const { return quote_attribute_name(vm_.symbols.name(name)); }
  std::string shown(Value v) const { return print_shallow(vm_, v, PrintOptions::message()); }

  [[noreturn]] static void fail(std::string message) {
    throw EvalError(ErrorKind::AssertionFailed, std::move(message));
  }

  [[noreturn]] void fail_name(Value left, Value right, uint32_t at) const {
    Attrs *l = left.attrs(), *r = right.attrs();
    const Symbol a = l->keys->symbols[at], b = r->keys->symbols[at];
    if (r->find(a) < 0)
      fail(cat("attribute name '", quoted(a), "' is contained in '", shown(left), "', but not in '",
               shown(right), "'"));
    fail(cat("attribute name '", quoted(b), "' is missing in '", shown(left),
             "', but is contained in '", shown(right), "'"));
  }

  Vm& vm_;
  SourceSpan site_;
  std::vector<Level> levels_;
};

void add_location(EvalError& error, void* comparison) {
  static_cast<const Comparison*>(comparison)->locate(error);
}

Task is_derivation(Vm& vm, Root set) {
  const Value* type = set->attrs()->get(vm.symbols.known.type);
  if (type == nullptr || set->attrs()->get(vm.symbols.known.out_path) == nullptr)
    co_return Value::boolean(false);
  const Value t = co_await vm.force(*type);
  co_return Value::boolean(t.is_string() && vm.view(t) == "derivation");
}

/// Fails with the first difference between the two values; null if there is none. `comparison` is a parameter so that it
/// outlives the body: the note of an error looks at it.
Task find_difference(Vm& vm, Root a, Root b, Comparison comparison) {
  co_await SetNote{{&add_location, &comparison}};
  Root x(vm.heap, a), y(vm.heap, b);
  for (;;) {
    vm.check_depth(comparison.depth());
    const bool same = comparison.depth() > 0 && x.get() == y.get();
    const Value left = co_await vm.force(x);
    x = left;
    const Value right = co_await vm.force(y);
    y = right;
    bool derivations = false;
    if (!same && x->is_attrs() && y->is_attrs()) {
      const Value dx = co_await is_derivation(vm, {vm.heap, x});
      if (dx.is_true()) {
        const Value dy = co_await is_derivation(vm, {vm.heap, y});
        derivations = dy.is_true();
      }
    }
    if (!same) {
      if (derivations)
        comparison.open_derivation(x, y);
      else if (x->is_list() && y->is_list())
        comparison.open_list(x, y);
      else if (x->is_attrs() && y->is_attrs())
        comparison.open_set(x, y);
      else
        comparison.compare(x, y);
    }
    comparison.check_names();
    Value next_x, next_y;
    if (!comparison.next(next_x, next_y)) co_return Value::null();
    x = next_x;
    y = next_y;
  }
}

}  // namespace

namespace {

struct Condition {
  const World* world;
  const SourceUnit* unit;
  syntax::NodeId assertion;
};

void add_condition(EvalError& error, void* data) {
  const auto& condition = *static_cast<const Condition*>(data);
  const ErrorKind kind = error.data().kind;
  if (kind != ErrorKind::AssertionFailed && kind != ErrorKind::Throw) return;
  error.trace(cat("while evaluating the condition of the assertion '",
                  condition_text(*condition.world, *condition.unit, condition.assertion), "'"),
              place_of(*condition.unit, condition.assertion));
}

}  // namespace

Task explain_assertion(Vm& vm, Root a, Root b, const CodeBlock* code, syntax::NodeId assertion) {
  const SourceUnit& unit = *code->unit;
  const syntax::NodeId condition = unit.ast->skip_parens(unit.ast->nodes[assertion].a);
  Root left(vm.heap, a), right(vm.heap, b);  // keep alive what find_difference walks through
  Condition told{&vm.world, &unit, assertion};
  co_await SetNote{{&add_condition, &told}};
  co_await find_difference(vm, {vm.heap, left}, {vm.heap, right},
                           Comparison(vm, place_of(unit, condition)));
  co_await SetNote{{}};
  // Evaluated once more, the two sides were equal.
  throw EvalError(ErrorKind::AssertionFailed,
                  cat("assertion '", condition_text(vm.world, unit, assertion), "' failed"),
                  place_of(unit, assertion));
}

}  // namespace nilas::eval
