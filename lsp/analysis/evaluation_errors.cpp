#include "lsp/analysis/evaluation_errors.hpp"

namespace nilas::analysis {
namespace {

using eval::ErrorKind;

constexpr size_t kMaxRelated = 30;

FindingSeverity severity_of(ErrorKind kind) {
  // A limit of ours says nothing certain about the code, but for endless recursion.
  if (kind == ErrorKind::Refused) return FindingSeverity::Information;
  return eval::is_limit(kind) && kind != ErrorKind::DepthLimit ? FindingSeverity::Warning
                                                               : FindingSeverity::Error;
}

struct Step {
  eval::SourceSpan span;
  std::string_view message;
};

/// Innermost first; steps without a place are left out, and one that repeats the step before it.
std::vector<Step> steps_of(const eval::ErrorData& error) {
  std::vector<Step> steps;
  if (error.span.known()) steps.push_back({error.span, error.message});
  for (const eval::TraceFrame& frame : error.trace) {
    if (!frame.span.known()) continue;
    if (!steps.empty() && steps.back().span == frame.span && steps.back().message == frame.message)
      continue;
    steps.push_back({frame.span, frame.message});
  }
  return steps;
}

std::string with_suggestions(const eval::ErrorData& error) {
  std::string text = error.message;
  for (size_t i = 0; i < error.suggestions.size(); ++i) {
    text += i == 0 ? "\nDid you mean " : i + 1 == error.suggestions.size() ? " or " : ", ";
    text += error.suggestions[i];
  }
  if (!error.suggestions.empty()) text += "?";
  return text;
}

}  // namespace

std::string_view code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Throw: return "throw";
    case ErrorKind::AssertionFailed: return "assertion-failed";
    case ErrorKind::MissingSearchPath: return "search-path";
    case ErrorKind::Abort: return "abort";
    case ErrorKind::Type: return "type-error";
    case ErrorKind::UndefinedVariable: return "undefined-variable";
    case ErrorKind::MissingAttribute: return "missing-attribute";
    case ErrorKind::MissingArgument: return "missing-argument";
    case ErrorKind::UnexpectedArgument: return "unexpected-argument";
    case ErrorKind::InfiniteRecursion: return "infinite-recursion";
    case ErrorKind::Parse: return "imported-syntax-error";
    case ErrorKind::Arithmetic: return "arithmetic";
    case ErrorKind::Other: return "evaluation-error";
    case ErrorKind::Io: return "file-error";
    case ErrorKind::DepthLimit: return "stack-overflow";
    case ErrorKind::MemoryLimit: return "memory-limit";
    case ErrorKind::FuelLimit: return "fuel-limit";
    case ErrorKind::Deadline: return "deadline";
    case ErrorKind::Cancelled: return "cancelled";
    case ErrorKind::Refused: return "refused";
    case ErrorKind::UnknownArgument: return "unknown-argument";
  }
  return "evaluation-error";
}

std::optional<Place> place_of(const eval::World& world, eval::SourceSpan span) {
  if (!span.known()) return std::nullopt;
  const eval::SourceUnit* unit = world.source(span.source);
  if (!unit) return std::nullopt;
  return Place{unit->name, unit->text, span.span};
}

Finding describe_error(const eval::World& world, const eval::SourceUnit& file,
                       const eval::ErrorData& error, syntax::Span fallback) {
  Finding finding{fallback,
                  severity_of(error.kind),
                  std::string(code_of(error.kind)),
                  with_suggestions(error),
                  FindingTag::None,
                  {}};
  const std::vector<Step> steps = steps_of(error);
  const Step* primary = nullptr;
  for (const Step& step : steps) {
    const eval::SourceUnit* unit = world.source(step.span.source);
    // The file may have been imported too: a unit of its own, with the same name and text.
    if (unit && (unit == &file || (unit->name == file.name && *unit->text == *file.text))) {
      primary = &step;
      break;
    }
  }
  if (primary) finding.span = primary->span.span;
  for (const Step& step : steps) {
    if (&step == primary || finding.related.size() == kMaxRelated) continue;
    if (auto place = place_of(world, step.span)) {
      finding.related.push_back({std::move(*place), std::string(step.message)});
    }
  }
  return finding;
}

}  // namespace nilas::analysis
