#pragma once
// Nix archives: a file tree as one deterministic stream of bytes, hashed as it is made and never
// kept. Nix manual, "Nix Archive (NAR) format": strings are length-prefixed and padded to eight
// bytes; only names, contents, symlink targets and the execute bit count.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/encoding.hpp"
#include "evaluator/host.hpp"

namespace nilas::eval {

class World;

/// Writes the format's tokens into a hash.
class NarHasher {
 public:
  NarHasher() : hasher_(HashAlgorithm::Sha256) { token("nix-archive-1"); }

  void file(std::string_view content, bool executable);
  void symlink(std::string_view target);
  void begin_directory();
  /// Entries come in bytewise order of their names; each is followed by its node.
  void begin_entry(std::string_view name);
  void end_entry() { token(")"); }
  void end_directory() { token(")"); }
  Hash finish();

 private:
  void token(std::string_view text);
  void flush();

  Hasher hasher_;
  std::string buffer_;
};

/// Visits a tree depth first, entry by entry, so that whoever drives it may run code in between to
/// decide what belongs to the archive (builtins.path with a filter). No native recursion.
class NarWalk {
 public:
  /// Throws EvalError (Io) if `root` cannot be read; so do the other functions for what is below
  /// it.
  NarWalk(World& world, std::string root);

  struct Entry {
    std::string path;
    FileType type;
  };
  /// The next entry to decide on, or null at the end.
  const Entry* next();
  /// The entry that next() gave belongs to the archive; without this call it does not.
  void include();
  Hash finish() { return nar_.finish(); }
  /// The latest change of anything visited so far, in seconds since 1970.
  uint64_t newest_seconds() const { return newest_ns_ / 1'000'000'000; }

 private:
  struct Directory {
    std::string path;
    std::vector<DirEntry> entries;
    size_t next = 0;
  };
  /// Writes the node; true if it is a directory that was pushed on the stack.
  bool node(const std::string& path, const FileInfo& info);

  World& world_;
  NarHasher nar_;
  std::vector<Directory> stack_;
  Entry current_{};
  uint64_t newest_ns_ = 0;
};

struct TreeSummary {
  Hash hash;                ///< of the archive
  uint64_t newest_seconds;  ///< latest change of anything in it, since 1970
};
TreeSummary summarize_tree(World& world, const std::string& root);

/// Hash of the archive of a whole tree.
Hash hash_tree(World& world, const std::string& root);

}  // namespace nilas::eval
