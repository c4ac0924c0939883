// builtins.fromTOML, on toml++.
//
// The library limits the nesting of arrays and inline tables, but not that of dotted keys (`a.a.a.a = 1`), whose tables it
// would free recursively. So these are looked for first.

#include <algorithm>
#include <cstdio>
#include <string>

#include <toml++/toml.h>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

namespace {

constexpr size_t kMaxKeyParts = 512;

bool is_bare_key(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

/// End of the string that starts at `at` with a quote; the end of the text if it is not closed.
size_t string_end(std::string_view text, size_t at) {
  const char quote = text[at];
  const bool long_string = text.substr(at, 3) == std::string(3, quote);
  const std::string delimiter(long_string ? 3 : 1, quote);
  for (size_t i = at + delimiter.size(); i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"')
      ++i;
    else if (text.compare(i, delimiter.size(), delimiter) == 0)
      return i + delimiter.size();
    else if (text[i] == '\n' && !long_string)
      return i;
  }
  return text.size();
}

/// The most parts that a dotted key has; numbers and such count too, as they cannot have many. Linear.
size_t longest_key(std::string_view text) {
  size_t longest = 0, parts = 0;
  bool after_dot = false;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (is_bare_key(c) || c == '"' || c == '\'') {
      parts = after_dot ? parts + 1 : 1;
      longest = std::max(longest, parts);
      after_dot = false;
      if (is_bare_key(c))
        while (i < text.size() && is_bare_key(text[i]))
          ++i;
      else
        i = string_end(text, i);
    } else if (c == '#') {
      while (i < text.size() && text[i] != '\n')
        ++i;
    } else {
      if (c == '.')
        after_dot = true;
      else if (c != ' ' && c != '\t')
        after_dot = false;
      ++i;
    }
  }
  return longest;
}

// --- Dates and times -------------------------------------------------------------------------------------------------

template <class... Numbers>
std::string format(const char* pattern, Numbers... numbers) {
  char text[64];
  return {text, static_cast<size_t>(std::snprintf(text, sizeof text, pattern, numbers...))};
}

std::string text_of(const toml::date& date) {
  return format("%04d-%02d-%02d", int{date.year}, int{date.month}, int{date.day});
}

/// Fractions of a second have 0, 3, 6 or 9 digits.
std::string text_of(const toml::time& time) {
  std::string text = format("%02d:%02d:%02d", int{time.hour}, int{time.minute}, int{time.second});
  const auto nanoseconds = static_cast<unsigned>(time.nanosecond);
  if (nanoseconds == 0) return text;
  if (nanoseconds % 1000000 == 0) return text + format(".%03u", nanoseconds / 1000000);
  if (nanoseconds % 1000 == 0) return text + format(".%06u", nanoseconds / 1000);
  return text + format(".%09u", nanoseconds);
}

std::string text_of(const toml::date_time& both) {
  std::string text = text_of(both.date) + "T" + text_of(both.time);
  if (!both.offset) return text;
  const int minutes = both.offset->minutes;
  if (minutes == 0) return text + "Z";
  return text + format("%c%02d:%02d", minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                       std::abs(minutes) % 60);
}

// --- Values ----------------------------------------------------------------------------------------------------------

class TomlReader {
 public:
  explicit TomlReader(Vm& vm) : vm_(vm) {}

  /// Recursive: the depth is limited by the library and by kMaxKeyParts.
  Value read(const toml::node& node) {
    switch (node.type()) {
      case toml::node_type::table: return read_table(*node.as_table());
      case toml::node_type::array: return read_array(*node.as_array());
      case toml::node_type::string: return read_string(node.as_string()->get());
      case toml::node_type::integer: return vm_.make_int(node.as_integer()->get());
      case toml::node_type::floating_point: return vm_.make_float(node.as_floating_point()->get());
      case toml::node_type::boolean: return Value::boolean(node.as_boolean()->get());
      case toml::node_type::date: return read_time(text_of(node.as_date()->get()));
      case toml::node_type::time: return read_time(text_of(node.as_time()->get()));
      case toml::node_type::date_time: return read_time(text_of(node.as_date_time()->get()));
      case toml::node_type::none: break;
    }
    return Value::null();
  }

 private:
  static void check(const std::string_view text) {
    try {
      refuse_nul(text);
    } catch (const EvalError& error) {
      throw EvalError(ErrorKind::Other, cat("while parsing TOML: error: ", error.what()));
    }
  }
  Value read_table(const toml::table& table) {
    AttrsBuilder result(vm_, table.size());
    for (const auto& [key, node] : table) {
      check(key.str());
      const Symbol name = vm_.symbols.intern(key.str());
      result.add(name, read(node));
    }
    return result.finish();
  }
  Value read_array(const toml::array& array) {
    List* list = vm_.alloc_list(array.size());
    for (size_t i = 0; i < array.size(); ++i)
      list->items[i] = Value::null();
    for (size_t i = 0; i < array.size(); ++i)
      list->items[i] = read(array[i]);
    return Value::of(list);
  }
  Value read_string(const std::string& text) {
    check(text);
    return vm_.make_string(text);
  }
  Value read_time(const std::string& text) {
    if (!vm_.world.options.features.parse_toml_timestamps) {
      throw EvalError(ErrorKind::Other, "while parsing TOML: Dates and times are not supported");
    }
    AttrsBuilder result(vm_, 2);
    result.add("_type", vm_.make_string("timestamp"));
    result.add("value", vm_.make_string(text));
    return result.finish();
  }

  Vm& vm_;
};

/// What C++ Nix says of an integer of more than 64 bits, whose last digit stands before `column`.
std::string too_large(std::string_view text, uint32_t line, uint32_t column) {
  for (uint32_t i = 1; i < line; ++i)
    text.remove_prefix(text.find('\n') + 1);
  const std::string number = std::to_string(line);
  const std::string margin(number.size() + 2, ' ');
  return cat(
      "while parsing TOML: [error] toml::parse_dec_integer: too large integer: current max "
      "digits = 2^63\n --> fromTOML\n",
      margin, "|\n ", number, " | ", text.substr(0, text.find('\n')), "\n", margin, "|",
      std::string(column, ' '), "^-- must be < 2^63");
}

}  // namespace

Value from_toml(Vm& vm, Args args) {
  const std::string_view text = vm.expect_string_no_context(
      args[0], "while evaluating the argument passed to builtins.fromTOML");
  if (longest_key(text) > kMaxKeyParts) {
    vm.fail(ErrorKind::Other,
            cat("while parsing TOML: a key has more than ", kMaxKeyParts, " parts"));
  }
  try {
    return TomlReader(vm).read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    if (error.description().find("is not representable in 64 bits") != std::string_view::npos)
      vm.fail(ErrorKind::Other, too_large(text, at.line, at.column));
    vm.fail(ErrorKind::Other, cat("while parsing TOML: ", error.description(), " at line ", at.line,
                                  ", column ", at.column));
  }
}

}  // namespace nilas::eval::builtins
