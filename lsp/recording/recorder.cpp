#include "lsp/recording/recorder.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "lsp/json_rpc/message.hpp"
#include "lsp/json_rpc/transport.hpp"

namespace nilas::lsp {

std::expected<std::unique_ptr<Recorder>, std::string> Recorder::open(const std::string& path) {
  // A limit on the size of files is told by write's result, as a full disk is.
  std::signal(SIGXFSZ, SIG_IGN);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(std::strerror(errno));
  std::unique_ptr<Recorder> recorder(new Recorder(path, file));
  if (!recorder->write_line(fmt::format(R"({{"nilas":"{}","recording":1}})", NILAS_VERSION)))
    return std::unexpected(std::strerror(errno));
  return recorder;
}

Recorder::~Recorder() {
  if (file_ >= 0) ::close(file_);
}

void Recorder::received(const Frame& frame) {
  if (frame.kind == Frame::Kind::Damage) {
    return write_entry("client", "damage", to_text(Json(frame.text)));
  }
  if (!is_sound_json(frame.text)) {
    return write_entry("client", "text", to_text(Json(frame.text)));
  }
  write_entry("client", "message", frame.text);
}

void Recorder::sent(std::string_view body) {
  write_entry("server", "message", body);
}

void Recorder::write_entry(std::string_view from, std::string_view kind, std::string_view json) {
  if (file_ < 0) return;
  const std::chrono::duration<double, std::milli> passed =
      std::chrono::steady_clock::now() - start_;
  std::string line =
      fmt::format(R"({{"ms":{:.1f},"from":"{}","{}":{}}})", passed.count(), from, kind, json);
  // Between the tokens of JSON only; inside strings line ends are escaped.
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  if (write_line(std::move(line))) return;
  spdlog::error("the recording in {} ends here: {}", path_, std::strerror(errno));
  ::close(std::exchange(file_, -1));
}

bool Recorder::write_line(std::string line) {
  line += '\n';
  if (write_all(file_, line)) {
    written_ += line.size();
    return true;
  }
  const int why = errno;
  // No half a line; where that is impossible (a device), readers forgive it.
  if (::ftruncate(file_, static_cast<off_t>(written_)) != 0) spdlog::debug("half a line remains");
  errno = why;
  return false;
}

}  // namespace nilas::lsp
