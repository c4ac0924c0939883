#pragma once
// Putting texts together: messages, mostly. (GCC 12 has no std::format.)

#include <concepts>
#include <string>
#include <string_view>

namespace nilas::eval {

namespace detail {
inline void append(std::string& to, std::string_view part) {
  to += part;
}
inline void append(std::string& to, char part) {
  to += part;
}
template <std::integral T>
void append(std::string& to, T part) {
  to += std::to_string(part);
}
}  // namespace detail

/// The parts one after the other: texts, characters and integers. `cat("index ", 3, " of ", name)`.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string text;
  (detail::append(text, parts), ...);
  return text;
}

/// Without spaces and line breaks at the end.
inline std::string_view trim_end(std::string_view s) {
  const size_t end = s.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view() : s.substr(0, end + 1);
}

}  // namespace nilas::eval
