#pragma once
// What FileHost::fetch does: local files and repositories, our cache, and the network if it is
// allowed. Nothing is written unless it is.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/host.hpp"
#include "lsp/fetch/cache.hpp"
#include "lsp/fetch/download.hpp"
#include "lsp/fetch/forge.hpp"
#include "lsp/fetch/git.hpp"
#include "lsp/fetch/mounted_tree.hpp"

namespace nilas::lsp {

struct FetcherOptions {
  bool allow_network = false;
  std::filesystem::path cache;       ///< default_fetch_cache()
  std::chrono::seconds fresh{3600};  ///< so long an unlocked answer is not asked for again
  DownloadLimits limits;
  AccessTokens tokens;
  std::function<void(std::string_view)> warn;  ///< one line, with "warning: "
  /// What is being fetched, and how much of it is here: bytes or objects; total 0 is unknown.
  std::function<void(std::string_view what, uint64_t done, uint64_t total)> progress;
};

/// $XDG_CACHE_HOME/nilas/fetch, or the same below ~/.cache.
std::filesystem::path default_fetch_cache();

using FetchResult = std::expected<eval::FetchedTree, eval::FetchFailure>;

class Fetcher {
 public:
  explicit Fetcher(FetcherOptions options);

  FetchResult fetch(const eval::FetchAttributes& input, const eval::FetchControl& control);
  /// Commits that lead to `rev` in the repository at `path`.
  std::expected<uint64_t, eval::FetchFailure> count_commits(const std::string& path,
                                                            const std::string& rev,
                                                            const eval::FetchControl& control);

  /// The tree mounted at `path`, and the rest of the path in it; null if there is none.
  struct Mounted {
    MountedTree* tree;
    std::string_view path;
  };
  Mounted find_mount(std::string_view path) const;
  /// Files whose change means that a mounted working tree is another one now.
  const std::vector<std::string>& watched() const { return watched_; }

 private:
  FetchResult fetch_git(const eval::FetchAttributes& input, const eval::FetchControl& control);
  FetchResult fetch_worktree(const GitRepository& repository, const std::string& path,
                             const eval::FetchAttributes& input);
  FetchResult fetch_commit(const GitRepository& repository, const std::string& path,
                           const eval::FetchAttributes& input, std::string rev);
  FetchResult fetch_remote_git(const std::string& url, const eval::FetchAttributes& input,
                               const eval::FetchControl& control);
  /// Brings the commit that `input` asks for into our repository at `path`.
  std::expected<std::string, eval::FetchFailure> bring_commit(const std::string& url,
                                                              const std::string& path,
                                                              const eval::FetchAttributes& input,
                                                              const eval::FetchControl& control);
  /// The tree that `input` is locked to, if the cache has it.
  std::optional<eval::FetchedTree> find_by_hash(const eval::FetchAttributes& input) const;
  /// Whether what the cache remembers needs not be asked for again.
  bool is_fresh(const nlohmann::json& record) const;
  FetchResult fetch_file(const eval::FetchAttributes& input, const eval::FetchControl& control);
  FetchResult fetch_archive(const eval::FetchAttributes& input, const eval::FetchControl& control);
  FetchResult fetch_forge(const eval::FetchAttributes& input, const eval::FetchControl& control);
  /// The same, by its URL: downloaded, or as it was before.
  struct Source {
    std::string url;
    std::vector<std::string> headers;
    bool unpack = true;
  };
  FetchResult fetch_url(const Source& source, const eval::FetchControl& control);
  FetchResult bring(const Source& source, const std::filesystem::path& work,
                    const nlohmann::json& known, const eval::FetchControl& control);
  std::expected<std::string, eval::FetchFailure> forge_commit(const eval::FetchAttributes& input,
                                                              const eval::FetchControl& control);
  DownloadRequest request_for(const Source& source, const eval::FetchControl& control) const;

  std::string mount(std::unique_ptr<MountedTree> tree);

  FetcherOptions options_;
  FetchCache cache_;
  std::vector<std::unique_ptr<MountedTree>> mounts_;
  std::vector<std::string> watched_;
};

}  // namespace nilas::lsp
