#include "lsp/analysis/evaluation_errors.hpp"

#include "evaluator/trace.hpp"

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
  std::string message;
};

/// Innermost first; steps without a place are left out, and one that repeats the step before it.
std::vector<Step> steps_of(const eval::World& world, const eval::ErrorData& error) {
  std::vector<Step> steps;
  if (const auto place = eval::place_of(error); place.known())
    steps.push_back({place, error.message});
  for (eval::TraceFrame& frame : eval::trace_steps(world, error)) {
    if (!frame.span.known()) continue;
    if (!steps.empty() && steps.back().span == frame.span && steps.back().message == frame.message)
      continue;
    steps.push_back({frame.span, std::move(frame.message)});
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

syntax::DiagnosticId id_of(ErrorKind kind) {
  using syntax::DiagnosticId;
  switch (kind) {
    case ErrorKind::Throw: return DiagnosticId::Throw;
    case ErrorKind::AssertionFailed: return DiagnosticId::AssertionFailed;
    case ErrorKind::MissingSearchPath: return DiagnosticId::MissingSearchPath;
    case ErrorKind::Abort: return DiagnosticId::Abort;
    case ErrorKind::Type: return DiagnosticId::TypeError;
    case ErrorKind::UndefinedVariable: return DiagnosticId::UndefinedVariable;
    case ErrorKind::MissingAttribute: return DiagnosticId::MissingAttribute;
    case ErrorKind::MissingArgument: return DiagnosticId::MissingArgument;
    case ErrorKind::UnexpectedArgument: return DiagnosticId::UnexpectedArgument;
    case ErrorKind::InfiniteRecursion: return DiagnosticId::InfiniteRecursion;
    case ErrorKind::Parse: return DiagnosticId::ImportedSyntaxError;
    case ErrorKind::Arithmetic: return DiagnosticId::ArithmeticError;
    case ErrorKind::Io: return DiagnosticId::FileError;
    case ErrorKind::DepthLimit: return DiagnosticId::StackOverflow;
    case ErrorKind::MemoryLimit: return DiagnosticId::MemoryLimit;
    case ErrorKind::FuelLimit: return DiagnosticId::FuelLimit;
    case ErrorKind::Deadline: return DiagnosticId::Deadline;
    case ErrorKind::Refused: return DiagnosticId::Refused;
    case ErrorKind::Cancelled:        // never shown
    case ErrorKind::UnknownArgument:  // likewise
    case ErrorKind::Other: return DiagnosticId::EvaluationError;
  }
  return DiagnosticId::EvaluationError;
}

std::optional<Place> place_of(const eval::World& world, eval::SourceSpan span) {
  if (!span.known()) return std::nullopt;
  const eval::SourceUnit* unit = world.source(span.source);
  if (!unit) return std::nullopt;
  return Place{unit->name, unit->text, span.span};
}

Finding describe_error(const eval::World& world, const eval::SourceUnit& file,
                       const eval::ErrorData& error, syntax::Span fallback) {
  Finding finding{
      fallback, severity_of(error.kind), id_of(error.kind), with_suggestions(error), {}};
  const std::vector<Step> steps = steps_of(world, error);
  const Step* primary = nullptr;
  for (const Step& step : steps) {
    if (world.is_in(step.span, file)) {
      primary = &step;
      break;
    }
  }
  if (primary) finding.span = primary->span.span;
  for (const Step& step : steps) {
    if (&step == primary || finding.related.size() == kMaxRelated) continue;
    if (auto place = place_of(world, step.span)) {
      finding.related.push_back({std::move(*place), step.message});
    }
  }
  return finding;
}

}  // namespace nilas::analysis
