#include "lsp/json_rpc/message.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace nilas::lsp {
namespace {

/// The library copies and prints JSON by recursion; no message of the protocol nests even a tenth
/// as deep.
constexpr int kMaxDepth = 1000;

bool nests_too_deep(std::string_view text) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
    }
  }
  return false;
}

/// Code unit of the escape (`u` and four digits) at `at`; nullopt if there is none.
std::optional<uint16_t> escaped_unit(std::string_view text, size_t at) {
  if (!text.substr(std::min(at, text.size())).starts_with("\\u")) return std::nullopt;
  const std::string_view digits = text.substr(at + 2, 4);
  uint16_t unit = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), unit, 16);
  if (error != std::errc() || end != digits.begin() + 4) return std::nullopt;
  return unit;
}

/// JavaScript's strings may hold half a surrogate pair, which JSON can escape and UTF-8 not tell;
/// the library refuses the whole message, and with it an edit. U+FFFD counts as much in UTF-16.
void replace_lone_surrogates(std::string& text) {
  for (size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const auto unit = escaped_unit(text, at);
    if (!unit || (*unit & 0xf800) != 0xd800) {
      at += 2;  // whatever is escaped, it is no backslash that begins another escape
      continue;
    }
    const auto next = escaped_unit(text, at + 6);
    const bool pair = *unit < 0xdc00 && next && (*next & 0xfc00) == 0xdc00;
    if (!pair) text.replace(at, 6, "\\ufffd");
    at += pair ? 12 : 6;
  }
}

/// A text that is given back to the system while it is read: the library holds a long string three times before we get
/// it (the raw token, the unescaped one, the value), so the message should not stay for a fourth.
class Draining {
 public:
  explicit Draining(std::string text) {
    for (size_t at = 0; at < text.size(); at += kPiece)
      pieces_.push_back(text.substr(at, kPiece));
  }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = char;

    explicit Iterator(Draining* text) : text_(text) {}
    char operator*() const { return text_->pieces_[text_->piece_][text_->at_]; }
    Iterator& operator++() {
      text_->advance();
      return *this;
    }
    bool operator==(const Iterator& other) const { return ended() == other.ended(); }

   private:
    bool ended() const { return text_ == nullptr || text_->piece_ == text_->pieces_.size(); }
    Draining* text_;  // null: the end
  };
  Iterator begin() { return Iterator(this); }
  static Iterator end() { return Iterator(nullptr); }

 private:
  static constexpr size_t kPiece = 1 << 20;

  void advance() {
    if (++at_ < pieces_[piece_].size()) return;
    std::string().swap(pieces_[piece_++]);
    at_ = 0;
  }

  std::vector<std::string> pieces_;
  size_t piece_ = 0, at_ = 0;
};

/// From here on a text is given back while it is read; below, that would only take time.
constexpr size_t kLargeText = 8 << 20;

Json parse_json(std::string text) {
  if (text.size() < kLargeText) return Json::parse(text, nullptr, /*allow_exceptions=*/false);
  Draining draining(std::exchange(text, {}));
  return Json::parse(draining.begin(), Draining::end(), nullptr, /*allow_exceptions=*/false);
}

bool is_id(const Json& id) {
  return id.is_number_integer() || id.is_string();
}

Json take(Json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() ? Json() : std::move(*at);
}

std::unexpected<BadMessage> invalid(RequestId id, std::string what) {
  return std::unexpected(BadMessage{
      std::move(id), {ErrorCode::InvalidRequest, "invalid message: " + std::move(what)}});
}

std::expected<Message, BadMessage> parse_response(Json& m, RequestId id) {
  if (!m.contains("error")) return Response{std::move(id), take(m, "result")};
  const Json error = take(m, "error");
  ResponseError e{ErrorCode::InternalError, "unknown error"};
  if (error.is_object()) {
    const auto code = error.find("code");
    if (code != error.end() && code->is_number_integer()) {
      e.code = static_cast<ErrorCode>(code->get<int32_t>());
    }
    const auto message = error.find("message");
    if (message != error.end() && message->is_string()) e.message = message->get<std::string>();
  }
  return Response{std::move(id), std::unexpected(std::move(e))};
}

}  // namespace

bool is_sound_json(std::string_view text) {
  return !nests_too_deep(text) && Json::accept(text);
}

std::expected<Message, BadMessage> parse_message(std::string body) {
  if (nests_too_deep(body)) {
    return std::unexpected(
        BadMessage{nullptr, {ErrorCode::InvalidRequest, "the message nests too deeply"}});
  }
  replace_lone_surrogates(body);
  Json m = parse_json(std::move(body));
  if (m.is_discarded()) {
    return std::unexpected(BadMessage{nullptr, {ErrorCode::ParseError, "the message is not JSON"}});
  }
  if (m.is_array()) return invalid(nullptr, "batches are not part of the protocol");
  if (!m.is_object()) return invalid(nullptr, "not an object");
  const bool has_id = m.contains("id");
  Json id = take(m, "id");
  const Json version = take(m, "jsonrpc");
  if (!version.is_string() || version.get_ref<const std::string&>() != "2.0") {
    return invalid(is_id(id) ? id : Json(), "\"jsonrpc\" is not \"2.0\"");
  }
  Json method = take(m, "method");
  if (method.is_null()) {
    if (has_id && (is_id(id) || id.is_null())) return parse_response(m, std::move(id));
    return invalid(nullptr, "neither a method nor an id");
  }
  if (!method.is_string()) return invalid(is_id(id) ? id : Json(), "the method is not a string");
  Json params = take(m, "params");
  if (!params.is_null() && !params.is_object() && !params.is_array()) {
    return invalid(is_id(id) ? id : Json(), "params are neither an object nor an array");
  }
  if (!has_id) return Notification{method.get<std::string>(), std::move(params)};
  if (!is_id(id)) return invalid(nullptr, "the id is neither a number nor a string");
  return Request{std::move(id), method.get<std::string>(), std::move(params)};
}

Json make_request(const RequestId& id, std::string_view method, Json params) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
}

Json make_notification(std::string_view method, Json params) {
  return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

Json make_result(const RequestId& id, Json result) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

std::string make_result_text(const RequestId& id, std::string_view result) {
  std::string text = R"({"jsonrpc":"2.0","id":)";
  text.reserve(result.size() + 64);
  text += to_text(id);
  text += R"(,"result":)";
  text += result;
  text += '}';
  return text;
}

Json make_error(const RequestId& id, const ResponseError& error) {
  return {{"jsonrpc", "2.0"},
          {"id", id},
          {"error", {{"code", static_cast<int32_t>(error.code)}, {"message", error.message}}}};
}

std::string to_text(const Json& message) {
  return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace nilas::lsp
