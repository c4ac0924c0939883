#pragma once
// Expressions and what C++ Nix says about them: data/*.txt, written by expect.py.
//
// Blocks are separated by empty lines: lines of an expression, then what is expected of it.
//
//   => VALUE               printed as `nix-instantiate --eval --strict` prints it
//   !> LINE:COLUMN MESSAGE an error; `-` in place of the position: C++ Nix gives none
//   !  MORE                further lines of the message
//   !? NAME, NAME          "did you mean"
//   FIXME ...              what nilas says instead as yet, in the same notation: wrong, but known
//   OURS ...               what nilas says instead, on purpose: as a newer C++ Nix, or more
//
// `UPDATE_EXPECT=1 test-evaluator-core` writes and removes FIXME and OURS lines; what is new is a FIXME.
//
// Lines that start with `# ` above an expression are comments.

#include <string>
#include <vector>

#include "evaluator/world.hpp"
#include "tests/evaluator/memory_host.hpp"

namespace nilas::tests {

struct Fixture {
  std::string file;  ///< name without directory
  int line;          ///< of the expression, 1-based
  std::string expression;
  std::string expected;   ///< C++ Nix's answer
  std::string known;      ///< from the FIXME or OURS lines; empty if ours is the same
  bool intended = false;  ///< OURS

  const std::string& wanted() const { return known.empty() ? expected : known; }
  /// `answer` without its position if C++ Nix gives none.
  std::string comparable(std::string answer) const;
};

/// All fixtures of all files, in order of file names.
std::vector<Fixture> load_fixtures();

/// Writes the FIXME lines of the files anew: for each fixture whose `known` is not empty.
void write_known(const std::vector<Fixture>& fixtures);

/// A world of its own over an empty file system.
struct TestWorld {
  /// A runaway test shall not take the machine with it.
  static constexpr size_t kLimitBytes = size_t{2} << 30;

  explicit TestWorld(eval::HeapOptions heap = {.limit_bytes = kLimitBytes})
      : world(host, {.heap = heap}) {}

  eval::Vm& vm() { return world.vm; }
  /// Thunk of an expression, not rooted.
  eval::Value thunk(const std::string& text);
  /// Printed value of an expression, forced deeply. Throws EvalError.
  std::string print(const std::string& text) { return print(thunk(text)); }
  std::string print(eval::Value v);
  /// As expect.py writes the answer to an expression.
  std::string answer(const std::string& text);
  std::string answer(eval::Value v);
  std::string describe(const eval::ErrorData& error) const;

  MemoryHost host;
  eval::World world;
};

}  // namespace nilas::tests
