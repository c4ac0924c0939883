#include "lsp/fetch/git.hpp"

#include <algorithm>

#include "lsp/fetch/download.hpp"

namespace nilas::lsp {

namespace {

/// libgit2 counts how often it was started.
struct Library {
  Library() {
    git_libgit2_init();
    // Whoever owns a repository: nothing in it is run, it is only read.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_PROGRAMDATA, "");
    if (const char* certificates = certificate_file())
      git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, certificates, nullptr);
  }
};

void start_library() {
  static const Library library;
}

std::string text_of(const git_oid& id) {
  std::string text(GIT_OID_HEXSZ, '\0');
  git_oid_fmt(text.data(), &id);
  return text;
}

std::optional<git_oid> oid_of(const std::string& text) {
  git_oid id;
  if (text.size() != GIT_OID_HEXSZ || git_oid_fromstr(&id, text.c_str()) != 0) return std::nullopt;
  return id;
}

std::unexpected<std::string> complain() {
  return std::unexpected(git_complaint());
}

GitCommitPtr find_commit(git_repository* repository, const std::string& rev) {
  git_commit* commit = nullptr;
  const auto id = oid_of(rev);
  if (id) git_commit_lookup(&commit, repository, &*id);
  return GitCommitPtr(commit);
}

}  // namespace

std::string git_complaint() {
  const git_error* error = git_error_last();
  return error && error->message ? error->message : "unknown error";
}

GitResult<GitRepository> GitRepository::open(const std::string& path) {
  start_library();
  git_repository* repository = nullptr;
  if (git_repository_open(&repository, path.c_str()) != 0) return complain();
  return GitRepository(repository);
}

GitResult<GitRepository> GitRepository::open_or_make(const std::string& path) {
  if (auto there = open(path)) return there;
  git_repository* repository = nullptr;
  if (git_repository_init(&repository, path.c_str(), 1) != 0) return complain();
  return GitRepository(repository);
}

GitResult<std::string> GitRepository::resolve(const std::string& ref) const {
  if (oid_of(ref)) return ref;
  git_reference* found = nullptr;
  if (git_reference_dwim(&found, get(), ref.c_str()) != 0) return complain();
  const GitReferencePtr reference(found);
  git_object* object = nullptr;
  if (git_reference_peel(&object, found, GIT_OBJECT_COMMIT) != 0) return complain();
  const std::string rev = text_of(*git_object_id(object));
  git_object_free(object);
  return rev;
}

std::optional<std::string> GitRepository::branch() const {
  git_reference* found = nullptr;
  if (git_reference_lookup(&found, get(), "HEAD") != 0) return std::nullopt;
  const GitReferencePtr head(found);
  const char* const target = git_reference_symbolic_target(found);
  return target ? std::optional<std::string>(target) : std::nullopt;
}

bool GitRepository::is_bare() const {
  return git_repository_is_bare(get()) == 1;
}
bool GitRepository::is_shallow() const {
  return git_repository_is_shallow(get()) == 1;
}
bool GitRepository::has_commit(const std::string& rev) const {
  return find_commit(get(), rev) != nullptr;
}

GitResult<uint64_t> GitRepository::commit_time(const std::string& rev) const {
  const GitCommitPtr commit = find_commit(get(), rev);
  if (!commit) return complain();
  return static_cast<uint64_t>(git_commit_time(commit.get()));
}

GitResult<uint64_t> GitRepository::count_commits(const std::string& rev,
                                                 const std::function<bool()>& interrupted) const {
  git_revwalk* made = nullptr;
  const auto start = oid_of(rev);
  if (!start || git_revwalk_new(&made, get()) != 0) return complain();
  const std::unique_ptr<git_revwalk, GitFree<git_revwalk_free>> walk(made);
  if (git_revwalk_push(made, &*start) != 0) return complain();
  uint64_t count = 0;
  for (git_oid id; git_revwalk_next(&id, made) == 0; ++count) {
    if (count % 4096 == 0 && interrupted && interrupted()) {
      return std::unexpected(std::string("interrupted"));
    }
  }
  return count;
}

std::string GitRepository::directory() const {
  const char* const path = git_repository_workdir(get());
  std::string directory(path ? path : git_repository_path(get()));
  if (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  return directory;
}

GitResult<WorktreeState> GitRepository::worktree() const {
  WorktreeState state;
  state.branch = branch();
  git_oid head;
  if (git_reference_name_to_id(&head, get(), "HEAD") == 0) state.head = text_of(head);
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNMODIFIED | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  git_status_list* made = nullptr;
  if (git_status_list_new(&made, get(), &options) != 0) return complain();
  const std::unique_ptr<git_status_list, GitFree<git_status_list_free>> list(made);
  for (size_t i = 0; i < git_status_list_entrycount(made); ++i) {
    const git_status_entry* const entry = git_status_byindex(made, i);
    const git_diff_delta* const delta =
        entry->index_to_workdir ? entry->index_to_workdir : entry->head_to_index;
    if (!delta) continue;
    if (entry->status != GIT_STATUS_CURRENT) state.dirty = true;
    if (entry->status & (GIT_STATUS_INDEX_DELETED | GIT_STATUS_WT_DELETED)) continue;
    state.files.emplace_back(delta->old_file.path);
  }
  std::ranges::sort(state.files);
  return state;
}

GitResult<void> GitRepository::fetch(const std::string& url, const std::string& refspec,
                                     const FetchOptions& options) {
  git_remote* made = nullptr;
  if (git_remote_create_anonymous(&made, get(), url.c_str()) != 0) return complain();
  const std::unique_ptr<git_remote, GitFree<git_remote_free>> remote(made);
  git_fetch_options fetch = GIT_FETCH_OPTIONS_INIT;
  fetch.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
  fetch.callbacks.payload = const_cast<FetchOptions*>(&options);
  fetch.callbacks.sideband_progress = [](const char*, int, void* data) {
    const auto& o = *static_cast<const FetchOptions*>(data);
    return o.interrupted && o.interrupted() ? -1 : 0;
  };
  fetch.callbacks.transfer_progress = [](const git_indexer_progress* stats, void* data) {
    const auto& o = *static_cast<const FetchOptions*>(data);
    if (o.progress) o.progress(stats->received_objects, stats->total_objects);
    return o.interrupted && o.interrupted() ? -1 : 0;
  };
  char* spec = const_cast<char*>(refspec.c_str());
  const git_strarray specs{&spec, 1};
  if (git_remote_fetch(made, &specs, &fetch, "fetch") != 0) return complain();
  return {};
}

}  // namespace nilas::lsp
