// textDocument/publishDiagnostics: what the text alone tells right after an edit; what evaluation
// tells a moment later, together with it, for the same version. Results for a version that is gone
// are dropped.
//
// textDocument/diagnostic: the same for clients that ask. They are sent nothing unasked, but are
// told to ask again when evaluation or settings have changed the answer.

#include <algorithm>
#include <map>
#include <optional>
#include <spdlog/spdlog.h>

#include "lsp/analysis/evaluation_findings.hpp"
#include "lsp/analysis/syntax_findings.hpp"
#include "lsp/progress.hpp"
#include "lsp/server.hpp"
#include "lsp/wire.hpp"

namespace nilas::lsp {
namespace {

using std::chrono::milliseconds;

class Diagnostics {
 public:
  explicit Diagnostics(Server& server) : server_(server) {}

  /// Publishes what the text tells; edits that wait on the strand already are taken together.
  void edited(const std::string& key) {
    State& state = state_of(key);
    stop(state);
    state.evaluated.clear();
    if (state.publish_posted) return;
    state.publish_posted = true;
    server_.post([this, key] {
      const auto at = states_.find(key);
      if (at == states_.end()) return;
      at->second.publish_posted = false;
      at->second.evaluated_text = nullptr;
      if (!pulled()) publish(key);
      evaluate_later(key, milliseconds(server_.settings.diagnostics_delay),
                     milliseconds(server_.settings.diagnostics_deadline));
    });
  }

  void saved(const std::string& key) {
    if (!server_.documents.version(key)) return;
    server_.post([this, key] {
      evaluate_later(key, milliseconds(0), milliseconds(server_.settings.save_deadline));
    });
  }

  void closed(const std::string& key) {
    const auto at = states_.find(key);
    if (at == states_.end()) return;
    stop(at->second);
    const SnapshotPtr document = server_.documents.snapshot(key);
    if (document && !pulled())
      server_.client.notify("textDocument/publishDiagnostics",
                            PublishDiagnosticsParams{document->uri, {}, {}});
    states_.erase(at);
  }

  /// A report for textDocument/diagnostic (LSP 3.17, "DocumentDiagnosticReport").
  Json report(const SnapshotPtr& document, const Json& previous) {
    const State& state = state_of(document->key);
    const std::string id = std::to_string(document->version) + "." +
                           std::to_string(state.evaluations) + "." + std::to_string(settings_);
    if (previous.is_string() && previous == id)
      return Json::object({{"kind", "unchanged"}, {"resultId", id}});
    return Json::object(
        {{"kind", "full"}, {"resultId", id}, {"items", diagnostics_of(*document, state)}});
  }

  void settings_changed() {
    ++settings_;
    if (pulled()) return ask_again();
    for (const auto& [key, state] : states_)
      publish(key);
  }

  /// Something that other documents import may have changed.
  void others_changed(const std::string& except) {
    for (const auto& [key, state] : states_) {
      if (key == except) continue;
      evaluate_later(key, milliseconds(server_.settings.diagnostics_delay) * 2,
                     milliseconds(server_.settings.diagnostics_deadline));
    }
  }

 private:
  struct State {
    explicit State(Server& server) : timer(server) {}
    StrandTimer timer;
    std::shared_ptr<std::atomic<bool>> stop;  // of the evaluation under way
    std::shared_ptr<Progress> progress;
    milliseconds deadline{0};  // of the evaluation that is planned
    bool publish_posted = false;
    std::vector<analysis::Finding> evaluated;  // what evaluation told of the present version
    uint64_t evaluations = 0;                  // counts changes of that
    std::shared_ptr<const std::string> evaluated_text;  // what was evaluated last,
    uint64_t evaluated_in = 0;                          // and in which world, by serial
  };

  State& state_of(const std::string& key) {
    return states_.try_emplace(key, server_).first->second;
  }

  static void stop(State& state) {
    if (state.stop) *state.stop = true;
    state.stop = nullptr;
    state.progress = nullptr;
    state.timer.stop();
    state.deadline = milliseconds(0);
  }

  void evaluate_later(const std::string& key, milliseconds delay, milliseconds deadline) {
    if (!server_.settings.evaluation || !server_.settings.evaluation_diagnostics) return;
    State& state = state_of(key);
    // Saving right after an edit must not shorten the time, nor an edit elsewhere what saving
    // granted.
    state.deadline = std::max(state.deadline, deadline);
    state.timer.start(delay, [this, key] { evaluate(key); });
  }

  void evaluate(const std::string& key) {
    const SnapshotPtr document = server_.documents.snapshot(key);
    const auto at = states_.find(key);
    if (!document || at == states_.end()) return;
    State& state = at->second;
    const milliseconds deadline = std::exchange(state.deadline, milliseconds(0));
    if (state.stop) *state.stop = true;
    // C++ Nix refuses the whole file; its errors are shown already.
    if (!document->parsed->ok() || !analysis::has_closed_parts(document->ast())) return;
    auto stop = std::make_shared<std::atomic<bool>>(false);
    state.stop = stop;
    state.progress = Progress::start(
        server_, nullptr, "Evaluating " + document->key.substr(document->key.rfind('/') + 1),
        [stop] { *stop = true; });
    const uint64_t known_in = this->known_in(state, *document);
    server_.evaluation.submit({.urgency = Urgency::Background,
                               .setup = server_.world_setup(*document),
                               .overlay = server_.documents.overlay(),
                               .deadline = deadline,
                               .call_depth = static_cast<uint32_t>(server_.settings.call_depth),
                               .heard_in = known_in,
                               .stop = stop,
                               .run = [this, document, stop, known_in](EvaluationSession& s) {
                                 return run(document, stop, known_in, s);
                               }});
  }

  /// Serial of the world in which this very text was evaluated already; 0: none.
  static uint64_t known_in(const State& state, const DocumentSnapshot& document) {
    return state.evaluated_text == document.text ? state.evaluated_in : 0;
  }

  /// On the evaluator's thread.
  Outcome run(const SnapshotPtr& document, const std::shared_ptr<std::atomic<bool>>& stop,
              uint64_t known_in, EvaluationSession& session) {
    if (session.world_serial == known_in) {
      server_.post([this, document, stop] { finished(document, stop, std::nullopt, 0); });
      return Outcome::Done;
    }
    const eval::SourceUnit& unit =
        session.unit({document->key, document->directory, document->text, document->share_ast()});
    auto result = analysis::evaluation_findings(session.world, unit, session.call_depth,
                                                session.deadline, session.stop, session.listener);
    if (result.interrupted) return Outcome::Interrupted;
    // What ran out of time is tried again when asked again.
    const uint64_t serial = result.complete ? session.world_serial : 0;
    server_.post([this, document, stop, serial, findings = std::move(result.findings)] {
      finished(document, stop, findings, serial);
    });
    return Outcome::Done;
  }

  /// `findings` are none if the last ones still hold.
  void finished(const SnapshotPtr& document, const std::shared_ptr<std::atomic<bool>>& stop,
                const std::optional<std::vector<analysis::Finding>>& findings, uint64_t serial) {
    const auto at = states_.find(document->key);
    if (at == states_.end() || at->second.stop != stop)
      return;  // edited, closed or evaluated again meanwhile
    at->second.stop = nullptr;
    at->second.progress = nullptr;
    if (!findings) return;  // nothing changed since the last time
    at->second.evaluated_text = document->text;
    at->second.evaluated_in = serial;
    if (findings->empty() && at->second.evaluated.empty()) return;
    at->second.evaluated = *findings;
    ++at->second.evaluations;
    if (pulled()) return ask_again();
    publish(document->key);
  }

  bool pulled() const { return server_.about_client.pulls_diagnostics; }

  void ask_again() {
    server_.client.request("workspace/diagnostic/refresh", nullptr, [](const auto&) {});
  }

  void publish(const std::string& key) {
    const SnapshotPtr document = server_.documents.snapshot(key);
    if (!document) return;
    server_.client.notify("textDocument/publishDiagnostics",
                          PublishDiagnosticsParams{document->uri, document->version,
                                                   diagnostics_of(*document, state_of(key))});
  }

  std::vector<WireDiagnostic> diagnostics_of(const DocumentSnapshot& document,
                                             const State& state) const {
    const analysis::Rules rules = rules_of(server_.settings);
    auto findings = analysis::syntax_findings(document.key, document.text, *document.parsed, rules);
    auto evaluated = state.evaluated;
    analysis::filter_findings(evaluated, *document.text, document.ast(), rules);
    std::ranges::move(evaluated, std::back_inserter(findings));
    return to_wire(std::move(findings), wire_context(server_, document));
  }

  Server& server_;
  std::map<std::string, State> states_;
  uint64_t settings_ = 0;  // counts their changes
};

}  // namespace

void bind_diagnostics(Binder& binder) {
  auto diagnostics = std::make_shared<Diagnostics>(binder.server);
  binder.on_edit.push_back([diagnostics](const std::string& key) {
    diagnostics->edited(key);
    diagnostics->others_changed(key);
  });
  binder.on_save.push_back([diagnostics](const std::string& key) { diagnostics->saved(key); });
  binder.on_close.push_back([diagnostics](const std::string& key) { diagnostics->closed(key); });
  binder.on_disk_change.push_back([diagnostics] { diagnostics->others_changed(""); });
  binder.on_settings.push_back([diagnostics] {
    diagnostics->settings_changed();
    diagnostics->others_changed("");
  });
  binder.request<Json, Json>(
      "textDocument/diagnostic",
      [diagnostics, &server = binder.server](const Json& params, const Reply<Json>& reply) {
        const std::string uri = params.at("textDocument").at("uri").get<std::string>();
        const SnapshotPtr document = server.documents.snapshot(Documents::key_of(uri));
        if (!document) return reply(Json::object({{"kind", "full"}, {"items", Json::array()}}));
        reply(diagnostics->report(document, find(params, "previousResultId")));
      });
}

}  // namespace nilas::lsp
