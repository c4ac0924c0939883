#pragma once
// Path texts, no file system.

#include <string>
#include <string_view>

namespace nilas::eval {

/// Absolute path without `.`, `..`, empty components and trailing slash; `..` at the root stays at the root.
/// `path` must begin with a slash. O(n).
std::string canonical_path(std::string_view path);

/// Up to the last slash: "/a" of "/a/b", "/" of "/a".
std::string_view parent_path(std::string_view path);

/// Behind the last slash.
std::string_view base_name(std::string_view path);

}  // namespace nilas::eval
