#include "syntax/parse.hpp"

#include <algorithm>
#include <functional>

#include "syntax/builder.hpp"
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

// What can be said of a broken text without its tree, or from its tree, which may be missing.
Recovered read_broken(std::string_view text, const SyntaxFailure& failure,
                      const std::function<const Tree*()>& get_tree) {
  if (auto recovered = recover(text, failure)) return std::move(*recovered);
  Builder builder(text);
  Damage damage;
  if (const Tree* tree = get_tree()) {
    damage = lower(*tree, text, builder);
  } else {
    builder.ast.root = builder.error({0, static_cast<uint32_t>(text.size())}, 0, 0);
  }
  return {std::move(builder), std::move(damage)};
}

Parsed parse_broken(std::string_view text, std::vector<Diagnostic> strict,
                    const SyntaxFailure& failure, const std::function<const Tree*()>& tree,
                    std::span<const std::string_view> globals) {
  auto [builder, damage] = read_broken(text, failure, tree);
  drop_consequences(text, damage.errors);
  Parsed parsed{std::move(builder.ast), merge_errors(std::move(strict), failure, damage)};
  std::vector<Diagnostic>& all = parsed.diagnostics;
  for (Diagnostic& d : builder.diagnostics) {
    if (std::ranges::none_of(all, [&](const Diagnostic& o) { return same_finding(o, d); })) {
      all.push_back(std::move(d));
    }
  }
  std::vector<Diagnostic> undefined;
  resolve(parsed.ast, globals, undefined);
  for (Diagnostic& d : undefined) {
    const std::string_view name = text.substr(d.span.begin, d.span.end - d.span.begin);
    const bool doubtful =
        std::binary_search(damage.names.begin(), damage.names.end(), name, std::less<>()) ||
        std::ranges::any_of(damage.regions, [&](Span region) { return overlap(region, d.span); });
    if (!doubtful) all.push_back(std::move(d));
  }
  return parsed;
}

// `tree` is asked for only if the text is broken.
Parsed parse_with(std::string_view text, std::span<const std::string_view> globals,
                  const std::function<const Tree*()>& tree) {
  if (text.size() > kMaxSourceBytes) return too_large();
  Builder builder(text);
  if (const auto failure = parse_strict(text, builder)) {
    std::vector<Diagnostic> strict = std::move(builder.diagnostics);
    builder = Builder({});  // its memory is not needed any longer
    return parse_broken(text, std::move(strict), *failure, tree, globals);
  }
  Parsed parsed{std::move(builder.ast), std::move(builder.diagnostics)};
  resolve(parsed.ast, globals, parsed.diagnostics);
  return parsed;
}

}  // namespace

Parsed parse(std::string_view text, std::span<const std::string_view> globals) {
  std::optional<Tree> tree;
  return parse_with(text, globals, [&]() -> const Tree* {
    if (text.size() <= kMaxTreeBytes) tree = Tree::parse(text);
    return tree ? &*tree : nullptr;
  });
}

Document::Document(std::string text, std::span<const std::string_view> globals)
    : text_(std::move(text)), globals_(globals) {}

void Document::edit(uint32_t begin, uint32_t end, std::string_view replacement) {
  const auto size = static_cast<uint32_t>(text_.size());
  end = std::min(end, size);
  begin = std::min(begin, end);
  parsed_.reset();
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

const Parsed& Document::parsed() {
  if (!parsed_) {
    parsed_ = parse_with(text_, globals_, [this] { return tree(); });
  }
  return *parsed_;
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
