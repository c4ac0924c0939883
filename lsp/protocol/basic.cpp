#include "lsp/protocol/basic.hpp"

#include <algorithm>
#include <limits>

namespace nilas::lsp {
namespace {

/// LSP's uinteger. Editors have been seen to send -1 and numbers beyond 2^31 ("end of the line"):
/// both are clamped.
uint32_t uinteger(const Json& j) {
  if (j.is_number_unsigned()) {
    return static_cast<uint32_t>(
        std::min<uint64_t>(j.get<uint64_t>(), std::numeric_limits<int32_t>::max()));
  }
  const auto i = j.get<double>();
  return i <= 0 ? 0 : static_cast<uint32_t>(std::min(i, 2147483647.0));
}

}  // namespace

std::string_view name(PositionEncoding encoding) {
  switch (encoding) {
    case PositionEncoding::Utf8: return "utf-8";
    case PositionEncoding::Utf16: return "utf-16";
    case PositionEncoding::Utf32: return "utf-32";
  }
  return {};
}

void from_json(const Json& j, Position& p) {
  p.line = uinteger(j.at("line"));
  p.character = uinteger(j.at("character"));
}

void to_json(Json& j, const Position& p) {
  j = Json::object({{"line", p.line}, {"character", p.character}});
}

void from_json(const Json& j, Range& r) {
  j.at("start").get_to(r.start);
  j.at("end").get_to(r.end);
}

void to_json(Json& j, const Range& r) {
  j = Json::object({{"start", r.start}, {"end", r.end}});
}

void to_json(Json& j, const Location& l) {
  j = Json::object({{"uri", l.uri}, {"range", l.range}});
}

void from_json(const Json& j, TextDocumentRange& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
  j.at("range").get_to(p.range);
}

void from_json(const Json& j, TextDocumentPosition& p) {
  j.at("textDocument").at("uri").get_to(p.uri);
  j.at("position").get_to(p.position);
  p.work_done_token = find(j, "workDoneToken");
}

}  // namespace nilas::lsp
