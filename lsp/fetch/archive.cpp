#include "lsp/fetch/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>

namespace nilas::lsp {

namespace fs = std::filesystem;

namespace {

struct ArchiveFree {
  void operator()(archive* a) const { archive_read_free(a); }
};

class Unpacker {
 public:
  Unpacker(const fs::path& to, const std::function<bool()>& interrupted, const UnpackLimits& limits)
      : to_(to), interrupted_(interrupted), limits_(limits) {}

  std::expected<Unpacked, std::string> run(const fs::path& file) {
    archive_.reset(archive_read_new());
    archive_read_support_filter_all(archive_.get());
    archive_read_support_format_tar(archive_.get());
    archive_read_support_format_zip(archive_.get());
    if (archive_read_open_filename(archive_.get(), file.c_str(), 1 << 16) != ARCHIVE_OK) {
      return complain();
    }
    while (true) {
      archive_entry* entry = nullptr;
      const int status = archive_read_next_header(archive_.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      if (status < ARCHIVE_WARN) return complain();
      if (++entries_ > limits_.entries) return std::unexpected("it has too many entries");
      if (interrupted_ && interrupted_()) return std::unexpected("unpacking was interrupted");
      if (const auto wrong = add(entry)) return std::unexpected(*wrong);
    }
    return Unpacked{top(), newest_};
  }

 private:
  std::unexpected<std::string> complain() const {
    const char* const text = archive_error_string(archive_.get());
    return std::unexpected(std::string(text ? text : "it is no archive"));
  }

  /// Where an entry goes; nothing if that is not inside. Parents are made, and must be directories.
  std::optional<fs::path> place(const char* name) const {
    if (!name) return std::nullopt;
    const fs::path path(name);
    if (path.is_absolute()) return std::nullopt;
    fs::path at = to_;
    for (const fs::path& part : path) {
      if (part == "." || part.empty()) continue;
      if (part == "..") return std::nullopt;
      if (at != to_ && !make_directory(at)) return std::nullopt;
      at /= part;
    }
    return at;
  }

  static bool make_directory(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(path, error);
    if (fs::is_directory(status)) return true;
    return !fs::exists(status) && fs::create_directory(path, error);
  }

  /// What is wrong with the entry, if anything is.
  std::optional<std::string> add(archive_entry* entry) {
    const char* const name = archive_entry_pathname(entry);
    const auto path = place(name);
    if (!path) {
      return fmt::format("its entry '{}' does not lie inside", name ? name : "");
    }
    newest_ =
        std::max(newest_, static_cast<uint64_t>(std::max<time_t>(0, archive_entry_mtime(entry))));
    if (const char* const target = archive_entry_hardlink(entry)) return link(target, *path);
    switch (archive_entry_filetype(entry)) {
      case AE_IFDIR:
        if (*path == to_ || make_directory(*path)) return std::nullopt;
        return fmt::format("its entry '{}' is there twice", name);
      case AE_IFREG: return write(entry, *path);
      case AE_IFLNK: {
        std::error_code error;
        fs::remove(*path, error);
        const char* const target = archive_entry_symlink(entry);
        fs::create_symlink(target ? target : "", *path, error);
        if (error) return fmt::format("cannot make '{}': {}", name, error.message());
        return std::nullopt;
      }
      default: return fmt::format("its entry '{}' is neither file, directory nor symlink", name);
    }
  }

  std::optional<std::string> link(const char* target, const fs::path& path) {
    const auto source = place(target);
    std::error_code error;
    if (!source || !fs::is_regular_file(fs::symlink_status(*source, error))) {
      return fmt::format("its link to '{}' does not lead to a file inside", target);
    }
    fs::copy_file(*source, path, fs::copy_options::overwrite_existing, error);
    if (error) return fmt::format("cannot write '{}': {}", path.string(), error.message());
    return std::nullopt;
  }

  std::optional<std::string> write(archive_entry* entry, const fs::path& path) {
    std::error_code error;
    fs::remove(path, error);  // never through a symlink
    std::ofstream file(path, std::ios::binary);
    while (true) {
      const void* data = nullptr;
      size_t size = 0;
      la_int64_t offset = 0;
      const int status = archive_read_data_block(archive_.get(), &data, &size, &offset);
      if (status == ARCHIVE_EOF) break;
      if (status < ARCHIVE_WARN) return complain().error();
      bytes_ += size;
      if (bytes_ > limits_.bytes) return "it is too large";
      file.seekp(offset);
      file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
    }
    // A hole at the end is not written by anybody else.
    const auto wanted = static_cast<uint64_t>(std::max<la_int64_t>(0, archive_entry_size(entry)));
    file.close();
    if (!file) return fmt::format("cannot write '{}'", path.string());
    if (archive_entry_size_is_set(entry) && fs::file_size(path, error) < wanted) {
      if (wanted > limits_.bytes) return "it is too large";
      fs::resize_file(path, wanted, error);
    }
    const bool executable = (archive_entry_perm(entry) & 0100) != 0;
    fs::permissions(
        path, executable ? fs::perms::owner_all : fs::perms::owner_read | fs::perms::owner_write);
    return std::nullopt;
  }

  fs::path top() const {
    fs::path only;
    for (const auto& entry : fs::directory_iterator(to_)) {
      if (!only.empty()) return to_;
      only = entry.path();
    }
    return !only.empty() && fs::is_directory(fs::symlink_status(only)) ? only : to_;
  }

  const fs::path& to_;
  const std::function<bool()>& interrupted_;
  const UnpackLimits& limits_;
  std::unique_ptr<archive, ArchiveFree> archive_;
  uint64_t entries_ = 0, bytes_ = 0, newest_ = 0;
};

}  // namespace

std::expected<Unpacked, std::string> unpack(const fs::path& file, const fs::path& to,
                                            const std::function<bool()>& interrupted,
                                            const UnpackLimits& limits) {
  try {
    return Unpacker(to, interrupted, limits).run(file);
  } catch (const fs::filesystem_error& error) {
    return std::unexpected(std::string(error.what()));
  }
}

}  // namespace nilas::lsp
