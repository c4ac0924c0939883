#include "evaluator/store/sources.hpp"

namespace nilas::eval {

const Hash* FileHashCache::find(std::string_view path, const FileInfo& info) const {
  const auto it = entries_.find(path);
  if (it == entries_.end() || info.mtime_ns == 0) return nullptr;
  const Entry& e = it->second;
  const bool same = e.size == info.size && e.mtime_ns == info.mtime_ns && e.inode == info.inode &&
                    e.executable == info.executable;
  return same ? &e.hash : nullptr;
}

void FileHashCache::add(std::string_view path, const FileInfo& info, const Hash& nar_hash) {
  if (info.mtime_ns == 0) return;
  entries_.insert_or_assign(std::string(path),
                            Entry{info.size, info.mtime_ns, info.inode, info.executable, nar_hash});
}

}  // namespace nilas::eval
