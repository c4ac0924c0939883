#include "lsp/file_snapshots.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <sys/stat.h>
#include <unordered_map>

namespace nilas::lsp {
namespace {

/// Of text; trees and names take some thirty times as much.
constexpr size_t kRememberedBytes = 1 << 20;
/// A file that changes again within the resolution of its times looks the same.
constexpr int64_t kSettledNs = 50'000'000;

/// What tells that a file is another one than before.
struct Stamp {
  dev_t device;
  ino_t inode;
  off_t size;
  int64_t modified, changed;  // ns
  bool operator==(const Stamp&) const = default;
};

std::optional<Stamp> stamp_of(const std::string& path) {
  struct stat s{};
  if (::stat(path.c_str(), &s) != 0) return std::nullopt;
  const auto ns = [](const timespec& t) { return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; };
  return Stamp{s.st_dev, s.st_ino, s.st_size, ns(s.st_mtim), ns(s.st_ctim)};
}

bool is_settled(const Stamp& stamp) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::nanoseconds(now).count() - stamp.changed > kSettledNs;
}

class Remembered {
 public:
  SnapshotPtr find(const std::string& path, const Stamp& stamp) {
    const std::scoped_lock lock(mutex_);
    const auto at = entries_.find(path);
    if (at == entries_.end() || at->second.stamp != stamp) return nullptr;
    at->second.used = ++clock_;
    return at->second.document;
  }

  void keep(const std::string& path, const Stamp& stamp, SnapshotPtr document) {
    const std::scoped_lock lock(mutex_);
    const auto [at, is_new] = entries_.try_emplace(path);
    if (!is_new) bytes_ -= at->second.document->text->size();
    bytes_ += document->text->size();
    at->second = {stamp, std::move(document), ++clock_};
    while (bytes_ > kRememberedBytes) {
      const auto oldest =
          std::ranges::min_element(entries_, {}, [](const auto& e) { return e.second.used; });
      bytes_ -= oldest->second.document->text->size();
      entries_.erase(oldest);
    }
  }

 private:
  struct Entry {
    Stamp stamp;
    SnapshotPtr document;
    uint64_t used;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // by path
  size_t bytes_ = 0;
  uint64_t clock_ = 0;
};

}  // namespace

SnapshotPtr read_snapshot(const std::string& path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > kMaxIndexedBytes) return nullptr;
  std::ifstream in(path, std::ios::binary);
  std::string text(static_cast<size_t>(size), '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(size))) return nullptr;
  return make_snapshot(path, std::move(text));
}

SnapshotPtr recall_snapshot(const std::string& path) {
  static Remembered remembered;
  const auto stamp = stamp_of(path);
  if (!stamp) return nullptr;
  if (SnapshotPtr known = remembered.find(path, *stamp)) return known;
  SnapshotPtr document = read_snapshot(path);
  if (document && is_settled(*stamp) && stamp_of(path) == stamp)
    remembered.keep(path, *stamp, document);
  return document;
}

}  // namespace nilas::lsp
