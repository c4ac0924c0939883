#include "lsp/analysis/document_symbols.hpp"

#include <algorithm>

#include "lsp/analysis/function_text.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

constexpr size_t kMaxDepth = 100;
constexpr size_t kMaxName = 200;
constexpr size_t kMaxDetail = 60;

/// The first line of `s`, cut between characters.
std::string short_text(std::string_view s, size_t max) {
  s = s.substr(0, s.find_first_of("\r\n"));
  if (s.size() <= max) return std::string(s);
  while (max > 0 && (static_cast<unsigned char>(s[max]) & 0xc0) == 0x80)
    --max;
  return std::string(s.substr(0, max)) + "…";
}

/// A binding, and whether a let holds it.
struct Item {
  uint32_t binding;
  bool in_let;
};

class Outline {
 public:
  Outline(const Ast& ast, std::string_view text) : ast_(ast), text_(text) {}

  std::vector<DocumentSymbol> run() {
    for (const Item& item : items()) {
      const syntax::Binding& b = ast_.bindings[item.binding];
      while (!open_.empty() && out_[open_.back()].span.end <= b.span.begin)
        open_.pop_back();
      if (open_.size() >= kMaxDepth) continue;
      const SymbolSort plain = item.in_let ? SymbolSort::Variable : SymbolSort::Property;
      if (b.kind == syntax::BindingKind::Path) {
        binding(b, plain);
      } else {
        for (const syntax::AttrName& name : ast_.path(b.path))
          add({.name = {}, .detail = {}, .sort = plain, .span = name.span, .selection = name.span});
      }
    }
    return std::move(out_);
  }

 private:
  std::vector<Item> items() const {
    std::vector<Item> items;
    items.reserve(ast_.bindings.size());
    for (const syntax::SetRecord& set : ast_.sets) {
      const bool in_let = set.node != kNoNode && ast_[set.node].kind != NodeKind::AttrSet;
      for (uint32_t i = 0; i < set.binding_count; ++i) {
        const uint32_t index = set.first_binding + i;
        if (ast_.bindings[index].path != kNone) items.push_back({index, in_let});
      }
    }
    std::ranges::sort(items, {},
                      [&](const Item& i) { return ast_.bindings[i.binding].span.begin; });
    return items;
  }

  bool add(DocumentSymbol symbol) {
    const Span s = symbol.selection;
    symbol.name = short_text(text_.substr(s.begin, s.end - s.begin), kMaxName);
    if (symbol.name.empty()) return false;  // damaged code; the protocol forbids empty names
    symbol.parent = open_.empty() ? kNone : open_.back();
    out_.push_back(std::move(symbol));
    return true;
  }

  void binding(const syntax::Binding& b, SymbolSort plain) {
    const auto path = ast_.path(b.path);
    if (path.empty()) return;
    const Span selection{path.front().span.begin, path.back().span.end};
    const SymbolSort sort = b.value == kNoNode ? plain : sort_of(ast_, b.value, plain);
    if (!add({.name = {},
              .detail = b.value == kNoNode ? "" : detail(b.value, sort),
              .sort = sort,
              .span = b.span,
              .selection = selection})) {
      return;
    }
    open_.push_back(static_cast<uint32_t>(out_.size() - 1));
  }

  std::string detail(NodeId value, SymbolSort sort) const {
    value = ast_.skip_parens(value);
    const Node& n = ast_[value];
    if (n.kind == NodeKind::Lambda) {
      return short_text(function_heads(ast_, text_, value), kMaxDetail);
    }
    switch (sort) {
      case SymbolSort::String:
      case SymbolSort::Number:
      case SymbolSort::Boolean:
      case SymbolSort::Path:
        return short_text(text_.substr(n.span.begin, n.span.end - n.span.begin), kMaxDetail);
      default: return {};
    }
  }

  const Ast& ast_;
  std::string_view text_;
  std::vector<DocumentSymbol> out_;
  std::vector<uint32_t> open_;  // the symbols around the present place, outermost first
};

}  // namespace

SymbolSort sort_of(const Ast& ast, NodeId value, SymbolSort otherwise) {
  for (int steps = 0; steps < 50; ++steps) {
    const Node& n = ast[value];
    switch (n.kind) {
      case NodeKind::Paren: value = n.a; continue;
      case NodeKind::Let:
      case NodeKind::With:
      case NodeKind::Assert: value = n.b; continue;
      case NodeKind::Lambda: return SymbolSort::Function;
      case NodeKind::AttrSet:
      case NodeKind::LegacyLet: return SymbolSort::Set;
      case NodeKind::List: return SymbolSort::List;
      case NodeKind::String: return SymbolSort::String;
      case NodeKind::Int:
      case NodeKind::Float: return SymbolSort::Number;
      case NodeKind::Path:
      case NodeKind::SearchPath: return SymbolSort::Path;
      case NodeKind::Var: {
        if (ast.refs[n.b].kind != syntax::RefKind::Global) return otherwise;
        const std::string_view name = ast.symbol(n.a);
        if (name == "true" || name == "false") return SymbolSort::Boolean;
        return name == "null" ? SymbolSort::Null : otherwise;
      }
      case NodeKind::Binary: {
        const auto op = static_cast<syntax::BinaryOp>(n.op);
        if (op == syntax::BinaryOp::Update) return SymbolSort::Set;
        return op == syntax::BinaryOp::Concat ? SymbolSort::List : otherwise;
      }
      case NodeKind::HasAttr: return SymbolSort::Boolean;
      case NodeKind::Error:
      case NodeKind::CurPos:
      case NodeKind::InheritFrom:
      case NodeKind::Select:
      case NodeKind::Apply:
      case NodeKind::If:
      case NodeKind::Unary: return otherwise;
    }
  }
  return otherwise;
}

std::vector<DocumentSymbol> without_depths(std::vector<DocumentSymbol> symbols, size_t max) {
  if (symbols.size() <= max) return symbols;
  std::vector<uint32_t> depths;
  std::vector<size_t> counts;  // by depth
  for (const DocumentSymbol& s : symbols) {
    depths.push_back(s.parent == kNone ? 0 : depths[s.parent] + 1);
    counts.resize(std::max<size_t>(counts.size(), depths.back() + 1));
    ++counts[depths.back()];
  }
  size_t kept = symbols.size();
  while (kept > max && counts.size() > 1) {
    kept -= counts.back();
    counts.pop_back();
  }
  std::vector<DocumentSymbol> out;
  std::vector<uint32_t> moved(symbols.size(), kNone);
  for (size_t i = 0; i < symbols.size(); ++i) {
    if (depths[i] >= counts.size()) continue;
    DocumentSymbol& s = symbols[i];
    if (s.parent != kNone) s.parent = moved[s.parent];
    moved[i] = static_cast<uint32_t>(out.size());
    out.push_back(std::move(s));
  }
  return out;
}

std::vector<DocumentSymbol> document_symbols(const Ast& ast, std::string_view text) {
  return Outline(ast, text).run();
}

}  // namespace nilas::analysis
