#include "lsp/analysis/call_hierarchy.hpp"

#include <algorithm>
#include <map>

#include "lsp/analysis/document_symbols.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

constexpr size_t kMaxNames = 100;  // under which one function is looked for

CallItem item_of(const Ast& ast, const Name& name) {
  const syntax::Binding& b = ast.bindings[name.binding];
  return {.name = std::string(ast.symbol(name.symbol)),
          .span = b.span,
          .selection = name.span,
          .is_function = b.value != kNoNode &&
                         sort_of(ast, b.value, SymbolSort::Variable) == SymbolSort::Function};
}

/// The bindings of a file by what they define, and nested as they are written. O(names) to make.
class Bindings {
 public:
  Bindings(const Ast& ast, const Names& names) : ast_(ast), by_attr_(ast.attrs.size(), nullptr) {
    std::vector<uint32_t> open;
    for (const Name& name : names.all()) {
      if (name.kind != NameKind::Attribute || name.defines == kNone) continue;
      const syntax::Binding& b = ast.bindings[name.binding];
      // The last name of a path is the one that is bound.
      if (b.value == kNoNode || name.index + 1 != ast.path(b.path).size()) continue;
      while (!open.empty() && span(open.back()).end <= b.span.begin)
        open.pop_back();
      outside_.push_back(open.empty() ? kNone : open.back());
      open.push_back(static_cast<uint32_t>(names_.size()));
      names_.push_back(&name);
      by_attr_[name.defines] = &name;
    }
  }

  /// The binding that defines an entity; nullptr for others than attributes.
  const Name* of(const Entity& entity) const {
    return entity.kind == Entity::Kind::Attribute ? by_attr_[entity.id] : nullptr;
  }

  /// The innermost binding in whose value `offset` lies. O(log bindings + depth).
  const Name* around(uint32_t offset) const {
    const auto next =
        std::ranges::upper_bound(names_, offset, {}, [](const Name* n) { return n->span.begin; });
    auto at = static_cast<uint32_t>(next - names_.begin());
    for (at = at == 0 ? kNone : at - 1; at != kNone; at = outside_[at]) {
      if (names_[at]->span.end <= offset && offset < span(at).end) return names_[at];
    }
    return nullptr;
  }

 private:
  Span span(uint32_t index) const { return ast_.bindings[names_[index]->binding].span; }

  const Ast& ast_;
  std::vector<const Name*> by_attr_;
  std::vector<const Name*> names_;  // in order
  std::vector<uint32_t> outside_;   // the binding around each
};

Entity function_at(const Ast& ast, const Names& names, uint32_t offset) {
  const Name* name = names.at(offset);
  if (!name) return {};
  Entity entity = names.meant_by(*name);
  // Through what only passes it on.
  for (int i = 0; i < 20 && entity.kind == Entity::Kind::Attribute; ++i) {
    const syntax::Attr& attr = ast.attrs[entity.id];
    if (attr.kind == syntax::AttrKind::Plain) return entity;
    entity = names.referred_by(attr.value);
  }
  return {};
}

std::vector<CallLink> in_order(std::map<uint32_t, CallLink> links) {
  std::vector<CallLink> out;
  for (auto& [begin, link] : links)
    out.push_back(std::move(link));
  return out;
}

}  // namespace

std::optional<CallItem> call_item(const Ast& ast, const Names& names, uint32_t offset) {
  const Name* name = Bindings(ast, names).of(function_at(ast, names, offset));
  if (!name) return std::nullopt;
  CallItem item = item_of(ast, *name);
  return item.is_function ? std::optional(std::move(item)) : std::nullopt;
}

std::vector<CallLink> incoming_calls(const Ast& ast, const Names& names, uint32_t offset) {
  const Bindings bindings(ast, names);
  std::map<uint32_t, CallLink> links;
  // The function, and the names under which an `inherit` passes it on.
  std::vector<Entity> known{function_at(ast, names, offset)};
  for (size_t i = 0; i < known.size() && i < kMaxNames; ++i) {
    for (const Name* use : names.names_of(known[i])) {
      const Entity defined = names.defined_by(*use);
      if (defined == known[i]) continue;
      if (defined) {
        if (std::ranges::find(known, defined) == known.end()) known.push_back(defined);
        continue;
      }
      const Name* around = bindings.around(use->span.begin);
      if (!around) continue;
      CallLink& link = links[around->span.begin];
      if (link.places.empty()) link.item = item_of(ast, *around);
      link.places.push_back(use->span);
    }
  }
  return in_order(std::move(links));
}

std::vector<CallLink> outgoing_calls(const Ast& ast, const Names& names, uint32_t offset) {
  const Bindings bindings(ast, names);
  const Name* caller = bindings.of(function_at(ast, names, offset));
  if (!caller) return {};
  const Span inside = ast.bindings[caller->binding].span;
  std::map<uint32_t, CallLink> links;
  const auto all = names.all();
  auto first = std::ranges::lower_bound(all, caller->span.end, {},
                                        [](const Name& n) { return n.span.begin; });
  for (; first != all.end() && first->span.begin < inside.end; ++first) {
    const Name& use = *first;
    const Entity used = names.used_by(use);
    if (used.kind != Entity::Kind::Attribute) continue;
    const Name* name = bindings.of(used);
    if (!name) continue;
    CallItem item = item_of(ast, *name);
    if (!item.is_function) continue;
    CallLink& link = links[name->span.begin];
    link.item = std::move(item);
    link.places.push_back(use.span);
  }
  return in_order(std::move(links));
}

}  // namespace nilas::analysis
