#include "lsp/hover_style.hpp"

#include <algorithm>
#include <utility>

#include "lsp/positions.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

bool is_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return true;
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// One position of a text that may have megabytes: no index is made for it.
Position start_of(const analysis::Place& place) {
  const std::string_view before = std::string_view(*place.text).substr(0, place.span.begin);
  if (before.contains('\r'))
    return LineIndex(place.text).position(place.span.begin, PositionEncoding::Utf8);
  const size_t line_end = before.rfind('\n');
  const size_t line_begin = line_end == std::string_view::npos ? 0 : line_end + 1;
  return {.line = static_cast<uint32_t>(std::ranges::count(before, '\n')),
          .character = static_cast<uint32_t>(before.size() - line_begin)};
}

}  // namespace

bool is_in(const std::vector<std::string>& folders, std::string_view path) {
  return std::ranges::any_of(folders, [&](const std::string& f) { return is_below(path, f); });
}

analysis::HoverStyle hover_style(std::vector<std::string> folders, analysis::HoverFormat format) {
  analysis::HoverStyle style;
  style.format = format;
  style.place_name = [folders = std::move(folders)](const analysis::Place& place) {
    std::string_view path = place.path;
    for (const std::string& folder : folders) {
      if (folder != "/" && is_below(place.path, folder) && place.path.size() > folder.size()) {
        path = std::string_view(place.path).substr(folder.size() + 1);
      }
    }
    const Position p = start_of(place);
    return std::string(path) + ":" + std::to_string(p.line + 1) + ":" +
           std::to_string(p.character + 1);
  };
  style.place_link = [](const analysis::Place& place) -> std::string {
    if (!place.path.starts_with('/')) return {};
    return path_to_uri(place.path) + "#L" + std::to_string(start_of(place).line + 1);
  };
  return style;
}

}  // namespace nilas::lsp
