#pragma once
// What may stand in `[[:name:]]`, `[[.name.]]` and `[[=name=]]`, as libstdc++ knows it for the C locale.

#include <bitset>
#include <optional>
#include <string_view>

namespace nilas::eval::regex {

using ByteSet = std::bitset<256>;

/// The bytes of a class, "alpha" for example; nullopt if there is no such class. Case of the name does not matter.
std::optional<ByteSet> character_class(std::string_view name);

/// The byte with this POSIX name: "a", "hyphen", "NUL".
std::optional<char> collating_symbol(std::string_view name);

/// What differs from `c` in case only, `c` included.
ByteSet equivalence_class(char c);

}  // namespace nilas::eval::regex
