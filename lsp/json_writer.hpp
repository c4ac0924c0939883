#pragma once
// JSON text, written as it is made: for answers of megabytes, of which a tree of values would take
// ten times the memory and time.

#include <cstdint>
#include <string>
#include <string_view>

#include "lsp/json_rpc/message.hpp"
#include "lsp/protocol/basic.hpp"

namespace nilas::lsp {

/// Calls must nest as the JSON does; commas come by themselves.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  /// `name` needs no escapes.
  JsonWriter& key(std::string_view name);
  /// Any text as a key.
  JsonWriter& text_key(std::string_view name) {
    string(name);
    text_ += ':';
    return *this;
  }

  JsonWriter& number(int64_t i);
  JsonWriter& boolean(bool b);
  JsonWriter& null();
  /// Bytes that are not UTF-8 become U+FFFD.
  JsonWriter& string(std::string_view s);
  JsonWriter& range(const Range& range);
  JsonWriter& json(const Json& value);

  /// What was written; empty if nothing was.
  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket) {
    separate();
    text_ += bracket;
    return *this;
  }
  JsonWriter& close(char bracket) {
    text_ += bracket;
    return *this;
  }
  /// No value ends with one of these: strings end with their quote.
  void separate() {
    if (text_.empty()) return;
    const char last = text_.back();
    if (last != '{' && last != '[' && last != ':') text_ += ',';
  }
  void digits(int64_t i);
  void position(const Position& position);

  std::string text_;
};

}  // namespace nilas::lsp
