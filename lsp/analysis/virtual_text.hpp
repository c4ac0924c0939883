#pragma once
// The texts of virtual documents: a value as a whole, and the derivation that a value is.

#include <atomic>
#include <chrono>
#include <string>

#include "evaluator/world.hpp"
#include "syntax/locate.hpp"

namespace nilas::analysis {

/// A text never grows above this many bytes; what follows is left out, and the text says so.
constexpr size_t kMaxVirtualText = 4 << 20;

struct VirtualLimits {
  std::chrono::steady_clock::time_point deadline;
  const std::atomic<bool>* stop;
  uint32_t call_depth;
};

/// The value of `target` as Nix, evaluated as deeply as the time allows; errors stand in their
/// places. Comments in front tell what is missing. Throws EvalError of kind Cancelled if `stop` was
/// set; any other error is the text, as a comment.
std::string value_text(eval::World& world, const eval::SourceUnit& unit,
                       const syntax::Located& target, const VirtualLimits& limits);

enum class DerivationForm : uint8_t {
  Json,   ///< as `nix derivation show` prints it
  Aterm,  ///< the .drv file
};

/// The derivation that `target` evaluates to, a set or the path of a .drv file. Errors as above.
std::string derivation_text(eval::World& world, const eval::SourceUnit& unit,
                            const syntax::Located& target, DerivationForm form,
                            const VirtualLimits& limits);

}  // namespace nilas::analysis
