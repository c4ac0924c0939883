#pragma once
// Experimental features: what C++ Nix has only when its user asks for it.
// Nix manual, "Experimental Features".

#include <optional>
#include <string_view>

namespace nilas::eval {

enum class Feature : uint8_t {
#define FEATURE(member, name) member,
#include "evaluator/features.def"
#undef FEATURE
};

/// "ca-derivations".
std::string_view feature_name(Feature feature);

struct Features {
#define FEATURE(member, name) bool member = false;
#include "evaluator/features.def"
#undef FEATURE

  bool has(Feature feature) const;
  /// False if there is no such feature that evaluation knows of. `flakes` brings `fetch-tree` along.
  bool enable(std::string_view name);
  /// Throws EvalError: "experimental Nix feature 'flakes' is disabled; ...".
  void require(Feature feature) const;
};

/// The feature without which a member of `builtins` does not exist.
std::optional<Feature> feature_of_builtin(std::string_view name);

}  // namespace nilas::eval
