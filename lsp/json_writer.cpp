#include "lsp/json_writer.hpp"

#include <algorithm>
#include <charconv>

#include "syntax/source.hpp"

namespace nilas::lsp {
namespace {

/// How many of its first bytes are ASCII that stands for itself.
size_t plain_prefix(std::string_view s) {
  const auto is_plain = [](unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
  };
  return static_cast<size_t>(std::ranges::find_if_not(s, is_plain) - s.begin());
}

}  // namespace

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  text_ += '"';
  text_ += name;
  text_ += "\":";
  return *this;
}

void JsonWriter::digits(int64_t i) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, i).ptr;
  text_.append(buffer, end);
}

JsonWriter& JsonWriter::number(int64_t i) {
  separate();
  digits(i);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool b) {
  separate();
  text_ += b ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::null() {
  separate();
  text_ += "null";
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view s) {
  separate();
  text_ += '"';
  for (size_t i = 0; i < s.size();) {
    const size_t plain = plain_prefix(s.substr(i));
    text_ += s.substr(i, plain);
    i += plain;
    if (i == s.size()) break;
    const auto c = static_cast<unsigned char>(s[i]);
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += s[i++];
    } else if (c == '\n') {
      text_ += "\\n";
      ++i;
    } else if (c < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      text_ += "\\u00";
      text_ += kHex[c >> 4];
      text_ += kHex[c & 15];
      ++i;
    } else {
      const uint32_t size = syntax::character_size(s.substr(i));
      text_ += size == 1 ? std::string_view("\xef\xbf\xbd") : s.substr(i, size);
      i += size;
    }
  }
  text_ += '"';
  return *this;
}

void JsonWriter::position(const Position& position) {
  text_ += "{\"line\":";
  digits(position.line);
  text_ += ",\"character\":";
  digits(position.character);
  text_ += '}';
}

JsonWriter& JsonWriter::range(const Range& range) {
  separate();
  text_ += "{\"start\":";
  position(range.start);
  text_ += ",\"end\":";
  position(range.end);
  text_ += '}';
  return *this;
}

JsonWriter& JsonWriter::json(const Json& value) {
  separate();
  text_ += to_text(value);
  return *this;
}

}  // namespace nilas::lsp
