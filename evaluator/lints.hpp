#pragma once
// Kinds of literals that the user would rather not have: C++ Nix's settings `lint-url-literals`,
// `lint-short-path-literals` and `lint-absolute-path-literals`.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "evaluator/error.hpp"

namespace nilas::eval {

class World;
struct SourceUnit;

enum class Lint : uint8_t { Ignore, Warn, Fatal };

/// "ignore", "warn", "fatal".
std::optional<Lint> parse_lint(std::string_view text);

struct LiteralLints {
  Lint urls = Lint::Ignore;            ///< https://x without quotes
  Lint short_paths = Lint::Ignore;     ///< a/b without ./
  Lint absolute_paths = Lint::Ignore;  ///< /a and ~/a
  /// Takes the warnings; without it they go to the host, without their place.
  std::function<void(const World&, const std::string& message, SourceSpan)> warn;

  bool any() const {
    return urls != Lint::Ignore || short_paths != Lint::Ignore || absolute_paths != Lint::Ignore;
  }
};

/// Reports the literals of a file that was parsed, in their order; throws EvalError (Parse) at the
/// first that is fatal. O(nodes).
void check_literals(World& world, const SourceUnit& unit);

/// Warns of `f or` where releases to come will read it otherwise: as an argument, an element of a
/// list, a default. O(nodes) where the name is used at all.
void check_or(World& world, const SourceUnit& unit);

}  // namespace nilas::eval
