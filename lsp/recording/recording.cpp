#include "lsp/recording/recording.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>

#include "lsp/protocol/basic.hpp"

namespace nilas::lsp {
namespace {

constexpr int kFormat = 1;

std::expected<RecordedMessage, std::string> read_line(Json line, size_t number) {
  const Json& from = find(line, "from");
  const Json& ms = find(line, "ms");
  if (!ms.is_number() || (from != "client" && from != "server"))
    return std::unexpected("neither a message of the client nor of the server");
  RecordedMessage read{
      from == "client" ? RecordedMessage::From::Client : RecordedMessage::From::Server,
      number,
      ms.get<double>(),
      nullptr,
      {}};
  if (const auto message = line.find("message"); message != line.end()) {
    read.message = std::move(*message);
  } else if (const Json& text = find(line, "text"); text.is_string()) {
    read.text = text.get<std::string>();
  }
  return read;
}

}  // namespace

std::string RecordedMessage::method() const {
  const Json& name = find(message, "method");
  return name.is_string() ? name.get<std::string>() : std::string();
}

std::expected<std::vector<RecordedMessage>, std::string> read_recording(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
  std::vector<RecordedMessage> messages;
  std::string text;
  bool known = false;
  for (size_t number = 1; std::getline(in, text); ++number) {
    if (in.eof()) break;  // a line that does not end
    Json line = is_sound_json(text) ? Json::parse(text) : Json();
    const auto wrong = [&](std::string_view what) {
      return std::unexpected(fmt::format("{}:{}: {}", path, number, what));
    };
    if (!line.is_object()) return wrong("this is no line of a recording");
    if (number == 1) {
      if (find(line, "recording") != kFormat) return wrong("this is no recording of a session");
      known = true;
      continue;
    }
    if (line.contains("damage")) continue;
    auto message = read_line(std::move(line), number);
    if (!message) return wrong(message.error());
    messages.push_back(std::move(*message));
  }
  if (!known) return std::unexpected(path + ": this is no recording of a session");
  return messages;
}

}  // namespace nilas::lsp
