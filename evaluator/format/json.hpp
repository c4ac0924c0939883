#pragma once
// Values as JSON and JSON as values, as builtins.toJSON and builtins.fromJSON do it. No native recursion.

#include <string_view>

#include "evaluator/vm.hpp"

namespace nilas::eval {

struct JsonOptions {
  bool force = true;          ///< evaluate what is not yet; otherwise a thunk is an error
  bool copy_to_store = true;  ///< a path becomes its store path; otherwise its text
};

/// String value: `v` as compact JSON, with the context of every string in it.
/// Sets with `__toString` or `outPath` become that string. Fails on functions and on strings that are not UTF-8.
Task to_json(Vm& vm, Root v, JsonOptions options);

/// The value of a JSON text. Throws EvalError with the words of the JSON library that C++ Nix uses.
/// Linear in the text; nesting is limited by memory only.
Value from_json(Vm& vm, std::string_view text);

/// The text as a JSON string literal, appended to `to`. Throws EvalError if it is not UTF-8.
void append_json_string(std::string& to, std::string_view text);

}  // namespace nilas::eval
