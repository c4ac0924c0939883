#include "lsp/analysis/call_hierarchy.hpp"

#include <algorithm>
#include <map>

#include "lsp/analysis/document_symbols.hpp"

namespace nilas::analysis {
namespace {

using syntax::Ast;
using syntax::kNone;
using syntax::kNoNode;
using syntax::NodeKind;
using syntax::Span;

constexpr size_t kMaxNames = 100;  // under which one function is looked for

CallItem item_of(const Ast& ast, const Name& name) {
  const syntax::Binding& b = ast.bindings[name.binding];
  return {.name = std::string(ast.symbol(name.symbol)),
          .span = b.span,
          .selection = name.span,
          .is_function = b.value != kNoNode &&
                         sort_of(ast, b.value, SymbolSort::Variable) == SymbolSort::Function};
}

/// The name that a binding defines: the last one of its path.
const Name* binding_name(const Ast& ast, const Names& names, const Entity& entity) {
  const Name* found = nullptr;
  for (const Name* name : names.names_of(entity)) {
    if (name->kind != NameKind::Attribute || !(names.defined_by(*name) == entity)) continue;
    const syntax::Binding& b = ast.bindings[name->binding];
    if (name->index + 1 == ast.path(b.path).size()) found = name;
  }
  return found;
}

/// Bindings by their beginning, to find the innermost around a place.
class BindingFinder {
 public:
  BindingFinder(const Ast& ast, const Names& names) : ast_(ast) {
    for (const Name& name : names.all()) {
      if (name.kind != NameKind::Attribute || name.defines == kNone) continue;
      const syntax::Binding& b = ast.bindings[name.binding];
      if (b.value != kNoNode && name.index + 1 == ast.path(b.path).size())
        bindings_.push_back(&name);
    }
  }

  /// O(bindings).
  const Name* around(uint32_t offset) const {
    const Name* best = nullptr;
    for (const Name* name : bindings_) {
      const Span s = ast_.bindings[name->binding].span;
      if (s.begin > offset) break;
      if (offset >= name->span.end && offset < s.end) best = name;
    }
    return best;
  }

 private:
  const Ast& ast_;
  std::vector<const Name*> bindings_;
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
  const Name* name = binding_name(ast, names, function_at(ast, names, offset));
  if (!name) return std::nullopt;
  CallItem item = item_of(ast, *name);
  return item.is_function ? std::optional(std::move(item)) : std::nullopt;
}

std::vector<CallLink> incoming_calls(const Ast& ast, const Names& names, uint32_t offset) {
  const BindingFinder finder(ast, names);
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
      const Name* around = finder.around(use->span.begin);
      if (!around) continue;
      CallLink& link = links[around->span.begin];
      if (link.places.empty()) link.item = item_of(ast, *around);
      link.places.push_back(use->span);
    }
  }
  return in_order(std::move(links));
}

std::vector<CallLink> outgoing_calls(const Ast& ast, const Names& names, uint32_t offset) {
  const Name* caller = binding_name(ast, names, function_at(ast, names, offset));
  if (!caller) return {};
  const Span inside = ast.bindings[caller->binding].span;
  std::map<uint32_t, CallLink> links;
  for (const Name& use : names.all()) {
    if (use.span.begin < caller->span.end || use.span.end > inside.end) continue;
    const Entity used = names.used_by(use);
    if (used.kind != Entity::Kind::Attribute) continue;
    const Name* name = binding_name(ast, names, used);
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
