#pragma once
// Small things that the store's builtins share.

#include <optional>
#include <string_view>

#include "evaluator/encoding.hpp"
#include "evaluator/host.hpp"

namespace nilas::eval {

/// "regular", "directory", "symlink", "unknown".
std::string_view file_type_text(FileType type);

/// As parse_hash, but an empty text stands for the hash of zeros, with a warning: users leave it to
/// be told the real one. Throws EvalError: "empty hash requires explicit hash algorithm".
Hash parse_hash_allow_empty(EvalHost& host, std::string_view text,
                            std::optional<HashAlgorithm> algorithm);

}  // namespace nilas::eval
