#include "lsp/fetch/cache.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "evaluator/encoding.hpp"
#include "evaluator/store/nar.hpp"

namespace nilas::lsp {

namespace fs = std::filesystem;

namespace {

std::string name_of(std::string_view text) {
  return eval::encode_nix32(eval::hash_bytes(eval::HashAlgorithm::Sha256, text).view());
}

std::string tree_name(const std::string& nar_hash) {
  return eval::encode_nix32(eval::parse_sri_hash(nar_hash).view());
}

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw fs::filesystem_error("cannot read", path, std::make_error_code(std::errc::io_error));
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

void make_private(const fs::path& directory) {
  fs::create_directories(directory);
  fs::permissions(directory, fs::perms::owner_all);
}

}  // namespace

std::optional<std::string> FetchCache::find_tree(const std::string& nar_hash) const {
  const fs::path path = directory_ / "trees" / tree_name(nar_hash);
  std::error_code error;
  if (!fs::exists(fs::symlink_status(path, error))) return std::nullopt;
  return path.string();
}

std::string FetchCache::keep_tree(const fs::path& from, const std::string& nar_hash) {
  const fs::path path = directory_ / "trees" / tree_name(nar_hash);
  make_private(path.parent_path());
  std::error_code error;
  fs::rename(from, path, error);
  // Another process may have been faster: the content is the same.
  if (error && !find_tree(nar_hash)) throw fs::filesystem_error("cannot keep", from, path, error);
  return path.string();
}

nlohmann::json FetchCache::find_url(const std::string& url) const {
  std::ifstream file(directory_ / "urls" / (name_of(url) + ".json"));
  auto record = nlohmann::json::parse(file, nullptr, false);
  const bool good = record.is_object() && record.value("url", "") == url;
  return good ? record : nlohmann::json();
}

void FetchCache::keep_url(const std::string& url, const nlohmann::json& record) {
  const fs::path path = directory_ / "urls" / (name_of(url) + ".json");
  make_private(path.parent_path());
  const Work work = make_work();
  const fs::path made = work.path() / "record";
  std::ofstream(made) << record.dump(1) << '\n';
  fs::rename(made, path);
}

fs::path FetchCache::repository(const std::string& url) const {
  return directory_ / "git" / name_of(url);
}

FetchCache::Work FetchCache::make_work() {
  make_private(directory_ / "new");
  std::string name = (directory_ / "new" / "XXXXXX").string();
  if (!::mkdtemp(name.data())) {
    throw fs::filesystem_error("cannot make a directory", name,
                               std::error_code(errno, std::generic_category()));
  }
  return Work(name);
}

FetchCache::Work::~Work() {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::string hash_on_disk(const fs::path& root) {
  struct Level {
    std::vector<fs::path> entries;  // sorted by name, last first
  };
  eval::NarHasher nar;
  std::vector<Level> stack;
  const auto visit = [&](const fs::path& path) {
    const fs::file_status status = fs::symlink_status(path);
    if (fs::is_symlink(status)) {
      nar.symlink(fs::read_symlink(path).string());
    } else if (fs::is_directory(status)) {
      nar.begin_directory();
      Level level;
      for (const auto& entry : fs::directory_iterator(path))
        level.entries.push_back(entry.path());
      std::ranges::sort(level.entries, std::greater<>(),
                        [](const fs::path& p) { return p.filename().string(); });
      stack.push_back(std::move(level));
      return true;
    } else {
      const bool executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
      nar.file(read_all(path), executable);
    }
    return false;
  };
  visit(root);
  while (!stack.empty()) {
    auto& entries = stack.back().entries;
    if (entries.empty()) {
      nar.end_directory();
      stack.pop_back();
      if (!stack.empty()) nar.end_entry();
      continue;
    }
    const fs::path path = std::move(entries.back());
    entries.pop_back();
    nar.begin_entry(path.filename().string());
    if (!visit(path)) nar.end_entry();
  }
  return eval::format_hash(nar.finish(), eval::HashFormat::Sri);
}

}  // namespace nilas::lsp
