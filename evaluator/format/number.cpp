#include "evaluator/format/number.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace nilas::eval {

std::string format_float(double number) {
  char text[32];
  return {text, static_cast<size_t>(std::snprintf(text, sizeof text, "%g", number))};
}

std::string format_float_fixed(double number) {
  char text[328];  // -1.8e308 has 309 digits before the point
  return {text, static_cast<size_t>(std::snprintf(text, sizeof text, "%f", number))};
}

// --- JSON ------------------------------------------------------------------------------------------------------------
//
// C++ Nix writes JSON with a library that uses the algorithm Grisu2 (F. Loitsch, "Printing Floating-Point Numbers Quickly
// and Accurately with Integers", 2010). It gives the shortest digits nearly always; where it does not, neither do we: hashes of
// derivations depend on these texts. So this is Grisu2, and not std::to_chars.

namespace {

/// f * 2^e.
struct Scaled {
  uint64_t f;
  int e;
};

struct PowerOfTen {
  uint64_t f;
  int e;
  int k;  // 10^k
};

constexpr PowerOfTen kPowers[] = {
#include "evaluator/format/powers_of_ten.def"
};
constexpr int kFirstPower = -300;
constexpr int kPowerStep = 8;

Scaled normalized(Scaled x) {
  const int shift = std::countl_zero(x.f);
  return {x.f << shift, x.e - shift};
}

__extension__ typedef unsigned __int128 Wide;

/// Rounded product.
Scaled multiply(Scaled x, Scaled y) {
  const Wide product = static_cast<Wide>(x.f) * y.f + (uint64_t{1} << 63);
  return {static_cast<uint64_t>(product >> 64), x.e + y.e + 64};
}

/// A power of ten whose product with a number of exponent `e` has an exponent in [-60, -32].
const PowerOfTen& power_for(int e) {
  constexpr int kAlpha = -60;
  const int f = kAlpha - e - 1;
  const int k = f * 78913 / (1 << 18) + (f > 0 ? 1 : 0);  // ceil(f * log10(2))
  return kPowers[(k - kFirstPower + kPowerStep - 1) / kPowerStep];
}

/// Decimal digits, and the exponent of the last of them.
struct Decimal {
  std::string digits;
  int exponent;

  /// Moves the last digit towards the number, as long as it stays inside the interval.
  void round(uint64_t distance, uint64_t width, uint64_t rest, uint64_t unit) {
    while (rest < distance && width - rest >= unit &&
           (rest + unit < distance || distance - rest > rest + unit - distance)) {
      --digits.back();
      rest += unit;
    }
  }
};

/// Digits of some number in [low, high] (exponents equal) that are as few as possible, near `value`.
Decimal generate(Scaled low, Scaled value, Scaled high, int exponent) {
  uint64_t width = high.f - low.f;
  uint64_t distance = high.f - value.f;
  const int shift = -high.e;
  const uint64_t one = uint64_t{1} << shift;
  auto whole = static_cast<uint32_t>(high.f >> shift);
  uint64_t fraction = high.f & (one - 1);
  Decimal result{{}, exponent};

  uint32_t unit = 1;
  int left = 1;
  while (whole / unit >= 10) {
    unit *= 10;
    ++left;
  }
  for (; left > 0; unit /= 10) {
    result.digits += static_cast<char>('0' + whole / unit);
    whole %= unit;
    --left;
    const uint64_t rest = (uint64_t{whole} << shift) + fraction;
    if (rest <= width) {
      result.exponent += left;
      result.round(distance, width, rest, uint64_t{unit} << shift);
      return result;
    }
  }
  do {
    fraction *= 10;
    result.digits += static_cast<char>('0' + (fraction >> shift));
    fraction &= one - 1;
    width *= 10;
    distance *= 10;
    --result.exponent;
  } while (fraction > width);
  result.round(distance, width, fraction, one);
  return result;
}

/// `number` is positive and finite.
Decimal shortest(double number) {
  constexpr uint64_t kHidden = uint64_t{1} << 52;
  const auto bits = std::bit_cast<uint64_t>(number);
  const auto biased = static_cast<int>(bits >> 52);
  const uint64_t fraction = bits & (kHidden - 1);
  const Scaled v =
      biased == 0 ? Scaled{fraction, -1074} : Scaled{fraction | kHidden, biased - 1075};
  // Half way to the neighbours; the lower one is nearer at a power of two.
  const bool lower_is_nearer = fraction == 0 && biased > 1;
  const Scaled high = normalized({2 * v.f + 1, v.e - 1});
  const Scaled low = lower_is_nearer ? Scaled{4 * v.f - 1, v.e - 2} : Scaled{2 * v.f - 1, v.e - 1};

  const PowerOfTen& power = power_for(high.e);
  const Scaled scale{power.f, power.e};
  const Scaled scaled_low = multiply({low.f << (low.e - high.e), high.e}, scale);
  const Scaled scaled_high = multiply(high, scale);
  // One unit off each end for the errors of the products.
  return generate({scaled_low.f + 1, scaled_low.e}, multiply(normalized(v), scale),
                  {scaled_high.f - 1, scaled_high.e}, -power.k);
}

}  // namespace

std::string format_float_json(double number) {
  if (!std::isfinite(number)) return "null";
  std::string result = std::signbit(number) ? "-" : "";
  if (number == 0) return result + "0.0";
  const auto [digits, exponent] = shortest(std::fabs(number));

  // Written plainly if the point lies at most 4 places before or 15 behind the first digit.
  const int size = static_cast<int>(digits.size());
  const int point = size + exponent;  // digits before the point
  if (size <= point && point <= 15) {
    return result + digits + std::string(static_cast<size_t>(point - size), '0') + ".0";
  }
  if (0 < point && point <= 15) {
    return result + digits.substr(0, static_cast<size_t>(point)) + "." +
           digits.substr(static_cast<size_t>(point));
  }
  if (-4 < point && point <= 0) {
    return result + "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  }
  result += digits[0];
  if (size > 1) result += "." + digits.substr(1);
  result += point - 1 < 0 ? "e-" : "e+";
  const int magnitude = std::abs(point - 1);
  if (magnitude < 10) result += '0';
  return result + std::to_string(magnitude);
}

}  // namespace nilas::eval
