// Versions of packages: how names are split and versions ordered.

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "evaluator/builtins/builtins.hpp"

namespace nilas::eval::builtins {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_separator(char c) {
  return c == '.' || c == '-';
}

/// Takes the next component off `version`: digits only, or none; empty at the end.
std::string_view next_component(std::string_view& version) {
  while (!version.empty() && is_separator(version.front()))
    version.remove_prefix(1);
  if (version.empty()) return {};
  const bool number = is_digit(version.front());
  size_t size = 1;
  while (size < version.size() && is_digit(version[size]) == number &&
         !is_separator(version[size])) {
    ++size;
  }
  const std::string_view component = version.substr(0, size);
  version.remove_prefix(size);
  return component;
}

/// The component as a number, if it is one that fits.
std::optional<int32_t> number_of(std::string_view component) {
  int32_t number;
  const char* end = component.data() + component.size();
  const auto [stop, error] = std::from_chars(component.data(), end, number);
  if (component.empty() || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// Numbers by value; "" before a number; "pre" before everything; a number after anything else (2.3a < 2.3.1).
bool component_less(std::string_view a, std::string_view b) {
  const auto x = number_of(a);
  const auto y = number_of(b);
  if (x && y) return *x < *y;
  if (a.empty() && y) return true;
  if (a == "pre" && b != "pre") return true;
  if (b == "pre") return false;
  if (y) return true;
  if (x) return false;
  return a < b;
}

int compare(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const std::string_view x = next_component(a);
    const std::string_view y = next_component(b);
    if (component_less(x, y)) return -1;
    if (component_less(y, x)) return 1;
  }
  return 0;
}

}  // namespace

Value compare_versions(Vm& vm, Args args) {
  const std::string_view a = vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.compareVersions");
  const std::string_view b = vm.expect_string_no_context(
      args[1], "while evaluating the second argument passed to builtins.compareVersions");
  return Value::small_int(compare(a, b));
}

Value split_version(Vm& vm, Args args) {
  std::string_view version = vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.splitVersion");
  std::vector<Value> components;
  for (std::string_view part = next_component(version); !part.empty();
       part = next_component(version)) {
    components.push_back(vm.make_string(part));
  }
  return make_list(vm, components);
}

// The version starts behind the first dash that no letter follows.
Value parse_drv_name(Vm& vm, Args args) {
  const std::string_view full = vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.parseDrvName");
  size_t dash = 0;
  while (dash < full.size() &&
         !(full[dash] == '-' && dash + 1 < full.size() && !is_letter(full[dash + 1]))) {
    ++dash;
  }
  AttrsBuilder result(vm, 2);
  result.add(vm.symbols.known.name, vm.make_string(full.substr(0, dash)));
  result.add(vm.symbols.known.version,
             vm.make_string(dash < full.size() ? full.substr(dash + 1) : ""));
  return result.finish();
}

}  // namespace nilas::eval::builtins
