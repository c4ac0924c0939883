#pragma once
// LSP 3.17, "Hover Request".

#include <optional>
#include <string>

#include "lsp/protocol/basic.hpp"

namespace nilas::lsp {

struct HoverResult {
  std::string text;
  bool markdown = true;
  std::optional<Range> range;
};

inline void to_json(Json& j, const HoverResult& h) {
  Json contents =
      Json::object({{"kind", h.markdown ? "markdown" : "plaintext"}, {"value", h.text}});
  j = Json::object({{"contents", std::move(contents)}});
  if (h.range) j["range"] = *h.range;
}

}  // namespace nilas::lsp
