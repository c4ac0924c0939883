#include "lsp/commands/error_text.hpp"

#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "evaluator/text.hpp"
#include "evaluator/trace.hpp"

namespace nilas::lsp {
namespace {

using eval::SourceSpan;
using eval::TraceFrame;
using eval::trim_end;
using eval::World;

/// Frames beyond this weight are cut without --show-trace; one with a position weighs two.
constexpr size_t kShortTrace = 3;
/// So many repeated frames are still shown.
constexpr size_t kShownRepeats = 5;

/// Excerpts of sources, whose lines are found once.
class Places {
 public:
  explicit Places(const World& world) : world_(world) {}

  /// "at FILE:LINE:COLUMN:" and the lines around it; empty if the place is not known.
  std::string operator()(SourceSpan span) {
    const eval::SourceUnit* unit = world_.source(span.source);
    if (!span.known() || !unit) return {};
    if (unit->text->size() > syntax::kMaxSourceBytes) {
      const eval::LineColumn at = world_.line_column(span);
      return fmt::format("at {}:{}:{}\n", unit->name, at.line, at.column);
    }
    const auto source = sources_.try_emplace(span.source, *unit->text).first;
    return excerpt(unit->name, source->second, span.span.begin);
  }

 private:
  const World& world_;
  std::map<eval::SourceId, syntax::Source> sources_;
};

/// The trace, outermost frame first, with repetitions left out as C++ Nix does.
class TracePrinter {
 public:
  TracePrinter(Places& places, TraceStyle style) : places_(places), style_(style) {}

  void frame(const TraceFrame& f) {
    if (f.message.empty()) return;
    if (style_ == TraceStyle::Short && weight_ > kShortTrace) truncated_ = true;
    if (truncated_ && !f.always) return;
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
      out_ += "\n(stack trace truncated; use '--show-trace' to show the full, detailed trace)\n";
    }
    return std::move(out_);
  }

 private:
  using Key = std::tuple<std::string_view, eval::SourceId, uint32_t>;
  static Key key(const TraceFrame& f) { return {f.message, f.span.source, f.span.span.begin}; }

  void print(const TraceFrame& f) {
    ++weight_;
    out_ += fmt::format("\n… {}\n", f.message);
    const std::string at = places_(f.span);
    if (at.empty()) return;
    ++weight_;
    out_ += "  " + at;
  }

  void flush_skipped() {
    if (skipped_.size() > kShownRepeats) {
      out_ += fmt::format("\n({} duplicate frames omitted)\n", skipped_.size());
      seen_.clear();
    } else {
      for (const TraceFrame* f : skipped_)
        print(*f);
    }
    skipped_.clear();
  }

  Places& places_;
  TraceStyle style_;
  std::string out_;
  size_t weight_ = 0;
  bool truncated_ = false;
  std::set<Key> seen_;
  std::vector<const TraceFrame*> skipped_;
};

}  // namespace

std::string excerpt(std::string_view name, const syntax::Source& source, uint32_t offset) {
  const syntax::LineColumn at = source.position(offset);
  const auto line = [&](uint32_t number) {
    return fmt::format(" {:5}| {}\n", number + 1, source.line(number));
  };
  std::string out = fmt::format("at {}:{}:{}:\n", name, at.line + 1, at.column + 1);
  if (at.line > 0) out += line(at.line - 1);
  out += line(at.line) + fmt::format("      |{:{}}^\n", "", at.column + 1);
  if (at.line + 1 < source.line_count()) out += line(at.line + 1);
  return out;
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

std::string labelled(std::string_view label, std::string_view body) {
  body = trim_end(body);
  std::string out;
  for (bool first = true; first || !body.empty(); first = false) {
    const size_t lf = std::min(body.find('\n'), body.size());
    if (!first) out += '\n';
    if (first) out += label;
    out += trim_end(fmt::format("{:{}} {}", "", first ? 0 : label.size(), body.substr(0, lf)));
    body.remove_prefix(std::min(lf + 1, body.size()));
  }
  return out;
}

std::string warning_text(const World& world, std::string_view message, SourceSpan span) {
  Places places(world);
  return labelled("warning:", fmt::format("{}\n{}", message, places(span)));
}

std::string error_text(const World& world, const eval::ErrorData& error, TraceStyle style) {
  std::string body;
  Places places(world);
  if (const auto steps = eval::trace_steps(world, error); !steps.empty()) {
    TracePrinter printer(places, style);
    for (auto f = steps.rbegin(); f != steps.rend(); ++f)
      if (style == TraceStyle::Full || !f->detail) printer.frame(*f);
    body = printer.finish();
    if (!body.empty()) body += "\nerror: ";
  }
  body += error.message + "\n" + places(error.span);
  if (!error.suggestions.empty()) body += suggestion_text(error.suggestions) + "\n";
  return indented_error(body);
}

}  // namespace nilas::lsp
