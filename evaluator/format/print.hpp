#pragma once
// Values as Nix code: what `nix-instantiate --eval` prints, what error messages and traces quote, and what a hover shows.
//
// Printing uses no native recursion: lists nested 100,000 deep are printed with an explicit stack.

#include <cstdint>
#include <string>
#include <string_view>

#include "evaluator/vm.hpp"

namespace nilas::eval {

struct PrintOptions {
  /// How the two printers of C++ Nix write what has no syntax.
  enum class Form : uint8_t {
    Result,   // <CODE>, <LAMBDA>, <PRIMOP>: nix-instantiate
    Message,  // «thunk», «lambda f @ file:1:2», «primop head»: messages, traces, REPL
  };
  /// What happens to a value that was printed before.
  enum class Sharing : uint8_t {
    Repeated,  // is «repeated»
    Cycles,    // printed again, but «repeated» inside itself
  };
  /// How that something was left out is told.
  enum class Elision : uint8_t {
    Message,  // «3 items elided», { ... }
    Comment,  // ... /* 13 elements */
  };
  /// How a set with `type = "derivation"` is written.
  enum class Derivations : uint8_t {
    Sets,  // as any set
    Path,  // «derivation /nix/store/...drv»
    Name,  // «derivation hello-2.12»: evaluates less
  };

  Form form = Form::Result;
  Sharing sharing = Sharing::Repeated;
  Elision elision = Elision::Message;
  Derivations derivations = Derivations::Sets;
  bool force = false;  ///< print_value only: evaluate what is not yet
  bool errors_inline =
      false;  ///< with force: `«error: ...»` in place of what fails; otherwise the error ends printing
  bool hide_secrets = false;  ///< what looks like a key or token becomes «a private key, hidden»
  uint32_t width = 0;  ///< columns to lay out for, two spaces a level; 0: everything on one line
  size_t max_depth = SIZE_MAX;      ///< sets and lists below it become { ... }, [ ... ]
  size_t max_attrs = SIZE_MAX;      ///< in the whole output, as in C++ Nix
  size_t max_items = SIZE_MAX;      ///< elements of lists, in the whole output
  size_t max_container = SIZE_MAX;  ///< attributes of one set, elements of one list
  size_t max_string = SIZE_MAX;     ///< bytes of one string
  size_t max_output = SIZE_MAX;     ///< bytes after which nothing but closing brackets follows

  /// nix-instantiate --eval.
  static PrintOptions result() { return {}; }
  /// builtins.trace.
  static PrintOptions trace() { return {.form = Form::Message}; }
  /// Values quoted in error messages: one line of bounded size.
  static PrintOptions message() {
    return {.form = Form::Message,
            .max_depth = 10,
            .max_attrs = 10,
            .max_items = 10,
            .max_string = 1024};
  }
  /// What an editor shows: evaluated within limits, laid out for reading.
  static PrintOptions hover() {
    return {.sharing = Sharing::Cycles,
            .elision = Elision::Comment,
            .derivations = Derivations::Name,
            .force = true,
            .errors_inline = true,
            .hide_secrets = true,
            .width = 80,
            .max_depth = 30,
            .max_container = 500,
            .max_string = 4000,
            .max_output = 30000};
  }
};

/// String value: `v` as text. Evaluates as options.force says.
Task print_value(Vm& vm, Root v, PrintOptions options);

/// `v` as text; evaluates nothing.
std::string print_shallow(Vm& vm, Value v, PrintOptions options);

/// A string literal with quotes and escapes.
std::string quote_string(std::string_view bytes);

/// A name as it stands left of `=`: quoted unless it is an identifier and no keyword.
std::string quote_attribute_name(std::string_view name);

/// What a value is, as C++ Nix says it in messages: "an integer", "a string with context", "the built-in function 'head'".
std::string describe(Vm& vm, Value v);

}  // namespace nilas::eval
