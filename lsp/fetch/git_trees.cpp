// Commits and working trees as file trees.

#include <algorithm>

#include "lsp/fetch/git.hpp"

namespace nilas::lsp {

namespace {

using eval::DirEntry;
using eval::FileInfo;
using eval::FileType;
using eval::HostError;
using eval::HostResult;

std::unexpected<HostError> failed(HostError::Kind kind, std::string message) {
  return std::unexpected(HostError{kind, std::move(message)});
}

FileType type_of(git_filemode_t mode) {
  switch (mode) {
    case GIT_FILEMODE_TREE:
    case GIT_FILEMODE_COMMIT: return FileType::Directory;  // a submodule is an empty directory
    case GIT_FILEMODE_LINK: return FileType::Symlink;
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE: return FileType::Regular;
    case GIT_FILEMODE_UNREADABLE: break;
  }
  return FileType::Other;
}

std::string join(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (!path.empty()) path += '/';
  return path += name;
}

/// Whether .gitattributes keep `path` out of archives.
class Exports {
 public:
  Exports(git_repository* repository, const git_oid* commit) : repository_(repository) {
    options_.flags = GIT_ATTR_CHECK_NO_SYSTEM |
                     (commit ? GIT_ATTR_CHECK_INCLUDE_COMMIT : GIT_ATTR_CHECK_INDEX_ONLY);
    if (commit) options_.attr_commit_id = *commit;
  }
  bool leave_out(const std::string& path) {
    const char* value = nullptr;
    return git_attr_get_ext(&value, repository_, &options_, path.c_str(), "export-ignore") == 0 &&
           git_attr_value(value) == GIT_ATTR_VALUE_TRUE;
  }

 private:
  git_repository* repository_;
  git_attr_options options_ = GIT_ATTR_OPTIONS_INIT;
};

class CommitTree final : public MountedTree {
 public:
  CommitTree(GitRepository repository, GitTreePtr tree, std::optional<Exports> exports)
      : repository_(std::move(repository)), tree_(std::move(tree)), exports_(exports) {}

  std::optional<std::string> on_disk(std::string_view) override { return std::nullopt; }

  HostResult<std::string> read_file(std::string_view path) override {
    const auto entry = find(path);
    if (!entry) return not_found();
    const FileType type = type_of(git_tree_entry_filemode(entry.get()));
    if (type == FileType::Directory) return failed(HostError::Kind::IsADirectory, "Is a directory");
    return content(entry.get());
  }

  HostResult<FileInfo> info(std::string_view path) override {
    if (path.empty()) return FileInfo{.type = FileType::Directory};
    const auto entry = find(path);
    if (!entry) return not_found();
    const git_filemode_t mode = git_tree_entry_filemode(entry.get());
    FileInfo info{.type = type_of(mode), .executable = mode == GIT_FILEMODE_BLOB_EXECUTABLE};
    if (info.type == FileType::Regular) {
      const auto bytes = content(entry.get());
      if (bytes) info.size = bytes->size();
    }
    return info;
  }

  HostResult<std::string> read_link(std::string_view path) override {
    const auto entry = find(path);
    if (!entry) return not_found();
    if (type_of(git_tree_entry_filemode(entry.get())) != FileType::Symlink) {
      return failed(HostError::Kind::Other, "Invalid argument");
    }
    return content(entry.get());
  }

  HostResult<std::vector<DirEntry>> list_directory(std::string_view path) override {
    GitTreePtr below;
    const git_tree* tree = tree_.get();
    if (!path.empty()) {
      const auto entry = find(path);
      if (!entry) return not_found();
      const git_filemode_t mode = git_tree_entry_filemode(entry.get());
      if (mode == GIT_FILEMODE_COMMIT) return std::vector<DirEntry>{};
      if (mode != GIT_FILEMODE_TREE) {
        return failed(HostError::Kind::NotADirectory, "Not a directory");
      }
      git_tree* found = nullptr;
      if (git_tree_lookup(&found, repository_.get(), git_tree_entry_id(entry.get())) != 0) {
        return failed(HostError::Kind::Other, git_complaint());
      }
      below.reset(found);
      tree = found;
    }
    std::vector<DirEntry> entries;
    for (size_t i = 0; i < git_tree_entrycount(tree); ++i) {
      const git_tree_entry* const entry = git_tree_entry_byindex(tree, i);
      const std::string name = git_tree_entry_name(entry);
      if (exports_ && exports_->leave_out(join(path, name))) continue;
      entries.push_back({name, type_of(git_tree_entry_filemode(entry))});
    }
    return entries;
  }

 private:
  using Entry = std::unique_ptr<git_tree_entry, GitFree<git_tree_entry_free>>;

  /// Null if there is no such entry.
  Entry find(std::string_view path) {
    git_tree_entry* entry = nullptr;
    const std::string text(path);
    if (git_tree_entry_bypath(&entry, tree_.get(), text.c_str()) != 0) return nullptr;
    Entry found(entry);
    if (exports_ && exports_->leave_out(text)) return nullptr;
    return found;
  }

  HostResult<std::string> content(const git_tree_entry* entry) {
    git_blob* found = nullptr;
    if (git_blob_lookup(&found, repository_.get(), git_tree_entry_id(entry)) != 0) {
      return failed(HostError::Kind::Other, git_complaint());
    }
    const std::unique_ptr<git_blob, GitFree<git_blob_free>> blob(found);
    return std::string(static_cast<const char*>(git_blob_rawcontent(found)),
                       static_cast<size_t>(git_blob_rawsize(found)));
  }

  GitRepository repository_;
  GitTreePtr tree_;
  std::optional<Exports> exports_;
};

class Worktree final : public MountedTree {
 public:
  Worktree(std::string root, std::vector<std::string> files)
      : root_(std::move(root)), files_(std::move(files)) {}

  std::optional<std::string> on_disk(std::string_view path) override {
    if (!std::ranges::binary_search(files_, path, std::less<>())) return std::nullopt;
    return join(root_, path);
  }
  HostResult<std::string> read_file(std::string_view path) override {
    if (is_directory(path)) return failed(HostError::Kind::IsADirectory, "Is a directory");
    return not_found();
  }
  HostResult<FileInfo> info(std::string_view path) override {
    if (!is_directory(path)) return not_found();
    return FileInfo{.type = FileType::Directory};
  }
  HostResult<std::string> read_link(std::string_view path) override {
    if (!is_directory(path)) return not_found();
    return failed(HostError::Kind::Other, "Invalid argument");
  }
  /// Types are left to whoever asks for them: they are the disk's.
  HostResult<std::vector<DirEntry>> list_directory(std::string_view path) override {
    if (!is_directory(path)) return not_found();
    const std::string prefix = path.empty() ? "" : std::string(path) + "/";
    std::vector<DirEntry> entries;
    for (auto it = std::ranges::lower_bound(files_, prefix);
         it != files_.end() && it->starts_with(prefix); ++it) {
      const std::string_view rest = std::string_view(*it).substr(prefix.size());
      const size_t slash = rest.find('/');
      const std::string_view name = rest.substr(0, slash);
      if (!entries.empty() && entries.back().name == name) continue;
      entries.push_back(
          {std::string(name), slash == rest.npos ? FileType::Other : FileType::Directory});
    }
    return entries;
  }

 private:
  bool is_directory(std::string_view path) const {
    if (path.empty()) return true;
    const std::string prefix = std::string(path) + "/";
    const auto it = std::ranges::lower_bound(files_, prefix);
    return it != files_.end() && it->starts_with(prefix);
  }

  std::string root_;
  std::vector<std::string> files_;
};

}  // namespace

GitResult<std::unique_ptr<MountedTree>> mount_commit(const std::string& path,
                                                     const std::string& rev, ExportIgnore ignore) {
  auto repository = GitRepository::open(path);
  if (!repository) return std::unexpected(repository.error());
  git_oid id;
  git_commit* commit = nullptr;
  if (git_oid_fromstr(&id, rev.c_str()) != 0 ||
      git_commit_lookup(&commit, repository->get(), &id) != 0) {
    return std::unexpected(git_complaint());
  }
  const GitCommitPtr kept(commit);
  git_tree* tree = nullptr;
  if (git_commit_tree(&tree, commit) != 0) return std::unexpected(git_complaint());
  std::optional<Exports> exports;
  if (ignore == ExportIgnore::Respect) exports.emplace(repository->get(), &id);
  return std::make_unique<CommitTree>(std::move(*repository), GitTreePtr(tree), exports);
}

GitResult<std::unique_ptr<MountedTree>> mount_worktree(const std::string& path,
                                                       const WorktreeState& state,
                                                       ExportIgnore ignore) {
  auto repository = GitRepository::open(path);
  if (!repository) return std::unexpected(repository.error());
  std::vector<std::string> files = state.files;
  if (ignore == ExportIgnore::Respect) {
    Exports exports(repository->get(), nullptr);
    std::erase_if(files, [&](const std::string& file) {
      // A directory that is left out takes along what is in it.
      for (size_t slash = file.find('/'); slash != file.npos; slash = file.find('/', slash + 1)) {
        if (exports.leave_out(file.substr(0, slash))) return true;
      }
      return exports.leave_out(file);
    });
  }
  return std::make_unique<Worktree>(repository->directory(), std::move(files));
}

}  // namespace nilas::lsp
