#include "syntax/graft.hpp"

#include <algorithm>

namespace nilas::syntax {
namespace {

// Every table with a count in TableSizes.
template <typename Visit>
void for_each_table(Visit visit) {
  visit(&Ast::nodes, &TableSizes::nodes);
  visit(&Ast::lists, &TableSizes::lists);
  visit(&Ast::ints, &TableSizes::ints);
  visit(&Ast::floats, &TableSizes::floats);
  visit(&Ast::parts, &TableSizes::parts);
  visit(&Ast::attr_names, &TableSizes::attr_names);
  visit(&Ast::paths, &TableSizes::paths);
  visit(&Ast::sets, &TableSizes::sets);
  visit(&Ast::attrs, &TableSizes::attrs);
  visit(&Ast::dynamic_attrs, &TableSizes::dynamic_attrs);
  visit(&Ast::froms, &TableSizes::froms);
  visit(&Ast::bindings, &TableSizes::bindings);
  visit(&Ast::lambdas, &TableSizes::lambdas);
  visit(&Ast::formals, &TableSizes::formals);
  visit(&Ast::refs, &TableSizes::refs);
}

static_assert(sizeof(TableSizes) == 15 * sizeof(uint32_t), "for_each_table visits fifteen tables");

// By how much ids and offsets move, modulo 2^32.
struct Shift {
  TableSizes by;
  uint32_t text;

  void offset(Span& span) const {
    span.begin += text;
    span.end += text;
  }
  void doc(Span& span) const {
    if (span.end != 0) offset(span);
  }
  void node(NodeId& id) const {
    if (id != kNoNode) id += by.nodes;
  }
  // The first of some rows, which nothing stands for if there are none.
  static void first(uint32_t& first, uint32_t count, uint32_t by) {
    first = count == 0 ? 0 : first + by;
  }

  void move(Node& n) const;
  void move(uint32_t& id) const { node(id); }  // lists, froms
  static void move(int64_t&) {}
  static void move(double&) {}
  void move(Part& part) const {
    node(part.expr);
    offset(part.span);
  }
  void move(AttrName& name) const {
    node(name.expr);
    offset(name.span);
  }
  void move(AttrPath& path) const { path.first += by.attr_names; }
  void move(SetRecord& set) const {
    node(set.node);
    first(set.first_attr, set.attr_count, by.attrs);
    first(set.first_dynamic, set.dynamic_count, by.dynamic_attrs);
    first(set.first_from, set.from_count, by.froms);
    first(set.first_binding, set.binding_count, by.bindings);
  }
  void move(Attr& attr) const {
    node(attr.value);
    offset(attr.name);
  }
  void move(DynamicAttr& attr) const {
    node(attr.name);
    node(attr.value);
    offset(attr.span);
  }
  void move(Binding& binding) const {
    offset(binding.span);
    binding.path += by.paths;
    node(binding.value);
    doc(binding.doc);
  }
  void move(LambdaRecord& lambda) const {
    node(lambda.node);
    if (lambda.arg != kNone) offset(lambda.arg_span);
    first(lambda.first_formal, lambda.formal_count, by.formals);
    offset(lambda.head);
    doc(lambda.doc);
  }
  void move(Formal& formal) const {
    offset(formal.name);
    node(formal.default_value);
    doc(formal.doc);
  }
  void move(Ref& ref) const { node(ref.node); }
};

void Shift::move(Node& n) const {
  n.first += by.nodes;
  offset(n.span);
  switch (n.kind) {
    case NodeKind::Int: n.a += by.ints; return;
    case NodeKind::Float: n.a += by.floats; return;
    case NodeKind::String:
    case NodeKind::Path: n.a += by.parts; return;
    case NodeKind::SearchPath:
    case NodeKind::CurPos: return;
    case NodeKind::Var: n.b += by.refs; return;
    case NodeKind::InheritFrom: n.a += by.sets; return;
    case NodeKind::Select:
      node(n.a);
      n.b += by.paths;
      node(n.c);
      return;
    case NodeKind::HasAttr:
      node(n.a);
      n.b += by.paths;
      n.c += text;
      return;
    case NodeKind::Apply:
      node(n.a);
      n.b += by.lists;
      return;
    case NodeKind::Lambda:
      n.a += by.lambdas;
      node(n.b);
      return;
    case NodeKind::Let:
      n.a += by.sets;
      node(n.b);
      return;
    case NodeKind::LegacyLet:
    case NodeKind::AttrSet: n.a += by.sets; return;
    case NodeKind::If:
      node(n.a);
      node(n.b);
      node(n.c);
      return;
    case NodeKind::With:
    case NodeKind::Assert:
      node(n.a);
      node(n.b);
      return;
    case NodeKind::Unary:
      node(n.a);
      n.c += text;
      return;
    case NodeKind::Binary:
      node(n.a);
      node(n.b);
      n.c += text;
      return;
    case NodeKind::Error:
    case NodeKind::List: n.a += by.lists; return;
    case NodeKind::Paren: node(n.a); return;
  }
}

// The rows from `begin` to `end`, moved to the end of `to`.
Shift copy_rows(const Ast& from, const TableSizes& begin, const TableSizes& end,
                uint32_t text_shift, Ast& to) {
  Shift shift{.by = {}, .text = text_shift};
  bool in_place = text_shift == 0;
  for_each_table([&](auto table, auto size) {
    shift.by.*size = static_cast<uint32_t>((to.*table).size()) - begin.*size;
    in_place = in_place && shift.by.*size == 0;
  });
  for_each_table([&](auto table, auto size) {
    auto& rows = to.*table;
    const size_t first = rows.size();
    rows.insert(rows.end(), (from.*table).begin() + begin.*size, (from.*table).begin() + end.*size);
    if (in_place) return;  // before the edit nothing moves
    for (size_t i = first; i < rows.size(); ++i)
      shift.move(rows[i]);
  });
  return shift;
}

Graftable moved(Graftable binding, const Shift& shift) {
  shift.offset(binding.text);
  shift.move(binding.binding);
  for_each_table([&](auto, auto size) {
    binding.begin.*size += shift.by.*size;
    binding.end.*size += shift.by.*size;
  });
  return binding;
}

// Whether other definitions of the same attribute changed the literal after it was read.
bool was_merged(const Ast& ast, NodeId node) {
  const NodeId literal = ast.skip_parens(node);
  const Node& n = ast[literal];
  return n.kind == NodeKind::AttrSet && ast.sets[n.a].node != literal;
}

bool overlaps(std::span<const Span> holes, Span text) {
  return std::ranges::any_of(
      holes, [&](Span hole) { return hole.begin < text.end && text.begin < hole.end; });
}

}  // namespace

TableSizes sizes_of(const Ast& ast) {
  TableSizes sizes{};
  for_each_table(
      [&](auto table, auto size) { sizes.*size = static_cast<uint32_t>((ast.*table).size()); });
  return sizes;
}

void reserve_like(Ast& ast, const Ast& like) {
  for_each_table([&](auto table, auto) {
    const size_t rows = (like.*table).size();
    (ast.*table).reserve(rows + rows / 64 + 16);
  });
}

Builder make_builder(std::string_view text, const Earlier* earlier) {
  if (earlier == nullptr) return Builder(text);
  return {text, earlier->ast, earlier->left.symbols, earlier->left.overrides};
}

void GraftNotes::begin(uint32_t text_begin, const Builder& builder) {
  open_.push_back({count(), builder.diagnostics.size()});
  bindings_->push_back(
      {.text = {text_begin, text_begin}, .binding = {}, .begin = sizes_of(builder.ast), .end = {}});
}

void GraftNotes::end(uint32_t text_end, const Builder& builder) {
  const Open open = open_.back();
  open_.pop_back();
  Graftable& noted = (*bindings_)[open.index];
  noted.text.end = text_end;
  noted.binding = builder.last_binding();
  noted.end = sizes_of(builder.ast);
  const auto names = builder.ast.path(noted.binding.path);
  const bool plain =
      noted.binding.kind != BindingKind::Path || (names.size() == 1 && names[0].symbol != kNone);
  noted.usable =
      plain && open.diagnostics == builder.diagnostics.size() && !overlaps(holes_, noted.text);
}

bool Grafter::can_take(const Graftable& binding, bool before, const Builder& builder,
                       Builder::PendingSetId set) const {
  const Span text = binding.text;
  const bool untouched = before ? text.end <= earlier_.begin : text.begin >= earlier_.old_end;
  if (!binding.usable || !untouched) return false;
  const uint32_t shift = before ? 0 : shift_behind();
  if (overlaps(holes_, {text.begin + shift, text.end + shift}) ||
      builder.defines(set, earlier_.ast.path(binding.binding.path)))
    return false;
  return binding.binding.kind != BindingKind::Path ||
         !was_merged(earlier_.ast, binding.binding.value);
}

std::optional<uint32_t> Grafter::graft(uint32_t begin, Builder& builder, Builder::PendingSetId set,
                                       GraftNotes& notes) {
  const bool before = begin < earlier_.begin;
  if (!before && begin < earlier_.new_end) return std::nullopt;
  const uint32_t shift = before ? 0 : shift_behind();
  const std::vector<Graftable>& known = earlier_.left.bindings;
  while (next_ < known.size() && known[next_].text.begin < begin - shift)
    ++next_;
  if (next_ == known.size() || known[next_].text.begin != begin - shift) return std::nullopt;

  const size_t first = next_;
  size_t last = first;  // of the run
  uint32_t end = begin - shift;
  while (next_ < known.size() && known[next_].text.begin == end &&
         can_take(known[next_], before, builder, set)) {
    last = next_;
    end = known[last].text.end;
    do {
      ++next_;
    } while (next_ < known.size() && known[next_].text.begin < end);
  }
  if (end == begin - shift) return std::nullopt;

  const Shift by = copy_rows(earlier_.ast, known[first].begin, known[last].end, shift, builder.ast);
  end = 0;  // of the binding before, which is not inside another one of the run
  for (size_t i = first; i < next_; ++i) {
    const Graftable copy = moved(known[i], by);
    notes.add(copy);
    if (copy.text.begin < end) continue;
    end = copy.text.end;
    builder.take_over(set, copy.binding, copy.end.nodes);
  }
  return end;
}

}  // namespace nilas::syntax
