#pragma once
// Inputs of fetchers: what is to be fetched, as attributes or as a URL. Nothing is fetched here.
// Nix manual, "nix flake", "Flake references"; builtins.fetchTree.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "evaluator/encoding.hpp"
#include "evaluator/error.hpp"
#include "evaluator/features.hpp"
#include "evaluator/fetch/attributes.hpp"
#include "evaluator/fetch/url.hpp"

namespace nilas::eval {

enum class Scheme : uint8_t {
#define SCHEME(kind, name, feature, attributes) kind,
#include "evaluator/fetch/schemes.def"
#undef SCHEME
  Unknown,  ///< a `type` that nobody knows; such an input can be carried around, not used
};

/// Why a text or set is no input. `malformed`: the text is no URL of the kind that it seems to be,
/// so that it may be something else.
struct InputError {
  std::string message;
  bool malformed = false;
};
template <class T>
using InputResult = std::expected<T, InputError>;

/// Whether the input is to be a tree: then `https://x/y` is an archive to unpack, else a file.
enum class Wanted : uint8_t { Tree, File };

struct Input {
  Scheme scheme = Scheme::Unknown;
  FetchAttributes attributes;  ///< with `type`

  const std::string& type() const { return string_attribute(attributes, "type"); }
  /// "source" unless the input says something else.
  std::string name() const;
  // These throw EvalError if the attribute is malformed.
  std::optional<Hash> nar_hash() const;
  std::optional<Hash> rev() const;
  std::optional<std::string> ref() const;

  Url to_url() const;
  std::string to_string() const { return to_url().to_string(); }
  /// Not a name that a registry has to resolve.
  bool is_direct() const { return scheme != Scheme::Indirect; }
  /// Whether the same tree comes of it for ever.
  bool is_locked() const;
  /// Path of a `path:` input that is relative to the flake which has it.
  std::optional<std::string> relative_path() const;
  /// The input with another branch or commit. Throws EvalError where there can be none.
  Input with_overrides(const std::optional<std::string>& ref, const std::optional<Hash>& rev) const;

  friend bool operator==(const Input& a, const Input& b) { return a.attributes == b.attributes; }
};

/// Throws EvalError where an experimental feature is missing.
InputResult<Input> input_from_url(const Url& url, Wanted wanted, const Features& features);
InputResult<Input> input_from_attributes(FetchAttributes attributes, const Features& features);

/// A revision in base 16.
std::string rev_text(const Hash& rev);
/// Its first seven characters.
std::string short_rev(const Hash& rev);

/// What git takes for the name of a branch or tag: git-check-ref-format(1).
bool is_legal_ref(std::string_view name);
/// 40 hexadecimal digits.
bool is_commit(std::string_view text);
/// A letter, then letters, digits, `_` and `-`.
bool is_flake_id(std::string_view text);

/// Value in `result`, or its message as EvalError.
template <class T>
T input_or_throw(InputResult<T> result) {
  if (result) return std::move(*result);
  throw EvalError(ErrorKind::Other, std::move(result.error().message));
}

}  // namespace nilas::eval
