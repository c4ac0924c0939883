// nilas check PATH...: the diagnostics an editor would get.

#include <cstdio>
#include <fmt/format.h>

#include "lsp/analysis/evaluation_findings.hpp"
#include "lsp/analysis/syntax_findings.hpp"
#include "lsp/commands/commands.hpp"
#include "lsp/commands/evaluator_session.hpp"
#include "lsp/commands/input.hpp"
#include "lsp/documents.hpp"
#include "lsp/evaluation.hpp"
#include "lsp/search_path.hpp"
#include "lsp/self_check.hpp"

namespace nilas::lsp {
namespace {

using analysis::Finding;
using analysis::FindingSeverity;

/// A world is used for so many files; what they share, such as nixpkgs' lib, is evaluated once for
/// all of them.
constexpr size_t kFilesPerWorld = 200;

struct Options {
  std::vector<std::string> paths;
  std::vector<std::string> search_path;
  int64_t milliseconds = 10000;
  bool no_evaluation = false;
  bool self = false;
};

std::string_view name(FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::Error: return "error";
    case FindingSeverity::Warning: return "warning";
    case FindingSeverity::Information: return "information";
    case FindingSeverity::Hint: return "hint";
  }
  return {};
}

std::string place(std::string_view path, const LineIndex& lines, uint32_t offset) {
  const Position p = lines.position(offset, PositionEncoding::Utf8);
  return fmt::format("{}:{}:{}", path, p.line + 1, p.character + 1);
}

void print(const DocumentSnapshot& document, const Finding& finding) {
  fmt::print("{}: {}: {} [{}]\n", place(document.path, *document.lines, finding.span.begin),
             name(finding.severity), finding.message, finding.code);
  for (const analysis::RelatedPlace& r : finding.related) {
    fmt::print("    {}: {}\n", place(r.place.path, LineIndex(*r.place.text), r.place.span.begin),
               r.message);
  }
}

class Checker {
 public:
  explicit Checker(const Options& options) : options_(options) {}

  /// Whether the file could be read and has no errors.
  bool check(const std::string& path) {
    auto text = read_whole_file(path);
    if (!text) {
      fmt::print(stderr, "nilas: {}\n", text.error());
      return false;
    }
    const SnapshotPtr document = make_snapshot(path, std::move(*text));
    auto findings = analysis::syntax_findings(document->path, document->text, *document->parsed);
    if (!options_.no_evaluation && document->parsed->ok()) evaluate(*document, findings);
    bool fine = true;
    for (const Finding& finding : findings) {
      print(*document, finding);
      fine = fine && finding.severity != FindingSeverity::Error;
    }
    return fine;
  }

 private:
  void evaluate(const DocumentSnapshot& document, std::vector<Finding>& findings) {
    if (!session_ || ++files_ > kFilesPerWorld) {
      eval::WorldOptions setup;
      setup.heap.limit_bytes = default_memory_budget();
      setup.search_path = search_path(options_.search_path);
      session_ = std::make_unique<CommandWorld>(std::move(setup));
      files_ = 0;
    }
    const auto& unit = session_->world.add_source(document.path, document.directory, document.text,
                                                  document.share_ast(), true);
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.milliseconds);
    static const std::atomic<bool> kNever = false;
    auto result = analysis::evaluation_findings(session_->world, unit, 10000, deadline, kNever);
    std::ranges::move(result.findings, std::back_inserter(findings));
  }

  const Options& options_;
  std::unique_ptr<CommandWorld> session_;
  size_t files_ = 0;
};

/// Nothing is said of the files, but of ourselves.
int check_self(const Options& options, const std::vector<std::string>& files) {
  SelfCheckResult result;
  const SelfCheckOptions how{.evaluate = !options.no_evaluation,
                             .search_path = options.search_path};
  for (const std::string& file : files) {
    auto text = read_whole_file(file);
    if (text) self_check(file, std::move(*text), how, result);
  }
  for (const std::string& failure : result.failures)
    fmt::print("{}\n", failure);
  fmt::print("{} answers in {} files, {} failed; the slowest:\n", result.answers, files.size(),
             result.failures.size());
  for (const SelfCheckTiming& t : result.slowest)
    fmt::print("{:9.2f} ms  {}  {}:{}\n", static_cast<double>(t.time.count()) / 1000, t.feature,
               t.path, t.offset);
  return result.failures.empty() ? 0 : 1;
}

int check(const Options& options) {
  const auto files = nix_files(options.paths);
  if (!files) {
    fmt::print(stderr, "nilas: {}\n", files.error());
    return 1;
  }
  if (options.self) return check_self(options, *files);
  Checker checker(options);
  bool fine = true;
  for (const std::string& file : *files)
    fine = checker.check(file) && fine;
  return fine ? 0 : 1;
}

}  // namespace

void add_check_command(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "check", "Print the diagnostics of files; exit 1 if there are errors.");
  auto options = std::make_shared<Options>();
  command
      ->add_option("PATH", options->paths, "Files, or directories with all .nix files below them.")
      ->required();
  command
      ->add_option("-I,--include", options->search_path,
                   "Add to the search path: NAME=PATH or PATH.")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--deadline", options->milliseconds,
                      "Milliseconds that the evaluation of a file may take.");
  command->add_flag("--no-evaluation", options->no_evaluation, "Only what the text tells.");
  command->add_flag("--self", options->self,
                    "Run every feature at every token, and report what fails and what is slow.");
  command->callback([options, &status] { status = check(*options); });
}

}  // namespace nilas::lsp
