#include "lsp/commands/check_files.hpp"

#include <algorithm>
#include <fstream>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/evaluation_findings.hpp"
#include "lsp/analysis/fixes/fixes.hpp"
#include "lsp/analysis/syntax_findings.hpp"
#include "lsp/commands/input.hpp"
#include "lsp/evaluation.hpp"
#include "lsp/nix_settings.hpp"
#include "lsp/positions.hpp"

namespace nilas::lsp {
namespace {

using analysis::Finding;

/// A world is used for so many files; what they share, such as nixpkgs' lib, is evaluated once for
/// all of them.
constexpr size_t kFilesPerWorld = 200;
/// Files that may be done ahead of the one that is printed next.
constexpr size_t kAhead = 4096;

ReportedPlace place_of(std::string path, const LineIndex& lines, syntax::Span span,
                       PositionEncoding columns) {
  const Range r = lines.range(span, columns);
  return {std::move(path), r.start.line + 1, r.start.character + 1, r.end.line + 1,
          r.end.character + 1};
}

std::string line_around(std::string_view text, uint32_t at) {
  const size_t begin = at == 0 ? 0 : text.find_last_of("\r\n", at - 1) + 1;
  return std::string(text.substr(begin, text.find_first_of("\r\n", at) - begin));
}

std::string directory_of(const std::string& path) {
  return path.substr(0, std::max<size_t>(1, path.rfind('/')));
}

}  // namespace

FileResult FileChecker::check(const CheckedFile& file) {
  FileResult result;
  auto read = read_whole_file(file.path);
  if (!read) return {.failure = read.error(), .findings = {}};
  if (options_.fix) fix(file, *read, result);
  const auto text = std::make_shared<const std::string>(std::move(*read));
  const auto parsed =
      std::make_shared<const syntax::Parsed>(syntax::parse(*text, eval::global_names()));
  auto findings = analysis::syntax_findings(file.path, text, *parsed, options_.rules);
  if (file.evaluate && parsed->ok()) evaluate(file, text, parsed, findings);
  if (!findings.empty()) report(file, *text, *parsed, findings, result);
  return result;
}

void FileChecker::fix(const CheckedFile& file, std::string& text, FileResult& result) const {
  auto fixed = analysis::fix_text(text, options_.rules, result.fixed);
  if (!fixed || *fixed == text) return;
  std::ofstream out(file.path, std::ios::binary);
  out << *fixed;
  out.flush();
  if (!out) result.failure = file.path + ": could not be written";
  text = std::move(*fixed);
}

void FileChecker::evaluate(const CheckedFile& file, const Text& text, const Tree& parsed,
                           std::vector<Finding>& findings) {
  const std::scoped_lock lock(mutex_);
  if (!session_ || ++files_ > kFilesPerWorld) {
    eval::WorldOptions setup = configured_world(options_.search_path);
    setup.heap.limit_bytes = default_memory_budget();
    session_ = std::make_unique<CommandWorld>(std::move(setup));
    files_ = 0;
  }
  const std::shared_ptr<const syntax::Ast> ast(parsed, &parsed->ast);
  const auto& unit =
      session_->world.add_source(file.path, directory_of(file.path), text, ast, true);
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.milliseconds);
  static const std::atomic<bool> kNever = false;
  auto result = analysis::evaluation_findings(session_->world, unit, 10000, deadline, kNever,
                                              session_->host.listener);
  // What other files lead to would not be said again for those.
  if (result.heard) session_.reset();
  analysis::filter_findings(result.findings, *text, parsed->ast, options_.rules);
  std::ranges::move(result.findings, std::back_inserter(findings));
}

void FileChecker::report(const CheckedFile& file, const std::string& text,
                         const syntax::Parsed& parsed, const std::vector<Finding>& findings,
                         FileResult& result) const {
  const LineIndex lines(std::make_shared<const std::string>(text));
  const analysis::FixInput input{parsed.ast, text, eval::global_names()};
  for (const Finding& f : findings) {
    const auto claim = syntax::info(f.id).claim;
    const bool fixable = claim != syntax::FixClaim::None && claim != syntax::FixClaim::Repair &&
                         options_.tell_fixable && !analysis::fixes_for(input, f).empty();
    result.findings.push_back({.severity = f.severity,
                               .id = f.id,
                               .message = f.message,
                               .place = place_of(file.path, lines, f.span, options_.columns),
                               .related = {},
                               .line_text = line_around(text, f.span.begin),
                               .fixable = fixable});
    for (const analysis::RelatedPlace& r : f.related) {
      auto place =
          r.place.path == file.path
              ? place_of(file.path, lines, r.place.span, options_.columns)
              : place_of(r.place.path, LineIndex(r.place.text), r.place.span, options_.columns);
      result.findings.back().related.emplace_back(std::move(place), r.message);
    }
  }
}

FileResults::FileResults(FileChecker& checker, const std::vector<CheckedFile>& files, size_t jobs)
    : checker_(checker), files_(files), done_(files.size()) {
  for (size_t i = 0; i < jobs; ++i)
    workers_.emplace_back([this] { work(); });
}

FileResults::~FileResults() {
  for (std::thread& worker : workers_)
    worker.join();
}

FileResult FileResults::take(size_t index, const std::function<void()>& meanwhile) {
  std::unique_lock lock(mutex_);
  const auto is_done = [&] { return done_[index].has_value(); };
  while (!made_.wait_for(lock, std::chrono::milliseconds(100), is_done))
    meanwhile();
  FileResult result = std::move(*done_[index]);
  done_[index].reset();
  taken_ = index + 1;
  room_.notify_all();
  return result;
}

void FileResults::work() {
  for (;;) {
    const size_t index = next_++;
    if (index >= files_.size()) return;
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [&] { return index < taken_ + kAhead; });
    }
    FileResult result = checker_.check(files_[index]);
    const std::scoped_lock lock(mutex_);
    done_[index] = std::move(result);
    made_.notify_one();
  }
}

}  // namespace nilas::lsp
