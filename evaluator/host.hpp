#pragma once
// The evaluator's only way to the world. Unsaved buffers, sandboxes, WebAssembly pages and tests are hosts.

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/fetch/attributes.hpp"

namespace nilas::eval {

enum class FileType : uint8_t { Regular, Directory, Symlink, Other };

struct FileInfo {
  FileType type;
  bool executable = false;  ///< owner's execute bit of a regular file
  uint64_t size = 0;        ///< bytes
  uint64_t mtime_ns = 0;    ///< last change, nanoseconds since 1970; 0: unknown (an unsaved buffer)
  uint64_t inode = 0;
};

struct DirEntry {
  std::string name;
  FileType type;
};

struct HostError {
  enum class Kind : uint8_t { NotFound, Denied, NotADirectory, IsADirectory, Other } kind;
  std::string message;  ///< the system's words: "No such file or directory"
};

template <class T>
using HostResult = std::expected<T, HostError>;

/// What a host brought here.
struct FetchedTree {
  std::string root;  ///< where the tree or file can be read through this host
  /// What was learned on the way: `rev`, `revCount`, `lastModified`... With a `type`, it is a whole
  /// input instead, under which the same tree will be found for ever.
  FetchAttributes attributes;
  std::string nar_hash;  ///< SRI, if the host has hashed the tree; else empty
  /// Repository whose history tells `revCount`, which takes long to count; empty if there is none.
  std::string history;
};

struct FetchFailure {
  std::string message;
  bool refused = false;  ///< it was not tried: the user would have to allow it
};

struct FetchControl {
  /// Polled while waiting: true if nobody wants the answer any more. May be empty.
  std::function<bool()> interrupted;
};

/// All paths are absolute and canonical as to `.`, `..` and slashes; symlinks are followed as each function says.
/// Called from the world's thread only. May block, should be quick: the VM cannot be cancelled meanwhile.
class EvalHost {
 public:
  virtual ~EvalHost() = default;

  /// Bytes of a regular file; follows symlinks.
  virtual HostResult<std::string> read_file(std::string_view path) = 0;
  /// Entries without `.` and `..`, in any order; follows a symlink at the end of `path`. Types are lstat's.
  virtual HostResult<std::vector<DirEntry>> list_directory(std::string_view path) = 0;
  /// lstat: a symlink is a Symlink. An error of kind NotFound also if a parent is missing or not a directory.
  virtual HostResult<FileInfo> info(std::string_view path) = 0;
  virtual HostResult<std::string> read_link(std::string_view path) = 0;
  virtual std::optional<std::string> environment(std::string_view name) = 0;
  /// Seconds since 1970.
  virtual int64_t current_time() = 0;
  /// Directory that relative paths of the command line and of code without a file start from.
  virtual std::string working_directory() = 0;
  /// For `~/`; nullopt: `~` cannot be resolved here.
  virtual std::optional<std::string> home_directory() = 0;
  /// A line for the user: `trace: ...`, `evaluation warning: ...`. `level` as in Message.
  enum class Message : uint8_t { Trace, Warning };
  virtual void message(Message level, std::string_view text) = 0;
  /// Fetches what `input` (evaluator/fetch/schemes.def) says, from wherever the user allows: a local
  /// repository, a cache, the network. This one may take its time.
  virtual std::expected<FetchedTree, FetchFailure> fetch(const FetchAttributes& input,
                                                         const FetchControl& control);
  /// Number of the commits that lead to `rev` in a FetchedTree::history.
  virtual std::expected<uint64_t, FetchFailure> count_commits(std::string_view repository,
                                                              std::string_view rev,
                                                              const FetchControl& control);
};

}  // namespace nilas::eval
