#pragma once
// Flake references: an input, and the directory in it that has the flake.nix.
// Nix manual, "nix flake", "Flake references".

#include <string>
#include <string_view>

#include "evaluator/fetch/input.hpp"

namespace nilas::eval {

struct FlakeRef {
  Input input;
  std::string subdir;

  /// As a URL, with `?dir=`.
  std::string to_string() const;
  /// With `dir`.
  FetchAttributes attributes() const;
  /// Without the `dir` that old versions of Nix left in the URL of an input that has a `dir`.
  FlakeRef canonical() const;

  friend bool operator==(const FlakeRef&, const FlakeRef&) = default;
};

/// What `./x` means: nothing outside a flake, a path relative to it in the inputs of one.
enum class RelativePaths : uint8_t { Refuse, Keep };

struct FlakeRefContext {
  const Features& features;
  Wanted wanted = Wanted::Tree;
  RelativePaths relative_paths = RelativePaths::Refuse;
};

// These throw EvalError with C++ Nix's message.
FlakeRef parse_flake_ref(std::string_view text, const FlakeRefContext& context);
FlakeRef flake_ref_from_attributes(FetchAttributes attributes, const Features& features);

}  // namespace nilas::eval
