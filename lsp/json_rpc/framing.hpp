#pragma once
// The base protocol's framing (LSP 3.17, "Base Protocol"): bytes of a stream in, message bodies
// out.
//
// A client may be broken, and a stream may be damaged; neither may hang or kill the server, or make
// it hoard memory:
//  - a header block without a usable Content-Length is reported, and the decoder looks for the next
// "Content-Length:";
//  - a body above the limit is reported and skipped as it arrives, without being stored;
//  - a stream that ends inside a message is reported by truncated().

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nilas::lsp {

/// What the decoder found: the body of a message, or damage in the stream.
struct Frame {
  enum class Kind : uint8_t { Message, Damage } kind;
  std::string text;  ///< the body (bytes of JSON), or what is wrong, for a log and an error reply
};

class FrameDecoder {
 public:
  static constexpr size_t kMaxBody =
      size_t{256} << 20;  ///< bytes; a document may be large, a message not endless
  static constexpr size_t kMaxHeader = 8 << 10;  ///< bytes of one header block

  explicit FrameDecoder(size_t max_body = kMaxBody) : max_body_(max_body) {}

  /// Appends bytes of the stream. Amortised O(bytes).
  void feed(std::string_view bytes);
  /// Next complete message or damage; nullopt if more bytes are needed.
  std::optional<Frame> next();
  /// Whether the stream would end inside a message if it ended now.
  bool truncated() const;

 private:
  enum class State : uint8_t { Header, Body, SkippingBody, Resync };

  std::optional<Frame> read_header();
  std::optional<Frame> damage(std::string what, State next);
  void resync();
  std::string_view rest() const { return std::string_view(buffer_).substr(at_); }
  void consume(size_t n);

  size_t max_body_;
  State state_ = State::Header;
  std::string buffer_;
  size_t at_ = 0;         // start of what is not consumed yet
  uint64_t missing_ = 0;  // Body: its size; SkippingBody: bytes still to be thrown away
};

/// `body` with its header block, ready to be written.
std::string encode_frame(std::string_view body);
/// The body of what encode_frame made.
std::string_view frame_body(std::string_view frame);

}  // namespace nilas::lsp
