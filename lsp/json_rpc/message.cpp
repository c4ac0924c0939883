#include "lsp/json_rpc/message.hpp"

#include <utility>

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

std::expected<Message, BadMessage> parse_message(std::string_view body) {
  if (nests_too_deep(body)) {
    return std::unexpected(
        BadMessage{nullptr, {ErrorCode::InvalidRequest, "the message nests too deeply"}});
  }
  Json m = Json::parse(body, nullptr, /*allow_exceptions=*/false);
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

Json make_error(const RequestId& id, const ResponseError& error) {
  return {{"jsonrpc", "2.0"},
          {"id", id},
          {"error", {{"code", static_cast<int32_t>(error.code)}, {"message", error.message}}}};
}

std::string to_text(const Json& message) {
  return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace nilas::lsp
