#pragma once
// Unpacking archives through libarchive.

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>

namespace nilas::lsp {

struct UnpackLimits {
  uint64_t bytes = uint64_t{16} << 30;  ///< of all files
  uint64_t entries = 5'000'000;
};

struct Unpacked {
  std::filesystem::path root;  ///< the tree: a single directory at the top stands for what it holds
  uint64_t newest_seconds = 0;  ///< latest change that the archive tells, since 1970
};

/// Unpacks tar, compressed in any way, or zip into `to`, an empty directory. Nothing is written
/// outside of it: an entry with an absolute path, with `..`, or behind a symlink of the archive is
/// an error, as is an archive that ends too early. Owners, times and special modes are not kept.
/// The error is one line without the archive's name.
std::expected<Unpacked, std::string> unpack(const std::filesystem::path& archive,
                                            const std::filesystem::path& to,
                                            const std::function<bool()>& interrupted,
                                            const UnpackLimits& limits = {});

}  // namespace nilas::lsp
