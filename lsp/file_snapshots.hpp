#pragma once
// Files of the disk as documents, parsed.

#include <cstdint>
#include <string>

#include "lsp/documents.hpp"

namespace nilas::lsp {

/// Larger files are neither indexed nor looked into.
inline constexpr uintmax_t kMaxIndexedBytes = 4 << 20;

/// What the disk says now; nullptr if there is no such file, it cannot be read, or is too large.
SnapshotPtr read_snapshot(const std::string& path);

/// The same, for files that are looked into again and again: those asked for last are remembered with their trees, as long as
/// nothing about them changes (size, times and inode, by stat). From any thread.
SnapshotPtr recall_snapshot(const std::string& path);

}  // namespace nilas::lsp
