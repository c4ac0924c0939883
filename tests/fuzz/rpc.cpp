// Any bytes are given to the reader of frames, in pieces; what it finds to the reader of messages;
// their parameters to every reader of parameters that the protocol has; texts to the readers of URIs.
//
// Input: one byte for the size of the pieces, the stream.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lsp/json_rpc/framing.hpp"
#include "lsp/json_rpc/message.hpp"
#include "lsp/positions.hpp"
#include "lsp/protocol/code_action.hpp"
#include "lsp/protocol/documents.hpp"
#include "lsp/protocol/lifecycle.hpp"
#include "lsp/uri.hpp"
#include "lsp/virtual_documents.hpp"
#include "tests/fuzz/support.hpp"

using namespace nilas;
using namespace nilas::lsp;

namespace {

/// The limit on a message, so that those beyond it are small, too.
constexpr size_t kMaxBody = 4 << 10;

const std::string kText = "{ a = 1; }\n\xc3\xa4 \xf0\x9d\x84\x9e\r\n\xff\n";

void check_position(Position position) {
  static const LineIndex lines{std::make_shared<const std::string>(kText)};
  for (const auto e : {PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32})
    FUZZ_CHECK(lines.offset(position, e) <= kText.size());
}

template <class Params>
void read(const Json& j) {
  try {
    const auto params = j.get<Params>();
    if constexpr (requires { params.range; }) {
      check_position(params.range.start);
      check_position(params.range.end);
    }
    if constexpr (requires { params.position; }) {
      check_position(params.position);
    }
  } catch (const Json::exception&) {
    // Answered with InvalidParams.
  }
}

void read_uri(std::string_view uri) {
  if (const auto path = uri_to_path(uri)) {
    FUZZ_CHECK(path->starts_with('/'));
    FUZZ_CHECK(uri_to_path(path_to_uri(*path)) == path);
  }
  if (const auto d = parse_virtual_uri(uri)) {
    const auto again = parse_virtual_uri(to_uri(*d));
    FUZZ_CHECK(again && again->kind == d->kind && again->version == d->version);
    FUZZ_CHECK(again->offset == d->offset && fuzz::same_text(again->uri, d->uri));
  }
  FUZZ_CHECK(percent_decode(percent_encode(uri)) == uri);
}

void read_params(Json params) {
  read<TextDocumentPosition>(params);
  read<CodeActionParams>(params);
  read<DidChangeParams>(params);
  read<DidSaveParams>(params);
  read<DidCloseParams>(params);
  read<InitializeParams>(params);
  if (const Json& uri = find(params, "textDocument", "uri"); uri.is_string())
    read_uri(uri.get_ref<const std::string&>());
  try {
    DidOpenParams::take(params);
  } catch (const Json::exception&) {
  }
}

void read_message(const std::string& body) {
  auto message = parse_message(body);
  if (!message) {
    FUZZ_CHECK(!message.error().error.message.empty());
    return;
  }
  FUZZ_CHECK(is_sound_json(body) || body.find("\\u") != std::string::npos);
  if (auto* request = std::get_if<Request>(&*message)) {
    const auto again =
        parse_message(to_text(make_request(request->id, request->method, request->params)));
    FUZZ_CHECK(again && std::get<Request>(*again).method == request->method);
    FUZZ_CHECK(std::get<Request>(*again).id == request->id);
    read_params(std::move(request->params));
  } else if (auto* notification = std::get_if<Notification>(&*message)) {
    read_params(std::move(notification->params));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view data(reinterpret_cast<const char*>(bytes), size);
  const size_t piece = 1 + fuzz::take_byte(data);
  FrameDecoder decoder(kMaxBody);
  while (!data.empty()) {
    decoder.feed(fuzz::take(data, piece));
    while (const auto frame = decoder.next()) {
      if (frame->kind == Frame::Kind::Damage) {
        FUZZ_CHECK(!frame->text.empty());
        continue;
      }
      FUZZ_CHECK(frame->text.size() <= kMaxBody);
      FUZZ_CHECK(frame_body(encode_frame(frame->text)) == frame->text);
      read_message(frame->text);
    }
  }
  (void)decoder.truncated();
  return 0;
}
