#include "lsp/analysis/folding_ranges.hpp"

#include <algorithm>
#include <optional>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

class Folding {
 public:
  Folding(const Ast& ast, std::string_view text, std::span<const TokenSpan> tokens)
      : ast_(ast), text_(text), tokens_(tokens) {
    for (size_t i = text.find('\n'); i != std::string_view::npos; i = text.find('\n', i + 1))
      line_ends_.push_back(static_cast<uint32_t>(i));
  }

  std::vector<FoldingRange> run() {
    brackets();
    comments();
    bindings();
    branches();
    std::ranges::stable_sort(out_, [](const FoldingRange& a, const FoldingRange& b) {
      return a.first_line != b.first_line ? a.first_line < b.first_line : a.last_line > b.last_line;
    });
    return std::move(out_);
  }

 private:
  uint32_t line_of(uint32_t offset) const {
    return static_cast<uint32_t>(std::ranges::lower_bound(line_ends_, offset) - line_ends_.begin());
  }

  /// Whether only white space stands before `offset` on its line.
  bool begins_line(uint32_t offset) const {
    while (offset > 0 && (text_[offset - 1] == ' ' || text_[offset - 1] == '\t'))
      --offset;
    return offset == 0 || text_[offset - 1] == '\n' || text_[offset - 1] == '\r';
  }

  void add(Span span, FoldingKind kind, bool closed) {
    const uint32_t first = line_of(span.begin), last = line_of(span.end);
    if (first < last) out_.push_back({span, first, last, kind, closed});
  }

  static bool is_string(TokenKind kind) {
    return kind == TokenKind::Quote || kind == TokenKind::IndOpen;
  }

  /// Closes the innermost bracket that `opener` accepts. Those left open inside are forgotten, but
  /// not across a string or interpolation: what its text holds is closed in it.
  template <class Accepts>
  std::optional<TokenSpan> pop(Accepts accepts) {
    for (size_t i = open_.size(); i-- > 0;) {
      const TokenSpan opener = open_[i];
      if (accepts(opener.kind)) {
        open_.resize(i);
        return opener;
      }
      if (is_string(opener.kind) || opener.kind == TokenKind::DollarCurly) break;
    }
    return std::nullopt;
  }

  void close(const TokenSpan& closer, auto accepts) {
    if (const auto opener = pop(accepts))
      add({opener->end, closer.begin}, FoldingKind::Code, begins_line(closer.begin));
  }

  void brackets() {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const TokenSpan& t = tokens_[i];
      const auto closes = [&](TokenKind opener) {
        close(t, [opener](TokenKind kind) { return kind == opener; });
      };
      switch (t.kind) {
        case TokenKind::LeftBrace:
        case TokenKind::LeftParen:
        case TokenKind::LeftBracket:
        case TokenKind::DollarCurly:
        case TokenKind::IndOpen:
        case TokenKind::Let: open_.push_back(t); break;
        case TokenKind::Quote:
          if (!open_.empty() && open_.back().kind == TokenKind::Quote) {
            closes(TokenKind::Quote);
          } else {
            open_.push_back(t);
          }
          break;
        case TokenKind::RightBrace:
          close(t, [](TokenKind kind) {
            return kind == TokenKind::LeftBrace || kind == TokenKind::DollarCurly;
          });
          break;
        case TokenKind::RightParen: closes(TokenKind::LeftParen); break;
        case TokenKind::RightBracket: closes(TokenKind::LeftBracket); break;
        case TokenKind::IndClose: closes(TokenKind::IndOpen); break;
        case TokenKind::In: closes(TokenKind::Let); break;
        default: break;
      }
    }
  }

  void comments() {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const TokenSpan& t = tokens_[i];
      if (t.kind != TokenKind::Comment) continue;
      uint32_t end = t.end;
      if (text_[t.begin] == '#' && begins_line(t.begin)) {
        // Lines right below that are comments as well.
        while (i + 1 < tokens_.size() && tokens_[i + 1].kind == TokenKind::Comment &&
               text_[tokens_[i + 1].begin] == '#' &&
               line_of(tokens_[i + 1].begin) == line_of(end) + 1) {
          end = tokens_[++i].end;
        }
      }
      add({t.begin, end}, FoldingKind::Comment, false);
    }
  }

  /// Bindings whose value does not open a bracket on their first line: long applications, lists of
  /// inherited names.
  void bindings() {
    std::vector<uint32_t> taken;
    for (const FoldingRange& f : out_)
      taken.push_back(f.first_line);
    std::ranges::sort(taken);
    for (const syntax::Binding& b : ast_.bindings) {
      if (b.span.end <= b.span.begin || std::ranges::binary_search(taken, line_of(b.span.begin)))
        continue;
      const auto path =
          b.path == syntax::kNone ? std::span<const syntax::AttrName>() : ast_.path(b.path);
      const bool plain = b.kind == syntax::BindingKind::Path && !path.empty();
      const uint32_t begin = plain ? path.back().span.end : b.span.begin + 7;  // "inherit"
      if (begin < b.span.end) add({begin, b.span.end}, FoldingKind::Code, false);
    }
  }

  void branches() {
    for (const Node& n : ast_.nodes) {
      if (n.kind != NodeKind::If || (n.flags & syntax::kSynthetic) != 0) continue;
      for (const syntax::NodeId branch : {n.b, n.c}) {
        if (branch == kNoNode || ast_[branch].kind == NodeKind::If) continue;
        const Span s = ast_[branch].span;
        // From the keyword's line, so that `else` stays.
        const size_t word = text_.find_last_not_of(" \t\r\n", s.begin == 0 ? 0 : s.begin - 1);
        if (word == std::string_view::npos ||
            line_of(static_cast<uint32_t>(word)) == line_of(s.begin))
          continue;  // a bracket on the keyword's line folds by itself
        add({static_cast<uint32_t>(word) + 1, s.end}, FoldingKind::Code, false);
      }
    }
  }

  const Ast& ast_;
  std::string_view text_;
  std::span<const TokenSpan> tokens_;
  std::vector<uint32_t> line_ends_;
  std::vector<TokenSpan> open_;
  std::vector<FoldingRange> out_;
};

}  // namespace

std::vector<FoldingRange> folding_ranges(const Ast& ast, std::string_view text,
                                         std::span<const TokenSpan> tokens) {
  return Folding(ast, text, tokens).run();
}

}  // namespace nilas::analysis
