#pragma once
// POSIX extended regular expressions as C++ Nix understands them: parsing into a program, and running it.
//
// C++ Nix uses std::regex of libstdc++, whose language and choice of matches are its own:
//  - `\<`, `\}` or `{` at the start are errors; `[[:ALPHA:]]`, `[[.hyphen.]]`, `[[=a=]]` (either case) are not;
//  - repetitions are greedy and stop at the first success, as in Perl; of two alternatives the one that leads to the longer
//    match wins, the left one if both are equally long. So `a?(ab)?` finds "a" in "ab", but `(a|ab)(c|bcd)` all of "abcd";
//  - a repetition whose body matched nothing may do so once more, so `(a*)+` on "aa" captures "".
// libstdc++ backtracks, in exponential time and with native recursion. Here RE2 does the work wherever it gives the same
// answer; a search over (state, position) pairs, each visited once, does the rest: time and memory are polynomial.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evaluator/builtins/regex_classes.hpp"

namespace nilas::eval::regex {

enum class Op : uint8_t {
  Byte,  // consume the byte `argument`
  Set,   // consume a byte of sets[argument]
  Jump,
  Choice,      // `other` is the left alternative, `next` the right one: the longer match wins
  Repeat,      // `other` is the body, `next` what follows: the body wins if it leads to any match
  GroupBegin,  // group `argument`, counted from 0
  GroupEnd,
  TextBegin,
  TextEnd,
  Accept,
};

struct State {
  Op op;
  bool nullable_body = false;  // Repeat
  uint16_t counter = 0;        // Repeat with nullable body: 1 + index of its counter; 0: none
  uint32_t argument = 0;
  uint32_t next = 0;
  uint32_t other = 0;
};

struct Program {
  std::vector<State> states;
  std::vector<ByteSet> sets;
  uint32_t start = 0;
  uint32_t groups = 0;
  uint16_t counters = 0;  // repetitions that count how often their body matched nothing
  bool has_choice = false;
  bool has_nullable_body = false;
  bool nullable = false;           // matches ""
  std::optional<std::string> re2;  // the same language in RE2's syntax, if it can be said
};

enum class ParseError : uint8_t { Invalid, TooLarge };

struct ParseResult {
  std::optional<Program> program;
  ParseError error = ParseError::Invalid;
};

/// Accepts what libstdc++ accepts, up to its limit of 100,000 states. Linear in the size of the program.
ParseResult parse(std::string_view pattern);

/// A stretch of the text; `begin` is npos if a group took no part in the match.
struct Range {
  size_t begin = std::string_view::npos;
  size_t end = 0;
};

/// Runs a program on one text. What was found out about a position is kept for later searches.
class Runner {
 public:
  enum class Mode : uint8_t {
    Whole,     // the match must end at the end of the text
    Prefix,    // it may end anywhere
    NotEmpty,  // Prefix, but not where it began
  };

  Runner(const Program& program, std::string_view text);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// The match that starts at `begin`: its end. nullopt: none. Throws std::bad_alloc if it takes too much memory.
  std::optional<size_t> match(size_t begin, Mode mode);
  /// Groups of the match found last.
  std::span<const Range> groups() const { return groups_; }

 private:
  struct Memo;
  struct Position {
    uint32_t state;
    size_t at;
    uint32_t counts;
  };
  struct Decision {
    Position position;
    size_t first;  // end that the first branch leads to
    bool second;   // the second branch is being tried
  };
  static constexpr size_t kNone = std::string_view::npos;

  std::optional<size_t> step(Position& position) const;
  size_t search(Position start);
  bool enter(const State& repeat, Position& position) const;
  void trace(Position position);

  const Program& program_;
  std::string_view text_;
  Mode mode_ = Mode::Whole;
  size_t begin_ = 0;
  std::vector<Range> groups_;
  std::vector<Decision> decisions_;
  Memo* memo_;
};

}  // namespace nilas::eval::regex
