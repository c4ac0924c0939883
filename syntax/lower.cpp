#include "syntax/lower.hpp"

#include <algorithm>
#include <unordered_set>

#include "syntax/lowering.hpp"

namespace nilas::syntax {

Damage lower(const Tree& tree, std::string_view text, Builder& builder) {
  return Lowering(tree, text, builder).run();
}

Damage lower_bindings(const Tree& tree, std::string_view text, Span part, Builder& builder,
                      Builder::PendingSetId set) {
  return Lowering(tree, text, builder, part, set).run();
}

// Where a node lies in the text. What was put around a part is none of it.
Span Lowering::place(TSNode node) const {
  const Span span = cst_span(node);
  if (part_set_ == kNone) return span;
  const auto moved = [&](uint32_t offset) {
    const auto opening = static_cast<uint32_t>(kPartOpening.size());
    return std::min(part_.begin + std::max(offset, opening) - opening, part_.end);
  };
  return {moved(span.begin), moved(span.end)};
}

Damage Lowering::run() {
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree_.raw()));
  for (bool more = true; more;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const CstSymbol& symbol = cst_symbol(node);
    CstField field = CstField::None;
    if (symbol.kind != CstKind::Token || symbol.token != CstToken::Other) {
      field = cst_field(ts_tree_cursor_current_field_id(&cursor));
    }
    if (ts_tree_cursor_goto_first_child(&cursor)) {
      enter(node, symbol.kind, field);
      continue;
    }
    leaf(node, symbol, field);
    while (!(more = ts_tree_cursor_goto_next_sibling(&cursor)) &&
           ts_tree_cursor_goto_parent(&cursor)) {
      leave();
    }
  }
  ts_tree_cursor_delete(&cursor);
  if (builder_.ast.root == kNoNode && part_set_ == kNone) {  // a root without children
    const auto size = static_cast<uint32_t>(text_.size());
    builder_.ast.root = builder_.error({0, size}, 0, builder_.pending_mark());
  }
  tell_mistakes();
  std::ranges::sort(damage_.names);
  return std::move(damage_);
}

void Lowering::damage(Span span, std::string message) {
  add_mistake(make_diagnostic(DiagnosticId::SyntaxError, span, message));
}

void Lowering::add_mistake(Diagnostic diagnostic) {
  mistakes_.push_back({std::move(diagnostic), confines()});
}

// The innermost binding that is being lowered, or everything.
Span Lowering::confines() const {
  const uint32_t confining = frames_.empty() ? kNone : frames_.back().confining;
  return confining == kNone ? everything() : frames_[confining].span;
}

void Lowering::tell_mistakes() {
  std::ranges::stable_sort(mistakes_, {}, [](const Mistake& m) { return m.diagnostic.span.begin; });
  std::unordered_set<uint32_t> damaged;  // confines, by where they begin
  uint32_t lost_until = 0;
  const size_t end = text_.find_last_not_of(" \t\r\n") + 1;
  for (Mistake& m : mistakes_) {
    const uint32_t at = m.diagnostic.span.begin;
    const bool told = !damaged.insert(m.confines.begin).second;
    const bool consequence = m.confines == everything() ? !damage_.errors.empty() : told;
    const bool lost = at < lost_until;
    lost_until = std::max(lost_until, m.lost_until);
    // What the end of the file cuts off may have defined any name.
    if (at >= end) m.confines = everything();
    // An ERROR node is told apart by where its region begins.
    if (!m.understood && m.confines.begin != at) damage_.regions.push_back(m.confines);
    if (lost || (m.vague && consequence)) continue;
    damage_.errors.push_back(std::move(m.diagnostic));
  }
}

// Keeps a doc comment until its token comes. `/**/` and `/***` open plain comments.
void Lowering::comment(Span span) {
  const std::string_view s = builder_.source(span);
  if (s.starts_with("/**") && s.size() > 4 && s[3] != '/' && s[3] != '*') doc_ = span;
}

void Lowering::enter(TSNode node, CstKind kind, CstField field) {
  Frame frame{.kind = kind,
              .field = field,
              .span = place(node),
              .first = builder_.node_mark(),
              .items = static_cast<uint32_t>(items_.size()),
              .names = static_cast<uint32_t>(builder_.name_mark()),
              .parts = static_cast<uint32_t>(builder_.part_mark()),
              .formals = static_cast<uint32_t>(builder_.formal_mark()),
              .pending = static_cast<uint32_t>(builder_.pending_mark()),
              .text_end = 0};
  frame.text_end = frame.span.begin;
  if (doc_.end != 0 && frame.span.begin != frame.span.end && kind != CstKind::SourceFile) {
    builder_.note_doc(frame.span.begin, doc_);
    doc_ = {};
  }
  switch (kind) {
    case CstKind::String: frame.text_end += 1; break;
    case CstKind::IndentedString: {
      // Spaces and the line end right after the opening quotes belong to them.
      uint32_t end = frame.text_end + 2;
      while (end < text_.size() && text_[end] == ' ')
        ++end;
      const bool line_end = end < text_.size() && text_[end] == '\n';
      frame.text_end = line_end ? end + 1 : frame.text_end + 2;
      break;
    }
    case CstKind::Interpolation:
      if (!frames_.empty() && field == CstField::None) take_text(frames_.back(), frame.span.begin);
      break;
    case CstKind::Inherit:
    case CstKind::InheritFrom:
      if (Frame* set = binding_set()) open(*set);
      break;
    case CstKind::Error:
      ++errors_;
      damage_.regions.push_back(frame.span);
      break;
    default: break;
  }
  if (kind == CstKind::Binding || kind == CstKind::Inherit || kind == CstKind::InheritFrom)
    frame.confining = static_cast<uint32_t>(frames_.size());
  else if (!frames_.empty())
    frame.confining = frames_.back().confining;
  const bool outermost = frames_.size() == 1;
  if (outermost && (kind == CstKind::RecAttrset || kind == CstKind::Error)) frame.set = part_set_;
  frames_.push_back(frame);
}

void Lowering::leaf(TSNode node, const CstSymbol& symbol, CstField field) {
  const Span span = place(node);
  if (symbol.kind == CstKind::Comment || symbol.kind == CstKind::DocComment) return comment(span);
  if (frames_.empty()) return;  // the root itself: an empty file
  if (ts_node_is_missing(node)) {
    const std::string_view type = ts_node_type(node);
    if (symbol.kind == CstKind::Token) return damage(span, "missing '" + std::string(type) + "'");
    if (type.starts_with("missing_")) return missing(symbol.kind, frames_.back(), span);
    damage(span, "missing " + std::string(type));
    items_.push_back({.kind = CstKind::MissingExpression, .field = field, .span = span});
    return;
  }
  if (doc_.end != 0 && span.begin != span.end) {
    builder_.note_doc(span.begin, doc_);
    doc_ = {};
  }
  Item item{
      .kind = symbol.kind, .field = field, .token = symbol.token, .op = symbol.op, .span = span};
  Frame& parent = frames_.back();
  switch (symbol.kind) {
    case CstKind::Identifier:
      if (errors_ != 0) damage_.names.emplace_back(builder_.source(span));
      if (field == CstField::Attr) {
        builder_.plain_name(span);
      } else if (field != CstField::Parameter && field != CstField::Name) {
        item.node = builder_.variable(span);
      }
      break;
    case CstKind::Integer: item.node = builder_.integer(span); break;
    case CstKind::Float: item.node = builder_.floating(span); break;
    case CstKind::Uri: item.node = builder_.url(span); break;
    case CstKind::SearchPath: item.node = builder_.search_path(span); break;
    case CstKind::Path:
    case CstKind::HomePath: {
      const NodeId first = builder_.node_mark();
      const size_t mark = builder_.part_mark();
      builder_.text_part(span);
      item.node = builder_.path(span, first, mark);
      break;
    }
    case CstKind::MissingExpression:
    case CstKind::MissingSemicolon:
    case CstKind::MissingAttribute:
    case CstKind::MissingAssignment:
    case CstKind::MissingDelimiter:
    case CstKind::MissingKeyword:
    case CstKind::MissingColon:
    case CstKind::MissingComma:
    case CstKind::MissingQuote:
    case CstKind::TrailingSlash:
    case CstKind::UnterminatedComment:
      missing(symbol.kind, parent, span);
      if (symbol.kind != CstKind::MissingExpression) break;
      item.node = builder_.error(span, builder_.node_mark(), builder_.pending_mark());
      break;
    case CstKind::Token:
      if (symbol.token == CstToken::Other) return;
      break;
    default: {
      // A construct without children: an empty set of formals, a string that is one token, ...
      enter(node, symbol.kind, field);
      return leave();
    }
  }
  items_.push_back(item);
}

void Lowering::missing(CstKind kind, const Frame& parent, Span span) {
  switch (kind) {
    case CstKind::MissingExpression: return damage(span, "missing expression");
    case CstKind::MissingSemicolon: return damage(span, "missing ';'");
    case CstKind::MissingAttribute: return damage(span, "missing attribute name");
    case CstKind::MissingAssignment: return damage(span, "missing '='");
    case CstKind::MissingColon: return damage(span, "missing ':'");
    case CstKind::MissingComma: return damage(span, "missing ','");
    case CstKind::UnterminatedComment: return damage(span, "unterminated comment");
    case CstKind::MissingQuote:
      damage(span, parent.kind == CstKind::String ? "missing '\"'" : "missing \"''\"");
      // Text is read as code from here on, or code as text.
      mistakes_.back().lost_until = everything().end;
      return;
    case CstKind::MissingDelimiter:
      damage(span, parent.kind == CstKind::Parenthesized || parent.kind == CstKind::InheritFrom
                       ? "missing ')'"
                   : parent.kind == CstKind::List ? "missing ']'"
                                                  : "missing '}'");
      mistakes_.back().vague = true;  // any mistake may have taken its bracket
      return;
    case CstKind::MissingKeyword: {
      if (parent.kind == CstKind::Let) return damage(span, "missing 'in'");
      const bool then_seen = find(parent, CstField::Consequence) != nullptr;
      return damage(span, then_seen ? "missing 'else'" : "missing 'then'");
    }
    default:
      add_mistake(make_diagnostic(DiagnosticId::TrailingSlash, {span.begin - 1, span.begin}));
      mistakes_.back().diagnostic.nix_offset = span.begin;
      mistakes_.back().understood = true;
  }
}

// The set to which bindings that end now belong: the nearest, through ERROR nodes only.
Lowering::Frame* Lowering::binding_set() {
  Frame* broken = nullptr;
  for (size_t i = frames_.size(); i-- > 0;) {
    switch (frames_[i].kind) {
      case CstKind::Attrset:
      case CstKind::RecAttrset:
      case CstKind::LetAttrset:
      case CstKind::Let: return &frames_[i];
      case CstKind::Error: broken = &frames_[i]; break;
      default: return broken;
    }
  }
  return broken;
}

const Lowering::Item* Lowering::find(const Frame& frame, CstField field) const {
  for (size_t i = frame.items; i < items_.size(); ++i) {
    if (items_[i].field == field) return &items_[i];
  }
  return nullptr;
}

const Lowering::Item* Lowering::find_token(const Frame& frame, CstToken token) const {
  for (size_t i = frame.items; i < items_.size(); ++i) {
    if (items_[i].kind == CstKind::Token && items_[i].token == token) return &items_[i];
  }
  return nullptr;
}

bool Lowering::has(const Frame& frame, CstKind kind) const {
  return std::any_of(items_.begin() + frame.items, items_.end(),
                     [kind](const Item& item) { return item.kind == kind; });
}

// The expression in `field`; failing that, what an ERROR node in its place holds; else a hole.
NodeId Lowering::expression(Frame& frame, CstField field) {
  for (size_t i = frame.items; i < items_.size(); ++i) {
    if (items_[i].field == field && items_[i].node != kNoNode) {
      items_[i].kind = CstKind::Token;  // taken
      return items_[i].node;
    }
  }
  for (size_t i = frame.items; i < items_.size(); ++i) {
    if (items_[i].kind == CstKind::Error && items_[i].node != kNoNode) {
      items_[i].kind = CstKind::Token;
      return items_[i].node;
    }
  }
  const Span hole{frame.span.end, frame.span.end};
  return builder_.error(hole, builder_.node_mark(), builder_.pending_mark());
}

void Lowering::leave() {
  Frame frame = frames_.back();
  frames_.pop_back();
  Item item = finish(frame);
  items_.resize(frame.items);
  item.field = frame.field;
  item.span = frame.span;
  if (frame.kind != CstKind::SourceFile) items_.push_back(item);
}

}  // namespace nilas::syntax
