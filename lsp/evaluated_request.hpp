#pragma once
// Requests whose answer takes evaluation: on the evaluator's thread, ahead of everything in the
// background, within the time that hovers have.

#include <chrono>
#include <functional>
#include <optional>

#include "lsp/snapshot_request.hpp"

namespace nilas::lsp {

/// What the work is given besides the query.
struct EvaluatedQuery {
  const SnapshotQuery& query;
  EvaluationSession& session;
  const eval::SourceUnit& unit;
};

/// Runs `work`; what it writes is the answer, null if it writes nothing, throws an EvalError, or is
/// not done in time. Strand only. An edit or a cancellation ends it. With evaluation switched off
/// the answer is null at once. `deadline` is that of hovers if there is none.
void evaluate(Server& server, const SnapshotQuery& query,
              std::function<void(const EvaluatedQuery&, JsonWriter&)> work,
              std::optional<std::chrono::milliseconds> deadline = std::nullopt);

}  // namespace nilas::lsp
