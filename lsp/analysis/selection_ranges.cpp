#include "lsp/analysis/selection_ranges.hpp"

#include <algorithm>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

constexpr size_t kMaxRanges = 200;

bool is_word(TokenKind kind) {
  return kind <= TokenKind::IndClose && kind != TokenKind::Comment;
}

/// The token a selection starts from: the one at `offset`, or a word that ends there.
Span start_of(std::span<const TokenSpan> tokens, uint32_t offset) {
  const auto next =
      std::ranges::upper_bound(tokens, offset, {}, [](const TokenSpan& t) { return t.begin; });
  if (next == tokens.begin()) return {offset, offset};
  const auto at = next - 1;
  const bool inside = offset < at->end;
  if (inside && (is_word(at->kind) || offset > at->begin)) return {at->begin, at->end};
  if (!inside || at != tokens.begin()) {
    const TokenSpan& before = inside ? *(at - 1) : *at;
    if (before.end == offset && is_word(before.kind)) return {before.begin, before.end};
  }
  return inside ? Span{at->begin, at->end} : Span{offset, offset};
}

class Selection {
 public:
  Selection(const Ast& ast, std::string_view text, Span start)
      : ast_(ast), text_(text), start_(start) {}

  std::vector<Span> run() {
    add(start_);
    add({0, static_cast<uint32_t>(text_.size())});
    for (const Node& n : ast_.nodes) {
      if (contains(n.span) && (n.flags & syntax::kSynthetic) == 0) node(n);
    }
    for (const syntax::Binding& b : ast_.bindings) {
      if (contains(b.span)) binding(b);
    }
    std::ranges::sort(found_, [](Span a, Span b) {
      return a.end - a.begin != b.end - b.begin ? a.end - a.begin < b.end - b.begin
                                                : a.begin < b.begin;
    });
    std::vector<Span> out;
    for (const Span s : found_) {
      const bool grows = out.empty() || (s != out.back() && s.begin <= out.back().begin &&
                                         out.back().end <= s.end);
      if (grows && out.size() < kMaxRanges) out.push_back(s);
    }
    if (out.back().end - out.back().begin < text_.size())
      out.back() = {0, static_cast<uint32_t>(text_.size())};
    return out;
  }

 private:
  bool contains(Span s) const { return s.begin <= start_.begin && start_.end <= s.end; }
  void add(Span s) {
    if (s.begin <= s.end && contains(s)) found_.push_back(s);
  }

  /// What stands between brackets, without the white space at its ends.
  void add_inside(Span s, uint32_t open, uint32_t close) {
    if (s.end - s.begin < open + close) return;
    Span in{s.begin + open, s.end - close};
    add(in);
    const std::string_view inside = text_.substr(in.begin, in.end - in.begin);
    const size_t first = inside.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return;
    const size_t last = inside.find_last_not_of(" \t\r\n");
    add({in.begin + static_cast<uint32_t>(first), in.begin + static_cast<uint32_t>(last) + 1});
  }

  void path(uint32_t begin, syntax::PathId id) {
    for (const syntax::AttrName& name : ast_.path(id)) {
      add(name.span);
      add({begin, name.span.end});
    }
  }

  void node(const Node& n) {
    add(n.span);
    switch (n.kind) {
      case NodeKind::Paren:
      case NodeKind::List: return add_inside(n.span, 1, 1);
      case NodeKind::AttrSet: {
        const size_t brace = text_.find('{', n.span.begin);
        if (brace < n.span.end)
          add_inside(n.span, static_cast<uint32_t>(brace) + 1 - n.span.begin, 1);
        return;
      }
      case NodeKind::String: {
        const auto style = static_cast<syntax::StringStyle>(n.op);
        if (style == syntax::StringStyle::Url) return;
        const uint32_t quotes = style == syntax::StringStyle::Indented ? 2 : 1;
        return add_inside(n.span, quotes, quotes);
      }
      case NodeKind::Select: return path(n.span.begin, n.b);
      case NodeKind::HasAttr: {
        const auto names = ast_.path(n.b);
        return names.empty() ? void() : path(names.front().span.begin, n.b);
      }
      case NodeKind::Apply:
        for (uint32_t i = 0; i < n.c; ++i)
          add({n.span.begin, ast_[ast_.lists[n.b + i]].span.end});
        return;
      case NodeKind::Lambda: return lambda(ast_.lambdas[n.a]);
      default: return;
    }
  }

  void lambda(const syntax::LambdaRecord& l) {
    add(l.head);
    add(l.arg_span);
    for (const syntax::Formal& f : ast_.lambda_formals(l)) {
      add(f.name);
      if (f.default_value != kNoNode) add({f.name.begin, ast_[f.default_value].span.end});
    }
  }

  void binding(const syntax::Binding& b) {
    add(b.span);
    if (b.path == kNone) return;
    const auto names = ast_.path(b.path);
    if (names.empty()) return;
    path(names.front().span.begin, b.path);
    add({names.front().span.begin, names.back().span.end});  // all inherited names
    if (b.doc.begin < b.doc.end) add({b.doc.begin, b.span.end});
  }

  const Ast& ast_;
  std::string_view text_;
  Span start_;
  std::vector<Span> found_;
};

}  // namespace

std::vector<Span> selection_ranges(const Ast& ast, std::string_view text,
                                   std::span<const TokenSpan> tokens, uint32_t offset) {
  return Selection(ast, text, start_of(tokens, offset)).run();
}

}  // namespace nilas::analysis
