// Git repositories: local ones as they are, others through a bare repository in the cache.

#include <ctime>
#include <fmt/format.h>

#include "lsp/fetch/failure.hpp"
#include "lsp/fetch/fetcher.hpp"

namespace nilas::lsp {

namespace fs = std::filesystem;
using eval::FetchAttributes;
using eval::FetchControl;
using eval::FetchedTree;
using eval::FetchFailure;

FetchResult Fetcher::fetch_git(const FetchAttributes& input, const FetchControl& control) {
  const std::string& url = eval::string_attribute(input, "url");
  const auto path = local_path(url);
  if (!path) return fetch_remote_git(url, input, control);
  auto repository = GitRepository::open(*path);
  if (!repository) {
    return fail(fmt::format("opening Git repository \"{}\": {}", *path, repository.error()));
  }
  const std::string* ref = eval::find_string(input, "ref");
  const std::string* rev = eval::find_string(input, "rev");
  if (!ref && !rev && !repository->is_bare()) return fetch_worktree(*repository, *path, input);
  if (rev) return fetch_commit(*repository, *path, input, *rev);
  const std::string name = ref ? *ref : repository->branch().value_or("HEAD");
  const auto found = repository->resolve(name);
  if (!found) return fail(fmt::format("resolving Git reference '{}': {}", name, found.error()));
  FetchResult tree = fetch_commit(*repository, *path, input, *found);
  if (tree) tree->attributes.emplace("ref", name);
  return tree;
}

namespace {

ExportIgnore export_ignore(const FetchAttributes& input) {
  return eval::has_flag(input, "exportIgnore") ? ExportIgnore::Respect : ExportIgnore::Ignore;
}

std::optional<FetchFailure> refuse_submodules(const FetchAttributes& input,
                                              const std::string& path) {
  if (!eval::has_flag(input, "submodules")) return std::nullopt;
  if (eval::has_flag(input, "exportIgnore")) {
    return FetchFailure{"exportIgnore and submodules are not supported together yet"};
  }
  if (!fs::exists(path + "/.gitmodules")) return std::nullopt;
  return FetchFailure{fmt::format("submodules of '{}' are not fetched here", path), true};
}

}  // namespace

FetchResult Fetcher::fetch_commit(const GitRepository& repository, const std::string& path,
                                  const FetchAttributes& input, std::string rev) {
  if (const auto refused = refuse_submodules(input, path)) return std::unexpected(*refused);
  if (!repository.has_commit(rev)) {
    const std::string* ref = eval::find_string(input, "ref");
    return fail(fmt::format(
        "Cannot find Git revision '{}' in ref '{}' of repository '{}'! Please make sure that the "
        "rev exists on the ref you've specified or add allRefs = true; to fetchGit.",
        rev, ref ? *ref : "HEAD", path));
  }
  auto tree = mount_commit(path, rev, export_ignore(input));
  const auto time = repository.commit_time(rev);
  if (!tree) return fail(tree.error());
  if (!time) return fail(time.error());
  FetchedTree fetched{.root = mount(std::move(*tree))};
  fetched.attributes.emplace("rev", std::move(rev));
  if (!input.contains("lastModified")) fetched.attributes.emplace("lastModified", *time);
  if (!eval::has_flag(input, "shallow") && !repository.is_shallow()) {
    fetched.history = path;
  }
  return fetched;
}

FetchResult Fetcher::fetch_worktree(const GitRepository& repository, const std::string& path,
                                    const FetchAttributes& input) {
  if (const auto refused = refuse_submodules(input, path)) return std::unexpected(*refused);
  const auto state = repository.worktree();
  if (!state) return fail(state.error());
  auto tree = mount_worktree(path, *state, export_ignore(input));
  if (!tree) return fail(tree.error());
  FetchedTree fetched{.root = mount(std::move(*tree))};
  const std::string git = path + "/.git";
  watched_.insert(watched_.end(), {git + "/index", git + "/HEAD", git + "/logs/HEAD"});
  auto& attributes = fetched.attributes;
  uint64_t time = 0;
  if (state->head) time = repository.commit_time(*state->head).value_or(0);
  attributes.emplace("lastModified", time);
  if (state->dirty) {
    if (options_.warn) options_.warn(fmt::format("warning: Git tree '{}' is dirty", path));
    if (state->head) {
      attributes.emplace("dirtyRev", *state->head + "-dirty");
      attributes.emplace("dirtyShortRev", state->head->substr(0, 7) + "-dirty");
    }
    return fetched;
  }
  if (state->branch) attributes.emplace("ref", *state->branch);
  attributes.emplace("rev", state->head.value_or(std::string(40, '0')));
  if (!eval::has_flag(input, "shallow")) {
    if (!state->head) {
      attributes.emplace("revCount", uint64_t{0});
    } else if (!repository.is_shallow()) {
      fetched.history = path;
    }
  }
  return fetched;
}

FetchResult Fetcher::fetch_remote_git(const std::string& url, const FetchAttributes& input,
                                      const FetchControl& control) {
  const std::string path = cache_.repository(url).string();
  const std::string* ref = eval::find_string(input, "ref");
  const std::string name = ref ? *ref : "HEAD";
  const auto with_ref = [&](FetchResult tree) {
    if (tree) tree->attributes.emplace("ref", name);
    return tree;
  };
  // A commit never changes; where a branch was is good for a while, or for want of anything better.
  const std::string key = fmt::format("git {} {}", url, name);
  const nlohmann::json known = cache_.find_url(key);
  if (const auto there = GitRepository::open(path)) {
    const std::string* rev = eval::find_string(input, "rev");
    if (rev && there->has_commit(*rev)) return fetch_commit(*there, path, input, *rev);
    const std::string last = known.is_object() ? known.value("rev", "") : "";
    if (!rev && there->has_commit(last) && (!options_.allow_network || is_fresh(known))) {
      return with_ref(fetch_commit(*there, path, input, last));
    }
  }
  if (!options_.allow_network) return refuse(url);
  const auto rev = bring_commit(url, path, input, control);
  if (!rev) return std::unexpected(rev.error());
  const auto repository = GitRepository::open(path);
  if (!repository) return fail(repository.error());
  if (input.contains("rev")) return fetch_commit(*repository, path, input, *rev);
  cache_.keep_url(key, {{"url", key}, {"rev", *rev}, {"fetched", std::time(nullptr)}});
  return with_ref(fetch_commit(*repository, path, input, *rev));
}

std::expected<std::string, FetchFailure> Fetcher::bring_commit(const std::string& url,
                                                               const std::string& path,
                                                               const FetchAttributes& input,
                                                               const FetchControl& control) {
  fs::create_directories(fs::path(path).parent_path());
  auto repository = GitRepository::open_or_make(path);
  if (!repository) return fail(repository.error());
  const GitRepository::FetchOptions options{.interrupted = control.interrupted,
                                            .progress = [&](uint64_t done, uint64_t total) {
                                              if (options_.progress)
                                                options_.progress(url, done, total);
                                            }};
  const auto get = [&](const std::string& spec) -> std::expected<void, FetchFailure> {
    const auto done = repository->fetch(url, spec, options);
    if (done) return {};
    if (control.interrupted && control.interrupted()) return fail("fetching was interrupted");
    return fail(fmt::format("fetching Git repository '{}': {}", url, done.error()));
  };
  const std::string* ref = eval::find_string(input, "ref");
  const std::string* rev = eval::find_string(input, "rev");
  // Where a branch lands is ours alone: nobody works in this repository.
  if (eval::has_flag(input, "allRefs") || (rev && !ref)) {
    if (const auto done = get("+refs/*:refs/*"); !done) return std::unexpected(done.error());
    if (rev) return *rev;
  }
  const std::string name = ref ? *ref : "HEAD";
  const std::string remote =
      name == "HEAD" || name.starts_with("refs/") ? name : "refs/heads/" + name;
  const std::string local = name == "HEAD" ? "refs/nilas/head" : remote;
  if (const auto done = get(fmt::format("+{}:{}", remote, local)); !done) {
    return std::unexpected(done.error());
  }
  if (rev) return *rev;
  auto found = repository->resolve(local);
  if (!found) return fail(fmt::format("resolving Git reference '{}': {}", name, found.error()));
  return *found;
}

std::expected<uint64_t, FetchFailure> Fetcher::count_commits(const std::string& path,
                                                             const std::string& rev,
                                                             const FetchControl& control) {
  const auto repository = GitRepository::open(path);
  if (!repository) return fail(repository.error());
  auto count = repository->count_commits(rev, control.interrupted);
  if (!count) return fail(count.error());
  return *count;
}

}  // namespace nilas::lsp
