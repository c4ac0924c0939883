// Operators beyond what the loop does inline. None of these evaluates.

#include <algorithm>
#include <cmath>
#include <cstring>

#include "evaluator/code.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/paths.hpp"
#include "evaluator/text.hpp"
#include "evaluator/trace.hpp"
#include "evaluator/vm.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

std::string_view verb(uint8_t op) {
  return op == '+' ? "adding" : op == '-' ? "subtracting" : op == '*' ? "multiplying" : "dividing";
}

std::string_view operand_step(uint8_t op, bool first) {
  const auto binary = op == '-'   ? syntax::BinaryOp::Sub
                      : op == '*' ? syntax::BinaryOp::Mul
                                  : syntax::BinaryOp::Div;
  return nilas::eval::operand_step(binary, first);
}

}  // namespace

Value Vm::arithmetic(uint8_t op, Value a, Value b) {
  const auto check = [&](Value v, bool first) {
    if (v.is_int() || v.is_float()) return;
    if (op == '+')
      fail(ErrorKind::Type,
           cat("cannot add ", describe(*this, b), " to ", a.is_int() ? "an integer" : "a float"));
    fail_type(a.is_float() || b.is_float() ? "a float" : "an integer", v, operand_step(op, first));
  };
  if (op == '/') {
    // The divisor comes first.
    if (!b.is_int() && !b.is_float()) fail_type("a float", b, operand_step(op, false));
    if (b.is_float() ? b.as_float() == 0 : b.as_int() == 0)
      fail(ErrorKind::Arithmetic, "division by zero");
  }
  check(a, true);
  check(b, false);
  if (a.is_float() || b.is_float()) {
    const double x = a.is_float() ? a.as_float() : static_cast<double>(a.as_int());
    const double y = b.is_float() ? b.as_float() : static_cast<double>(b.as_int());
    switch (op) {
      case '+': return make_float(x + y);
      case '-': return make_float(x - y);
      case '*': return make_float(x * y);
      default: return make_float(x / y);
    }
  }
  const int64_t x = a.as_int(), y = b.as_int();
  int64_t r = 0;
  bool overflow = false;
  char sign = '+';
  switch (op) {
    case '+': overflow = __builtin_add_overflow(x, y, &r); break;
    case '-':
      overflow = __builtin_sub_overflow(x, y, &r);
      sign = '-';
      break;
    case '*':
      overflow = __builtin_mul_overflow(x, y, &r);
      sign = '*';
      break;
    default:
      sign = '/';
      overflow = x == INT64_MIN && y == -1;
      if (!overflow) r = x / y;
  }
  if (overflow)
    fail(ErrorKind::Arithmetic, cat("integer overflow in ", verb(op), " ", x, " ", sign, " ", y));
  return make_int(r);
}

/// Some operand is no list. C++ Nix joins the last two first: of several it finds the last pair, and its first.
void Vm::fail_concat(const Value* lists, uint32_t count) {
  uint32_t i = count - 2;
  if (lists[i].is_list() && !lists[count - 1].is_list()) ++i;
  while (lists[i].is_list())
    --i;
  throw EvalError(ErrorKind::Type,
                  cat("expected a list but found ", describe(*this, lists[i]), ": ",
                      print_shallow(*this, lists[i], PrintOptions::message())))
      .operand(i)
      .trace("while evaluating one of the elements to concatenate");
}

Value Vm::concat_lists(const Value* lists, uint32_t count) {
  size_t size = 0;
  uint32_t filled = 0, last = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (!lists[i].is_list()) [[unlikely]]
      fail_concat(lists, count);
    const uint32_t n = lists[i].list()->size();
    size += n;
    if (n == 0) continue;
    ++filled;
    last = i;
  }
  if (filled <= 1) return lists[last];
  List* l = alloc_list(size);
  Value* at = l->items;
  for (uint32_t i = 0; i < count; ++i) {
    const List* from = lists[i].list();
    std::memcpy(at, from->items, from->object.count * sizeof(Value));
    at += from->object.count;
  }
  return Value::of(l);
}

/// Parts are strings already.
Value Vm::interpolate(Value* parts, uint32_t count) {
  if (count == 1) return parts[0];
  size_t size = 0;
  Context* context = nullptr;
  for (uint32_t i = 0; i < count; ++i) {
    size += parts[i].object()->count;
    context = merge_contexts(context, this->context(parts[i]));
  }
  String* s = alloc_string(size, context);
  char* at = s->data;
  for (uint32_t i = 0; i < count; ++i) {
    const std::string_view part = view(parts[i]);
    std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  return Value::of(s);
}

Value Vm::concat_path(Value* parts, uint32_t count) {
  std::string text;
  for (uint32_t i = 0; i < count; ++i) {
    if (context(parts[i]) != nullptr)
      fail(ErrorKind::Other, "a string that refers to a store path cannot be appended to a path");
    text += view(parts[i]);
  }
  return make_path(canonical_path(text));
}

Value Vm::make_dynamic(const AttrsLiteral& literal, Value set, Value* pairs) {
  Attrs* fixed = set.attrs();
  AttrsBuilder b(*this, fixed->size() + literal.dynamic_positions.size());
  std::vector<Symbol> seen;
  for (uint32_t i = 0; i < fixed->size(); ++i)
    b.add(fixed->keys->symbols[i], fixed->values[i], fixed->pos(i));
  for (size_t i = 0; i < literal.dynamic_positions.size(); ++i) {
    const Value name = pairs[2 * i];
    if (name.is_null()) continue;
    constexpr std::string_view kStep = "while evaluating the name of a dynamic attribute";
    if (!name.is_string())
      fail_type("a string", name, kStep, world.position(literal.dynamic_positions[i]));
    const Symbol s = symbols.intern(expect_string_no_context(name, kStep));
    const int32_t other = fixed->find(s);
    const bool again = std::ranges::find(seen, s) != seen.end();
    if (other >= 0 || again) {
      std::string message =
          cat("dynamic attribute '", quote_attribute_name(symbols.name(s)), "' already defined");
      PosId first = other >= 0 ? fixed->pos(static_cast<uint32_t>(other)) : 0;
      for (size_t j = 0; first == 0 && j < i; ++j)
        if (pairs[2 * j].is_string() && view(pairs[2 * j]) == symbols.name(s))
          first = literal.dynamic_positions[j];
      if (const SourceSpan at = world.position(first); at.known()) {
        const LineColumn lc = world.line_column(at);
        message += cat(" at ", world.source(at.source)->name, ":", lc.line, ":", lc.column);
      }
      throw EvalError(ErrorKind::Other, message, world.position(literal.dynamic_positions[i]));
    }
    seen.push_back(s);
    b.add(s, pairs[2 * i + 1], literal.dynamic_positions[i]);
  }
  return b.finish();
}

Value Vm::apply_overrides(const AttrsLiteral& literal, Value set, Value overrides,
                          Captures* block) {
  Attrs* over = expect_attrs(overrides, "while evaluating the `__overrides` attribute");
  const auto names = literal.keys->all();
  for (size_t i = 0; i < names.size(); ++i)
    if (const Value* v = over->get(names[i])) block->slots[literal.members[i]] = *v;
  return update(set.attrs(), over);
}

/// True if `less` could be told at once. Strings compare bytewise.
bool Vm::compare_now(Value a, Value b, bool& less) {
  if (a.is_small_int() && b.is_small_int()) {
    less = a.small_int() < b.small_int();
    return true;
  }
  if (a.is_string() && b.is_string()) {
    less = view(a) < view(b);
    return true;
  }
  const bool x = a.is_int(), y = b.is_int();
  if ((x || a.is_float()) && (y || b.is_float())) {
    if (x && y)
      less = a.as_int() < b.as_int();
    else
      less = (x ? static_cast<double>(a.as_int()) : a.as_float()) <
             (y ? static_cast<double>(b.as_int()) : b.as_float());
    return true;
  }
  if (a.is_path() && b.is_path()) {
    less = a.path()->view() < b.path()->view();
    return true;
  }
  return false;
}

/// 1 equal, 0 not, -1 needs evaluation.
int Vm::equal_now(Value a, Value b) {
  if (a.is_small_int() && b.is_small_int()) return a == b;
  if (a.is_string() && b.is_string()) return a == b || view(a) == view(b);
  const bool x = a.is_int(), y = b.is_int();
  if ((x || a.is_float()) && (y || b.is_float())) {
    if (x && y) return a.as_int() == b.as_int();
    return (x ? static_cast<double>(a.as_int()) : a.as_float()) ==
           (y ? static_cast<double>(b.as_int()) : b.as_float());
  }
  const Type t = a.type();
  if (t != b.type()) return 0;
  switch (t) {
    case Type::Null: return 1;
    case Type::Bool: return a == b;
    case Type::Path: return a.path()->view() == b.path()->view();
    case Type::Function: return 0;  // functions are never equal, not even to themselves
    case Type::List:
      if (a == b) return a.list()->size() == 0 ? 1 : -1;
      if (a.list()->size() != b.list()->size()) return 0;
      return a.list()->size() == 0 ? 1 : -1;
    case Type::Attrs:
      if (a.attrs()->size() == 0 && b.attrs()->size() == 0) return 1;
      return -1;
    default: return 0;
  }
}

std::string Vm::brief(Value v) {
  constexpr size_t kMax = 200;
  std::string out;
  // One level deep: what lies below is told by its kind only.
  const auto leaf = [&](Value x) -> std::string {
    x = resolve(x);
    switch (x.type()) {
      case Type::Thunk:
        return x.thunk()->state() == ThunkState::Running ? "«potential infinite recursion»"
                                                         : "«thunk»";
      case Type::Null: return "null";
      case Type::Bool: return x.is_true() ? "true" : "false";
      case Type::Int: return std::to_string(x.as_int());
      case Type::Float: {
        char buffer[32];
        std::snprintf(buffer, sizeof buffer, "%g", x.as_float());
        return buffer;
      }
      case Type::String: {
        std::string s;
        const std::string_view text = view(x);
        s += '"';
        for (const char c : text.substr(0, kMax)) {
          if (c == '"' || c == '\\') s += '\\';
          if (c == '\n')
            s += "\\n";
          else if (c == '\t')
            s += "\\t";
          else if (c == '\r')
            s += "\\r";
          else
            s += c;
        }
        s += '"';
        if (text.size() > kMax) s += cat(" «", text.size() - kMax, " bytes elided»");
        return s;
      }
      case Type::Path: return std::string(x.path()->view());
      case Type::Attrs: return x.attrs()->size() == 0 ? "{ }" : "{ ... }";
      case Type::List: return x.list()->size() == 0 ? "[ ]" : "[ ... ]";
      case Type::Function: {
        const auto kind = x.object()->kind;
        if (kind == ObjectKind::Builtin) return cat("«primop ", builtin_name(x), "»");
        if (kind == ObjectKind::PartialApp) {
          const Value f = x.as<PartialApp>()->function;
          if (f.object()->kind == ObjectKind::Builtin)
            return cat("«partially applied primop ", builtin_name(f), "»");
        }
        const SourceSpan at = world.function_span(x);
        if (!at.known()) return "«lambda»";
        const LineColumn lc = world.line_column(at);
        return cat("«lambda ", function_name(x), "@ ", world.source(at.source)->name, ":", lc.line,
                   ":", lc.column, "»");
      }
      case Type::Internal: break;
    }
    return "«internal»";
  };
  if (v.is_attrs() && v.attrs()->size() > 0) {
    out = "{";
    size_t shown = 0;
    for (const uint32_t i : name_order(v.attrs()->keys)) {
      if (shown++ == 10 || out.size() > kMax) {
        out += cat(" «", v.attrs()->size() - shown + 1, " attributes elided»");
        break;
      }
      out += cat(" ", quote_attribute_name(symbols.name(v.attrs()->keys->symbols[i])), " = ",
                 leaf(v.attrs()->values[i]), ";");
    }
    return out + " }";
  }
  if (v.is_list() && v.list()->size() > 0) {
    out = "[";
    size_t shown = 0;
    for (const Value x : v.list()->all()) {
      if (shown++ == 10 || out.size() > kMax) {
        out += cat(" «", v.list()->size() - shown + 1, " items elided»");
        break;
      }
      out += cat(" ", leaf(x));
    }
    return out + " ]";
  }
  return leaf(v);
}

}  // namespace nilas::eval
