#pragma once
// A file tree, an environment and a clock in memory: the evaluator's host in unit tests.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "evaluator/host.hpp"

namespace nilas::tests {

class MemoryHost final : public eval::EvalHost {
 public:
  template <class T>
  using Result = eval::HostResult<T>;

  /// Adds a file and the directories above it. Adding it again changes it.
  void add_file(const std::string& path, std::string text, bool executable = false) {
    add_parents(path);
    nodes_[path] = {eval::FileType::Regular, std::move(text), executable, ++clock_};
  }
  void add_symlink(const std::string& path, std::string target) {
    add_parents(path);
    nodes_[path] = {eval::FileType::Symlink, std::move(target), false, ++clock_};
  }
  void add_directory(const std::string& path) {
    add_parents(path);
    nodes_[path] = {eval::FileType::Directory, {}, false, ++clock_};
  }
  void remove(const std::string& path) { nodes_.erase(path); }

  std::map<std::string, std::string, std::less<>> variables;
  std::vector<std::string> messages;  ///< what trace and warn printed
  std::vector<std::string> reads;     ///< files whose bytes were read, in order
  std::function<void()> on_read;      ///< called before each
  int64_t now = 1'700'000'000;

  Result<std::string> read_file(std::string_view path) override {
    const auto found = follow(path);
    if (!found) return std::unexpected(found.error());
    const Node& node = nodes_.at(*found);
    if (node.type != eval::FileType::Regular) return error(Kind::IsADirectory, "Is a directory");
    if (on_read) on_read();
    reads.emplace_back(path);
    return node.text;
  }

  Result<std::vector<eval::DirEntry>> list_directory(std::string_view path) override {
    const auto found = follow(path);
    if (!found) return std::unexpected(found.error());
    if (nodes_.at(*found).type != eval::FileType::Directory) {
      return error(Kind::NotADirectory, "Not a directory");
    }
    std::vector<eval::DirEntry> entries;
    const std::string prefix = *found == "/" ? "/" : *found + "/";
    for (auto it = nodes_.lower_bound(prefix); it != nodes_.end(); ++it) {
      if (!it->first.starts_with(prefix)) break;
      const std::string rest = it->first.substr(prefix.size());
      if (rest.empty() || rest.find('/') != rest.npos) continue;
      entries.push_back({rest, it->second.type});
    }
    return entries;
  }

  Result<eval::FileInfo> info(std::string_view path) override {
    const auto parent = resolved_parent(path);
    if (!parent) return std::unexpected(parent.error());
    const auto it = nodes_.find(*parent);
    if (it == nodes_.end()) return missing();
    const Node& node = it->second;
    return eval::FileInfo{node.type, node.executable, node.text.size(), node.changed, node.changed};
  }

  Result<std::string> read_link(std::string_view path) override {
    const auto parent = resolved_parent(path);
    if (!parent) return std::unexpected(parent.error());
    const auto it = nodes_.find(*parent);
    if (it == nodes_.end()) return missing();
    if (it->second.type != eval::FileType::Symlink) return error(Kind::Other, "Invalid argument");
    return it->second.text;
  }

  std::optional<std::string> environment(std::string_view name) override {
    const auto it = variables.find(name);
    if (it == variables.end()) return std::nullopt;
    return it->second;
  }
  int64_t current_time() override { return now; }
  std::string working_directory() override { return "/work"; }
  std::optional<std::string> home_directory() override { return "/home/user"; }
  void message(Message level, std::string_view text) override {
    messages.push_back((level == Message::Warning ? "warning: " : "") + std::string(text));
  }

 private:
  using Kind = eval::HostError::Kind;
  struct Node {
    eval::FileType type = eval::FileType::Directory;
    std::string text;  // content, or a symlink's target
    bool executable = false;
    uint64_t changed = 1;
  };

  static std::unexpected<eval::HostError> error(Kind kind, std::string message) {
    return std::unexpected(eval::HostError{kind, std::move(message)});
  }
  static std::unexpected<eval::HostError> missing() {
    return error(Kind::NotFound, "No such file or directory");
  }

  void add_parents(const std::string& path) {
    for (size_t at = path.rfind('/'); at != 0 && at != path.npos; at = path.rfind('/', at - 1)) {
      nodes_.try_emplace(path.substr(0, at));
    }
  }

  /// Path with the symlinks in its directories followed.
  Result<std::string> resolved_parent(std::string_view path) { return walk(path, false); }
  Result<std::string> follow(std::string_view path) { return walk(path, true); }

  Result<std::string> walk(std::string_view path, bool follow_last) {
    std::vector<std::string> todo;
    push_components(todo, path);
    std::string at;
    int links = 0;
    while (!todo.empty()) {
      const std::string name = todo.back();
      todo.pop_back();
      if (name == "..") {
        at.resize(at.empty() ? 0 : at.rfind('/'));
        continue;
      }
      const std::string next = at + "/" + name;
      const auto it = nodes_.find(next);
      const bool last = todo.empty();
      if (it == nodes_.end()) {
        if (last && !follow_last) return next;
        return missing();
      }
      if (it->second.type == eval::FileType::Symlink && (!last || follow_last)) {
        if (++links > 40) return error(Kind::Other, "Too many levels of symbolic links");
        if (it->second.text.starts_with('/')) at.clear();
        push_components(todo, it->second.text);
        continue;
      }
      if (it->second.type != eval::FileType::Directory && !last) return missing();
      at = next;
    }
    return at.empty() ? std::string("/") : at;
  }

  static void push_components(std::vector<std::string>& todo, std::string_view path) {
    while (!path.empty()) {
      const size_t slash = path.rfind('/');
      const auto name = slash == path.npos ? path : path.substr(slash + 1);
      if (!name.empty() && name != ".") todo.emplace_back(name);
      path = slash == path.npos ? std::string_view() : path.substr(0, slash);
    }
  }

  std::map<std::string, Node> nodes_{{"/", Node{}}};
  uint64_t clock_ = 1;
};

}  // namespace nilas::tests
