#pragma once
// What a hover shows (docs: "What a hover shows"), as a plain struct; hover_markdown.hpp makes text
// of it.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "evaluator/world.hpp"
#include "lsp/analysis/definition.hpp"
#include "lsp/analysis/finding.hpp"
#include "syntax/locate.hpp"

namespace nilas::analysis {

struct HoverError {
  std::string message;
  std::optional<Place> thrown;  ///< where
  std::optional<RelatedPlace>
      step;  ///< innermost step of the trace that lies in the workspace, if it is another place
};

/// One line about a value: "version", "2.12.1".
struct HoverFact {
  std::string name;
  std::string value;
};

struct HoverContent {
  syntax::Span span;                ///< of the expression, in the file
  std::string code;                 ///< Nix: the value, or the head of a function; may be empty
  std::optional<HoverError> error;  ///< instead of a value
  std::vector<HoverFact> facts;
  std::string note;  ///< why there is no value, in a sentence
  std::string type;  ///< "list of 5 elements"; empty if not known
  std::optional<Definition> definition;
  std::optional<Place> function;  ///< where a function was written
  std::string documentation;      ///< Markdown
  bool by_argument = false;       ///< no value: it depends on an argument that nobody knows
  std::optional<Place>
      argument;                ///< of a parameter: what one call gives it, which is what is shown
  size_t other_arguments = 0;  ///< what other calls give it
};

struct HoverLimits {
  bool evaluate = true;                            ///< false: only what the text tells
  std::chrono::steady_clock::time_point shown_by;  ///< a value that is found is laid out by then
  std::chrono::steady_clock::time_point deadline;  ///< the value itself may take until then
  const std::atomic<bool>* stop;
  uint32_t call_depth;
  size_t max_characters;
};

/// Content for what `target` denotes (syntax/locate.hpp). nullopt: nothing to show there (white
/// space, a comment), which is
/// no error.
/// `in_workspace` tells of a path whether it lies in the workspace.
/// Throws EvalError of kind Cancelled or Deadline if `limits` ended the evaluation; other errors
/// are content.
std::optional<HoverContent> hover(eval::World& world, const eval::SourceUnit& unit,
                                  const syntax::Located& target, const HoverLimits& limits,
                                  const std::function<bool(std::string_view path)>& in_workspace);

}  // namespace nilas::analysis
