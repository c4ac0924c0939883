// Bindings: how attribute paths and literals become sets, and when two definitions merge.
//
// The rules are those of C++ Nix. A path `a.b = e` defines `a` as a set, or extends the set that
// `a` already is. A second definition of a whole attribute is allowed only if the old and the new
// value are both written as sets; the new one's attributes then move into the old one, by the same
// rules, and its `rec` is forgotten. Dynamic names never merge.
#include <algorithm>
#include <utility>

#include "syntax/builder.hpp"

namespace nilas::syntax {
namespace {

constexpr uint32_t kSearchedOneByOne = 8;  // attributes in a set before it gets an index

}  // namespace

uint32_t Builder::AttrIndex::find(uint64_t key) const {
  if (entries_.empty()) return kNone;
  const size_t mask = entries_.size() - 1;
  for (size_t i = (key * 0x9e3779b97f4a7c15ULL) >> 32 & mask;; i = (i + 1) & mask) {
    if (entries_[i].key == key) return entries_[i].value;
    if (entries_[i].value == kNone) return kNone;
  }
}

void Builder::AttrIndex::insert(uint64_t key, uint32_t value) {
  if (used_ * 2 >= entries_.size()) {
    std::vector<Entry> old(std::max<size_t>(256, entries_.size() * 2));
    old.swap(entries_);
    used_ = 0;
    for (const Entry& entry : old) {
      if (entry.value != kNone) insert(entry.key, entry.value);
    }
  }
  ++used_;
  const size_t mask = entries_.size() - 1;
  size_t i = (key * 0x9e3779b97f4a7c15ULL) >> 32 & mask;
  while (entries_[i].value != kNone)
    i = (i + 1) & mask;
  entries_[i] = {key, value};
}

struct Builder::MergeStep {
  PendingSetId target;
  Attr attr;
  uint32_t trail;  // the names down to `attr`, for the message; an index of what merge() collects
};

Builder::PendingSetId Builder::new_set(Span span, NodeId first, uint8_t flags) {
  const auto record = static_cast<SetId>(ast.sets.size());
  ast.sets.push_back({.node = kNoNode, .scope = kNone});
  sets_.push_back({.record = record,
                   .serial = next_serial_++,
                   .attrs = {},
                   .dynamics = {},
                   .froms = {},
                   .span = span,
                   .first = first,
                   .was = kNoNode,
                   .flags = flags,
                   .attr_mark = static_cast<uint32_t>(attrs_.size()),
                   .dynamic_mark = static_cast<uint32_t>(dynamics_.size()),
                   .from_mark = static_cast<uint32_t>(froms_.size()),
                   .binding_mark = pending_bindings_.size()});
  return static_cast<PendingSetId>(sets_.size() - 1);
}

Builder::PendingSetId Builder::open_set() {
  return new_set({}, node_mark(), 0);
}

uint32_t Builder::find_attr(PendingSetId set, SymbolId symbol) const {
  const Chain& chain = sets_[set].attrs;
  if (chain.count > kSearchedOneByOne) return index_.find(key(set, symbol));
  uint32_t i = chain.head;
  while (i != kNone && attrs_[i].attr.symbol != symbol)
    i = attrs_[i].next;
  return i;
}

/// Makes item `id` of a pool the last one of a chain.
void Builder::link(Chain& chain, uint32_t id, auto& pool) {
  (chain.head == kNone ? chain.head : pool[chain.tail].next) = id;
  chain.tail = id;
  ++chain.count;
}

uint32_t Builder::append_attr(PendingSetId set, const Attr& attr, PendingSetId child) {
  Chain& chain = sets_[set].attrs;
  const auto id = static_cast<uint32_t>(attrs_.size());
  attrs_.push_back({attr, child, kNone});
  link(chain, id, attrs_);
  if (chain.count == kSearchedOneByOne + 1) {
    for (uint32_t i = chain.head; i != kNone; i = attrs_[i].next) {
      index_.insert(key(set, attrs_[i].attr.symbol), i);
    }
  } else if (chain.count > kSearchedOneByOne) {
    index_.insert(key(set, attr.symbol), id);
  }
  return id;
}

void Builder::append_dynamic(PendingSetId set, const DynamicAttr& attr, PendingSetId child) {
  Chain& chain = sets_[set].dynamics;
  const auto id = static_cast<uint32_t>(dynamics_.size());
  dynamics_.push_back({attr, child, kNone});
  link(chain, id, dynamics_);
}

void Builder::append_from(PendingSetId set, NodeId node) {
  Chain& chain = sets_[set].froms;
  const auto id = static_cast<uint32_t>(froms_.size());
  froms_.push_back({node, kNone});
  link(chain, id, froms_);
}

// Makes the finished literal `set_node` a set under construction again.
Builder::PendingSetId Builder::reopen(NodeId set_node) {
  const NodeId literal = ast.skip_parens(set_node);
  const Node node = ast.nodes[literal];
  const SetRecord record = ast.sets[node.a];
  const PendingSetId set = new_set(node.span, node.first, node.flags & kRecursive);
  ast.sets.pop_back();  // it keeps its record
  sets_[set].record = node.a;
  sets_[set].was = literal;
  for (uint32_t i = 0; i < record.attr_count; ++i) {
    append_attr(set, ast.attrs[record.first_attr + i], kNone);
  }
  for (uint32_t i = 0; i < record.dynamic_count; ++i) {
    append_dynamic(set, ast.dynamic_attrs[record.first_dynamic + i], kNone);
  }
  for (uint32_t i = 0; i < record.from_count; ++i) {
    append_from(set, ast.froms[record.first_from + i]);
  }
  return set;
}

Builder::PendingSetId Builder::child_set(uint32_t attr_index) {
  if (attrs_[attr_index].child == kNone) {
    const PendingSetId child = reopen(attrs_[attr_index].attr.value);
    attrs_[attr_index].child = child;
  }
  return attrs_[attr_index].child;
}

std::string Builder::path_text(size_t names, size_t end) const {
  std::string text;
  for (size_t i = names; i < end; ++i) {
    if (i > names) text += '.';
    const AttrName& name = pending_names_[i];
    text += name.symbol != kNone ? ast.symbol(name.symbol) : source(name.span);
  }
  return text;
}

void Builder::duplicate(std::string_view name, Span where, Span previous) {
  report(DiagnosticId::DuplicateAttribute, where, name);
  diagnostics.back().related.push_back({previous, "already defined here"});
}

// The set in which the last name of the path is to be defined; kNone after an error.
Builder::PendingSetId Builder::enter_path(PendingSetId set, size_t names, Span path_span,
                                          NodeId value) {
  NodeId first = ast.nodes[value].first;
  for (size_t i = names; i < pending_names_.size(); ++i) {
    if (pending_names_[i].expr != kNoNode) {
      first = std::min(first, ast.nodes[pending_names_[i].expr].first);
    }
  }
  const Span defined{path_span.begin, pending_names_[names].span.end};
  for (size_t i = names; i + 1 < pending_names_.size(); ++i) {
    const AttrName name = pending_names_[i];
    const Span span{pending_names_[i + 1].span.begin, ast.nodes[value].span.end};
    PendingSetId inner;
    if (name.symbol == kNone) {
      inner = new_set(span, first, 0);
      append_dynamic(set, {.name = name.expr, .value = kNoNode, .span = name.span}, inner);
    } else if (const uint32_t old = find_attr(set, name.symbol); old == kNone) {
      inner = new_set(span, first, 0);
      append_attr(set, {name.symbol, kNoNode, defined, AttrKind::Plain}, inner);
    } else if (attrs_[old].child == kNone && !is_set(attrs_[old].attr.value)) {
      duplicate(path_text(names, i + 1), path_span, attrs_[old].attr.name);
      return kNone;
    } else {
      inner = child_set(old);
      PendingSet& grown = sets_[inner];
      grown.span = {std::min(grown.span.begin, span.begin), std::max(grown.span.end, span.end)};
      grown.first = std::min(grown.first, first);
    }
    set = inner;
  }
  return set;
}

void Builder::bind(PendingSetId set, size_t names, Span path_span, NodeId value, Span span) {
  const Span doc = doc_at(path_span.begin);
  if (doc.end != 0) set_doc(value, doc);
  const AttrName last = pending_names_.back();
  const PendingSetId target = enter_path(set, names, path_span, value);
  if (target != kNone) {
    if (last.symbol == kNone) {
      append_dynamic(target, {.name = last.expr, .value = value, .span = last.span}, kNone);
    } else {
      const Span defined{path_span.begin, pending_names_[names].span.end};
      insert(target, {last.symbol, value, defined, AttrKind::Plain}, names, pending_names_.size(),
             path_span);
    }
  }
  pending_bindings_.push_back({.kind = BindingKind::Path,
                               .span = span,
                               .path = attr_path(names),
                               .value = value,
                               .doc = doc});
}

void Builder::insert(PendingSetId set, const Attr& attr, size_t names, size_t names_end,
                     Span where) {
  const auto conflict = [&](PendingSetId target, const Attr& fresh) {
    const uint32_t old = find_attr(target, fresh.symbol);
    if (old == kNone) append_attr(target, fresh, kNone);
    return old;
  };
  const uint32_t old = conflict(set, attr);
  if (old == kNone) return;

  // Depth first, as C++ Nix goes, so that the first error is the same.
  struct Trail {
    uint32_t parent;
    SymbolId symbol;
  };
  std::vector<Trail> trails;
  std::vector<MergeStep> work{{set, attr, kNone}};
  while (!work.empty()) {
    const MergeStep step = work.back();
    work.pop_back();
    const uint32_t found = conflict(step.target, step.attr);
    if (found == kNone) continue;
    const bool old_is_set = attrs_[found].child != kNone || is_set(attrs_[found].attr.value);
    if (!old_is_set || !is_set(step.attr.value)) {
      std::string name;
      for (uint32_t t = step.trail; t != kNone; t = trails[t].parent) {
        name.insert(0, "." + std::string(ast.symbol(trails[t].symbol)));
      }
      duplicate(path_text(names, names_end) + name, step.trail == kNone ? where : step.attr.name,
                attrs_[found].attr.name);
      continue;
    }
    const PendingSetId target = child_set(found);
    const size_t begin = work.size();
    merge(target, ast.skip_parens(step.attr.value), work);
    for (size_t i = begin; i < work.size(); ++i) {
      trails.push_back({step.trail, work[i].attr.symbol});
      work[i].trail = static_cast<uint32_t>(trails.size() - 1);
    }
    std::reverse(work.begin() + static_cast<std::ptrdiff_t>(begin), work.end());
  }
}

// Moves dynamic attributes and `inherit (e)` sources of `literal` to `target`, and appends one step
// for each attribute that is to follow.
void Builder::merge(PendingSetId target, NodeId literal, std::vector<MergeStep>& work) {
  const Node node = ast.nodes[literal];
  SetRecord& record = ast.sets[node.a];
  PendingSet& grown = sets_[target];
  const SetId target_record = grown.record;
  const uint32_t from_base = grown.froms.count;
  grown.span = {std::min(grown.span.begin, node.span.begin),
                std::max(grown.span.end, node.span.end)};
  grown.first = std::min(grown.first, node.first);
  for (uint32_t i = 0; i < record.attr_count; ++i) {
    const Attr& attr = ast.attrs[record.first_attr + i];
    if (attr.kind == AttrKind::InheritedFrom) {
      Node& from = ast.nodes[ast.nodes[attr.value].a];
      from.a = target_record;
      from.b += from_base;
    }
    work.push_back({target, attr, kNone});
  }
  for (uint32_t i = 0; i < record.dynamic_count; ++i) {
    append_dynamic(target, ast.dynamic_attrs[record.first_dynamic + i], kNone);
  }
  for (uint32_t i = 0; i < record.from_count; ++i) {
    append_from(target, ast.froms[record.first_from + i]);
  }
  record.attr_count = record.dynamic_count = record.from_count = 0;
  ast.nodes[literal].a = target_record;
}

void Builder::inherit(PendingSetId set, size_t names, Span span) {
  for (size_t i = names; i < pending_names_.size(); ++i) {
    const AttrName name = pending_names_[i];
    if (name.symbol == kNone) {
      report(DiagnosticId::DynamicAttributeInInherit, name.span);
      continue;
    }
    if (const uint32_t old = find_attr(set, name.symbol); old != kNone) {
      duplicate(ast.symbol(name.symbol), name.span, attrs_[old].attr.name);
      continue;
    }
    const auto ref = static_cast<RefId>(ast.refs.size());
    ast.refs.push_back({.node = node_mark(), .target = kNone, .kind = RefKind::Unbound});
    const NodeId value = add(NodeKind::Var, name.span, node_mark(), name.symbol, ref);
    ast.nodes[value].flags = kSynthetic;
    append_attr(set, {name.symbol, value, name.span, AttrKind::Inherited}, kNone);
  }
  pending_bindings_.push_back({.kind = BindingKind::Inherit,
                               .span = span,
                               .path = attr_path(names),
                               .value = kNoNode,
                               .doc = {}});
}

void Builder::inherit_from(PendingSetId set, size_t names, NodeId from, Span span) {
  const uint32_t index = sets_[set].froms.count;
  append_from(set, from);
  for (size_t i = names; i < pending_names_.size(); ++i) {
    const AttrName name = pending_names_[i];
    if (name.symbol == kNone) {
      report(DiagnosticId::DynamicAttributeInInherit, name.span);
      continue;
    }
    if (const uint32_t old = find_attr(set, name.symbol); old != kNone) {
      duplicate(ast.symbol(name.symbol), name.span, attrs_[old].attr.name);
      continue;
    }
    const NodeId base =
        add(NodeKind::InheritFrom, name.span, node_mark(), sets_[set].record, index);
    ast.attr_names.push_back(name);
    ast.paths.push_back({static_cast<uint32_t>(ast.attr_names.size() - 1), 1});
    const NodeId value = add(NodeKind::Select, name.span, base, base,
                             static_cast<PathId>(ast.paths.size() - 1), kNoNode);
    ast.nodes[base].flags = ast.nodes[value].flags = kSynthetic;
    append_attr(set, {name.symbol, value, name.span, AttrKind::InheritedFrom}, kNone);
  }
  pending_bindings_.push_back({.kind = BindingKind::InheritFrom,
                               .span = span,
                               .path = attr_path(names),
                               .value = from,
                               .doc = {}});
}

bool Builder::defines(PendingSetId set, std::span<const AttrName> names) const {
  return std::ranges::any_of(
      names, [&](const AttrName& name) { return find_attr(set, name.symbol) != kNone; });
}

void Builder::take_over(PendingSetId set, const Binding& binding, NodeId end) {
  const auto names = ast.path(binding.path);
  const auto count = static_cast<uint32_t>(names.size());
  switch (binding.kind) {
    case BindingKind::Path:
      append_attr(set, {names[0].symbol, binding.value, names[0].span, AttrKind::Plain}, kNone);
      break;
    case BindingKind::Inherit:
      for (uint32_t i = 0; i < count; ++i) {
        append_attr(set, {names[i].symbol, end - count + i, names[i].span, AttrKind::Inherited},
                    kNone);
      }
      break;
    case BindingKind::InheritFrom: {
      const uint32_t index = sets_[set].froms.count;
      append_from(set, binding.value);
      for (uint32_t i = 0; i < count; ++i) {
        const NodeId base = end - 2 * count + 2 * i;
        ast.nodes[base].a = sets_[set].record;
        ast.nodes[base].b = index;
        append_attr(set, {names[i].symbol, base + 1, names[i].span, AttrKind::InheritedFrom},
                    kNone);
      }
      break;
    }
  }
  pending_bindings_.push_back(binding);
}

// Writes the chains of `set`, whose inner sets are nodes by now, into its record.
void Builder::finish_record(PendingSetId set) {
  const PendingSet& pending = sets_[set];
  SetRecord& record = ast.sets[pending.record];
  record.first_attr = static_cast<uint32_t>(ast.attrs.size());
  record.attr_count = pending.attrs.count;
  for (uint32_t i = pending.attrs.head; i != kNone; i = attrs_[i].next) {
    ast.attrs.push_back(attrs_[i].attr);
  }
  record.first_dynamic = static_cast<uint32_t>(ast.dynamic_attrs.size());
  record.dynamic_count = pending.dynamics.count;
  for (uint32_t i = pending.dynamics.head; i != kNone; i = dynamics_[i].next) {
    ast.dynamic_attrs.push_back(dynamics_[i].attr);
  }
  record.first_from = static_cast<uint32_t>(ast.froms.size());
  record.from_count = pending.froms.count;
  for (uint32_t i = pending.froms.head; i != kNone; i = froms_[i].next) {
    ast.froms.push_back(froms_[i].node);
  }
}

NodeId Builder::inner_node(PendingSetId set) {
  const PendingSet& pending = sets_[set];
  const NodeId node = add(NodeKind::AttrSet, pending.span, pending.first, pending.record);
  ast.nodes[node].flags = static_cast<uint8_t>(pending.flags | kSynthetic);
  ast.sets[pending.record].node = node;
  return node;
}

// Makes nodes of the inner sets of `root`, innermost first, and finishes all records.
void Builder::flatten(PendingSetId root) {
  struct Frame {
    PendingSetId set;
    uint32_t attr, dynamic;
  };
  const auto frame = [this](PendingSetId set) {
    return Frame{set, sets_[set].attrs.head, sets_[set].dynamics.head};
  };
  if (sets_.size() == root + 1) {  // no inner sets
    finish_record(root);
    return;
  }
  std::vector<Frame> stack{frame(root)};
  NodeId finished = kNoNode;  // the inner set that was just done
  while (!stack.empty()) {
    Frame& top = stack.back();
    PendingSetId next = kNone;
    for (; top.attr != kNone && next == kNone; top.attr = attrs_[top.attr].next) {
      PendingAttr& attr = attrs_[top.attr];
      if (attr.child == kNone) continue;
      if (finished == kNoNode) {
        next = attr.child;
        break;
      }
      attr.attr.value = std::exchange(finished, kNoNode);
      attr.child = kNone;
    }
    for (; top.attr == kNone && top.dynamic != kNone; top.dynamic = dynamics_[top.dynamic].next) {
      PendingDynamic& attr = dynamics_[top.dynamic];
      if (attr.child == kNone) continue;
      if (finished == kNoNode) {
        next = attr.child;
        break;
      }
      attr.attr.value = std::exchange(finished, kNoNode);
      attr.child = kNone;
    }
    if (next != kNone) {
      stack.push_back(frame(next));
      continue;
    }
    const PendingSetId done = top.set;
    stack.pop_back();
    finish_record(done);
    if (done != root) finished = inner_node(done);
  }
}

void Builder::take_bindings(PendingSetId set) {
  const size_t mark = sets_[set].binding_mark;
  SetRecord& record = ast.sets[sets_[set].record];
  record.first_binding = static_cast<uint32_t>(ast.bindings.size());
  record.binding_count = static_cast<uint32_t>(pending_bindings_.size() - mark);
  ast.bindings.insert(ast.bindings.end(),
                      pending_bindings_.begin() + static_cast<std::ptrdiff_t>(mark),
                      pending_bindings_.end());
  pending_bindings_.resize(mark);
}

NodeId Builder::close_set(PendingSetId set, NodeKind kind, Span span, NodeId first, uint8_t flags) {
  flatten(set);
  take_bindings(set);
  const NodeId node = add(kind, span, first, sets_[set].record);
  ast.nodes[node].flags = flags;
  ast.sets[sets_[set].record].node = node;
  const PendingSet done = sets_[set];
  attrs_.resize(done.attr_mark);
  dynamics_.resize(done.dynamic_mark);
  froms_.resize(done.from_mark);
  sets_.resize(set);
  return node;
}

NodeId Builder::close_let(PendingSetId set, Span span, NodeId first, NodeId body) {
  for (uint32_t i = sets_[set].dynamics.head; i != kNone; i = dynamics_[i].next) {
    report(DiagnosticId::DynamicAttributeInLet, dynamics_[i].attr.span);
    diagnostics.back().nix_offset = span.begin;
  }
  const NodeId node = close_set(set, NodeKind::Let, span, first, 0);
  ast.nodes[node].b = body;
  return node;
}

}  // namespace nilas::syntax
