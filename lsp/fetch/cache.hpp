#pragma once
// Our own cache of fetched things: $XDG_CACHE_HOME/nilas/fetch. The only place that is ever written, and only when
// fetching is allowed; safe to delete at any time.
//
//   trees/<hash>          a tree or file, by the hash of its archive (base 32): never changes once it is there
//   urls/<hash>.json      what a URL gave last: hash of the tree, ETag, time...
//   git/<hash>            bare repositories, by their URL
//   new/...               what is being made; moved to its place when it is whole

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace nilas::lsp {

class FetchCache {
 public:
  /// Nothing is made before something is written.
  explicit FetchCache(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Where the tree with this hash lies, if it is there. `nar_hash`: SRI.
  std::optional<std::string> find_tree(const std::string& nar_hash) const;
  /// Moves what lies at `from` (in a work directory) to its place. Returns where it is.
  std::string keep_tree(const std::filesystem::path& from, const std::string& nar_hash);

  /// What is remembered of a URL; null JSON if nothing is.
  nlohmann::json find_url(const std::string& url) const;
  void keep_url(const std::string& url, const nlohmann::json& record);

  std::filesystem::path repository(const std::string& url) const;

  /// A new directory, readable by the user only, that goes away with this object.
  class Work {
   public:
    explicit Work(std::filesystem::path path) : path_(std::move(path)) {}
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    ~Work();
    const std::filesystem::path& path() const { return path_; }

   private:
    std::filesystem::path path_;
  };
  Work make_work();

 private:
  std::filesystem::path directory_;
};

/// Hash of the archive of what lies at `root` on disk, SRI. Throws std::filesystem_error.
std::string hash_on_disk(const std::filesystem::path& root);

}  // namespace nilas::lsp
