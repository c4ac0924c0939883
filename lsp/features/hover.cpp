// textDocument/hover: the value of the expression under the cursor, what it is, and where it comes
// from.
//
// A reader waits: the answer is there by the hover's deadline. What takes longer is answered with
// "still evaluating" and goes on in the background for a while; its result is kept, so that asking
// again finds it.

#include "lsp/analysis/hover.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <ranges>

#include "lsp/analysis/conventions.hpp"
#include "lsp/hover_style.hpp"
#include "lsp/nixpkgs.hpp"
#include "lsp/progress.hpp"
#include "lsp/protocol/hover.hpp"
#include "lsp/server.hpp"
#include "lsp/source_files.hpp"

namespace nilas::lsp {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// How long a value may take in the background after "still evaluating" was answered.
constexpr auto kBackground = std::chrono::seconds(30);

/// Arguments of calls that are tried until one has a value.
constexpr size_t kArguments = 5;

/// Results that are kept for whoever asks again.
constexpr size_t kKept = 16;

/// What is needed to look into other files, taken on the strand.
struct Elsewhere {
  FileFinder files;
  std::vector<SnapshotPtr> open;
  WorkspaceViewPtr index;
};

/// What came of a hover: content, nothing to show, or an error of ours.
using HoverAnswer = std::expected<std::optional<HoverResult>, ResponseError>;

/// One evaluation, and the requests that wait for it. `waiting` belongs to the strand; the result
/// is written before the job is given back to it.
struct HoverJob {
  SnapshotPtr document;
  std::shared_ptr<const syntax::Tree> tree;
  uint32_t offset = 0;
  std::optional<EvaluatedText> nixpkgs;  ///< what conventions refer to
  std::optional<Elsewhere> elsewhere;    ///< where calls of the document's functions may be
  bool looked_elsewhere = false;         ///< the result depends on texts that no world has read
  std::shared_ptr<std::atomic<bool>> stop = std::make_shared<std::atomic<bool>>(false);
  std::vector<Reply<HoverResult>> waiting;
  std::vector<std::shared_ptr<StrandTimer>> timers;  ///< of those in `waiting`
  HoverAnswer result = std::unexpected(ResponseError{ErrorCode::ServerCancelled, "stopped"});
  uint64_t world_serial = 0;  ///< of the world the result belongs to; 0: there is none

  bool is_about(const SnapshotPtr& d, uint32_t at) const { return document == d && offset == at; }
  bool all_answered() const {
    return std::ranges::all_of(waiting, [](const auto& r) { return r.request()->answered(); });
  }
};
using HoverJobPtr = std::shared_ptr<HoverJob>;

class Hovers {
 public:
  explicit Hovers(Server& server) : server_(server) {}

  void ask(const TextDocumentPosition& params, const Reply<HoverResult>& reply) {
    const SnapshotPtr document = server_.documents.snapshot(Documents::key_of(params.uri));
    if (!document) return reply.nothing();
    auto tree = server_.documents.tree(document->key);
    if (!tree) return reply.nothing();
    const uint32_t offset = document->lines->offset(params.position, server_.encoding);
    auto timer = answer_by(milliseconds(server_.settings.hover_deadline), reply);
    for (const HoverJobPtr& job : jobs_) {
      if (job->is_about(document, offset) && !*job->stop) {
        job->waiting.push_back(reply);
        job->timers.push_back(std::move(timer));
        return;
      }
    }
    make_room();
    start(document, std::move(tree), offset, params.work_done_token, reply);
    jobs_.back()->timers.push_back(std::move(timer));
  }

  /// What goes on in the background makes room for what a reader waits for.
  void make_room() {
    for (const HoverJobPtr& job : jobs_) {
      if (job->all_answered()) *job->stop = true;
    }
  }

  /// A hover shows the present text or nothing.
  void edited(const std::string& key) {
    std::erase_if(done_, [&](const HoverJobPtr& job) { return job->document->key == key; });
    for (const HoverJobPtr& job : jobs_) {
      if (job->document->key != key) continue;
      *job->stop = true;
      answer(*job, std::unexpected(
                       ResponseError{ErrorCode::ContentModified, "the document was changed"}));
    }
  }

 private:
  bool markdown() const { return server_.about_client.hover_markdown; }

  std::shared_ptr<StrandTimer> answer_by(milliseconds deadline, const Reply<HoverResult>& reply) {
    auto timer = std::make_shared<StrandTimer>(server_);
    timer->start(deadline, [this, timer, request = std::weak_ptr(reply.request())] {
      if (const PendingPtr pending = request.lock()) {
        pending->succeed(HoverResult{markdown() ? "*still evaluating*" : "still evaluating",
                                     markdown(), std::nullopt});
      }
    });
    return timer;
  }

  void start(const SnapshotPtr& document, std::shared_ptr<const syntax::Tree> tree, uint32_t offset,
             const Json& token, const Reply<HoverResult>& reply) {
    auto job = std::make_shared<HoverJob>();
    job->document = document;
    job->tree = std::move(tree);
    job->offset = offset;
    if (server_.settings.evaluation) {
      job->nixpkgs = server_.nixpkgs_texts->find(FileFinder(server_), document->directory);
      job->elsewhere = Elsewhere{FileFinder(server_), server_.documents.open_files(),
                                 server_.workspace_index->ready()};
    }
    job->waiting.push_back(reply);
    jobs_.push_back(job);
    HoverJobPtr known;
    for (const HoverJobPtr& old : done_) {
      if (old->is_about(document, offset)) known = old;
    }
    reply.request()->on_cancel([this, weak = std::weak_ptr(job)] {
      server_.post([weak] {
        if (const HoverJobPtr j = weak.lock(); j && j->all_answered()) *j->stop = true;
      });
    });
    const milliseconds deadline(server_.settings.hover_deadline);
    auto progress =
        Progress::start(server_, token, "Evaluating", [stop = job->stop] { *stop = true; });
    const auto format = markdown() ? analysis::HoverFormat::Markdown : analysis::HoverFormat::Plain;
    server_.evaluation.submit(
        {.urgency = Urgency::Waited,
         .setup = server_.world_setup(*document),
         .overlay = server_.documents.overlay(),
         .deadline = deadline + kBackground,
         .call_depth = static_cast<uint32_t>(server_.settings.call_depth),
         .stop = job->stop,
         .run =
             [job, known, shown_by = Clock::now() + deadline * 3 / 4,
              folders = server_.documents.folders(), format,
              characters = static_cast<size_t>(server_.settings.hover_characters),
              encoding = server_.encoding,
              evaluate = server_.settings.evaluation](EvaluationSession& session) {
               const analysis::HoverLimits limits{.evaluate = evaluate,
                                                  .shown_by = shown_by,
                                                  .deadline = session.deadline,
                                                  .stop = &session.stop,
                                                  .call_depth = session.call_depth,
                                                  .max_characters = characters};
               job->result = known && known->world_serial == session.world_serial
                                 ? known->result
                                 : evaluated(*job, limits, folders, format, encoding, session);
               job->world_serial = job->result && !job->looked_elsewhere ? session.world_serial : 0;
               return Outcome::Done;
             },
         .ended = [this, job,
                   progress] { server_.post([this, job, progress] { ended(job, *progress); }); }});
  }

  /// On the evaluator's thread.
  static HoverAnswer evaluated(HoverJob& job, const analysis::HoverLimits& limits,
                               const std::vector<std::string>& folders,
                               analysis::HoverFormat format, PositionEncoding encoding,
                               EvaluationSession& session) {
    const DocumentSnapshot& d = *job.document;
    const syntax::Located target = syntax::locate(*job.tree, d.ast(), job.offset);
    if (target.kind == syntax::LocatedKind::Nothing) return std::nullopt;
    const eval::SourceUnit& unit = session.unit({d.key, d.directory, d.text, d.share_ast()});
    const auto in_workspace = [&](std::string_view path) {
      return path == d.key || is_in(folders, path);
    };
    try {
      auto content = analysis::hover(session.world, unit, target, limits, in_workspace);
      if (!content) return std::nullopt;
      if (content->by_argument && !content->definition)
        content->definition = analysis::definition_in_text(unit, d.names(), target.token.begin);
      if (content->by_argument && !show_argument(job, limits, in_workspace, session, *content) &&
          job.nixpkgs)
        explain(job, target, session, *content);
      return HoverResult{analysis::hover_text(*content, hover_style(folders, format)),
                         format == analysis::HoverFormat::Markdown,
                         d.lines->range(content->span, encoding)};
    } catch (const eval::EvalError& e) {
      if (session.stop)
        return std::unexpected(ResponseError{ErrorCode::ServerCancelled, "stopped"});
      return HoverResult{"not evaluated: " + e.data().message, false, std::nullopt};
    }
  }

  /// The first argument with a value that a call gives the parameter which the content is about.
  static bool show_argument(HoverJob& job, const analysis::HoverLimits& limits,
                            const std::function<bool(std::string_view)>& in_workspace,
                            EvaluationSession& session, analysis::HoverContent& content) {
    const auto& definition = content.definition;
    if (!job.elsewhere || !definition || !definition->place ||
        definition->kind != analysis::DefinitionKind::Parameter)
      return false;
    const syntax::Ast& ast = job.document->ast();
    const auto decl =
        std::ranges::find(ast.decls, definition->place->span, [](const auto& d) { return d.name; });
    if (decl == ast.decls.end()) return false;
    job.looked_elsewhere = true;
    WorkspaceSources sources(job.elsewhere->files, job.elsewhere->open, job.elsewhere->index);
    analysis::Program program(sources);
    const auto arguments = program.arguments_for(
        sources.of(job.document), static_cast<syntax::DeclId>(decl - ast.decls.begin()));
    for (const analysis::FileNode& argument : arguments | std::views::take(kArguments)) {
      const DocumentSnapshot& d = sources.document(*argument.file);
      const eval::SourceUnit& unit = session.unit({d.key, d.directory, d.text, d.share_ast()});
      syntax::Located target{.kind = syntax::LocatedKind::Expression};
      target.expr = argument.node;
      target.span = target.token = argument.get().span;
      const auto shown = analysis::hover(session.world, unit, target, limits, in_workspace);
      if (!shown || shown->by_argument || shown->error) continue;
      content.code = shown->code;
      content.facts = shown->facts;
      content.type = shown->type;
      content.note = shown->note;
      content.argument = analysis::Place{unit.name, unit.text, target.span};
      content.other_arguments = arguments.size() - 1;
      return true;
    }
    return false;
  }

  static std::vector<analysis::Convention> meanings_of(const DocumentSnapshot& d,
                                                       const syntax::Located& target) {
    if (target.kind == syntax::LocatedKind::Parameter) {
      auto meaning = analysis::conventional_parameter(d.ast(), target.span);
      return meaning ? std::vector{std::move(*meaning)} : std::vector<analysis::Convention>{};
    }
    const bool prefix = target.kind == syntax::LocatedKind::Prefix;
    const syntax::NodeId node = prefix ? target.select : target.expr;
    if (node == syntax::kNoNode) return {};
    return analysis::conventional_meanings(d.ast(), d.names(), {node, prefix ? target.names : 0});
  }

  /// What is known by convention; without it the hover stands as it is.
  static void explain(const HoverJob& job, const syntax::Located& target,
                      EvaluationSession& session, analysis::HoverContent& content) {
    try {
      analysis::explain_by_convention(session.world, session.unit(*job.nixpkgs),
                                      meanings_of(*job.document, target), content);
    } catch (const eval::EvalError&) {
      // Out of time, or nixpkgs is broken.
    }
  }

  static void answer(const HoverJob& job, const HoverAnswer& result) {
    for (const auto& reply : job.waiting) {
      if (!result) {
        reply.request()->fail(result.error());
      } else if (!*result) {
        reply.nothing();
      } else {
        reply(**result);
      }
    }
  }

  /// Ran, failed or was dropped before it ran: nobody may be left waiting.
  void ended(const HoverJobPtr& job, Progress& progress) {
    progress.end();
    for (const auto& timer : job->timers)
      timer->stop();
    job->timers.clear();
    std::erase(jobs_, job);
    answer(*job, job->result);
    if (job->world_serial == 0) return;
    std::erase_if(done_,
                  [&](const auto& old) { return old->is_about(job->document, job->offset); });
    job->waiting.clear();
    done_.push_back(job);
    if (done_.size() > kKept) done_.pop_front();
  }

  Server& server_;
  std::vector<HoverJobPtr> jobs_;
  std::deque<HoverJobPtr> done_;  // the latest results, oldest first
};

}  // namespace

void bind_hover(Binder& binder) {
  auto hovers = std::make_shared<Hovers>(binder.server);
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["hoverProvider"] = Json::object({{"workDoneProgress", true}});
  });
  binder.request<TextDocumentPosition, HoverResult>(
      "textDocument/hover",
      [hovers](const TextDocumentPosition& params, const Reply<HoverResult>& reply) {
        hovers->ask(params, reply);
      });
  binder.on_edit.push_back([hovers](const std::string& key) { hovers->edited(key); });
  binder.on_wait.push_back([hovers] { hovers->make_room(); });
  binder.on_close.push_back([hovers](const std::string& key) { hovers->edited(key); });
}

}  // namespace nilas::lsp
