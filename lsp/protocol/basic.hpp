#pragma once
// LSP 3.17, "Basic JSON Structures": only what this server reads or writes.

#include <cstdint>
#include <optional>
#include <string>

#include "lsp/json_rpc/message.hpp"

namespace nilas::lsp {

/// Unit of Position::character, agreed on in initialize.
enum class PositionEncoding : uint8_t { Utf8, Utf16, Utf32 };

std::string_view name(PositionEncoding encoding);

/// 0-based; `character` counts code units of the agreed encoding.
struct Position {
  uint32_t line = 0;
  uint32_t character = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

struct Range {
  Position start, end;
  friend bool operator==(const Range&, const Range&) = default;
};

struct Location {
  std::string uri;
  Range range;
};

struct TextDocumentPosition {
  std::string uri;
  Position position;
  Json work_done_token;  ///< number or string; null: no progress wanted
};

struct TextDocumentRange {
  std::string uri;
  Range range;
};

void from_json(const Json& j, Position& p);
void to_json(Json& j, const Position& p);
void from_json(const Json& j, Range& r);
void to_json(Json& j, const Range& r);
void to_json(Json& j, const Location& l);
void from_json(const Json& j, TextDocumentPosition& p);
void from_json(const Json& j, TextDocumentRange& p);

/// The value under a chain of keys, or null if any is missing: find(j, "capabilities", "general").
template <class... Keys>
const Json& find(const Json& j, Keys... keys) {
  static const Json kNull;
  const Json* at = &j;
  for (const char* key : {keys...}) {
    if (!at->is_object()) return kNull;
    const auto next = at->find(key);
    if (next == at->end()) return kNull;
    at = &*next;
  }
  return *at;
}

inline bool is_true(const Json& j) {
  return j.is_boolean() && j.get<bool>();
}

}  // namespace nilas::lsp
