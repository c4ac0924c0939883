#include "lsp/analysis/semantic_tokens.hpp"

#include <algorithm>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

constexpr uint16_t bit(SemanticModifier m) {
  return static_cast<uint16_t>(1U << static_cast<unsigned>(m));
}

struct Class {
  SemanticType type;
  uint16_t modifiers = 0;
};

class Highlighter {
 public:
  Highlighter(const Ast& ast, std::string_view text, std::span<const TokenSpan> tokens,
              const Names& names)
      : ast_(ast), text_(text), tokens_(tokens), names_(names) {}

  std::vector<SemanticToken> run(Span range) {
    const auto first = std::ranges::lower_bound(tokens_, range.begin, {},
                                                [](const TokenSpan& t) { return t.end; });
    auto name = std::ranges::lower_bound(names_.all(), first == tokens_.end() ? 0 : first->begin,
                                         {}, [](const Name& n) { return n.span.begin; });
    out_.reserve(static_cast<size_t>(tokens_.end() - first));
    for (auto t = first; t != tokens_.end() && t->begin < range.end; ++t) {
      while (name != names_.all().end() && name->span.begin < t->begin)
        ++name;
      const bool named = name != names_.all().end() && name->span.begin == t->begin;
      if (named && t->kind == TokenKind::Quote && name->span.end > t->end) {
        // A quoted name is one token.
        add(name->span, of_name(*name));
        while (t + 1 != tokens_.end() && (t + 1)->end <= name->span.end)
          ++t;
      } else if (t->kind == TokenKind::Text) {
        string_text({t->begin, t->end});
      } else {
        const bool is_name = named && (t->kind == TokenKind::Name || t->kind == TokenKind::Or);
        add({t->begin, t->end}, is_name ? of_name(*name) : of_token(t->kind));
      }
    }
    return std::move(out_);
  }

 private:
  /// Tokens never span lines; neighbours of one class become one token.
  void add(Span span, Class c) {
    while (span.begin < span.end) {
      const std::string_view rest = text_.substr(span.begin, span.end - span.begin);
      const size_t line = std::min(rest.find_first_of("\r\n"), rest.size());
      if (line > 0) add_line({span.begin, span.begin + static_cast<uint32_t>(line)}, c);
      span.begin += static_cast<uint32_t>(line);
      while (span.begin < span.end && (text_[span.begin] == '\r' || text_[span.begin] == '\n'))
        ++span.begin;
    }
  }

  void add_line(Span span, Class c) {
    if (c.type == SemanticType::String && !out_.empty()) {
      SemanticToken& last = out_.back();
      if (last.span.end == span.begin && last.type == c.type && last.modifiers == c.modifiers) {
        last.span.end = span.end;
        return;
      }
    }
    out_.push_back({span, c.type, c.modifiers});
  }

  /// A run of a quoted string, its escapes apart.
  void string_text(Span span) {
    const Class plain{SemanticType::String};
    uint32_t begin = span.begin;
    for (uint32_t i = begin; i + 1 < span.end; ++i) {
      if (text_[i] != '\\') continue;
      if (begin < i) add({begin, i}, plain);
      const uint32_t size = 1 + std::min(syntax_size(i + 1), span.end - i - 1);
      add({i, i + size}, {SemanticType::String, bit(SemanticModifier::Escape)});
      begin = i + size;
      i = begin - 1;
    }
    if (begin < span.end) add({begin, span.end}, plain);
  }

  /// Bytes of the character at `i`, as its first byte says.
  uint32_t syntax_size(uint32_t i) const {
    const auto c = static_cast<unsigned char>(text_[i]);
    return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  }

  static Class of_token(TokenKind kind) {
    using enum SemanticType;
    constexpr uint16_t kDelimiter = bit(SemanticModifier::Delimiter);
    constexpr uint16_t kParenthesis = bit(SemanticModifier::Parenthesis);
    switch (kind) {
      case TokenKind::Comment: return {Comment};
      case TokenKind::Name: return {Variable};
      case TokenKind::If:
      case TokenKind::Then:
      case TokenKind::Else:
      case TokenKind::Assert: return {Keyword, bit(SemanticModifier::Conditional)};
      case TokenKind::With:
      case TokenKind::Let:
      case TokenKind::In:
      case TokenKind::Rec:
      case TokenKind::Inherit:
      case TokenKind::Or: return {Keyword};
      case TokenKind::Integer:
      case TokenKind::Float: return {Number};
      case TokenKind::Path:
      case TokenKind::SearchPath: return {Path};
      case TokenKind::Uri:
      case TokenKind::Quote:
      case TokenKind::Text:
      case TokenKind::IndOpen:
      case TokenKind::IndText:
      case TokenKind::IndClose: return {String};
      case TokenKind::IndEscape: return {String, bit(SemanticModifier::Escape)};
      case TokenKind::DollarCurly:
      case TokenKind::LeftBrace:
      case TokenKind::RightBrace:
      case TokenKind::LeftParen:
      case TokenKind::RightParen:
      case TokenKind::LeftBracket:
      case TokenKind::RightBracket: return {Punctuation, kParenthesis};
      case TokenKind::Dot:
      case TokenKind::Comma:
      case TokenKind::Semicolon:
      case TokenKind::Colon:
      case TokenKind::At:
      case TokenKind::Assign:
      case TokenKind::Question: return {Punctuation, kDelimiter};
      case TokenKind::Ellipsis: return {Punctuation};
      case TokenKind::Operator: return {Operator};
      case TokenKind::Invalid: return {Punctuation};
    }
    return {Punctuation};
  }

  // --- Names ------------------------------------------------------------------------------------
  Class of_name(const Name& name) const {
    constexpr uint16_t kDefinition = bit(SemanticModifier::Definition);
    switch (name.kind) {
      case NameKind::Parameter: return {SemanticType::Parameter, kDefinition};
      case NameKind::Attribute: {
        Class c = name.defines == kNone ? Class{SemanticType::Property} : of_attr(name.defines);
        c.modifiers |= kDefinition;
        return c;
      }
      case NameKind::Inherit: {
        if (name.node == kNoNode || ast_[name.node].kind != NodeKind::Var)
          return {SemanticType::Variable, kDefinition};
        Class c = of_variable(name.node);
        c.modifiers |= kDefinition;
        return c;
      }
      case NameKind::InheritFrom: return {SemanticType::Property, kDefinition};
      case NameKind::Variable: return of_variable(name.node);
      case NameKind::Select:
        if (const auto builtin = of_builtin(name)) return *builtin;
        return {SemanticType::Property};
      case NameKind::HasAttr: return {SemanticType::Property};
    }
    return {SemanticType::Variable};
  }

  Class of_attr(uint32_t attr) const {
    const NodeId value = ast_.skip_parens(ast_.attrs[attr].value);
    if (ast_[value].kind == NodeKind::Lambda) return {SemanticType::Function};
    const syntax::SetId set = names_.set_of_attr(attr);
    const bool in_let = set != kNone && ast_.sets[set].node != kNoNode &&
                        ast_[ast_.sets[set].node].kind != NodeKind::AttrSet;
    return {in_let ? SemanticType::Variable : SemanticType::Property};
  }

  Class of_variable(NodeId var) const {
    const syntax::Ref& ref = ast_.refs[ast_[var].b];
    switch (ref.kind) {
      case syntax::RefKind::Unbound:
        return {SemanticType::Variable, bit(SemanticModifier::Unresolved)};
      case syntax::RefKind::With:
        return {SemanticType::Variable, bit(SemanticModifier::WithAttribute)};
      case syntax::RefKind::Global: return of_global(ast_.symbol(ast_[var].a));
      case syntax::RefKind::Local: break;
    }
    const uint32_t attr = names_.attr_of_decl(ref.target);
    return attr == kNone ? Class{SemanticType::Parameter} : of_attr(attr);
  }

  static Class of_global(std::string_view name) {
    constexpr uint16_t kBuiltin = bit(SemanticModifier::Builtin);
    constexpr uint16_t kConstant = kBuiltin | bit(SemanticModifier::Readonly);
    if (name == "true" || name == "false") return {SemanticType::Boolean, kConstant};
    if (name == "builtins") return {SemanticType::Struct, kBuiltin};
    if (name == "null" || name.starts_with("__current") || name == "__nixPath" ||
        name == "__nixVersion" || name == "__langVersion" || name == "__storeDir") {
      return {SemanticType::Constant, kConstant};
    }
    return {SemanticType::Function, kBuiltin};
  }

  /// `map` of `builtins.map`.
  std::optional<Class> of_builtin(const Name& name) const {
    if (name.index != 0) return std::nullopt;
    const syntax::Node& base = ast_[ast_[name.node].a];
    if (base.kind != NodeKind::Var || ast_.refs[base.b].kind != syntax::RefKind::Global ||
        ast_.symbol(base.a) != "builtins") {
      return std::nullopt;
    }
    const std::string_view text = ast_.symbol(name.symbol);
    for (const std::string_view known : {"true", "false", "null", "builtins"}) {
      if (text == known) return of_global(text);
    }
    return of_global("__" + std::string(text));
  }

  const Ast& ast_;
  std::string_view text_;
  std::span<const TokenSpan> tokens_;
  const Names& names_;
  std::vector<SemanticToken> out_;
};

}  // namespace

std::vector<std::string_view> semantic_type_names() {
  return {
#define SEMANTIC_TYPE(id, name) name,
#include "lsp/analysis/semantic_tokens.def"
  };
}

std::vector<std::string_view> semantic_modifier_names() {
  return {
#define SEMANTIC_MODIFIER(id, name) name,
#include "lsp/analysis/semantic_tokens.def"
  };
}

std::vector<SemanticToken> semantic_tokens(const Ast& ast, std::string_view text,
                                           std::span<const TokenSpan> tokens, const Names& names,
                                           Span range) {
  return Highlighter(ast, text, tokens, names).run(range);
}

}  // namespace nilas::analysis
