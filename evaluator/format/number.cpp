#include "evaluator/format/number.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace nilas::eval {

std::string format_float(double number) {
  char text[32];
  return {text, static_cast<size_t>(std::snprintf(text, sizeof text, "%g", number))};
}

std::string format_float_fixed(double number) {
  char text[328];  // -1.8e308 has 309 digits before the point
  return {text, static_cast<size_t>(std::snprintf(text, sizeof text, "%f", number))};
}

// The shortest digits, written plainly if the point lies at most 4 places before or 15 behind the first digit.
std::string format_float_json(double number) {
  if (!std::isfinite(number)) return "null";
  char scientific[40];
  const auto end =
      std::to_chars(scientific, scientific + sizeof scientific, number, std::chars_format::scientific)
          .ptr;
  std::string_view text(scientific, static_cast<size_t>(end - scientific));
  std::string result;
  if (text.front() == '-') {
    result = "-";
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  const int exponent = std::stoi(std::string(text.substr(e + 1)));
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  if (number == 0) return result + "0.0";

  const int size = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the point
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
  result += exponent < 0 ? "e-" : "e+";
  const int magnitude = std::abs(exponent);
  if (magnitude < 10) result += '0';
  return result + std::to_string(magnitude);
}

}  // namespace nilas::eval
