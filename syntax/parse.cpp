#include "syntax/parse.hpp"

#include <algorithm>
#include <functional>

#include "syntax/builder.hpp"
#include "syntax/graft.hpp"
#include "syntax/lower.hpp"
#include "syntax/recover.hpp"
#include "syntax/scope.hpp"
#include "syntax/strict.hpp"

namespace nilas::syntax {
namespace {

bool overlap(Span a, Span b) {
  return a.begin < b.end && b.begin < a.end;
}

bool same_finding(const Diagnostic& a, const Diagnostic& b) {
  return a.id == b.id && a.span == b.span;
}

// One list of errors from two views of the same broken text: what stopped the strict parser, which
// speaks for C++ Nix, and the damage lowering saw, which says it kindly and in the right place.
// The first damage that begins before the strict parser stopped is the same mistake.
std::vector<Diagnostic> merge_errors(std::vector<Diagnostic> strict, const SyntaxFailure& failure,
                                     Damage& damage) {
  Diagnostic stop = std::move(strict.back());
  strict.pop_back();
  std::vector<Diagnostic>& errors = damage.errors;
  const uint32_t point = stop.reported_offset();
  const auto first = errors.begin();
  if (first == errors.end() || first->span.begin > point) {
    // Lowering took no offence where C++ Nix does.
  } else if (stop.id == DiagnosticId::SyntaxError) {
    const bool vague = std::ranges::any_of(
        damage.regions, [&](Span region) { return region.begin == first->span.begin; });
    if (!vague) {
      stop.nix_message = std::move(stop.message);
      stop.nix_offset = point;
      stop.span = first->span;
      stop.message = first->message;
    }
    errors.erase(first);
  } else {
    errors.erase(first);
  }
  if (stop.nix_message.empty() && stop.id == DiagnosticId::SyntaxError) {
    stop.nix_message = stop.message;
    stop.nix_offset = point;
    const std::string_view prefix = "syntax error, ";
    if (stop.message.starts_with(prefix)) stop.message.erase(0, prefix.size());
    // At the end of the file there is nothing to underline but what stands before it.
    if (failure.token == Token::End) stop.span = {failure.previous_end, failure.previous_end};
  }
  strict.push_back(std::move(stop));
  std::ranges::move(errors, std::back_inserter(strict));
  return strict;
}

Parsed too_large() {
  Builder builder({});
  const std::string message =
      "the file is too large: the limit is " + std::to_string(kMaxSourceBytes) + " bytes";
  builder.ast.root = builder.error({0, 0}, 0, 0);
  builder.report(DiagnosticId::SourceTooLarge, {0, 0}, message);
  return {std::move(builder.ast), std::move(builder.diagnostics)};
}

// One mistake is one error: where something is missing, what stands at the same place (but for white
// space) is a consequence.
void drop_consequences(std::string_view text, std::vector<Diagnostic>& errors) {
  std::vector<Diagnostic> kept;
  for (Diagnostic& d : errors) {
    if (!kept.empty() && d.id == DiagnosticId::SyntaxError) {
      const Span last = kept.back().span;
      const bool hole = last.begin == last.end || d.span.begin == d.span.end;
      const uint32_t from = std::min(last.end, d.span.begin);
      const std::string_view between = text.substr(from, d.span.begin - from);
      if (hole && between.find_first_not_of(" \t\r\n") == std::string_view::npos) continue;
    }
    kept.push_back(std::move(d));
  }
  errors = std::move(kept);
}

// A parse, and what it may take over from an earlier one and leave for the next.
struct Job {
  std::string_view text;
  std::span<const std::string_view> globals;
  std::function<const Tree*()> tree;  ///< asked for only if the text is broken
  const Earlier* earlier = nullptr;
  Leftovers* left = nullptr;
  std::function<void()> poll;
  bool leaves_something = false;  ///< set by the parse: *left is filled

  std::vector<Graftable>* noted() const { return left == nullptr ? nullptr : &left->bindings; }
  void leave(const Builder& builder) {
    if (left == nullptr) return;
    leaves_something = true;
    left->symbols = builder.symbols();
    left->overrides = builder.overrides();
    left->fresh_bytes = earlier != nullptr ? earlier->left.fresh_bytes : builder.ast.blob.size();
  }
};

// What can be said of a broken text without its tree, or from its tree, which may be missing.
Recovered read_broken(Job& job, const SyntaxFailure& failure) {
  if (auto recovered = recover(job.text, failure, job.earlier, job.noted())) {
    job.leave(recovered->builder);
    return std::move(*recovered);
  }
  Builder builder(job.text);
  Damage damage;
  if (const Tree* tree = job.tree()) {
    damage = lower(*tree, job.text, builder);
  } else {
    builder.ast.root = builder.error({0, static_cast<uint32_t>(job.text.size())}, 0, 0);
  }
  return {std::move(builder), std::move(damage)};
}

Parsed parse_broken(Job& job, std::vector<Diagnostic> strict, const SyntaxFailure& failure) {
  const std::string_view text = job.text;
  auto [builder, damage] = read_broken(job, failure);
  drop_consequences(text, damage.errors);
  Parsed parsed{std::move(builder.ast), merge_errors(std::move(strict), failure, damage)};
  std::vector<Diagnostic>& all = parsed.diagnostics;
  for (Diagnostic& d : builder.diagnostics) {
    if (std::ranges::none_of(all, [&](const Diagnostic& o) { return same_finding(o, d); })) {
      all.push_back(std::move(d));
    }
  }
  std::vector<Diagnostic> undefined;
  resolve(parsed.ast, job.globals, undefined);
  for (Diagnostic& d : undefined) {
    const std::string_view name = text.substr(d.span.begin, d.span.end - d.span.begin);
    const bool doubtful =
        std::binary_search(damage.names.begin(), damage.names.end(), name, std::less<>()) ||
        std::ranges::any_of(damage.regions, [&](Span region) { return overlap(region, d.span); });
    if (!doubtful) all.push_back(std::move(d));
  }
  return parsed;
}

Parsed run(Job& job) {
  // As many as last time, and a little more: growing by doubling copies megabytes in the largest files.
  if (job.left != nullptr && job.earlier != nullptr) {
    const size_t before = job.earlier->left.bindings.size();
    job.left->bindings.reserve(before + before / 64 + 16);
  }
  Builder builder = make_builder(job.text, job.earlier);
  const StrictOptions options{.earlier = job.earlier, .bindings = job.noted(), .poll = job.poll};
  if (const auto failure = parse_strict(job.text, builder, options)) {
    std::vector<Diagnostic> strict = std::move(builder.diagnostics);
    builder = Builder({});  // its memory is not needed any longer
    return parse_broken(job, std::move(strict), *failure);
  }
  job.leave(builder);
  Parsed parsed{std::move(builder.ast), std::move(builder.diagnostics)};
  resolve(parsed.ast, job.globals, parsed.diagnostics);
  return parsed;
}

// Which of several such errors comes first depends on the ids of names (bind_order.hpp, Builder::lambda).
bool depends_on_ids(const std::vector<Diagnostic>& diagnostics) {
  const auto several = [&](DiagnosticId id) {
    return std::ranges::count(diagnostics, id, &Diagnostic::id) > 1;
  };
  return several(DiagnosticId::UndefinedVariable) || several(DiagnosticId::DuplicateFormal);
}

Parsed parse_with(Job& job) {
  if (job.text.size() > kMaxSourceBytes) return too_large();
  Parsed parsed = run(job);
  if (job.earlier == nullptr || !depends_on_ids(parsed.diagnostics)) return parsed;
  job.earlier = nullptr;
  if (job.left != nullptr) *job.left = {};
  job.leaves_something = false;
  return run(job);
}

}  // namespace

Parsed parse(std::string_view text, std::span<const std::string_view> globals,
             const std::function<void()>& poll) {
  std::optional<Tree> tree;
  Job job{.text = text,
          .globals = globals,
          .tree = [&]() -> const Tree* {
            if (text.size() <= kMaxTreeBytes) tree = Tree::parse(text);
            return tree ? &*tree : nullptr;
          },
          .poll = poll};
  return parse_with(job);
}

Document::Document(std::string text, std::span<const std::string_view> globals)
    : text_(std::move(text)), globals_(globals) {}

void Document::edit(uint32_t begin, uint32_t end, std::string_view replacement) {
  const auto size = static_cast<uint32_t>(text_.size());
  end = std::min(end, size);
  begin = std::min(begin, end);
  note_edit(begin, end, static_cast<uint32_t>(replacement.size()));
  tree_is_current_ = false;
  std::string next;
  next.reserve(text_.size() - (end - begin) + replacement.size());
  next.append(text_, 0, begin).append(replacement).append(text_, end);
  if (tree_) {
    const auto new_end = static_cast<uint32_t>(begin + replacement.size());
    tree_->edit({begin, end, new_end}, text_, next);
  }
  text_ = std::move(next);
}

void Document::update_tree() {
  if (tree_is_current_) return;
  tree_is_current_ = true;
  if (text_.size() > kMaxTreeBytes) {
    tree_.reset();
    return;
  }
  // How tree-sitter recovers depends on what it can reuse. What we say must not; so a tree that
  // recovered is neither reused nor, if it came of reuse, believed.
  const bool reused = tree_ && !tree_->has_recovered();
  tree_ = Tree::parse(text_, reused ? &*tree_ : nullptr);
  if (reused && tree_ && tree_->has_recovered()) tree_ = Tree::parse(text_);
}

const Tree* Document::tree() {
  update_tree();
  return tree_ ? &*tree_ : nullptr;
}

// Several edits become one that reaches from the first to the last.
void Document::note_edit(uint32_t begin, uint32_t end, uint32_t size) {
  if (!parsed_) return;
  if (!edited_) edited_ = Edited{begin, begin, begin};
  const uint32_t reach = std::max(edited_->new_end, end);
  edited_->old_end += reach - edited_->new_end;
  edited_->new_end = reach - (end - begin) + size;
  if (begin < edited_->begin) edited_->begin = begin;
}

bool Document::can_take_over() const {
  if (!parsed_ || !left_ || parsed_->ast.blob.size() > 2 * left_->fresh_bytes) return false;
  if (left_->overrides) return Builder::mentions_overridable(text_);
  const uint32_t begin = edited_->begin - std::min(edited_->begin, Builder::kLongestOverridable);
  const uint32_t end = edited_->new_end + Builder::kLongestOverridable;
  return !Builder::mentions_overridable(text().substr(begin, end - begin));
}

std::shared_ptr<const Parsed> Document::parsed() {
  if (parsed_ && !edited_) return parsed_;
  auto left = std::make_shared<Leftovers>();
  Job job{
      .text = text_, .globals = globals_, .tree = [this] { return tree(); }, .left = left.get()};
  std::optional<Earlier> earlier;
  if (can_take_over()) {
    earlier.emplace(parsed_->ast, *left_, edited_->begin, edited_->old_end, edited_->new_end);
    job.earlier = &*earlier;
  }
  parsed_ = std::make_shared<const Parsed>(parse_with(job));
  left_ = job.leaves_something ? std::move(left) : nullptr;
  edited_.reset();
  return parsed_;
}

std::string format_error(const Diagnostic& diagnostic, const Source& source,
                         std::string_view name) {
  const auto place = [&](uint32_t offset) {
    const LineColumn at = source.position(offset);
    return std::string(name) + ":" + std::to_string(at.line + 1) + ":" +
           std::to_string(at.column + 1);
  };
  std::string out = "error: ";
  for (const char c : diagnostic.reported_message()) {
    out += c;
    if (c == '\n') out += "       ";
  }
  if (diagnostic.id == DiagnosticId::DuplicateAttribute && !diagnostic.related.empty()) {
    out += " at " + place(diagnostic.related.front().span.begin);
  }
  out += "\n       at " + place(diagnostic.reported_offset()) + ":";
  if (diagnostic.id == DiagnosticId::SourceTooLarge) return out;  // so may its lines be
  const LineColumn at = source.position(diagnostic.reported_offset());
  const auto show = [&](uint32_t line) {
    std::string number = std::to_string(line + 1);
    if (number.size() < 5) number.insert(0, 5 - number.size(), ' ');
    std::string text = "        " + number + "| " + std::string(source.line(line));
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    out += "\n" + text;
  };
  if (at.line > 0) show(at.line - 1);
  show(at.line);
  out += "\n             | " + std::string(at.column, ' ') + "^";
  if (at.line + 1 < source.line_count()) show(at.line + 1);
  return out;
}

}  // namespace nilas::syntax
