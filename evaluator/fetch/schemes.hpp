#pragma once
// The table of input types (schemes.def), and what reading inputs from URLs and from attributes share.

#include <optional>
#include <string>
#include <string_view>

#include "evaluator/fetch/input.hpp"

namespace nilas::eval {

struct SchemeRow {
  std::string_view name;
  std::optional<Feature> feature;
  std::string_view attributes;  ///< names, separated by spaces
};

const SchemeRow& scheme_row(Scheme scheme);
/// Scheme::Unknown if there is none.
Scheme find_scheme(std::string_view name);

/// Whether `word` is one of `words`, which are separated by spaces.
bool has_word(std::string_view words, std::string_view word);

/// What an input of this type must be besides having only attributes that it knows. May put them
/// into their usual form.
InputResult<void> check_attributes(Scheme scheme, FetchAttributes& attributes,
                                   const Features& features);

inline std::unexpected<InputError> input_error(std::string message) {
  return std::unexpected(InputError{std::move(message), false});
}
/// No URL, or set, of the kind that it seems to be.
inline std::unexpected<InputError> malformed_input(std::string message) {
  return std::unexpected(InputError{std::move(message), true});
}

}  // namespace nilas::eval
