#include "evaluator/store/nar.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "evaluator/error.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

constexpr size_t kBufferBytes = 32 << 10;

std::string child_path(std::string_view directory, std::string_view name) {
  return directory == "/" ? cat("/", name) : cat(directory, "/", name);
}

}  // namespace

void NarHasher::token(std::string_view text) {
  static constexpr std::array<char, 8> kZeros{};
  std::array<char, 8> size;
  for (size_t i = 0; i < size.size(); ++i) {
    size[i] = static_cast<char>(static_cast<uint64_t>(text.size()) >> (8 * i));
  }
  buffer_.append(size.data(), size.size());
  if (text.size() >= kBufferBytes) {
    flush();
    hasher_.update(text);
  } else {
    buffer_ += text;
  }
  buffer_.append(kZeros.data(), (8 - text.size() % 8) % 8);
  if (buffer_.size() >= kBufferBytes) flush();
}

void NarHasher::flush() {
  hasher_.update(buffer_);
  buffer_.clear();
}

void NarHasher::file(std::string_view content, bool executable) {
  token("(");
  token("type");
  token("regular");
  if (executable) {
    token("executable");
    token("");
  }
  token("contents");
  token(content);
  token(")");
}

void NarHasher::symlink(std::string_view target) {
  token("(");
  token("type");
  token("symlink");
  token("target");
  token(target);
  token(")");
}

void NarHasher::begin_directory() {
  token("(");
  token("type");
  token("directory");
}

void NarHasher::begin_entry(std::string_view name) {
  token("entry");
  token("(");
  token("name");
  token(name);
  token("node");
}

Hash NarHasher::finish() {
  flush();
  return hasher_.finish();
}

NarWalk::NarWalk(World& world, std::string root) : world_(world) {
  const auto info = file_info(world, root);
  if (!info) fail_io("reading", root, info.error());
  node(root, *info);
}

const NarWalk::Entry* NarWalk::next() {
  while (!stack_.empty()) {
    Directory& top = stack_.back();
    if (top.next < top.entries.size()) {
      const DirEntry& entry = top.entries[top.next++];
      current_ = {child_path(top.path, entry.name), entry.type};
      return &current_;
    }
    nar_.end_directory();
    stack_.pop_back();
    if (!stack_.empty()) nar_.end_entry();
  }
  return nullptr;
}

void NarWalk::include() {
  world_.vm.poll();  // a tree may hold anything: "${../..}" of a checkout of nixpkgs takes seconds
  const auto info = file_info(world_, current_.path);
  if (!info) fail_io("reading", current_.path, info.error());
  nar_.begin_entry(base_name(current_.path));
  if (!node(current_.path, *info)) nar_.end_entry();
}

bool NarWalk::node(const std::string& path, const FileInfo& info) {
  newest_ns_ = std::max(newest_ns_, info.mtime_ns);
  switch (info.type) {
    case FileType::Regular: {
      const auto content = read_file(world_, path);
      if (!content) fail_io("reading file", path, content.error());
      nar_.file(*content, info.executable);
      return false;
    }
    case FileType::Symlink: {
      const auto target = read_link(world_, path);
      if (!target) fail_io("reading symbolic link", path, target.error());
      nar_.symlink(*target);
      return false;
    }
    case FileType::Directory: {
      auto entries = list_directory(world_, path);
      if (!entries) fail_io("reading directory", path, entries.error());
      nar_.begin_directory();
      stack_.push_back({path, std::move(*entries)});
      return true;
    }
    case FileType::Other: break;
  }
  throw EvalError(ErrorKind::Io, cat("file '", path, "' has an unsupported type"));
}

TreeSummary summarize_tree(World& world, const std::string& root) {
  NarWalk walk(world, root);
  while (walk.next())
    walk.include();
  return {walk.finish(), walk.newest_seconds()};
}

Hash hash_tree(World& world, const std::string& root) {
  return summarize_tree(world, root).hash;
}

}  // namespace nilas::eval
