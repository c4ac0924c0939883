#pragma once
// Git repositories through libgit2: reading local ones, and fetching others into bare ones of ours.

#include <cstdint>
#include <expected>
#include <functional>
#include <git2.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lsp/fetch/mounted_tree.hpp"

namespace nilas::lsp {

template <auto free>
struct GitFree {
  template <class T>
  void operator()(T* p) const {
    free(p);
  }
};
using GitRepositoryPtr = std::unique_ptr<git_repository, GitFree<git_repository_free>>;
using GitCommitPtr = std::unique_ptr<git_commit, GitFree<git_commit_free>>;
using GitTreePtr = std::unique_ptr<git_tree, GitFree<git_tree_free>>;
using GitReferencePtr = std::unique_ptr<git_reference, GitFree<git_reference_free>>;

/// The value, or libgit2's words for what is wrong.
template <class T>
using GitResult = std::expected<T, std::string>;

/// What the last call of libgit2 on this thread complained of.
std::string git_complaint();

/// Whether attributes that git has for archives (`export-ignore`) count.
enum class ExportIgnore : uint8_t { Ignore, Respect };

struct WorktreeState {
  std::vector<std::string> files;     ///< tracked and there, sorted
  std::optional<std::string> head;    ///< commit
  std::optional<std::string> branch;  ///< "refs/heads/main"; nothing if HEAD is detached
  bool dirty = false;
};

class GitRepository {
 public:
  /// `path`: a working tree or a bare repository.
  static GitResult<GitRepository> open(const std::string& path);
  /// Opens the bare repository at `path`, which is made if it is not there.
  static GitResult<GitRepository> open_or_make(const std::string& path);

  /// Commit of a branch, tag or full reference name, or of a commit itself.
  GitResult<std::string> resolve(const std::string& ref) const;
  std::optional<std::string> branch() const;
  bool is_bare() const;
  bool is_shallow() const;
  bool has_commit(const std::string& rev) const;
  /// Seconds since 1970.
  GitResult<uint64_t> commit_time(const std::string& rev) const;
  /// Commits that lead to `rev`, itself included. O(history).
  GitResult<uint64_t> count_commits(const std::string& rev,
                                    const std::function<bool()>& interrupted) const;
  GitResult<WorktreeState> worktree() const;
  /// Directory of the working tree, without slash at the end.
  std::string directory() const;

  struct FetchOptions {
    std::function<bool()> interrupted;
    std::function<void(uint64_t done, uint64_t total)> progress;
  };
  /// Fetches `refspec` from `url`.
  GitResult<void> fetch(const std::string& url, const std::string& refspec,
                        const FetchOptions& options);

  git_repository* get() const { return repository_.get(); }

 private:
  explicit GitRepository(git_repository* repository) : repository_(repository) {}
  GitRepositoryPtr repository_;
};

/// The tree of a commit. `options`: what to leave out.
GitResult<std::unique_ptr<MountedTree>> mount_commit(const std::string& repository,
                                                     const std::string& rev, ExportIgnore ignore);
/// The tracked files of a working tree as they are on disk.
GitResult<std::unique_ptr<MountedTree>> mount_worktree(const std::string& repository,
                                                       const WorktreeState& state,
                                                       ExportIgnore ignore);

}  // namespace nilas::lsp
