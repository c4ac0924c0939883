// Numbers. Integers are 64 bits wide and never wrap: an overflow is an error, as in C++ Nix since 2.24.

#include <cmath>
#include <cstdint>
#include <limits>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/format/number.hpp"

namespace nilas::eval::builtins {

namespace {

/// An operation on two numbers with its words for messages.
struct Operation {
  bool (*integers)(int64_t, int64_t, int64_t*);  // true: overflow
  double (*floats)(double, double);
  std::string_view doing;  // "adding"
  char sign;               // '+'
  std::string_view first_trace, second_trace;
};

[[noreturn]] void overflow(Vm& vm, const Operation& op, int64_t a, int64_t b) {
  vm.fail(ErrorKind::Arithmetic,
          cat("integer overflow in ", op.doing, " ", a, " ", op.sign, " ", b));
}

Value apply(Vm& vm, const Operation& op, Value a, Value b) {
  if (a.is_float() || b.is_float()) {
    const double x = vm.expect_number(a, op.first_trace);
    const double y = vm.expect_number(b, op.second_trace);
    return vm.make_float(op.floats(x, y));
  }
  const int64_t x = vm.expect_int(a, op.first_trace);
  const int64_t y = vm.expect_int(b, op.second_trace);
  int64_t result;
  if (op.integers(x, y, &result)) overflow(vm, op, x, y);
  return vm.make_int(result);
}

bool add_overflows(int64_t a, int64_t b, int64_t* to) {
  return __builtin_add_overflow(a, b, to);
}
bool sub_overflows(int64_t a, int64_t b, int64_t* to) {
  return __builtin_sub_overflow(a, b, to);
}
bool mul_overflows(int64_t a, int64_t b, int64_t* to) {
  return __builtin_mul_overflow(a, b, to);
}
bool div_overflows(int64_t a, int64_t b, int64_t* to) {
  if (a == std::numeric_limits<int64_t>::min() && b == -1) return true;
  *to = a / b;
  return false;
}

constexpr Operation kAdd = {add_overflows,
                            [](double a, double b) { return a + b; },
                            "adding",
                            '+',
                            "while evaluating the first argument of the addition",
                            "while evaluating the second argument of the addition"};
constexpr Operation kSub = {sub_overflows,
                            [](double a, double b) { return a - b; },
                            "subtracting",
                            '-',
                            "while evaluating the first argument of the subtraction",
                            "while evaluating the second argument of the subtraction"};
constexpr Operation kMul = {mul_overflows,
                            [](double a, double b) { return a * b; },
                            "multiplying",
                            '*',
                            "while evaluating the first argument of the multiplication",
                            "while evaluating the second argument of the multiplication"};
constexpr Operation kDiv = {div_overflows,
                            [](double a, double b) { return a / b; },
                            "dividing",
                            '/',
                            "while evaluating the first operand of the division",
                            "while evaluating the second operand of the division"};

}  // namespace

Value add(Vm& vm, Args args) {
  return apply(vm, kAdd, args[0], args[1]);
}
Value sub(Vm& vm, Args args) {
  return apply(vm, kSub, args[0], args[1]);
}
Value mul(Vm& vm, Args args) {
  return apply(vm, kMul, args[0], args[1]);
}

Value div(Vm& vm, Args args) {
  if (vm.expect_number(args[1], kDiv.second_trace) == 0) {
    vm.fail(ErrorKind::Arithmetic, "division by zero");
  }
  return apply(vm, kDiv, args[0], args[1]);
}

Value bit_and(Vm& vm, Args args) {
  const int64_t a =
      vm.expect_int(args[0], "while evaluating the first argument passed to builtins.bitAnd");
  const int64_t b =
      vm.expect_int(args[1], "while evaluating the second argument passed to builtins.bitAnd");
  return vm.make_int(a & b);
}

Value bit_or(Vm& vm, Args args) {
  const int64_t a =
      vm.expect_int(args[0], "while evaluating the first argument passed to builtins.bitOr");
  const int64_t b =
      vm.expect_int(args[1], "while evaluating the second argument passed to builtins.bitOr");
  return vm.make_int(a | b);
}

Value bit_xor(Vm& vm, Args args) {
  const int64_t a =
      vm.expect_int(args[0], "while evaluating the first argument passed to builtins.bitXor");
  const int64_t b =
      vm.expect_int(args[1], "while evaluating the second argument passed to builtins.bitXor");
  return vm.make_int(a ^ b);
}

namespace {

// Nix rounds integers by way of a double, and refuses those that do not survive it.
Value round_to_int(Vm& vm, Value number, double rounded) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  constexpr std::string_view kBug = "Due to a bug (see https://github.com/NixOS/nix/issues/12899) ";
  constexpr std::string_view kFuture =
      "\n\tFuture Nix versions might implement the correct behavior.";
  const bool fits = rounded >= -kLimit && rounded < kLimit;
  if (number.is_float()) {
    if (fits) return vm.make_int(static_cast<int64_t>(rounded));
    vm.fail(ErrorKind::Arithmetic, cat("NixFloat argument ", format_float(number.as_float()),
                                       " is not in the range of NixInt"));
  }
  const int64_t exact = number.as_int();
  if (!fits) {
    vm.fail(ErrorKind::Arithmetic,
            cat(kBug, "the NixInt argument ", exact,
                " caused undefined behavior in previous Nix versions.", kFuture));
  }
  const int64_t result = static_cast<int64_t>(rounded);
  if (result != exact) {
    vm.fail(ErrorKind::Arithmetic,
            cat(kBug,
                "a loss of precision occurred in previous Nix versions because the NixInt "
                "argument ",
                exact, " was rounded to ", result, ".", kFuture));
  }
  return vm.make_int(result);
}

}  // namespace

Value ceil(Vm& vm, Args args) {
  const double number =
      vm.expect_number(args[0], "while evaluating the first argument passed to builtins.ceil");
  return round_to_int(vm, args[0], std::ceil(number));
}

Value floor(Vm& vm, Args args) {
  const double number =
      vm.expect_number(args[0], "while evaluating the first argument passed to builtins.floor");
  return round_to_int(vm, args[0], std::floor(number));
}

Task less_than(Vm& vm, Args args) {
  bool is_less;
  if (vm.compare_now(args[0], args[1], is_less)) co_return Value::boolean(is_less);
  const Value less = co_await eval::less_than(vm, Root(vm.heap, args[0]), Root(vm.heap, args[1]));
  co_return less;
}

}  // namespace nilas::eval::builtins
