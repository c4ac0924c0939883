#include "lsp/host.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <ranges>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

namespace nilas::lsp {

using eval::DirEntry;
using eval::FileInfo;
using eval::FileType;
using eval::HostError;
using eval::HostResult;

namespace {

HostError last_error() {
  using Kind = HostError::Kind;
  const int e = errno;
  Kind kind = Kind::Other;
  if (e == ENOENT || e == ENOTDIR || e == ELOOP) kind = Kind::NotFound;
  if (e == EACCES || e == EPERM) kind = Kind::Denied;
  if (e == EISDIR) kind = Kind::IsADirectory;
  return {kind, std::strerror(e)};
}

HostError refused() {
  return {HostError::Kind::Denied, "access is forbidden in an untrusted workspace"};
}

FileType type_of(mode_t mode) {
  if (S_ISREG(mode)) return FileType::Regular;
  if (S_ISDIR(mode)) return FileType::Directory;
  if (S_ISLNK(mode)) return FileType::Symlink;
  return FileType::Other;
}

FileInfo info_of(const struct stat& s) {
  return {.type = type_of(s.st_mode),
          .executable = S_ISREG(s.st_mode) && (s.st_mode & S_IXUSR),
          .size = static_cast<uint64_t>(s.st_size),
          .mtime_ns = static_cast<uint64_t>(s.st_mtim.tv_sec) * 1'000'000'000U +
                      static_cast<uint64_t>(s.st_mtim.tv_nsec),
          .inode = s.st_ino};
}

/// Whether two answers mean the same file in the same state. Directories change when an entry comes
/// or goes.
bool same(const FileInfo& a, const FileInfo& b) {
  if (a.type != b.type || a.inode != b.inode) return false;
  return a.mtime_ns == b.mtime_ns && (a.type == FileType::Directory || a.size == b.size);
}

HostResult<FileInfo> stat_now(const std::string& path) {
  struct stat s{};
  if (::lstat(path.c_str(), &s) != 0) return std::unexpected(last_error());
  return info_of(s);
}

HostResult<std::string> read_now(const std::string& path, FileInfo& state) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return std::unexpected(last_error());
  struct Close {
    int fd;
    ~Close() { ::close(fd); }
  } close{fd};
  struct stat s{};
  if (::fstat(fd, &s) != 0) return std::unexpected(last_error());
  state = info_of(s);
  if (S_ISDIR(s.st_mode)) {
    errno = EISDIR;
    return std::unexpected(last_error());
  }
  // Sizes of pipes and of /proc are 0: read until the end, whatever fstat said.
  std::string bytes(static_cast<size_t>(s.st_size) + 1, '\0');
  size_t filled = 0;
  for (;;) {
    if (filled == bytes.size()) bytes.resize(bytes.size() * 2);
    const ssize_t n = ::read(fd, bytes.data() + filled, bytes.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(last_error());
    if (n == 0) break;
    filled += static_cast<size_t>(n);
  }
  bytes.resize(filled);
  return bytes;
}

FileType entry_type(DIR* dir, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG: return FileType::Regular;
    case DT_DIR: return FileType::Directory;
    case DT_LNK: return FileType::Symlink;
    case DT_UNKNOWN: break;
    default: return FileType::Other;
  }
  struct stat s{};
  if (::fstatat(::dirfd(dir), entry.d_name, &s, AT_SYMLINK_NOFOLLOW) != 0) return FileType::Other;
  return type_of(s.st_mode);
}

HostResult<std::vector<DirEntry>> list_now(const std::string& path, FileInfo& state) {
  DIR* dir = ::opendir(path.c_str());
  if (!dir) {
    auto error = last_error();
    if (errno == ENOTDIR) error.kind = HostError::Kind::NotADirectory;
    return std::unexpected(std::move(error));
  }
  struct Close {
    DIR* dir;
    ~Close() { ::closedir(dir); }
  } close{dir};
  struct stat s{};
  if (::fstat(::dirfd(dir), &s) == 0) state = info_of(s);
  std::vector<DirEntry> entries;
  while (const dirent* entry = ::readdir(dir)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..")
      entries.push_back({std::string(name), entry_type(dir, *entry)});
  }
  return entries;
}

uint64_t hash_of(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

bool is_below(std::string_view path, std::string_view root) {
  if (root == "/") return true;
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

}  // namespace

FileHost::FileHost(MessageSink sink, std::optional<Confinement> confinement,
                   std::shared_ptr<BackgroundFetcher> background)
    : sink_(std::move(sink)),
      background_(std::move(background)),
      confinement_(std::move(confinement)) {}

const std::shared_ptr<const std::string>* FileHost::buffer(std::string_view path) const {
  const auto at = overlay_->find(path);
  return at == overlay_->end() ? nullptr : &at->second;
}

bool FileHost::allowed(std::string_view path) const {
  if (!confinement_) return true;
  // Ancestors of a root may be looked at: symlinks on the way to it have to be resolved.
  return std::ranges::any_of(confinement_->roots, [&](const std::string& root) {
    return is_below(path, root) || is_below(root, path);
  });
}

void FileHost::set_fetching(FetcherOptions options) {
  fetching_ = std::move(options);
}

Fetcher& FileHost::fetcher() {
  if (!fetcher_) {
    FetcherOptions options = fetching_;
    options.allow_network &= !confinement_;
    if (!options.warn)
      options.warn = [this](std::string_view text) { sink_(Message::Warning, text); };
    fetcher_ = std::make_unique<Fetcher>(std::move(options));
  }
  return *fetcher_;
}

FetchResult FileHost::fetch(const eval::FetchAttributes& input, const eval::FetchControl& control) {
  const std::string* url = eval::find_string(input, "url");
  if (url && url->starts_with("file:")) {
    std::string_view path = std::string_view(*url).substr(5);
    if (path.starts_with("//")) path.remove_prefix(2);
    if (!allowed(path)) return std::unexpected(eval::FetchFailure{refused().message, true});
  }
  Fetcher& fetcher = this->fetcher();
  const size_t watched = fetcher.watched().size();
  FetchResult result = fetcher.fetch(input, control);
  if (!result && result.error().refused && background_ && !confinement_) {
    return std::unexpected(background_->request(input));
  }
  // What a working tree looks like is said by git's own files: they count as read.
  for (size_t i = watched; i < fetcher.watched().size(); ++i)
    (void)read_file(fetcher.watched()[i]);
  return result;
}

std::expected<uint64_t, eval::FetchFailure> FileHost::count_commits(
    std::string_view repository, std::string_view rev, const eval::FetchControl& control) {
  return fetcher().count_commits(std::string(repository), std::string(rev), control);
}

HostResult<std::string> FileHost::read_file(std::string_view path) {
  if (const auto at = mounted(path); at.tree) {
    const auto disk = at.tree->on_disk(at.path);
    return disk ? read_file(*disk) : at.tree->read_file(at.path);
  }
  if (!allowed(path)) return std::unexpected(refused());
  std::string name(path);
  FileInfo state{FileType::Other};
  if (const auto* text = buffer(path)) {
    contents_.insert_or_assign(std::move(name), Content{state, hash_of(**text)});
    return **text;
  }
  auto bytes = read_now(name, state);
  if (bytes) {
    contents_.insert_or_assign(std::move(name), Content{state, hash_of(*bytes)});
  } else {
    (void)info(path);  // so that its absence is remembered
  }
  return bytes;
}

HostResult<std::vector<DirEntry>> FileHost::list_directory(std::string_view path) {
  if (const auto at = mounted(path); at.tree) {
    auto entries = at.tree->list_directory(at.path);
    if (!entries) return entries;
    for (DirEntry& entry : *entries) {
      if (entry.type != FileType::Other) continue;
      const auto there = info(std::string(path) + "/" + entry.name);
      if (there) entry.type = there->type;
    }
    return entries;
  }
  if (!allowed(path)) return std::unexpected(refused());
  if (const auto known = listings_.find(path); known != listings_.end()) return known->second;
  std::string name(path);
  FileInfo state{FileType::Other};
  auto entries = list_now(name, state);
  if (entries) {
    contents_.insert_or_assign(name, Content{state, 0});
    const std::string below = name == "/" ? name : name + "/";
    for (auto it = overlay_->lower_bound(below);
         it != overlay_->end() && it->first.starts_with(below); ++it) {
      const std::string_view rest = std::string_view(it->first).substr(below.size());
      const bool there = std::ranges::any_of(*entries, [&](auto& e) { return e.name == rest; });
      if (!rest.contains('/') && !there) entries->push_back({std::string(rest), FileType::Regular});
    }
  }
  return listings_.emplace(std::move(name), std::move(entries)).first->second;
}

HostResult<FileInfo> FileHost::info(std::string_view path) {
  if (const auto at = mounted(path); at.tree) {
    const auto disk = at.tree->on_disk(at.path);
    return disk ? info(*disk) : at.tree->info(at.path);
  }
  if (!allowed(path)) return std::unexpected(refused());
  if (const auto known = infos_.find(path); known != infos_.end()) return known->second;
  std::string name(path);
  HostResult<FileInfo> result = stat_now(name);
  if (const auto* text = buffer(path); text && !(result && result->type == FileType::Symlink)) {
    result = FileInfo{FileType::Regular, result && result->executable, (*text)->size()};
  }
  return infos_.emplace(std::move(name), std::move(result)).first->second;
}

HostResult<std::string> FileHost::read_link(std::string_view path) {
  if (const auto at = mounted(path); at.tree) {
    const auto disk = at.tree->on_disk(at.path);
    return disk ? read_link(*disk) : at.tree->read_link(at.path);
  }
  if (!allowed(path)) return std::unexpected(refused());
  if (const auto known = links_.find(path); known != links_.end()) return known->second;
  std::string name(path);
  std::string target(4096, '\0');
  const ssize_t n = ::readlink(name.c_str(), target.data(), target.size());
  if (n < 0) return std::unexpected(last_error());
  target.resize(static_cast<size_t>(n));
  return links_.emplace(std::move(name), std::move(target)).first->second;
}

std::optional<std::string> FileHost::environment(std::string_view name) {
  if (confinement_) return std::nullopt;
  if (const auto known = variables_.find(name); known != variables_.end()) return known->second;
  std::string key(name);
  const char* value = std::getenv(key.c_str());
  std::optional<std::string> result;
  if (value) result = value;
  return variables_.emplace(std::move(key), std::move(result)).first->second;
}

int64_t FileHost::current_time() {
  if (!time_) time_ = std::time(nullptr);
  return *time_;
}

std::string FileHost::working_directory() {
  std::string path(4096, '\0');
  return ::getcwd(path.data(), path.size()) ? std::string(path.c_str()) : "/";
}

std::optional<std::string> FileHost::home_directory() {
  if (const char* home = std::getenv("HOME"); home && *home == '/') return home;
  const passwd* user = ::getpwuid(::geteuid());
  if (user && user->pw_dir) return user->pw_dir;
  return std::nullopt;
}

bool FileHost::would_differ(const std::string& path, const Overlay& next) {
  const auto text = next.find(path);
  const bool in_buffer = text != next.end();
  if (const auto seen = contents_.find(path); seen != contents_.end()) {
    if (in_buffer) return hash_of(*text->second) != seen->second.hash;
    FileInfo state{FileType::Other};
    const auto bytes = read_now(path, state);
    if (!bytes || hash_of(*bytes) != seen->second.hash) return true;
    seen->second.state = state;  // from now on the disk speaks
    return false;
  }
  const auto seen = infos_.find(path);
  if (seen == infos_.end()) return false;
  if (in_buffer) return !seen->second;  // it exists, whatever the disk says
  const auto now = stat_now(path);
  return now.has_value() != seen->second.has_value() || (now && now->type != seen->second->type);
}

bool FileHost::replace_overlay(OverlayPtr overlay) {
  if (overlay == overlay_) return true;
  for (const auto& [path, text] : *overlay_) {
    const auto other = overlay->find(path);
    if (other != overlay->end() && other->second == text) continue;
    if (would_differ(path, *overlay)) return false;
  }
  for (const auto& [path, text] : *overlay) {
    if (!overlay_->contains(path) && would_differ(path, *overlay)) return false;
  }
  overlay_ = std::move(overlay);
  return true;
}

bool FileHost::has_seen(std::string_view path) const {
  return infos_.contains(path) || contents_.contains(path) || listings_.contains(path);
}

bool FileHost::is_current() const {
  const bool unchanged = std::ranges::all_of(infos_, [&](const auto& entry) {
    const auto& [path, then] = entry;
    if (buffer(path)) return true;
    const auto now = stat_now(path);
    if (now.has_value() != then.has_value()) return false;
    if (!now) return true;
    // A directory that was only passed through may gain and lose entries as it likes; what was read
    // of a file is told
    // by contents_.
    return now->type == then->type;
  });
  return unchanged && std::ranges::all_of(contents_, [&](const auto& entry) {
           if (buffer(entry.first)) return true;
           struct stat s{};
           if (::stat(entry.first.c_str(), &s) != 0) return false;
           return same(info_of(s), entry.second.state);
         });
}

}  // namespace nilas::lsp
