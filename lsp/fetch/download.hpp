#pragma once
// Downloads over HTTP(S) through libcurl.

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nilas::lsp {

struct DownloadLimits {
  std::chrono::seconds connect{15};    ///< until there is a connection
  std::chrono::seconds stalled{60};    ///< without a byte
  uint64_t bytes = uint64_t{4} << 30;  ///< of the answer
  int redirects = 10;
};

struct DownloadRequest {
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value"
  std::string known_etag;            ///< an answer "not modified" is welcome
  DownloadLimits limits;
  std::function<bool()> interrupted;
  std::function<void(uint64_t done, uint64_t total)> progress;  ///< bytes; total 0: not known
};

struct Downloaded {
  bool not_modified = false;
  std::string etag;
  std::string immutable_url;  ///< of a header `Link: <url>; rel="immutable"`
};

/// Writes the answer to `file`. The error is one line for the user and names the URL. Certificates
/// are checked; only http and https are followed.
std::expected<Downloaded, std::string> download(const DownloadRequest& request,
                                                const std::filesystem::path& file);

/// File with the certificates that are trusted, as $NIX_SSL_CERT_FILE or else $SSL_CERT_FILE says;
/// null: the system's.
const char* certificate_file();

/// URL in a `Link:` header with rel="immutable"; empty if there is none. RFC 8288.
std::string immutable_link(std::string_view value);

}  // namespace nilas::lsp
