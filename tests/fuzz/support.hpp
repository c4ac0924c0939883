#pragma once
// What the fuzzers share: a check that says what failed, and comparisons.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "syntax/builder.hpp"
#include "syntax/lower.hpp"
#include "syntax/parse.hpp"
#include "syntax/scope.hpp"

#define FUZZ_CHECK(condition)                                                       \
  do {                                                                              \
    if (!(condition)) {                                                             \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);  \
      std::abort();                                                                 \
    }                                                                               \
  } while (0)

namespace nilas::fuzz {

/// Whether `a` is `b`; if not, shows both.
inline bool same_text(std::string_view a, std::string_view b) {
  if (a == b) return true;
  std::fprintf(stderr, "--- one\n%.*s\n--- the other\n%.*s\n", static_cast<int>(a.size()), a.data(),
               static_cast<int>(b.size()), b.data());
  return false;
}

inline syntax::Parsed lower_and_resolve(const syntax::Tree& tree, std::string_view text) {
  syntax::Builder builder(text);
  syntax::lower(tree, text, builder);
  syntax::Parsed parsed{std::move(builder.ast), std::move(builder.diagnostics)};
  syntax::resolve(parsed.ast, syntax::default_globals(), parsed.diagnostics);
  return parsed;
}

/// The first `wanted` bytes of `data`, which then begins behind them.
inline std::string_view take(std::string_view& data, size_t wanted) {
  const std::string_view taken = data.substr(0, wanted);
  data.remove_prefix(taken.size());
  return taken;
}

/// The next byte; 0 at the end.
inline uint8_t take_byte(std::string_view& data) {
  const std::string_view byte = take(data, 1);
  return byte.empty() ? 0 : static_cast<uint8_t>(byte[0]);
}

}  // namespace nilas::fuzz
