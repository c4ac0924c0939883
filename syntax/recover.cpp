#include "syntax/recover.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace nilas::syntax {
namespace {

constexpr size_t kMinText = 16 << 10;  // below, a tree of all takes a millisecond or two
constexpr size_t kMaxHole = 32 << 10;
constexpr size_t kMaxHoles = 8;
constexpr int kMaxPasses = 8;
constexpr size_t kFillCost = 20;  // times that of the strict parser, for a byte

struct Line {
  uint32_t begin;
  uint32_t indent;  // offset of the first character that is no space, from `begin`
};

bool is_closing(char c) {
  return c == '}' || c == ')' || c == ']';
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

Line line_at(std::string_view text, uint32_t offset) {
  const size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const auto begin = static_cast<uint32_t>(before == std::string_view::npos ? 0 : before + 1);
  uint32_t end = begin;
  while (end < text.size() && is_space(text[end]))
    ++end;
  return {begin, end - begin};
}

bool ends_a_binding(std::string_view rest) {
  return !rest.empty() && (is_closing(rest[0]) || rest.starts_with("''"));
}

// Where the binding at `binding` seems to end, below `from`: at the first line that is indented less, or as deep if it does
// not close what the binding opened. 0 if there is none near.
uint32_t next_sibling(std::string_view text, uint32_t binding, uint32_t from) {
  const uint32_t indent = line_at(text, binding).indent;
  for (size_t at = from;;) {
    const size_t end = text.find('\n', at);
    if (end == std::string_view::npos || end + 1 >= text.size() || end - binding > kMaxHole)
      return 0;
    at = end + 1;
    const Line line = line_at(text, static_cast<uint32_t>(at));
    const size_t first = line.begin + line.indent;
    if (first >= text.size() || text[first] == '\n' || line.indent > indent) continue;
    if (line.indent < indent || !ends_a_binding(text.substr(first))) return line.begin;
  }
}

// What may have to be cut out so that the parser gets beyond `failure`, the likeliest first.
std::vector<Span> candidates(std::string_view text, const SyntaxFailure& failure) {
  std::vector<Span> found;
  const auto add = [&](uint32_t begin, uint32_t end) {
    const Span hole{begin, end};
    const bool fits = begin < end && end - begin <= kMaxHole;
    if (fits && std::ranges::find(found, hole) == found.end()) found.push_back(hole);
  };
  const uint32_t point = failure.span.begin;
  // A bracket too many at the beginning of a line: nothing can begin with it, or it ended everything around it.
  const auto add_bracket = [&](const Line& line) {
    const uint32_t first = line.begin + line.indent;
    if (first >= text.size() || !is_closing(text[first])) return;
    if (failure.bindings.empty() || point == first) add(first, first + 1);
  };
  const auto indent_of = [&](uint32_t offset) { return line_at(text, offset).indent; };
  const bool between = !failure.bindings.empty() && failure.bindings.front() == point;
  if (between) add_bracket(line_at(text, point));
  std::vector<uint32_t> misplaced;  // indented no deeper than what they are in: more likely its end
  for (size_t i = 0; i < failure.bindings.size(); ++i) {
    const uint32_t begin = failure.bindings[i];
    if (i + 1 < failure.bindings.size() && indent_of(begin) <= indent_of(failure.bindings[i + 1])) {
      misplaced.push_back(begin);
      continue;
    }
    add(begin, next_sibling(text, begin, begin));
    if (point > begin) add(begin, next_sibling(text, begin, point));
  }
  add_bracket(line_at(text, point));
  add_bracket(line_at(text, failure.previous_end));
  for (const uint32_t begin : misplaced)
    add(begin, next_sibling(text, begin, point));
  return found;
}

class Recovery {
 public:
  Recovery(std::string_view text, const Earlier* earlier, std::vector<Graftable>* bindings)
      : text_(text), earlier_(earlier), noted_(bindings) {}

  std::optional<Recovered> run(SyntaxFailure failure) {
    while (holes_.size() < kMaxHoles) {
      auto next = beyond(failure);
      if (!next) return std::nullopt;
      if (!*next) {
        if (!filled_) parse(true);
        std::ranges::sort(damage_.names);
        return Recovered{std::move(*builder_), std::move(damage_)};
      }
      failure = std::move(**next);
    }
    return std::nullopt;
  }

 private:
  /// Adds a hole that gets the parser beyond `failure`: the next failure, or none; nothing if there is no such hole.
  /// One after which the text ends too early has swallowed a bracket: it is only taken if all do.
  std::optional<std::optional<SyntaxFailure>> beyond(const SyntaxFailure& failure) {
    const std::vector<Span> before = holes_;
    std::optional<std::pair<std::vector<Span>, SyntaxFailure>> unended;
    for (const Span hole : candidates(text_, failure)) {
      if (++passes_ > kMaxPasses) return std::nullopt;
      holes_ = before;
      std::erase_if(holes_, [&](Span h) { return h.begin >= hole.begin; });
      if (!holes_.empty() && holes_.back().end > hole.begin) continue;
      holes_.push_back(hole);
      auto next = parse();
      if (!next) return next;
      if (next->span.begin < hole.end || next->span.begin <= failure.span.begin) continue;
      if (next->token != Token::End) return next;
      if (!unended) unended.emplace(holes_, std::move(*next));
    }
    if (!unended) return std::nullopt;
    holes_ = std::move(unended->first);
    return std::move(unended->second);
  }

  /// Parses around the holes. What is in them is looked at if the caller insists, or if it is so little that this costs
  /// less than another parse of the text.
  std::optional<SyntaxFailure> parse(bool fill_all = false) {
    size_t bytes = 0;
    for (const Span hole : holes_)
      bytes += hole.end - hole.begin;
    filled_ = fill_all || bytes < text_.size() / kFillCost;
    damage_ = {};
    builder_.emplace(make_builder(text_, earlier_));
    if (noted_ != nullptr) noted_->clear();
    const Holes holes{holes_, [this](Span hole, Builder::PendingSetId set) {
                        if (filled_) fill(hole, set);
                      }};
    return parse_strict(text_, *builder_,
                        {.holes = &holes, .earlier = earlier_, .bindings = noted_});
  }

  void fill(Span hole, Builder::PendingSetId set) {
    if (hole.end - hole.begin == 1 && is_closing(text_[hole.begin])) {
      const std::string message = std::string("unexpected '") + text_[hole.begin] + '\'';
      damage_.errors.push_back(make_diagnostic(DiagnosticId::SyntaxError, hole, message));
      return;
    }
    std::string part(kPartOpening);
    part.append(text_, hole.begin, hole.end - hole.begin).append(kPartClosing);
    const auto tree = Tree::parse(part);
    if (!tree) {
      damage_.regions.push_back(hole);
      return;
    }
    Damage more = lower_bindings(*tree, text_, hole, *builder_, set);
    std::ranges::move(more.errors, std::back_inserter(damage_.errors));
    std::ranges::move(more.regions, std::back_inserter(damage_.regions));
    std::ranges::move(more.names, std::back_inserter(damage_.names));
  }

  std::string_view text_;
  const Earlier* earlier_;
  std::vector<Graftable>* noted_;
  std::vector<Span> holes_;
  std::optional<Builder> builder_;
  Damage damage_;
  int passes_ = 0;
  bool filled_ = false;  // damage_ is that of all holes
};

}  // namespace

std::optional<Recovered> recover(std::string_view text, const SyntaxFailure& failure,
                                 const Earlier* earlier, std::vector<Graftable>* bindings) {
  if (text.size() < kMinText) return std::nullopt;
  return Recovery(text, earlier, bindings).run(failure);
}

}  // namespace nilas::syntax
