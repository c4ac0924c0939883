#include "lsp/fetch/download.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <curl/curl.h>
#include <fmt/format.h>
#include <memory>

namespace nilas::lsp {

namespace {

/// What the callbacks of one transfer share.
struct Transfer {
  const DownloadRequest& request;
  std::FILE* file;
  uint64_t written = 0;
  bool too_large = false;
  bool write_failed = false;
  bool interrupted = false;
  Downloaded result;
};

size_t write_body(char* data, size_t, size_t size, void* to) {
  auto& transfer = *static_cast<Transfer*>(to);
  transfer.written += size;
  transfer.too_large = transfer.written > transfer.request.limits.bytes;
  if (transfer.too_large) return 0;
  transfer.write_failed = std::fwrite(data, 1, size, transfer.file) != size;
  return transfer.write_failed ? 0 : size;
}

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)); };
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

bool equal_names(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

size_t read_header(char* data, size_t, size_t size, void* to) {
  auto& transfer = *static_cast<Transfer*>(to);
  const std::string_view line(data, size);
  if (line.starts_with("HTTP/")) {
    // Of a redirect, only the link counts: what it leads to is what was asked for.
    transfer.result.etag.clear();
  }
  const size_t colon = line.find(':');
  if (colon == line.npos) return size;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (equal_names(name, "ETag")) transfer.result.etag = value;
  if (equal_names(name, "Link")) {
    if (std::string url = immutable_link(value); !url.empty()) {
      transfer.result.immutable_url = std::move(url);
    }
  }
  return size;
}

int report_progress(void* to, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(to);
  const DownloadRequest& request = transfer.request;
  if (request.progress) {
    request.progress(static_cast<uint64_t>(done), static_cast<uint64_t>(total));
  }
  transfer.interrupted = request.interrupted && request.interrupted();
  return transfer.interrupted ? 1 : 0;
}

struct CurlFree {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};

void set_options(CURL* curl, Transfer& transfer, curl_slist* headers) {
  const DownloadRequest& request = transfer.request;
  const auto set = [&](auto option, auto value) { curl_easy_setopt(curl, option, value); };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_USERAGENT, "nilas/" NILAS_VERSION);
  set(CURLOPT_HTTPHEADER, headers);
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, static_cast<long>(request.limits.redirects));
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_ACCEPT_ENCODING, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(request.limits.connect.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.limits.stalled.count()));
  set(CURLOPT_WRITEFUNCTION, write_body);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_HEADERFUNCTION, read_header);
  set(CURLOPT_HEADERDATA, &transfer);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, report_progress);
  set(CURLOPT_XFERINFODATA, &transfer);
  if (const char* certificates = certificate_file()) set(CURLOPT_CAINFO, certificates);
}

std::string describe(CURL* curl, CURLcode code, const Transfer& transfer, const char* details) {
  const DownloadRequest& request = transfer.request;
  if (transfer.interrupted) return fmt::format("downloading '{}' was interrupted", request.url);
  if (transfer.too_large) {
    return fmt::format("'{}' is larger than the {} bytes that may be downloaded", request.url,
                       request.limits.bytes);
  }
  if (transfer.write_failed) return fmt::format("cannot write what '{}' gives", request.url);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_HTTP_RETURNED_ERROR) {
    return fmt::format("unable to download '{}': HTTP error {}", request.url, status);
  }
  return fmt::format("unable to download '{}': {} ({})", request.url, curl_easy_strerror(code),
                     *details ? details : "no details");
}

}  // namespace

const char* certificate_file() {
  for (const char* name : {"NIX_SSL_CERT_FILE", "SSL_CERT_FILE"}) {
    const char* file = std::getenv(name);
    if (file != nullptr && *file != '\0') return file;
  }
  return nullptr;
}

std::expected<Downloaded, std::string> download(const DownloadRequest& request,
                                                const std::filesystem::path& path) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) return std::unexpected(std::string(curl_easy_strerror(started)));
  const std::unique_ptr<std::FILE, CurlFree> file(std::fopen(path.c_str(), "wbe"));
  const std::unique_ptr<CURL, CurlFree> curl(curl_easy_init());
  if (!file || !curl) return std::unexpected(fmt::format("cannot write to '{}'", path.string()));
  std::unique_ptr<curl_slist, CurlFree> headers;
  const auto add_header = [&](const std::string& line) {
    headers.reset(curl_slist_append(headers.release(), line.c_str()));
  };
  for (const std::string& line : request.headers)
    add_header(line);
  if (!request.known_etag.empty()) add_header("If-None-Match: " + request.known_etag);
  Transfer transfer{.request = request, .file = file.get()};
  set_options(curl.get(), transfer, headers.get());
  char details[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, details);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return std::unexpected(describe(curl.get(), code, transfer, details));
  if (std::fflush(file.get()) != 0) {
    return std::unexpected(fmt::format("cannot write to '{}'", path.string()));
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  transfer.result.not_modified = status == 304;
  return std::move(transfer.result);
}

std::string immutable_link(std::string_view value) {
  // <url>; param; param="x", <url>...
  while (!value.empty()) {
    value = trim(value);
    const size_t close = value.find('>');
    if (!value.starts_with('<') || close == value.npos) return {};
    const std::string_view url = value.substr(1, close - 1);
    value.remove_prefix(close + 1);
    const size_t comma = std::min(value.find(','), value.size());
    std::string_view parameters = value.substr(0, comma);
    value.remove_prefix(std::min(comma + 1, value.size()));
    while (!parameters.empty()) {
      const size_t semicolon = std::min(parameters.find(';'), parameters.size());
      const std::string_view parameter = trim(parameters.substr(0, semicolon));
      parameters.remove_prefix(std::min(semicolon + 1, parameters.size()));
      if (parameter == "rel=\"immutable\"" || parameter == "rel=immutable") {
        return std::string(url);
      }
    }
  }
  return {};
}

}  // namespace nilas::lsp
