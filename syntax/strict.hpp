#pragma once
// The strict parser: text that is Nix becomes an Ast; text that is not is refused where C++ Nix
// refuses it, with the same message.
//
// It is a table-driven LALR(1) parser over the tokens of lexer.hpp; the tables are made from
// grammar/nix.grammar when the project is built. Its stack is a vector, so that nesting costs memory only. It has
// no recovery of its own: broken text gets its tree from tree-sitter (lower.hpp), all of it or what recover.hpp cuts out.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/builder.hpp"
#include "syntax/graft.hpp"
#include "syntax/lexer.hpp"

namespace nilas::syntax {

/// The first token that cannot continue what stands before it.
struct SyntaxFailure {
  Token token;
  Span span;              ///< of the token
  uint32_t previous_end;  ///< where the token before it ends; 0 if there is none
  uint64_t expected;      ///< bit t: Token t was expected, as messages count (kExpected)
  /// Where the unfinished bindings around the token begin, innermost first, and perhaps not all of
  /// them. If the token itself should have begun one, its own offset.
  std::vector<uint32_t> bindings;
};

/// Parts of a text to be taken for bindings, whatever they hold; as Lexer::set_holes() wants them.
struct Holes {
  std::span<const Span> spans;
  /// Called for each in turn: adds what can be said of it to the set around it.
  std::function<void(Span hole, Builder::PendingSetId set)> fill;
};

/// What a parse may have besides the text.
struct StrictOptions {
  const Holes* holes = nullptr;
  /// Its ast is what `builder` was made from. Needs `bindings`.
  const Earlier* earlier = nullptr;
  /// Gets what a later parse can take over; it is of use if this parse succeeds.
  std::vector<Graftable>* bindings = nullptr;
  /// Called every few thousand tokens, a fraction of a millisecond, if it can be; may throw, which ends the parse.
  std::function<void()> poll;
};

/// Parses `text` into `builder`, and sets the root of its Ast. Everything C++ Nix reports while
/// parsing is appended to builder.diagnostics, in its order. If the text cannot be parsed to its
/// end, the last diagnostic is the error that stopped it, the Ast has no root, and the failure is
/// returned (for an error of the lexer with token Invalid and nothing expected). Linear.
std::optional<SyntaxFailure> parse_strict(std::string_view text, Builder& builder,
                                          const StrictOptions& options = {});

/// "syntax error, unexpected ';', expecting '.' or '='": the message of C++ Nix.
std::string syntax_error_message(Token unexpected, uint64_t expected);

}  // namespace nilas::syntax
