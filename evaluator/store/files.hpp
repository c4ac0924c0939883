#pragma once
// Files as evaluation sees them: the host's, plus store objects that this world computed but nobody
// wrote to disk (toFile, .drv files, sources copied by "${./x}") and the files built into Nix
// (<nix/fetchurl.nix>).
//
// What is asked once is remembered for the life of the world, as C++ Nix remembers it for the life
// of a process; each question is recorded (World::record_read), so that the world dies when its
// answer changes.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/host.hpp"
#include "evaluator/native.hpp"
#include "evaluator/paths.hpp"
#include "evaluator/store/context.hpp"
#include "evaluator/vm.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

enum class Symlinks : uint8_t {
  Keep,
  Ancestors,  // in the directories on the way
  Full,       // and at the end
};

/// Pure and restricted evaluation read only what was fetched or made, and what lies on the search
/// path. Throws EvalError (Io): "access to absolute path '/x' is forbidden in restricted mode".
void check_access(World& world, std::string_view path);
/// From here on `path` and what lies in it can be read, however restricted evaluation is.
void allow_path(World& world, std::string_view path);

/// `path` as it is, or below the working directory if it is relative; canonical.
std::string absolute_path(World& world, std::string_view path);

/// lstat. O(1) after the first time.
HostResult<FileInfo> file_info(World& world, std::string_view path);
/// Content of the file; follows symlinks.
HostResult<std::string> read_file(World& world, std::string_view path);
/// Entries in bytewise order of their names; the path must not be a symlink.
HostResult<std::vector<DirEntry>> list_directory(World& world, std::string_view path);
HostResult<std::string> read_link(World& world, std::string_view path);

/// `path` with symlinks replaced, component by component; what does not exist stays as it is.
/// Throws EvalError: "infinite symlink recursion in path '/x'".
std::string resolve_symlinks(World& world, std::string_view path, Symlinks mode);

/// EvalError (Io) for a path that could not be read, in C++ Nix's words: "path '/x' does not
/// exist", or "<action> '/x': <the system's words>" for what is not a missing file.
[[noreturn]] void fail_io(std::string_view action, std::string_view path, const HostError& error);

/// What `import` opens: `path` with a symlink at its end followed, and default.nix appended to a
/// directory. Symlinks on the way stay: paths in the file start where the path says. Throws
/// EvalError (Io).
std::string resolve_import(World& world, std::string_view path);

/// Whether `import` of this path must give the derivation that a .drv file in the store describes.
bool is_importable_derivation(World& world, std::string_view path);
/// The derivation set for such a file.
Task import_derivation(Vm& vm, std::string drv_path);

/// Store path of a source file or tree as a string with its context ("${./foo}"). Reads and hashes;
/// writes nothing. Throws EvalError. O(bytes) the first time, O(1) afterwards.
Value copy_path_to_store(Vm& vm, Value path);

/// Whether there is such an object, on disk or computed in this world. Not remembered: what is
/// missing may be fetched.
bool store_object_exists(World& world, std::string_view path);
/// From now on the object at `path` is what the host has at `root`.
void add_store_copy(World& world, const std::string& path, const std::string& root);

/// Opaque element of the file or tree `root`, copied whole under `name`. `root` has no symlinks on
/// its way.
ContextId add_source(World& world, std::string_view name, const std::string& root);

/// String value: canonical absolute path that `v` stands for, with the context it came with.
/// Fails with "string 'x' doesn't represent an absolute path". `trace` must outlive the task.
Task coerce_to_path(Vm& vm, Root v, std::string_view trace);

/// Path value: as coerce_to_path; what its context mentions must be there (nothing is ever built:
/// an output that does not exist is an EvalError of kind Refused), symlinks replaced as told. What
/// import, readFile, readDir... start with.
Task realise_path(Vm& vm, Root v, Symlinks mode);

/// Checks that everything `context` mentions exists; see realise_path. Throws EvalError.
void realise_context(Vm& vm, const Context* context);

/// What a string whose context is the one element `id` says: a store path, or the placeholder of an
/// output whose path is known only after a build. Throws EvalError if it needs a derivation that is
/// nowhere.
std::string output_text(World& world, ContextId id);

/// Adds what a search path, a list of sets { prefix, path }, says to `entries`, which must outlive
/// the task. All of it is evaluated, whatever is looked up.
Task search_path_entries(Vm& vm, Root search_path, std::vector<SearchPathEntry>* entries);
/// Path value of `lookup`: the first entry that has it. Throws MissingSearchPath, which tryEval
/// catches.
Value find_file(World& world, std::span<const SearchPathEntry> entries, std::string_view lookup);

}  // namespace nilas::eval
