#pragma once
// The attributes of a fetcher's input: names with strings, numbers and booleans, as they stand in a
// lock file, in a registry and in arguments of fetchTree.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace nilas::eval {

using FetchAttribute = std::variant<std::string, uint64_t, bool>;
using FetchAttributes = std::map<std::string, FetchAttribute, std::less<>>;

// These throw EvalError: "input attribute 'x' is missing", "... is not a string".
const std::string& string_attribute(const FetchAttributes& attributes, std::string_view name);
/// Null if there is none.
const std::string* find_string(const FetchAttributes& attributes, std::string_view name);
std::optional<uint64_t> find_number(const FetchAttributes& attributes, std::string_view name);
/// False if there is none.
bool has_flag(const FetchAttributes& attributes, std::string_view name);

/// Compact JSON, names sorted.
std::string to_json_text(const FetchAttributes& attributes);

}  // namespace nilas::eval
