// nilas/status: what the server is doing, for tests, bug reports and status lines.

#include "lsp/server.hpp"

namespace nilas::lsp {

void bind_status(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["experimental"]["nilasStatus"] = true;
  });
  binder.request<NoParams, Json>("nilas/status", [&](NoParams, const Reply<Json>& reply) {
    const Evaluation::Status s = server.evaluation.status();
    reply(Json::object({{"documents", server.documents.keys().size()},
                        {"worlds", s.worlds},
                        {"evaluationBytes", s.live_bytes},
                        {"worldsRebuilt", s.rebuilt},
                        {"jobs", s.jobs},
                        {"jobsInterrupted", s.interrupted},
                        {"jobsQueued", s.queued},
                        {"busy", s.busy}}));
  });
}

}  // namespace nilas::lsp
