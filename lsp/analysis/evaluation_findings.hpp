#pragma once
// Diagnostics by evaluation: the closed parts of a file are forced, and what fails is reported
// where the file led to it.

#include <atomic>
#include <chrono>
#include <functional>
#include <vector>

#include "evaluator/world.hpp"
#include "lsp/analysis/finding.hpp"

namespace nilas::analysis {

using MessageListener = std::function<void(eval::EvalHost::Message, std::string_view)>;

struct EvaluationFindings {
  std::vector<Finding> findings;
  bool interrupted =
      false;  ///< stopped from outside: the findings are not complete, and not to be shown
  bool complete = true;  ///< false: the time ran out, some bindings were not looked at
  bool heard = false;    ///< evaluation said something, and will not again in this world
};

/// Whether anything in the file can be evaluated without calling it: false for a file that is a
/// function, as most of nixpkgs are.
bool has_closed_parts(const syntax::Ast& ast);

/// Forces to weak head normal form the file's expression and each closed binding of its own sets
/// and lets: those outside
/// of functions, and on the branches that are taken. The values of the sets it gets from elsewhere
/// are left alone.
/// `deadline` is for all of it; no single binding takes more than a part of what is left.
/// What evaluation says meanwhile (warn, trace) is reported as well: `listener` is set until it is
/// done. Values that the world knows already say nothing again: a world that has said something
/// about another version of the file leaves those findings out.
EvaluationFindings evaluation_findings(eval::World& world, const eval::SourceUnit& file,
                                       uint32_t call_depth,
                                       std::chrono::steady_clock::time_point deadline,
                                       const std::atomic<bool>& stop, MessageListener& listener);

}  // namespace nilas::analysis
