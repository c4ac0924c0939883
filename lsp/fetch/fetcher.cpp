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
#include "lsp/fetch/failure.hpp"

namespace nilas::lsp {

namespace fs = std::filesystem;
using eval::FetchAttributes;
using eval::FetchControl;
using eval::FetchedTree;
using eval::FetchFailure;

namespace {

/// Why the file that a URL names cannot be an archive.
std::optional<std::string> check_local(const std::string& url, const std::string& path) {
  if (!path.starts_with('/')) {
    return fmt::format(
        "tarball '{}' must use an absolute path. The 'file' scheme does not support relative "
        "paths.",
        url);
  }
  if (!fs::exists(path)) return fmt::format("tarball '{}' does not exist.", path);
  if (!fs::is_directory(path)) return std::nullopt;
  if (fs::exists(path + "/.git")) {
    return fmt::format(
        "tarball '{}' is a git repository, not a tarball. Please use `git+file` as the scheme.",
        path);
  }
  return fmt::format("tarball '{}' is a directory, not a file.", path);
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

std::optional<FetchedTree> Fetcher::find_by_hash(const FetchAttributes& input) const {
  const std::string* text = eval::find_string(input, "narHash");
  if (!text || text->empty()) return std::nullopt;
  const std::string hash = eval::format_hash(eval::parse_sri_hash(*text), eval::HashFormat::Sri);
  auto tree = remembered(cache_, cache_.find_url("nar " + hash));
  if (tree && input.contains("lastModified")) tree->attributes.erase("lastModified");
  return tree;
}

bool Fetcher::is_fresh(const nlohmann::json& record) const {
  const int64_t fetched = record.is_object() ? record.value("fetched", int64_t{0}) : 0;
  return std::time(nullptr) - fetched < options_.fresh.count();
}

FetchResult Fetcher::fetch(const FetchAttributes& input, const FetchControl& control) {
  const std::string& type = eval::string_attribute(input, "type");
  try {
    if (auto known = find_by_hash(input)) return std::move(*known);
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
  const auto path = local_path(source.url);
  if (path) {
    if (const auto wrong = check_local(source.url, *path)) return fail(*wrong);
  }
  const nlohmann::json known = cache_.find_url(key);
  const auto old = remembered(cache_, known);
  if (old && !path && (!options_.allow_network || is_fresh(known))) return *old;
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
    record["url"] = "nar " + hash;
    cache_.keep_url("nar " + hash, record);
    record["url"] = key;
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
