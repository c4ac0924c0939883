#pragma once
// The function that is being applied at a place, and which of its parameters is next.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/world.hpp"
#include "lsp/analysis/names.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

/// An application around a place.
struct CallSite {
  syntax::NodeId function;
  uint32_t argument;  ///< which one the place is in, from 0
  std::string name;   ///< the last name of the function as written; may be empty
  /// The attribute of the argument, a set, whose value the place is in or whose name it is.
  std::string_view attribute = {};
};

/// The innermost application with `offset` behind its function; nullopt in a bracket inside of an
/// argument that is no set. A name followed by white space counts: the argument may come. O(nodes).
std::optional<CallSite> call_site(const syntax::Ast& ast, std::string_view text, uint32_t offset);

struct Signature {
  std::string label;                    ///< `foldl' op nul list`, `f: a: { b, c ? 1 }: ...`
  std::vector<std::string> parameters;  ///< parts of the label, in order
  uint32_t active = 0;                  ///< which one is next; beyond the last: none
  std::string documentation;            ///< Markdown
};

/// What the text tells; nullopt if the function is not written here, and no builtin.
std::optional<Signature> known_signature(const syntax::Ast& ast, const Names& names,
                                         std::string_view text, const CallSite& call);

/// What the function's value tells. Runs within the VM's limits; errors of evaluation mean "not
/// known".
std::optional<Signature> signature_of_value(eval::World& world, const eval::SourceUnit& unit,
                                            const CallSite& call);

/// The same for a function that was forced already.
std::optional<Signature> signature_of(eval::World& world, eval::Value function,
                                      const CallSite& call);

}  // namespace nilas::analysis
