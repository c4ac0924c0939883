#include "evaluator/store/support.hpp"

#include "evaluator/error.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

std::string_view file_type_text(FileType type) {
  switch (type) {
    case FileType::Regular: return "regular";
    case FileType::Directory: return "directory";
    case FileType::Symlink: return "symlink";
    case FileType::Other: return "unknown";
  }
  return "unknown";
}

Hash parse_hash_allow_empty(EvalHost& host, std::string_view text,
                            std::optional<HashAlgorithm> algorithm) {
  if (!text.empty()) return parse_hash(text, algorithm);
  if (!algorithm) throw EvalError(ErrorKind::Other, "empty hash requires explicit hash algorithm");
  const Hash hash{.algorithm = *algorithm};
  host.message(EvalHost::Message::Warning, cat("warning: found empty hash, assuming '",
                                               format_hash(hash, HashFormat::Sri), "'"));
  return hash;
}

}  // namespace nilas::eval
