#include "lsp/analysis/completion_context.hpp"

#include <algorithm>
#include <optional>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

bool is_word(TokenKind kind) {
  return kind >= TokenKind::Name && kind <= TokenKind::Or;
}

bool is_path_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '+' || c == '-' || c == '/' || c == '~';
}

class ContextFinder {
 public:
  ContextFinder(std::string_view text, std::span<const TokenSpan> tokens, uint32_t offset)
      : text_(text), offset_(offset) {
    const auto end =
        std::ranges::lower_bound(tokens, offset, {}, [](const TokenSpan& t) { return t.begin; });
    before_ = tokens.first(static_cast<size_t>(end - tokens.begin()));
    after_ = tokens.subspan(before_.size());
    out_.word = {offset, offset};
  }

  CompletionContext run() {
    if (in_comment()) return out_;
    find_openers();
    const TokenKind around = opener();
    const bool in_string = around == TokenKind::Quote || around == TokenKind::IndOpen;
    if (in_string) return out_;
    if (in_path()) return out_;
    take_word();
    out_.typed = text_.substr(out_.word.begin, offset_ - out_.word.begin);
    // Comments say nothing from here on.
    std::erase_if(code_, [](const TokenSpan& t) { return t.kind == TokenKind::Comment; });
    decide();
    return out_;
  }

 private:
  bool in_comment() const {
    if (before_.empty() || before_.back().kind != TokenKind::Comment) return false;
    const TokenSpan& t = before_.back();
    const std::string_view comment = text_.substr(t.begin, t.end - t.begin);
    const bool open = comment.starts_with('#') || !comment.ends_with("*/");
    return open ? offset_ <= t.end : offset_ < t.end;
  }

  /// The brackets, strings and lets that are open at the cursor: indexes into before_.
  void find_openers() {
    const auto pop = [&](auto accepts) {
      for (size_t i = openers_.size(); i-- > 0;) {
        const TokenKind kind = before_[openers_[i]].kind;
        if (accepts(kind)) return openers_.resize(i);
        if (kind == TokenKind::Quote || kind == TokenKind::IndOpen ||
            kind == TokenKind::DollarCurly)
          return;
      }
    };
    const auto pop_kind = [&](TokenKind opener) {
      pop([opener](TokenKind kind) { return kind == opener; });
    };
    for (size_t i = 0; i < before_.size(); ++i) {
      const TokenSpan& t = before_[i];
      switch (t.kind) {
        case TokenKind::LeftBrace:
        case TokenKind::LeftParen:
        case TokenKind::LeftBracket:
        case TokenKind::DollarCurly:
        case TokenKind::IndOpen: openers_.push_back(i); break;
        case TokenKind::Let:
          if (t.end < offset_) openers_.push_back(i);
          break;
        case TokenKind::Quote:
          if (!openers_.empty() && before_[openers_.back()].kind == TokenKind::Quote) {
            openers_.pop_back();
          } else {
            openers_.push_back(i);
          }
          break;
        case TokenKind::RightBrace:
          pop([](TokenKind kind) {
            return kind == TokenKind::LeftBrace || kind == TokenKind::DollarCurly;
          });
          break;
        case TokenKind::RightParen: pop_kind(TokenKind::LeftParen); break;
        case TokenKind::RightBracket: pop_kind(TokenKind::LeftBracket); break;
        case TokenKind::IndClose: pop_kind(TokenKind::IndOpen); break;
        case TokenKind::In:
          if (t.end < offset_) pop_kind(TokenKind::Let);
          break;
        default: break;
      }
    }
    code_.assign(
        before_.begin() + static_cast<std::ptrdiff_t>(openers_.empty() ? 0 : openers_.back() + 1),
        before_.end());
  }

  TokenKind opener() const {
    return openers_.empty() ? TokenKind::Invalid : before_[openers_.back()].kind;
  }

  /// `./a/b|`, `<nixpkgs/l|`: a run of path characters that began as a path.
  bool in_path() {
    uint32_t begin = offset_;
    while (begin > 0 && is_path_character(text_[begin - 1]))
      --begin;
    const std::string_view run = text_.substr(begin, offset_ - begin);
    const size_t slash = run.rfind('/');
    const auto take = [&](CompletionPlace place) {
      const uint32_t word =
          slash == std::string_view::npos ? begin : begin + static_cast<uint32_t>(slash) + 1;
      uint32_t end = offset_;
      while (end < text_.size() && is_path_character(text_[end]) && text_[end] != '/')
        ++end;
      out_.place = place;
      out_.word = {word, end};
      out_.typed = text_.substr(word, offset_ - word);
      out_.path = text_.substr(begin, word - begin);
      return true;
    };
    if (begin > 0 && text_[begin - 1] == '<' && run.find("//") == std::string_view::npos &&
        !run.starts_with('/')) {
      // `a <b` compares; `[ <b`, `= <b` and `import <b` do not.
      const TokenSpan* last = token_before(begin - 1);
      const bool imports = last && text_.substr(last->begin, last->end - last->begin) == "import";
      const bool operand =
          last && !imports && is_operand_end(last->kind) && opener() != TokenKind::LeftBracket;
      if (!operand || slash != std::string_view::npos) return take(CompletionPlace::SearchPath);
    }
    if (slash == std::string_view::npos || run.find("//") != std::string_view::npos) return false;
    const bool is_path = run.starts_with("./") || run.starts_with("../") || run.starts_with("~/") ||
                         (run.starts_with('/') && run.size() > 1) || run.find('/') != 0;  // a/b
    if (!is_path) return false;
    // `a /b`: division only if spaces stand on both sides.
    return take(CompletionPlace::Path);
  }

  const TokenSpan* token_before(uint32_t offset) const {
    for (size_t i = before_.size(); i-- > 0;) {
      if (before_[i].begin < offset && before_[i].kind != TokenKind::Comment) return &before_[i];
    }
    return nullptr;
  }

  static bool is_operand_end(TokenKind kind) {
    return kind == TokenKind::Name || kind == TokenKind::RightParen ||
           kind == TokenKind::RightBrace || kind == TokenKind::RightBracket ||
           kind == TokenKind::Quote || kind == TokenKind::IndClose || kind == TokenKind::Integer ||
           kind == TokenKind::Float;
  }

  void take_word() {
    if (!code_.empty() && is_word(code_.back().kind) && offset_ <= code_.back().end) {
      out_.word = {code_.back().begin, code_.back().end};
      code_.pop_back();
    }
  }

  bool inside_braces() const {
    return opener() == TokenKind::LeftBrace || opener() == TokenKind::Let;
  }

  /// The tokens of the present binding, without those inside of brackets and lets in it; each closed
  /// one is left as its closing token.
  std::vector<TokenSpan> statement() const {
    std::vector<TokenSpan> out;
    int depth = 0;
    int heads = 0;  // of `with` and `assert` that wait for their semicolon
    for (const TokenSpan& t : code_) {
      depth += opens(t.kind) ? 1 : closes(t.kind) && depth > 0 ? -1 : 0;
      if (depth > 0 || opens(t.kind)) continue;
      if (t.kind == TokenKind::With || t.kind == TokenKind::Assert) ++heads;
      // `a = with b` and below it `c = d;`: that semicolon is not the one that is missing.
      if (t.kind == TokenKind::Assign && has(out, TokenKind::Assign)) heads = 0;
      if (t.kind == TokenKind::Semicolon && heads-- == 0) {
        out.clear();
        heads = 0;
      } else {
        out.push_back(t);
      }
    }
    return out;
  }

  static bool opens(TokenKind kind) {
    return kind == TokenKind::LeftBrace || kind == TokenKind::LeftParen ||
           kind == TokenKind::LeftBracket || kind == TokenKind::DollarCurly ||
           kind == TokenKind::Let;
  }
  static bool closes(TokenKind kind) {
    return kind == TokenKind::RightBrace || kind == TokenKind::RightParen ||
           kind == TokenKind::RightBracket || kind == TokenKind::In;
  }

  void decide() {
    const std::vector<TokenSpan> now = statement();
    if (inside_braces()) {
      const size_t at = openers_.back();
      const bool recursive = at > 0 && before_[at].kind == TokenKind::LeftBrace &&
                             before_[at - 1].kind == TokenKind::Rec;
      out_.opener = before_[recursive ? at - 1 : at].begin;
      out_.in_let = opener() == TokenKind::Let;
    }
    const bool last_is = !now.empty();
    if (last_is && now.back().kind == TokenKind::At) return;  // a new name
    if (last_is && now.back().kind == TokenKind::Integer && now.back().end == out_.word.begin)
      return;
    if (last_is && now.back().kind == TokenKind::Dot) return after_dot(now);
    if (!inside_braces()) {
      if (last_is && now.back().kind == TokenKind::Question) return attribute(now);
      out_.place = CompletionPlace::Expression;
      return;
    }
    in_braces(now);
  }

  static bool has(const std::vector<TokenSpan>& tokens, TokenKind kind) {
    return std::ranges::any_of(tokens, [&](const TokenSpan& t) { return t.kind == kind; });
  }

  void in_braces(const std::vector<TokenSpan>& now) {
    if (now.empty()) {
      out_.place = is_head() ? CompletionPlace::Formal : CompletionPlace::Binding;
      return;
    }
    if (now.front().kind == TokenKind::Inherit) {
      const bool from = now.size() > 1 && now[1].kind == TokenKind::RightParen;
      out_.place = from ? CompletionPlace::InheritFrom : CompletionPlace::Inherit;
      if (from) inherit_base(now[1].end);
      return;
    }
    const bool question = now.back().kind == TokenKind::Question;
    if (has(now, TokenKind::Assign)) {
      if (question) return attribute(now);
      out_.place = CompletionPlace::Expression;
      return;
    }
    const auto separator = std::ranges::find_if(now.rbegin(), now.rend(), [](const TokenSpan& t) {
      return t.kind == TokenKind::Comma || t.kind == TokenKind::Question;
    });
    if (separator == now.rend()) {
      // `{ a b|`: no binding looks so, but `a` may become an application's function.
      out_.place = CompletionPlace::Nowhere;
    } else {
      out_.place = separator->kind == TokenKind::Comma ? CompletionPlace::Formal
                                                       : CompletionPlace::Expression;
    }
  }

  /// Whether the braces around the cursor are a function's: `x@{ |`, `{ | }:`.
  bool is_head() const {
    if (opener() != TokenKind::LeftBrace) return false;
    const size_t at = openers_.back();
    if (at > 0 && before_[at - 1].kind == TokenKind::At) return true;
    bool closed = false;
    int depth = 0;
    for (const TokenSpan& t : after_) {
      if (t.kind == TokenKind::Comment) continue;
      if (closed) return t.kind == TokenKind::Colon || t.kind == TokenKind::At;
      if (depth == 0 && (t.kind == TokenKind::Assign || t.kind == TokenKind::Semicolon))
        return false;
      closed = depth == 0 && t.kind == TokenKind::RightBrace;
      depth += opens(t.kind) ? 1 : closes(t.kind) ? -1 : 0;
    }
    return false;
  }

  /// The expression in the parentheses that end at `close`.
  void inherit_base(uint32_t close) {
    int depth = 0;
    for (size_t i = code_.size(); i-- > 0;) {
      const TokenSpan& t = code_[i];
      if (t.end > close) continue;
      if (t.end == close && i > 0) out_.base_end = code_[i - 1].end;
      if (t.kind == TokenKind::RightParen) ++depth;
      if (t.kind == TokenKind::LeftParen && --depth == 0) {
        out_.base_begin = t.end;
        return;
      }
    }
  }

  void attribute(const std::vector<TokenSpan>& now) {
    if (now.size() < 2) return;
    out_.place = CompletionPlace::Attribute;
    out_.base_end = now[now.size() - 2].end;
  }

  void after_dot(const std::vector<TokenSpan>& now) {
    if (now.size() < 2) return;
    attribute(now);
    if (!inside_braces() || has(now, TokenKind::Assign) || has(now, TokenKind::Inherit) ||
        has(now, TokenKind::Question))
      return;
    // `a.b.|` left of `=`.
    std::vector<std::string_view> names;
    for (size_t i = 0; i + 1 < now.size(); ++i) {
      const TokenSpan& t = now[i];
      if (i % 2 == 1 ? t.kind != TokenKind::Dot : !is_word(t.kind)) return quoted_path(now);
      if (i % 2 == 0) names.push_back(text_.substr(t.begin, t.end - t.begin));
    }
    out_.place = CompletionPlace::BindingPath;
    out_.names = std::move(names);
  }

  /// A path with strings or `${ }` in it: nothing is known of it.
  void quoted_path(const std::vector<TokenSpan>& now) {
    const bool path = std::ranges::all_of(now, [](const TokenSpan& t) {
      return is_word(t.kind) || t.kind == TokenKind::Dot || t.kind == TokenKind::Quote ||
             t.kind == TokenKind::Text || t.kind == TokenKind::RightBrace;
    });
    if (path) out_.place = CompletionPlace::Nowhere;
  }

  std::string_view text_;
  uint32_t offset_;
  std::span<const TokenSpan> before_, after_;
  std::vector<size_t> openers_;
  std::vector<TokenSpan> code_;  // since the innermost opener
  CompletionContext out_;
};

}  // namespace

CompletionContext completion_context(std::string_view text, std::span<const TokenSpan> tokens,
                                     uint32_t offset) {
  return ContextFinder(text, tokens, offset).run();
}

}  // namespace nilas::analysis
