#pragma once
// JSON-RPC 2.0 messages: what arrives, sorted by kind, and the errors that a reply can carry.

#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

namespace nilas::lsp {

using Json = nlohmann::json;

/// Codes of JSON-RPC and of LSP 3.17 ("Response Message").
enum class ErrorCode : int32_t {
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  InternalError = -32603,
  ServerNotInitialized = -32002,
  RequestFailed = -32803,
  ServerCancelled = -32802,
  ContentModified = -32801,
  RequestCancelled = -32800,
};

struct ResponseError {
  ErrorCode code;
  std::string message;
};

/// Identity of a request: what the other side chose, a number or a string. Compared as JSON text.
using RequestId = Json;

struct Request {
  RequestId id;
  std::string method;
  Json params;  ///< null if there were none
};

struct Notification {
  std::string method;
  Json params;
};

struct Response {
  RequestId id;
  std::expected<Json, ResponseError> result;
};

using Message = std::variant<Request, Notification, Response>;

/// Why bytes are no message, and the id to answer to (null if it could not be read).
struct BadMessage {
  RequestId id;
  ResponseError error;
};

/// Whether a text is JSON that the server would read: well-formed, in UTF-8, not nested too deeply.
bool is_sound_json(std::string_view text);

/// Sorts the JSON text of one message. Never throws.
std::expected<Message, BadMessage> parse_message(std::string body);

Json make_request(const RequestId& id, std::string_view method, Json params);
Json make_notification(std::string_view method, Json params);
Json make_result(const RequestId& id, Json result);
/// The message as text; `result` is JSON text.
std::string make_result_text(const RequestId& id, std::string_view result);
Json make_error(const RequestId& id, const ResponseError& error);

/// JSON text; bytes that are not UTF-8 become U+FFFD (file names and strings of Nix may hold
/// anything).
std::string to_text(const Json& message);

}  // namespace nilas::lsp
