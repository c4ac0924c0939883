#pragma once
// The work of `nilas check`: workers take files off a list, read and parse them and look for what
// the text tells. Evaluation has one world at a time, so workers take turns there. Results are
// handed out in the order of the files, whoever was done first.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "lsp/analysis/rules.hpp"
#include "lsp/commands/check_report.hpp"
#include "lsp/commands/evaluator_session.hpp"
#include "lsp/positions.hpp"
#include "syntax/parse.hpp"

namespace nilas::lsp {

struct CheckedFile {
  std::string path;  ///< canonical
  bool evaluate;
};

/// What became of one file.
struct FileResult {
  std::string failure;  ///< it could not be read or written
  std::vector<ReportedFinding> findings;
  size_t fixed = 0;  ///< places
};

struct FileOptions {
  analysis::Rules rules;
  std::vector<std::string> search_path;
  int64_t milliseconds = 10000;  ///< for the evaluation of a file
  bool fix = false;
  bool tell_fixable = false;  ///< fill in ReportedFinding::fixable
  PositionEncoding columns = PositionEncoding::Utf8;
};

class FileChecker {
 public:
  explicit FileChecker(FileOptions options) : options_(std::move(options)) {}

  /// From any thread.
  FileResult check(const CheckedFile& file);

 private:
  using Text = std::shared_ptr<const std::string>;
  using Tree = std::shared_ptr<const syntax::Parsed>;
  void fix(const CheckedFile& file, std::string& text, FileResult& result) const;
  void evaluate(const CheckedFile& file, const Text& text, const Tree& parsed,
                std::vector<analysis::Finding>& findings);
  void report(const CheckedFile& file, const std::string& text, const syntax::Parsed& parsed,
              const std::vector<analysis::Finding>& findings, FileResult& result) const;

  const FileOptions options_;
  std::mutex mutex_;  // guards what follows
  std::unique_ptr<CommandWorld> session_;
  size_t files_ = 0;
};

/// Results by file, made by `jobs` threads.
class FileResults {
 public:
  FileResults(FileChecker& checker, const std::vector<CheckedFile>& files, size_t jobs);
  ~FileResults();
  FileResults(const FileResults&) = delete;
  FileResults& operator=(const FileResults&) = delete;

  /// The result of the file `index`, when it is there; ask in order, for all. `meanwhile` is called
  /// ten times a second while that takes.
  FileResult take(size_t index, const std::function<void()>& meanwhile);

 private:
  void work();

  FileChecker& checker_;
  const std::vector<CheckedFile>& files_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;  // guards what follows
  std::condition_variable made_, room_;
  std::vector<std::optional<FileResult>> done_;
  size_t taken_ = 0;
  std::vector<std::thread> workers_;
};

}  // namespace nilas::lsp
