#include "lsp/fetch/fetcher.hpp"

#include <charconv>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <fstream>
#include <pwd.h>
#include <sstream>
#include <unistd.h>

#include "evaluator/fetch/input.hpp"
#include "lsp/fetch/archive.hpp"

namespace nilas::lsp {

namespace fs = std::filesystem;
using eval::FetchAttributes;
using eval::FetchControl;
using eval::FetchedTree;
using eval::FetchFailure;

namespace {

std::unexpected<FetchFailure> fail(std::string message) {
  return std::unexpected(FetchFailure{std::move(message), false});
}

std::unexpected<FetchFailure> refuse(std::string_view what) {
  return std::unexpected(FetchFailure{
      fmt::format("'{}' is neither in the store nor in the cache, and fetching is not allowed",
                  what),
      true});
}

/// Path of a `file:` URL; nothing for others.
std::optional<std::string> local_path(const std::string& url) {
  const auto parsed = eval::parse_url(url, eval::UrlSyntax::Strict);
  if (!parsed || parsed->scheme != "file") return std::nullopt;
  return parsed->path_text();
}

/// What the cache remembers of a URL as an answer.
std::optional<FetchedTree> remembered(const FetchCache& cache, const nlohmann::json& record) {
  if (!record.is_object()) return std::nullopt;
  const std::string hash = record.value("narHash", "");
  const auto root = hash.empty() ? std::nullopt : cache.find_tree(hash);
  if (!root) return std::nullopt;
  FetchedTree tree{.root = *root, .nar_hash = hash};
  if (const uint64_t time = record.value("lastModified", uint64_t{0})) {
    tree.attributes.emplace("lastModified", time);
  }
  return tree;
}

}  // namespace

fs::path default_fetch_cache() {
  if (const char* given = std::getenv("XDG_CACHE_HOME"); given && *given == '/') {
    return fs::path(given) / "nilas" / "fetch";
  }
  const char* home = std::getenv("HOME");
  if (!home || *home != '/') {
    const passwd* const user = ::getpwuid(::geteuid());
    home = user && user->pw_dir ? user->pw_dir : "/";
  }
  return fs::path(home) / ".cache" / "nilas" / "fetch";
}

Fetcher::Fetcher(FetcherOptions options)
    : options_(std::move(options)),
      cache_(options_.cache.empty() ? default_fetch_cache() : options_.cache) {}

std::string Fetcher::mount(std::unique_ptr<MountedTree> tree) {
  mounts_.push_back(std::move(tree));
  return fmt::format("{}/{}", kMountRoot, mounts_.size() - 1);
}

Fetcher::Mounted Fetcher::find_mount(std::string_view path) const {
  if (!path.starts_with(kMountRoot) || path.size() == kMountRoot.size()) return {};
  path.remove_prefix(kMountRoot.size() + 1);
  size_t index = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), index);
  if (error != std::errc() || index >= mounts_.size()) return {};
  path.remove_prefix(static_cast<size_t>(end - path.data()));
  if (path.starts_with('/')) path.remove_prefix(1);
  return {mounts_[index].get(), path};
}

FetchResult Fetcher::fetch(const FetchAttributes& input, const FetchControl& control) {
  const std::string& type = eval::string_attribute(input, "type");
  try {
    if (const std::string* hash = eval::find_string(input, "narHash"); hash && !hash->empty()) {
      if (const auto root = cache_.find_tree(*hash))
        return FetchedTree{.root = *root, .nar_hash = *hash};
    }
    if (type == "git") return fetch_git(input, control);
    if (type == "file") return fetch_file(input, control);
    if (type == "tarball") return fetch_archive(input, control);
    if (is_forge(type)) return fetch_forge(input, control);
  } catch (const fs::filesystem_error& error) {
    return fail(error.what());
  }
  const std::string* url = eval::find_string(input, "url");
  return refuse(url ? *url : type);
}

// --- Git ----------------------------------------------------------------------------------------------

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
  const std::string* rev = eval::find_string(input, "rev");
  if (rev) {
    const auto there = GitRepository::open(path);
    if (there && there->has_commit(*rev)) return fetch_commit(*there, path, input, *rev);
  }
  if (!options_.allow_network) return refuse(url);
  fs::create_directories(fs::path(path).parent_path());
  auto repository = GitRepository::open_or_make(path);
  if (!repository) return fail(repository.error());
  const GitRepository::FetchOptions options{.shallow = eval::has_flag(input, "shallow"),
                                            .interrupted = control.interrupted,
                                            .progress = [&](uint64_t done, uint64_t total) {
                                              if (options_.progress)
                                                options_.progress(url, done, total);
                                            }};
  // Where the branch lands is ours alone: nobody works in this repository.
  const std::string name = ref ? *ref : "HEAD";
  const std::string remote =
      name == "HEAD" || name.starts_with("refs/") ? name : "refs/heads/" + name;
  const bool all = eval::has_flag(input, "allRefs") || (rev && !ref);
  const std::string local = name == "HEAD" ? "refs/nilas/head" : remote;
  const std::string spec = all ? "+refs/*:refs/*" : fmt::format("+{}:{}", remote, local);
  if (const auto done = repository->fetch(url, spec, options); !done) {
    if (control.interrupted && control.interrupted()) return fail("fetching was interrupted");
    return fail(fmt::format("fetching Git repository '{}': {}", url, done.error()));
  }
  if (rev) return fetch_commit(*repository, path, input, *rev);
  if (all && name == "HEAD") {
    const auto head = repository->fetch(url, "+HEAD:refs/nilas/head", options);
    if (!head) return fail(head.error());
  }
  const auto found = repository->resolve(local);
  if (!found) return fail(fmt::format("resolving Git reference '{}': {}", name, found.error()));
  FetchResult tree = fetch_commit(*repository, path, input, *found);
  if (tree) tree->attributes.emplace("ref", name);
  return tree;
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

// --- Files and archives -----------------------------------------------------------------------------------

FetchResult Fetcher::fetch_file(const FetchAttributes& input, const FetchControl& control) {
  const std::string& url = eval::string_attribute(input, "url");
  if (const auto path = local_path(url)) return FetchedTree{.root = *path};
  return fetch_url({.url = url, .unpack = false}, control);
}

FetchResult Fetcher::fetch_archive(const FetchAttributes& input, const FetchControl& control) {
  const std::string& url = eval::string_attribute(input, "url");
  FetchResult tree = fetch_url({.url = url}, control);
  if (tree && input.contains("lastModified")) tree->attributes.erase("lastModified");
  const nlohmann::json record = tree ? cache_.find_url("tree " + url) : nlohmann::json();
  const std::string immutable = record.is_object() ? record.value("immutableUrl", "") : "";
  if (immutable.empty()) return tree;
  // The server says where this tree will be for ever: that is what a lock shall name.
  const auto parsed = eval::parse_url(immutable, eval::UrlSyntax::Strict);
  if (!parsed) return fail(parsed.error());
  const auto other =
      eval::input_from_url(*parsed, eval::Wanted::Tree, {.fetch_tree = true, .flakes = true});
  if (!other || other->scheme != eval::Scheme::Tarball) {
    return fail("tarball 'Link' headers that redirect to non-tarball URLs are not supported");
  }
  FetchAttributes attributes = other->attributes;
  attributes.merge(tree->attributes);
  tree->attributes = std::move(attributes);
  return tree;
}

DownloadRequest Fetcher::request_for(const Source& source, const FetchControl& control) const {
  return {.url = source.url,
          .headers = source.headers,
          .limits = options_.limits,
          .interrupted = control.interrupted,
          .progress = [this, url = source.url](uint64_t done, uint64_t total) {
            if (options_.progress) options_.progress(url, done, total);
          }};
}

FetchResult Fetcher::fetch_url(const Source& source, const FetchControl& control) {
  const std::string key = (source.unpack ? "tree " : "file ") + source.url;
  const nlohmann::json known = cache_.find_url(key);
  const auto old = remembered(cache_, known);
  const auto path = local_path(source.url);
  const int64_t age =
      std::time(nullptr) - (known.is_object() ? known.value("fetched", int64_t{0}) : 0);
  if (old && !path && (!options_.allow_network || age < options_.fresh.count())) return *old;
  if (!options_.allow_network) return refuse(source.url);
  const FetchCache::Work work = cache_.make_work();
  FetchResult tree = bring(source, work.path(), old ? known : nlohmann::json(), control);
  if (!tree && old && !path) {
    if (options_.warn) {
      options_.warn(fmt::format("warning: {}; using cached version", tree.error().message));
    }
    return *old;
  }
  return tree;
}

FetchResult Fetcher::bring(const Source& source, const fs::path& work, const nlohmann::json& known,
                           const FetchControl& control) {
  const std::string key = (source.unpack ? "tree " : "file ") + source.url;
  fs::path file = work / "download";
  Downloaded answer;
  if (const auto path = local_path(source.url)) {
    if (!fs::exists(*path)) return fail(fmt::format("tarball '{}' does not exist.", *path));
    if (fs::is_directory(*path)) {
      return fail(fmt::format("tarball '{}' is a directory, not a file.", *path));
    }
    file = *path;
  } else {
    DownloadRequest request = request_for(source, control);
    if (known.is_object()) request.known_etag = known.value("etag", "");
    auto got = download(request, file);
    if (!got) return fail(got.error());
    answer = std::move(*got);
  }
  nlohmann::json record = known;
  if (!answer.not_modified) {
    fs::path root = file;
    uint64_t newest = 0;
    if (source.unpack) {
      const fs::path to = work / "tree";
      fs::create_directory(to);
      const auto unpacked = unpack(file, to, control.interrupted);
      if (!unpacked) {
        return fail(fmt::format("cannot unpack '{}': {}", source.url, unpacked.error()));
      }
      root = unpacked->root;
      newest = unpacked->newest_seconds;
    }
    const std::string hash = hash_on_disk(root);
    cache_.keep_tree(root, hash);
    record = {{"url", key}, {"narHash", hash}, {"etag", answer.etag}};
    if (newest > 0) record["lastModified"] = newest;
    if (!answer.immutable_url.empty()) record["immutableUrl"] = answer.immutable_url;
  }
  record["fetched"] = std::time(nullptr);
  cache_.keep_url(key, record);
  return *remembered(cache_, record);
}

// --- Forges ---------------------------------------------------------------------------------------------------

std::expected<std::string, FetchFailure> Fetcher::forge_commit(const FetchAttributes& input,
                                                               const FetchControl& control) {
  if (const std::string* rev = eval::find_string(input, "rev")) return *rev;
  const std::string* given = eval::find_string(input, "ref");
  const std::string& type = eval::string_attribute(input, "type");
  std::string ref = given ? *given : "HEAD";
  // SourceHut's HEAD may be the name of a branch, which is asked for next.
  for (int steps = 0; steps < 2; ++steps) {
    const ForgeRequest request = commit_request(input, ref, options_.tokens);
    const FetchResult file = fetch_url({request.url, request.headers, false}, control);
    if (!file) return std::unexpected(file.error());
    std::ostringstream answer;
    answer << std::ifstream(file->root).rdbuf();
    const std::string text = std::move(answer).str();
    if (type == "sourcehut" && ref == "HEAD" && text.starts_with("ref: refs/heads/")) {
      ref = text.substr(16, text.find_first_of("\t\r\n", 16) - 16);
      continue;
    }
    auto commit = commit_in_answer(type, ref, text);
    if (!commit) return fail(fmt::format("'{}': {}", request.url, commit.error()));
    return *commit;
  }
  return fail(fmt::format("couldn't find ref '{}'", ref));
}

FetchResult Fetcher::fetch_forge(const FetchAttributes& input, const FetchControl& control) {
  const auto rev = forge_commit(input, control);
  if (!rev) return std::unexpected(rev.error());
  const ForgeRequest request = archive_request(input, *rev, options_.tokens);
  FetchResult tree = fetch_url({request.url, request.headers, true}, control);
  if (!tree) return tree;
  // The branch gives way to its commit.
  FetchAttributes attributes = input;
  attributes.erase("ref");
  attributes.insert_or_assign("rev", *rev);
  attributes.merge(tree->attributes);
  tree->attributes = std::move(attributes);
  return tree;
}

}  // namespace nilas::lsp
