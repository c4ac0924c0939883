#pragma once
// What the parts of the fetcher answer when they have nothing.

#include <expected>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

#include "evaluator/fetch/url.hpp"
#include "evaluator/host.hpp"

namespace nilas::lsp {

inline std::unexpected<eval::FetchFailure> fail(std::string message) {
  return std::unexpected(eval::FetchFailure{std::move(message), false});
}

inline std::unexpected<eval::FetchFailure> refuse(std::string_view what) {
  return std::unexpected(eval::FetchFailure{
      fmt::format("'{}' is neither in the store nor in the cache, and fetching is not allowed",
                  what),
      true});
}

/// Path of a `file:` URL; nothing for others.
inline std::optional<std::string> local_path(const std::string& url) {
  const auto parsed = eval::parse_url(url, eval::UrlSyntax::Strict);
  if (!parsed || parsed->scheme != "file") return std::nullopt;
  return parsed->path_text();
}

}  // namespace nilas::lsp
