#pragma once
// What a world knows of files beyond the host's disk: answers it got already, store objects it
// computed without anybody writing them, and hashes of sources.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evaluator/encoding.hpp"
#include "evaluator/host.hpp"
#include "evaluator/store/context.hpp"

namespace nilas::eval {

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

/// Hashes of single files, by path and what tells one version from another. May be shared by the
/// worlds of one thread.
class FileHashCache {
 public:
  /// Null if the file is unknown or has changed. An unsaved buffer (no mtime) is never found.
  const Hash* find(std::string_view path, const FileInfo& info) const;
  void add(std::string_view path, const FileInfo& info, const Hash& nar_hash);

 private:
  struct Entry {
    uint64_t size, mtime_ns, inode;
    bool executable;
    Hash hash;
  };
  TextMap<Entry> entries_;
};

struct SourceTable {
  /// A store object that exists in this world only.
  struct Object {
    bool is_text = false;
    std::string text;    // of a text
    std::string source;  // otherwise: the file or tree it is a copy of, symlinks resolved
    std::vector<std::string> references;  // full store paths
  };

  TextMap<HostResult<FileInfo>> infos;  ///< lstat, by path
  TextMap<Object> objects;              ///< by store path
  TextMap<ContextId> copied;            ///< Opaque element of each source copied whole, by its path
  TextMap<bool> search_entries;         ///< does an entry of the search path exist?
  std::shared_ptr<FileHashCache> hashes = std::make_shared<FileHashCache>();

  /// References of an object of this world; null if it is unknown.
  const std::vector<std::string>* references(std::string_view path) const {
    const auto it = objects.find(path);
    return it == objects.end() ? nullptr : &it->second.references;
  }
};

}  // namespace nilas::eval
