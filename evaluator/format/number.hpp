#pragma once
// Floating-point numbers as text, in the three ways of C++ Nix.

#include <string>

namespace nilas::eval {

/// As values are printed: six significant digits. "0.1", "1e+10", "inf".
std::string format_float(double number);
/// As toString writes them: six digits after the point. "0.100000".
std::string format_float_fixed(double number);
/// As toJSON writes them: as many digits as it takes to read the same number back. "0.1", "1e+20", "1.0", "null".
std::string format_float_json(double number);

}  // namespace nilas::eval
