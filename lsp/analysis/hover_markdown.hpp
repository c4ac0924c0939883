#pragma once
// The text of a hover: Markdown, or plain text for editors that have nothing else.

#include <functional>
#include <string>

#include "lsp/analysis/hover.hpp"

namespace nilas::analysis {

enum class HoverFormat : uint8_t { Markdown, Plain };

struct HoverStyle {
  HoverFormat format;
  /// How a place is shown: "lib/lists.nix:12"; and the target of a link to it (empty: none).
  std::function<std::string(const Place&)> place_name;
  std::function<std::string(const Place&)> place_link;
};

/// Never more than about 40,000 characters.
std::string hover_text(const HoverContent& content, const HoverStyle& style);

}  // namespace nilas::analysis
