#include "lsp/analysis/call_hierarchy.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "lsp/analysis/document_symbols.hpp"
#include "lsp/analysis/references.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

/// Of the uses that a function's body holds; one of 3 MB has 100,000, which nobody reads.
constexpr size_t kMaxUses = 5'000;

bool is_function(const Ast& ast, const syntax::Binding& binding) {
  return binding.value != kNoNode &&
         sort_of(ast, binding.value, SymbolSort::Variable) == SymbolSort::Function;
}

CallItem item_of(const SourceFile& file, const Name& name) {
  const syntax::Binding& b = file.ast.bindings[name.binding];
  return {.file = &file,
          .name = std::string(file.ast.symbol(name.symbol)),
          .span = b.span,
          .selection = name.span,
          .is_function = is_function(file.ast, b)};
}

CallItem item_of(const SourceFile& file) {
  return {.file = &file,
          .name = {},
          .span = {0, static_cast<uint32_t>(file.text->size())},
          .selection = {0, 0},
          .is_function = false};
}

/// Whether a name is the one that is bound: the last of its path.
bool is_bound(const Ast& ast, const Name& name) {
  if (name.kind != NameKind::Attribute || name.defines == kNone) return false;
  const syntax::Binding& b = ast.bindings[name.binding];
  return b.value != kNoNode && name.index + 1 == ast.path(b.path).size();
}

/// The name in the binding that defines an attribute; nullptr if it has none.
const Name* binding_of(const FileEntity& entity) {
  if (entity.entity.kind != Entity::Kind::Attribute) return nullptr;
  const SourceFile& file = *entity.file;
  // An attribute knows the first name that defines it; `a.b = 1; a = x: x;` is an error.
  const Name* name = file.names.at(file.ast.attrs[entity.entity.id].name.begin);
  return name && name->defines == entity.entity.id && is_bound(file.ast, *name) ? name : nullptr;
}

/// The bindings of a file, nested as they are written. O(names) to make.
class Bindings {
 public:
  explicit Bindings(const SourceFile& file) : file_(file) {
    std::vector<uint32_t> open;
    for (const Name& name : file.names.all()) {
      if (!is_bound(file.ast, name)) continue;
      while (!open.empty() && span(open.back()).end <= name.span.begin)
        open.pop_back();
      outside_.push_back(open.empty() ? kNone : open.back());
      open.push_back(static_cast<uint32_t>(names_.size()));
      names_.push_back(&name);
    }
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
  Span span(uint32_t index) const { return file_.ast.bindings[names_[index]->binding].span; }

  const SourceFile& file_;
  std::vector<const Name*> names_;  // in order
  std::vector<uint32_t> outside_;   // the binding around each
};

/// What the name at `offset` means, through what only passes it on.
std::optional<FileEntity> meant_at(Program& program, const SourceFile& file, uint32_t offset) {
  const Name* name = file.names.at(offset);
  const auto meant = name ? program.meant_by(file, *name) : std::nullopt;
  return meant ? std::optional(program.origin(*meant)) : std::nullopt;
}

}  // namespace

std::optional<CallItem> call_item(Program& program, const SourceFile& file, uint32_t offset) {
  const auto meant = meant_at(program, file, offset);
  const Name* name = meant ? binding_of(*meant) : nullptr;
  if (!name) return std::nullopt;
  CallItem item = item_of(*meant->file, *name);
  return item.is_function ? std::optional(std::move(item)) : std::nullopt;
}

std::vector<CallLink> incoming_calls(Program& program, const SourceFile& file, uint32_t offset) {
  const auto meant = meant_at(program, file, offset);
  std::vector<CallLink> links;
  if (!meant) return links;
  std::map<std::pair<const SourceFile*, const Name*>, size_t> known;
  const SourceFile* present = nullptr;
  std::optional<Bindings> bindings;
  for (const Reference& r : references_to(program, *meant)) {
    // What only defines it, or passes it on, calls nothing.
    if (r.defines || r.file->names.defined_by(*r.name)) continue;
    if (r.file != present) bindings.emplace(*r.file);
    present = r.file;
    const Name* around = bindings->around(r.name->span.begin);
    const auto [at, is_new] = known.try_emplace({r.file, around}, links.size());
    if (is_new) links.push_back({around ? item_of(*r.file, *around) : item_of(*r.file), {}});
    links[at->second].places.push_back(r.name->span);
  }
  return links;
}

std::vector<CallLink> outgoing_calls(Program& program, const SourceFile& file, uint32_t offset) {
  const auto meant = meant_at(program, file, offset);
  const Name* caller = meant ? binding_of(*meant) : nullptr;
  std::vector<CallLink> links;
  if (!caller) return links;
  const SourceFile& home = *meant->file;
  const Span inside = home.ast.bindings[caller->binding].span;
  std::map<std::pair<const SourceFile*, const Name*>, size_t> known;
  const auto all = home.names.all();
  auto use = std::ranges::lower_bound(all, caller->span.end, {},
                                      [](const Name& n) { return n.span.begin; });
  for (size_t uses = 0; use != all.end() && use->span.begin < inside.end && uses < kMaxUses;
       ++use) {
    if (use->kind == NameKind::Attribute || use->kind == NameKind::Parameter) continue;
    ++uses;
    const auto used = program.used_by(home, *use);
    if (!used) continue;
    const FileEntity callee = program.origin(*used);
    const Name* name = binding_of(callee);
    if (!name || !is_function(callee.file->ast, callee.file->ast.bindings[name->binding])) continue;
    const auto [at, is_new] = known.try_emplace({callee.file, name}, links.size());
    if (is_new) links.push_back({item_of(*callee.file, *name), {}});
    links[at->second].places.push_back(use->span);
  }
  return links;
}

}  // namespace nilas::analysis
