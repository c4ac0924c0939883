#pragma once
// Fetching an input: its store path, and what is known of it afterwards.
//
// A locked input is looked for by its hash in the store, and asked of the host otherwise, which
// looks in its cache, at local paths and repositories, and last, if it is allowed to, on the
// network. What arrives is hashed and, like every source, only computed to be in the store.

#include <string>

#include "evaluator/fetch/input.hpp"

namespace nilas::eval {

class World;

struct FetchedInput {
  Input locked;            ///< with `narHash` and what fetching found out
  std::string store_path;  ///< can be read through files.hpp
  std::string history{};   ///< repository that tells `revCount` if `locked` does not; or empty
};

/// Whether what is asked for comes out of a lock file: then its attributes are taken as they are,
/// and may only be contradicted.
enum class Finality : uint8_t { Open, Final };

/// Throws EvalError: of kind Refused if the host does not fetch it, else with C++ Nix's message and
/// "while fetching the input '...'". O(bytes of the tree) the first time.
const FetchedInput& fetch_input(World& world, const Input& input, Finality finality);

/// The count that `history` stands for. O(commits). Throws EvalError.
uint64_t count_commits(World& world, std::string_view history, std::string_view rev);

/// Path of one downloaded file, named by the hash of its bytes, or of an unpacked archive, as
/// fetchurl and fetchTarball name them.
std::string fetch_file(World& world, const std::string& url, const std::string& name,
                       const std::optional<Hash>& expected);

/// Throws EvalError if the user restricted evaluation and did not allow `url`.
void check_uri(World& world, std::string_view url);

}  // namespace nilas::eval
