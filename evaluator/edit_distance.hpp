#pragma once
// How far two names lie apart, for "did you mean".

#include <cstddef>
#include <string_view>

namespace nilas::eval {

/// Bytes to insert, delete or replace to turn one word into the other. O(a * b): cut long words
/// before.
size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace nilas::eval
