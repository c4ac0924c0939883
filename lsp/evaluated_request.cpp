#include "lsp/evaluated_request.hpp"

#include <spdlog/spdlog.h>

namespace nilas::lsp {
namespace {

using std::chrono::milliseconds;

void run(const SnapshotQuery& query, EvaluationSession& session,
         const std::function<void(const EvaluatedQuery&, JsonWriter&)>& work) {
  const DocumentSnapshot& d = *query.document;
  const eval::SourceUnit& unit = session.unit({d.key, d.directory, d.text, d.share_ast()});
  JsonWriter out;
  try {
    work({query, session, unit}, out);
  } catch (const eval::EvalError&) {
    return query.request->succeed(nullptr);
  } catch (const std::exception& e) {
    spdlog::error("request {} {} of {}: {}", to_text(query.request->id), query.request->method,
                  d.key, e.what());
    return query.request->fail({ErrorCode::InternalError, e.what()});
  }
  query.request->succeed_text(out.text().empty() ? "null" : out.text());
}

}  // namespace

void evaluate(Server& server, const SnapshotQuery& query,
              std::function<void(const EvaluatedQuery&, JsonWriter&)> work,
              std::optional<milliseconds> wanted_deadline) {
  if (!server.settings.evaluation) return query.request->succeed(nullptr);
  const auto stop = std::make_shared<std::atomic<bool>>(false);
  query.request->on_cancel([stop] { *stop = true; });
  const milliseconds deadline =
      wanted_deadline.value_or(milliseconds(server.settings.hover_deadline));
  auto timer = std::make_shared<StrandTimer>(server);
  timer->start(deadline, [timer, stop, request = std::weak_ptr(query.request)] {
    *stop = true;
    if (const PendingPtr pending = request.lock()) pending->succeed(nullptr);
  });
  fire(server.binder.on_wait);
  server.evaluation.submit(
      {.urgency = Urgency::Waited,
       .setup = server.world_setup(*query.document),
       .overlay = server.documents.overlay(),
       .deadline = deadline,
       .call_depth = static_cast<uint32_t>(server.settings.call_depth),
       .stop = stop,
       .run =
           [query, work = std::move(work)](EvaluationSession& session) {
             if (!query.stopped()) run(query, session, work);
             return Outcome::Done;
           },
       .ended = [&server, timer] { server.post([timer] { timer->stop(); }); }});
}

}  // namespace nilas::lsp
