#include "lsp/commands/error_text.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include <fmt/format.h>

namespace nilas::lsp {
namespace {

using eval::SourceSpan;
using eval::TraceFrame;
using eval::World;

/// Frames beyond this weight are cut without --show-trace; one with a position weighs two.
constexpr size_t kShortTrace = 3;
/// So many repeated frames are still shown.
constexpr size_t kShownRepeats = 5;

std::string_view trim_end(std::string_view s) {
  const size_t end = s.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view() : s.substr(0, end + 1);
}

struct Lines {
  std::string_view text;
  uint32_t number;   // of the line in question, from 1
  uint32_t column;   // in bytes, from 1
  size_t begin;      // of the line in question
};

Lines find_line(std::string_view text, uint32_t offset) {
  offset = std::min<uint32_t>(offset, static_cast<uint32_t>(text.size()));
  const std::string_view before = text.substr(0, offset);
  const auto number = static_cast<uint32_t>(std::ranges::count(before, '\n')) + 1;
  const size_t lf = before.rfind('\n');
  const size_t begin = lf == std::string_view::npos ? 0 : lf + 1;
  return {text, number, static_cast<uint32_t>(offset - begin) + 1, begin};
}

std::string_view line_at(std::string_view text, size_t begin) {
  std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The trace, outermost frame first, with repetitions left out as C++ Nix does.
class TracePrinter {
 public:
  TracePrinter(const World& world, TraceStyle style) : world_(world), style_(style) {}

  void frame(const TraceFrame& f) {
    if (f.message.empty()) return;
    if (style_ == TraceStyle::Short && weight_ > kShortTrace) truncated_ = true;
    if (truncated_) return;
    if (!seen_.insert(key(f)).second) {
      skipped_.push_back(&f);
      return;
    }
    flush_skipped();
    print(f);
  }

  std::string finish() {
    flush_skipped();
    if (truncated_) {
      out_ +=
          "\n(stack trace truncated; use '--show-trace' to show the full, detailed trace)\n";
    }
    return std::move(out_);
  }

 private:
  using Key = std::tuple<std::string_view, eval::SourceId, uint32_t>;
  static Key key(const TraceFrame& f) { return {f.message, f.span.source, f.span.span.begin}; }

  void print(const TraceFrame& f) {
    ++weight_;
    out_ += fmt::format("\n… {}\n", f.message);
    const std::string at = position_text(world_, f.span);
    if (at.empty()) return;
    ++weight_;
    out_ += "  " + at;
  }

  void flush_skipped() {
    if (skipped_.size() > kShownRepeats) {
      out_ += fmt::format("\n({} duplicate frames omitted)\n", skipped_.size());
      seen_.clear();
    } else {
      for (const TraceFrame* f : skipped_) print(*f);
    }
    skipped_.clear();
  }

  const World& world_;
  TraceStyle style_;
  std::string out_;
  size_t weight_ = 0;
  bool truncated_ = false;
  std::set<Key> seen_;
  std::vector<const TraceFrame*> skipped_;
};

}  // namespace

std::string excerpt(std::string_view name, std::string_view text, uint32_t offset) {
  const Lines at = find_line(text, offset);
  std::string out = fmt::format("at {}:{}:{}:\n", name, at.number, at.column);
  if (at.number > 1) {
    const size_t lf = at.begin >= 2 ? text.rfind('\n', at.begin - 2) : std::string_view::npos;
    out += fmt::format(" {:5}| {}\n", at.number - 1,
                       line_at(text, lf == std::string_view::npos ? 0 : lf + 1));
  }
  const std::string_view line = line_at(text, at.begin);
  out += fmt::format(" {:5}| {}\n      |{:{}}^\n", at.number, line, "", at.column);
  const size_t end = text.find('\n', at.begin);
  if (end != std::string_view::npos) {
    out += fmt::format(" {:5}| {}\n", at.number + 1, line_at(text, end + 1));
  }
  return out;
}

std::string position_text(const World& world, SourceSpan span) {
  const eval::SourceUnit* unit = world.source(span.source);
  if (!span.known() || !unit) return {};
  return excerpt(unit->name, *unit->text, span.span.begin);
}

std::string suggestion_text(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  if (names.size() == 1) return fmt::format("Did you mean {}?", names[0]);
  std::string text = "Did you mean one of " + names[0];
  for (size_t i = 1; i < names.size(); ++i) {
    text += (i + 1 == names.size() ? " or " : ", ") + names[i];
  }
  return text + "?";
}

std::string indented_error(std::string_view body) {
  body = trim_end(body);
  std::string out;
  for (bool first = true; first || !body.empty(); first = false) {
    const size_t lf = std::min(body.find('\n'), body.size());
    if (!first) out += '\n';
    out += trim_end(fmt::format("{}{}", first ? "error: " : "       ", body.substr(0, lf)));
    body.remove_prefix(std::min(lf + 1, body.size()));
  }
  return out;
}

std::string error_text(const World& world, const eval::ErrorData& error, TraceStyle style) {
  std::string body;
  if (!error.trace.empty()) {
    TracePrinter printer(world, style);
    for (auto f = error.trace.rbegin(); f != error.trace.rend(); ++f) printer.frame(*f);
    body = printer.finish();
    if (!body.empty()) body += "\nerror: ";
  }
  body += error.message + "\n" + position_text(world, error.span);
  if (!error.suggestions.empty()) body += suggestion_text(error.suggestions) + "\n";
  return indented_error(body);
}

}  // namespace nilas::lsp
