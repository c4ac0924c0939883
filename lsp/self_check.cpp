#include "lsp/self_check.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <unistd.h>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/actions.hpp"
#include "lsp/analysis/call_hierarchy.hpp"
#include "lsp/analysis/completion.hpp"
#include "lsp/analysis/completion_context.hpp"
#include "lsp/analysis/document_links.hpp"
#include "lsp/analysis/document_symbols.hpp"
#include "lsp/analysis/folding_ranges.hpp"
#include "lsp/analysis/hover.hpp"
#include "lsp/analysis/hover_markdown.hpp"
#include "lsp/analysis/inlay_hints.hpp"
#include "lsp/analysis/refactor/refactor.hpp"
#include "lsp/analysis/references.hpp"
#include "lsp/analysis/selection_ranges.hpp"
#include "lsp/analysis/semantic_tokens.hpp"
#include "lsp/analysis/signature.hpp"
#include "lsp/analysis/static_definition.hpp"
#include "lsp/analysis/syntax_findings.hpp"
#include "lsp/analysis/type_definition.hpp"
#include "lsp/analysis/value_completion.hpp"
#include "lsp/analysis/workspace_rename.hpp"
#include "lsp/evaluation.hpp"
#include "lsp/hover_style.hpp"
#include "lsp/nix_settings.hpp"
#include "lsp/search_path.hpp"
#include "lsp/source_files.hpp"

namespace nilas::lsp {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kSlowest = 10;
constexpr auto kEvaluation = std::chrono::milliseconds(80);
/// Larger texts, in bytes, are not parsed again after each code action.
constexpr size_t kProven = 20'000;

/// What a crash tells: written before each answer, read by a signal handler.
struct Under {
  std::array<char, 4096> text{};
  std::atomic<size_t> size = 0;
};
Under& under() {
  static Under state;
  return state;
}

extern "C" void report_crash(int signal) {
  const char head[] = "nilas: crashed in ";
  (void)!::write(2, head, sizeof head - 1);
  (void)!::write(2, under().text.data(), under().size);
  (void)!::write(2, "\n", 1);
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

class SelfCheck {
 public:
  SelfCheck(SnapshotPtr document, const SelfCheckOptions& options, SelfCheckResult& result)
      : d_(std::move(document)),
        options_(options),
        result_(result),
        sources_(FileFinder(std::make_shared<const Overlay>(), search_path(options.search_path)),
                 {d_}, nullptr),
        program_(sources_),
        file_(sources_.of(d_)) {}

  void run() {
    whole_file();
    const auto& tokens = d_->tokens();
    if (tokens.empty()) return;
    const size_t step =
        std::max<size_t>(1, tokens.size() / std::max<size_t>(1, options_.max_tokens));
    if (options_.evaluate) make_world();
    for (size_t i = 0; i < tokens.size(); i += step) {
      at(tokens[i].begin);
      at_end(tokens[i].end);
    }
  }

 private:
  const syntax::Ast& ast() const { return d_->ast(); }
  std::string_view text() const { return *d_->text; }

  template <class Work>
  void measure(std::string_view feature, uint32_t offset, Work work) {
    std::string where = fmt::format("{}:{}: {}", d_->path, offset, feature);
    where.resize(std::min(where.size(), under().text.size()));
    std::ranges::copy(where, under().text.begin());
    under().size = where.size();
    const auto begin = Clock::now();
    try {
      work();
    } catch (const std::exception& e) {
      result_.failures.push_back(where + ": " + e.what());
    }
    const auto time = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
    ++result_.answers;
    auto& slowest = result_.slowest;
    if (slowest.size() == kSlowest && slowest.back().time >= time) return;
    const auto place =
        std::ranges::upper_bound(slowest, time, std::greater(), &SelfCheckTiming::time);
    slowest.insert(place, {feature, d_->path, offset, time});
    if (slowest.size() > kSlowest) slowest.pop_back();
  }

  void whole_file() {
    const syntax::Span all{0, static_cast<uint32_t>(text().size())};
    measure("tokens", 0, [&] { (void)d_->tokens(); });
    measure("names", 0, [&] { (void)d_->names(); });
    analysis::Rules everything;
    for (const syntax::DiagnosticInfo& row : syntax::all_diagnostics())
      everything.set(row.name, "on");
    measure("diagnostics", 0, [&] {
      findings_ = analysis::syntax_findings(d_->path, d_->text, *d_->parsed, everything);
    });
    measure("documentSymbol", 0, [&] { (void)analysis::document_symbols(ast(), text()); });
    measure("foldingRange", 0,
            [&] { (void)analysis::folding_ranges(ast(), text(), d_->tokens()); });
    measure("semanticTokens", 0, [&] {
      (void)analysis::semantic_tokens(ast(), text(), d_->tokens(), d_->names(), all);
    });
    measure("documentLink", 0, [&] { (void)analysis::document_links(ast()); });
    measure("inlayHint", 0,
            [&] { (void)analysis::inlay_hints(ast(), d_->names(), text(), all, {}); });
  }

  void at(uint32_t offset) {
    const analysis::Names& names = d_->names();
    for (const auto goal :
         {analysis::DefinitionGoal::Definition, analysis::DefinitionGoal::Declaration}) {
      measure("definition", offset,
              [&] { (void)analysis::static_definition(ast(), names, offset, goal); });
    }
    measure("references", offset, [&] {
      if (const analysis::Name* name = names.at(offset))
        (void)analysis::references_of(program_, file_, *name);
    });
    measure("selectionRange", offset,
            [&] { (void)analysis::selection_ranges(ast(), text(), d_->tokens(), offset); });
    measure("prepareRename", offset,
            [&] { (void)analysis::prepare_rename(program_, file_, offset); });
    measure("typeDefinition", offset,
            [&] { (void)analysis::type_definition(program_, file_, offset); });
    // The proof of a rename takes a parse: large files get it at few places.
    if (text().size() < 100'000 || offset % 97 == 0) {
      measure("rename", offset,
              [&] { (void)analysis::rename(program_, file_, offset, "renamed-by-self-check"); });
    }
    measure("callHierarchy", offset, [&] {
      if (!analysis::call_item(program_, file_, offset)) return;
      (void)analysis::incoming_calls(program_, file_, offset);
      (void)analysis::outgoing_calls(program_, file_, offset);
    });
    measure("hover", offset, [&] { hover(offset); });
    code_actions(offset);
  }

  /// At the cursor, and for the innermost expression around it. What they make of a small text must
  /// be as valid as that was.
  void code_actions(uint32_t offset) {
    syntax::Span selection{offset, offset};
    for (const syntax::Node& n : ast().nodes) {
      const bool around = n.span.begin <= offset && offset < n.span.end;
      if (around && !(n.flags & syntax::kSynthetic)) {
        selection = n.span;
        break;
      }
    }
    for (const syntax::Span where : {syntax::Span{offset, offset}, selection}) {
      std::vector<analysis::Action> actions;
      const analysis::FixInput input{ast(), text(), eval::global_names()};
      measure("codeAction", offset, [&] {
        actions = analysis::fix_actions(input, findings_, where);
        if (d_->parsed->ok())
          std::ranges::move(analysis::refactorings(input, where), std::back_inserter(actions));
      });
      if (text().size() > kProven || !d_->parsed->ok()) continue;
      for (analysis::Action& action : actions) {
        if (action.deferred) action.edits = analysis::fix_edits(input, findings_, action);
        const std::string after = analysis::apply_edits(text(), action.edits);
        if (syntax::parse(after, eval::global_names()).ok()) continue;
        result_.failures.push_back(
            fmt::format("{}:{}: '{}' makes it invalid", d_->path, offset, action.title));
      }
    }
  }

  void at_end(uint32_t offset) {
    measure("completion", offset, [&] { complete(offset); });
    measure("signatureHelp", offset, [&] {
      const auto call = analysis::call_site(ast(), text(), offset);
      if (call) (void)analysis::known_signature(ast(), d_->names(), text(), *call);
    });
  }

  void complete(uint32_t offset) {
    const auto context = analysis::completion_context(text(), d_->tokens(), offset);
    (void)analysis::scope_items(ast(), d_->names(), text(), offset);
    (void)analysis::global_items(context.typed);
    if (context.place != analysis::CompletionPlace::Attribute) return;
    const auto base = analysis::expression_before(ast(), context.base_end);
    if (!base) return;
    const auto known = analysis::known_attributes(ast(), d_->names(), text(), *base);
    (void)analysis::seen_attributes(ast(), d_->names(), *base, context.word.begin);
    if (known.complete || !world_) return;
    limit();
    (void)analysis::attributes_of_value(world_->world, *unit_, *base, context.typed, 1000);
  }

  // --- Evaluation ---------------------------------------------------------------------------------
  struct LocalWorld {
    explicit LocalWorld(eval::WorldOptions options)
        : host([](eval::EvalHost::Message, std::string_view) {}), world(host, std::move(options)) {}
    FileHost host;
    eval::World world;
  };

  void make_world() {
    eval::WorldOptions setup = configured_world(options_.search_path);
    setup.heap.limit_bytes = default_memory_budget();
    setup.remembers_calls = true;  // as the server's
    world_ = std::make_unique<LocalWorld>(std::move(setup));
    unit_ = &world_->world.add_source(d_->path, d_->directory, d_->text, d_->share_ast(), true);
    tree_ = syntax::Tree::parse(text());
  }

  void limit() {
    eval::Limits limits;
    limits.deadline = Clock::now() + kEvaluation;
    world_->world.vm.set_limits(limits);
  }

  void hover(uint32_t offset) {
    if (!world_ || !tree_) return;
    const syntax::Located target = syntax::locate(*tree_, ast(), offset);
    const auto end = Clock::now() + kEvaluation;
    const analysis::HoverLimits limits{.shown_by = end,
                                       .deadline = end,
                                       .stop = nullptr,
                                       .call_depth = 10000,
                                       .max_characters = 30000};
    try {
      const auto content = analysis::hover(world_->world, *unit_, target, limits,
                                           [](std::string_view) { return true; });
      if (content)
        (void)analysis::hover_text(*content, hover_style({}, analysis::HoverFormat::Markdown));
    } catch (const eval::EvalError&) {
      // Out of time: no failure.
    }
  }

  SnapshotPtr d_;
  const SelfCheckOptions& options_;
  SelfCheckResult& result_;
  // The file, and those that it names; without an index of all.
  WorkspaceSources sources_;
  analysis::Program program_;
  const analysis::SourceFile& file_;
  std::vector<analysis::Finding> findings_;
  std::unique_ptr<LocalWorld> world_;
  const eval::SourceUnit* unit_ = nullptr;
  std::optional<syntax::Tree> tree_;
};

}  // namespace

void self_check(const std::string& path, std::string text, const SelfCheckOptions& options,
                SelfCheckResult& result) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL})
    std::signal(signal, report_crash);
  const std::string where = path + ": parsing";
  std::ranges::copy(where.substr(0, under().text.size()), under().text.begin());
  under().size = std::min(where.size(), under().text.size());
  SelfCheck(make_snapshot(path, std::move(text)), options, result).run();
}

}  // namespace nilas::lsp
