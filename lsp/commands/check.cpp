// nilas check PATH...: the diagnostics an editor would get, for people, programs and CI.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>
#include <unordered_map>

#include "lsp/commands/check_baseline.hpp"
#include "lsp/commands/check_files.hpp"
#include "lsp/commands/check_report.hpp"
#include "lsp/commands/commands.hpp"
#include "lsp/commands/input.hpp"
#include "lsp/self_check.hpp"

namespace nilas::lsp {
namespace {

using syntax::Severity;

constexpr int kFine = 0, kFound = 1, kFailed = 2;

struct Options {
  std::vector<std::string> paths;
  std::vector<std::string> search_path;
  std::vector<std::string> severities;
  std::string format = "human", level = "warning", fail_on = "error";
  std::string baseline, write_baseline;
  int64_t milliseconds = 10000;
  unsigned jobs = 0;
  bool fix = false, evaluate = false, no_evaluation = false, self = false;
};

/// A line on a terminal that tells how far the work is; nothing anywhere else.
class ProgressBar {
 public:
  explicit ProgressBar(size_t total) : total_(total), shown_(total > 1 && ::isatty(2) == 1) {}
  ~ProgressBar() { clear(); }

  void show(size_t done, size_t errors, size_t warnings) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    constexpr size_t kWidth = 30;
    const size_t filled = done * kWidth / total_;
    fmt::print(stderr, "\r[{:#<{}}{:.<{}}] {}/{} files, {} errors, {} warnings\033[K", "", filled,
               "", kWidth - filled, done, total_, errors, warnings);
    std::fflush(stderr);
    drawn_ = true;
  }
  /// Before something else is printed.
  void clear() {
    if (drawn_) fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
    drawn_ = false;
  }

 private:
  size_t total_;
  bool shown_, drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

std::optional<Severity> severity_of(std::string_view name) {
  for (const auto s : {Severity::Error, Severity::Warning, Severity::Information, Severity::Hint})
    if (severity_name(s) == name) return s;
  return std::nullopt;
}

/// What is less severe than the levels is not even looked for.
std::expected<analysis::Rules, std::string> rules_of(const Options& options) {
  analysis::Rules rules;
  for (const std::string& rule : options.severities) {
    const size_t equals = rule.find('=');
    const bool fine =
        equals != std::string::npos && rules.set(std::string_view(rule).substr(0, equals),
                                                 std::string_view(rule).substr(equals + 1));
    if (!fine) return std::unexpected("'" + rule + "' is not NAME=LEVEL");
  }
  const Severity level = std::max(*severity_of(options.level), *severity_of(options.fail_on));
  for (auto& severity : rules.severities)
    if (severity && *severity > level) severity.reset();
  return rules;
}

/// What the arguments name is evaluated, what is found below directories only if that is asked for.
std::expected<std::vector<CheckedFile>, std::string> files_of(const Options& options) {
  std::vector<CheckedFile> files;
  std::unordered_map<std::string, size_t> seen;  // a file may lie below several arguments
  for (const std::string& path : options.paths) {
    const auto found = nix_files({path});
    if (!found) return std::unexpected(found.error());
    if (found->empty()) fmt::print(stderr, "nilas: {}: there are no .nix files\n", path);
    std::error_code code;
    const bool named = !std::filesystem::is_directory(path, code);
    const bool evaluate = (named || options.evaluate) && !options.no_evaluation;
    for (const std::string& file : *found) {
      const auto [at, added] = seen.emplace(file, files.size());
      if (added) files.push_back({file, false});
      files[at->second].evaluate |= evaluate;
    }
  }
  return files;
}

int fail(std::string_view why) {
  fmt::print(stderr, "nilas: {}\n", why);
  return kFailed;
}

/// Nothing is said of the files, but of ourselves.
int check_self(const Options& options, const std::vector<CheckedFile>& files) {
  SelfCheckResult result;
  const SelfCheckOptions how{.evaluate = !options.no_evaluation,
                             .search_path = options.search_path};
  for (const CheckedFile& file : files) {
    auto text = read_whole_file(file.path);
    if (text) self_check(file.path, std::move(*text), how, result);
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

class Run {
 public:
  Run(const Options& options, std::vector<CheckedFile> files, analysis::Rules rules)
      : options_(options),
        files_(std::move(files)),
        checker_({.rules = rules,
                  .search_path = options.search_path,
                  .milliseconds = options.milliseconds,
                  .fix = options.fix,
                  .tell_fixable = options.format == "json",
                  .columns = options.format == "sarif" ? PositionEncoding::Utf16
                                                       : PositionEncoding::Utf8}),
        bar_(files_.size()),
        reporter_(make_reporter(options.format, stdout)),
        fail_on_(*severity_of(options.fail_on)) {}

  int run(Baseline* known, Baseline* written) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const unsigned jobs = options_.jobs ? options_.jobs : cores;
    {
      FileResults results(checker_, files_, std::min<size_t>(jobs, files_.size()));
      for (size_t i = 0; i < files_.size(); ++i) {
        const auto show = [&] { bar_.show(i, errors_, warnings_); };
        show();
        take(results.take(i, show), known, written);
      }
    }
    bar_.clear();
    reporter_->finish();
    summarize();
    return status_;
  }

 private:
  void take(const FileResult& result, Baseline* known, Baseline* written) {
    if (!result.failure.empty()) {
      bar_.clear();
      status_ = fail(result.failure);
    }
    fixed_ += result.fixed;
    for (const ReportedFinding& f : result.findings) {
      if (written) written->add(f);
      if (known && known->take(f)) continue;
      errors_ += f.severity == Severity::Error;
      warnings_ += f.severity == Severity::Warning;
      if (f.severity <= fail_on_ && !written) status_ = std::max(status_, kFound);
      bar_.clear();
      reporter_->add(f);
    }
  }

  void summarize() const {
    if (::isatty(2) != 1) return;
    fmt::print(stderr, "{} files: {} errors, {} warnings", files_.size(), errors_, warnings_);
    if (options_.fix) fmt::print(stderr, "; {} places fixed", fixed_);
    fmt::print(stderr, "\n");
  }

  const Options& options_;
  const std::vector<CheckedFile> files_;
  FileChecker checker_;
  ProgressBar bar_;
  std::unique_ptr<Reporter> reporter_;
  Severity fail_on_;
  size_t errors_ = 0, warnings_ = 0, fixed_ = 0;
  int status_ = kFine;
};

int check(const Options& options) {
  auto files = files_of(options);
  if (!files) return fail(files.error());
  if (options.self) return check_self(options, *files);
  const auto rules = rules_of(options);
  if (!rules) return fail(rules.error());
  std::optional<Baseline> known, written;
  if (!options.baseline.empty()) {
    auto read = Baseline::read(options.baseline);
    if (!read) return fail(read.error());
    known = std::move(*read);
  }
  if (!options.write_baseline.empty()) written = Baseline::beside(options.write_baseline);
  const int status = Run(options, std::move(*files), *rules)
                         .run(known ? &*known : nullptr, written ? &*written : nullptr);
  if (written && !written->write(options.write_baseline))
    return fail(options.write_baseline + ": could not be written");
  return status;
}

}  // namespace

void add_check_command(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "check",
      "Print the diagnostics of files. Exit status: 0 nothing severe, 1 errors (see --fail-on), "
      "2 something could not be read, written or understood.");
  auto options = std::make_shared<Options>();
  const auto levels = CLI::IsMember({"error", "warning", "information", "hint"});
  command
      ->add_option("PATH", options->paths,
                   "Files, which are evaluated; or directories with all .nix files below them.")
      ->required();
  command->add_flag("--fix", options->fix,
                    "Change files: apply the fixes that keep what the code means.");
  command->add_option("--format", options->format, "human, json, sarif or github.")
      ->check(CLI::IsMember({"human", "json", "sarif", "github"}));
  command
      ->add_option("--level", options->level,
                   "The least severe diagnostics to look for: error, warning (default), "
                   "information or hint.")
      ->check(levels);
  command
      ->add_option("--fail-on", options->fail_on,
                   "The least severe diagnostics that make the exit status 1: error (default), "
                   "warning, information or hint.")
      ->check(levels);
  command
      ->add_option("--severity", options->severities,
                   "NAME=LEVEL: a severity, or `off`, or `on` (docs/diagnostics.md).")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--baseline", options->baseline,
                      "A file of known findings, which are not reported.");
  command->add_option("--write-baseline", options->write_baseline,
                      "Write what is found to a file for --baseline; the exit status is 0 then.");
  command->add_option("-j,--jobs", options->jobs, "Threads; by default as many as cores.");
  add_search_path_option(*command, options->search_path);
  command->add_option("--deadline", options->milliseconds,
                      "Milliseconds that the evaluation of a file may take.");
  command->add_flag("--evaluate", options->evaluate, "Evaluate what is below directories, too.");
  command->add_flag("--no-evaluation", options->no_evaluation, "Only what the text tells.");
  command->add_flag("--self", options->self,
                    "Run every feature at every token, and report what fails and what is slow.");
  command->callback([options, &status] { status = check(*options); });
}

}  // namespace nilas::lsp
