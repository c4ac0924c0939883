#pragma once
// Trees that no directory holds: a commit in a repository, the tracked files of a working tree.
// They appear below kMountRoot, each under a number.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/host.hpp"

namespace nilas::lsp {

/// No file system has this directory.
inline constexpr std::string_view kMountRoot = "/«fetched»";

/// Paths are relative to the tree's root, without slashes at the ends; the root is "".
class MountedTree {
 public:
  virtual ~MountedTree() = default;
  /// The file or directory on disk that shows what is at `path`, for those that are there as well.
  virtual std::optional<std::string> on_disk(std::string_view path) = 0;
  // For what is not on disk.
  virtual eval::HostResult<std::string> read_file(std::string_view path) = 0;
  virtual eval::HostResult<eval::FileInfo> info(std::string_view path) = 0;
  virtual eval::HostResult<std::string> read_link(std::string_view path) = 0;
  /// For every directory.
  virtual eval::HostResult<std::vector<eval::DirEntry>> list_directory(std::string_view path) = 0;
};

inline std::unexpected<eval::HostError> not_found() {
  return std::unexpected(
      eval::HostError{eval::HostError::Kind::NotFound, "No such file or directory"});
}

}  // namespace nilas::lsp
