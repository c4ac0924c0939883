#include "lsp/json_rpc/framing.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <expected>
#include <fmt/format.h>
#include <utility>

namespace nilas::lsp {
namespace {

constexpr uint64_t kLargeBody = 1 << 20;
constexpr std::string_view kLengthField = "content-length";

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
  return std::ranges::equal(
      a, lower, [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == y; });
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t'))
    s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r'))
    s.remove_suffix(1);
  return s;
}

/// Offset of the next "content-length", whatever its case, or npos.
size_t find_length_field(std::string_view s) {
  const auto hit = std::ranges::search(s, kLengthField, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == y;
  });
  return hit.empty() ? std::string_view::npos : static_cast<size_t>(hit.begin() - s.begin());
}

struct HeaderEnd {
  size_t fields;  ///< bytes of the fields
  size_t after;   ///< offset of the body
};

/// End of the header block. Lines may end in LF alone: some clients and every test typed by hand do
/// so.
std::optional<HeaderEnd> find_header_end(std::string_view s) {
  for (size_t line = 0; line < s.size();) {
    const size_t lf = s.find('\n', line);
    if (lf == std::string_view::npos) return std::nullopt;
    const bool empty = lf == line || (lf == line + 1 && s[line] == '\r');
    if (empty) return HeaderEnd{line, lf + 1};
    line = lf + 1;
  }
  return std::nullopt;
}

std::expected<uint64_t, std::string> content_length(std::string_view fields) {
  std::optional<uint64_t> length;
  while (!fields.empty()) {
    const size_t lf = fields.find('\n');
    const std::string_view line = trim(fields.substr(0, lf));
    fields.remove_prefix(lf == std::string_view::npos ? fields.size() : lf + 1);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::unexpected("a header line without a colon");
    if (!equal_ignoring_case(trim(line.substr(0, colon)), kLengthField)) continue;
    const std::string_view digits = trim(line.substr(colon + 1));
    uint64_t n = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      return std::unexpected("a Content-Length that is not a number");
    }
    length = n;
  }
  if (!length) return std::unexpected("a header without Content-Length");
  return *length;
}

}  // namespace

void FrameDecoder::feed(std::string_view bytes) {
  if (state_ == State::SkippingBody) {
    const size_t skipped = std::min<uint64_t>(missing_, bytes.size());
    missing_ -= skipped;
    bytes.remove_prefix(skipped);
    if (missing_ == 0) state_ = State::Header;
  }
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  buffer_.append(bytes);
}

std::optional<Frame> FrameDecoder::next() {
  if (state_ == State::Resync) resync();
  if (state_ == State::Resync) return std::nullopt;
  if (state_ == State::Header) {
    if (auto damaged = read_header()) return damaged;
  }
  if (state_ != State::Body || rest().size() < missing_) return std::nullopt;
  state_ = State::Header;
  if (at_ == 0 && buffer_.size() == missing_) {
    return Frame{Frame::Kind::Message, std::exchange(buffer_, {})};
  }
  Frame frame{Frame::Kind::Message, std::string(rest().substr(0, missing_))};
  consume(missing_);
  return frame;
}

std::optional<Frame> FrameDecoder::read_header() {
  const auto end = find_header_end(rest().substr(0, kMaxHeader));
  if (!end) {
    if (rest().size() < kMaxHeader) return std::nullopt;
    if (find_length_field(rest()) == 0) consume(1);  // it is not where reading goes on
    return damage("a header that does not end", State::Resync);
  }
  const auto length = content_length(rest().substr(0, end->fields));
  if (!length) {
    consume(end->after);
    return damage(length.error(), State::Resync);
  }
  consume(end->after);
  missing_ = *length;
  if (missing_ <= max_body_) {
    state_ = State::Body;
    // A large body gets a buffer of its own, of its size: it is handed on without a copy.
    if (missing_ > kLargeBody) {
      buffer_.erase(0, std::exchange(at_, 0));
      buffer_.reserve(missing_);
    }
    return std::nullopt;
  }
  const std::string what =
      fmt::format("a message of {} bytes; the limit is {}", missing_, max_body_);
  const size_t here = std::min<uint64_t>(missing_, rest().size());
  consume(here);
  missing_ -= here;
  return damage(what, missing_ ? State::SkippingBody : State::Header);
}

std::optional<Frame> FrameDecoder::damage(std::string what, State next) {
  state_ = next;
  return Frame{Frame::Kind::Damage, std::move(what)};
}

void FrameDecoder::resync() {
  const size_t field = find_length_field(rest());
  if (field != std::string_view::npos) {
    consume(field);
    state_ = State::Header;
  } else if (rest().size() > kLengthField.size()) {
    consume(rest().size() - kLengthField.size());  // its beginning may be here already
  }
}

bool FrameDecoder::truncated() const {
  if (state_ == State::Body || state_ == State::SkippingBody) return true;
  return state_ == State::Header && !rest().empty();
}

void FrameDecoder::consume(size_t n) {
  at_ += n;
  if (at_ > (size_t{1} << 16) && at_ * 2 > buffer_.size()) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
}

std::string encode_frame(std::string_view body) {
  std::string frame = fmt::format("Content-Length: {}\r\n\r\n", body.size());
  frame.reserve(frame.size() + body.size());  // of megabytes, perhaps
  frame += body;
  return frame;
}

std::string_view frame_body(std::string_view frame) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  return frame.substr(frame.find(kEnd) + kEnd.size());
}

}  // namespace nilas::lsp
