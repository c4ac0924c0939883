#include "lsp/features/completion_list.hpp"

#include <algorithm>
#include <set>

namespace nilas::lsp {
namespace {

using analysis::CompletionItem;
using analysis::CompletionKind;

/// Lists whose items can be resolved by evaluation.
constexpr size_t kKeptLists = 8;

/// LSP 3.17, "CompletionItemKind".
int kind_of(CompletionKind kind) {
  switch (kind) {
    case CompletionKind::Function:
    case CompletionKind::Builtin: return 3;    // Function
    case CompletionKind::Attribute: return 5;  // Field
    case CompletionKind::Parameter:
    case CompletionKind::Variable: return 6;   // Variable
    case CompletionKind::Keyword: return 14;   // Keyword
    case CompletionKind::Snippet: return 15;   // Snippet
    case CompletionKind::File: return 17;      // File
    case CompletionKind::Folder: return 19;    // Folder
    case CompletionKind::Constant: return 21;  // Constant
  }
  return 1;
}

void write_data(const Completing& c, const CompletionItem& item, uint64_t list_id,
                JsonWriter& out) {
  const bool attribute =
      item.kind == CompletionKind::Attribute || item.kind == CompletionKind::Function;
  if (item.kind == CompletionKind::Builtin) {
    out.key("data").begin_object().key("builtin").string(item.label).end_object();
  } else if (item.definition != syntax::kNone) {
    out.key("data").begin_object().key("uri").string(c.query.document->uri);
    out.key("version").number(c.query.document->version);
    out.key("definition").number(item.definition).end_object();
  } else if (list_id != 0 && attribute) {
    out.key("data").begin_object().key("list").number(static_cast<int64_t>(list_id));
    out.key("name").string(item.label).end_object();
  }
}

void write_item(const Completing& c, const CompletionItem& item, uint64_t list_id,
                JsonWriter& out) {
  const bool snippet = item.kind == CompletionKind::Snippet;
  out.begin_object().key("label").string(item.label).key("kind").number(kind_of(item.kind));
  if (!item.detail.empty()) out.key("detail").string(item.detail);
  out.key("sortText").string(std::string(1, static_cast<char>('a' + item.rank)) + item.label);
  if (!item.insert.empty() && !snippet) out.key("filterText").string(item.label);
  if (snippet) out.key("insertTextFormat").number(2);
  out.key("textEdit").begin_object().key("range").range(c.query.range(c.context.word));
  out.key("newText").string(item.insert.empty() ? item.label : item.insert).end_object();
  write_data(c, item, list_id, out);
  out.end_object();
}

}  // namespace

uint64_t KeptLists::keep(CompletionSource source) {
  const std::scoped_lock lock(mutex_);
  lists_.emplace_back(++last_, std::move(source));
  if (lists_.size() > kKeptLists) lists_.pop_front();
  return last_;
}

std::optional<CompletionSource> KeptLists::find(uint64_t id) {
  const std::scoped_lock lock(mutex_);
  const auto at = std::ranges::find(lists_, id, [](const auto& entry) { return entry.first; });
  return at == lists_.end() ? std::nullopt : std::optional(at->second);
}

void add_missing(std::vector<CompletionItem> more, CompletionList& list) {
  std::set<std::string, std::less<>> known;
  for (const CompletionItem& item : list.items)
    known.insert(item.label);
  for (CompletionItem& item : more) {
    if (known.insert(item.label).second) list.items.push_back(std::move(item));
  }
}

namespace {

/// Names that the set or let has already: to inherit one again would be an error.
void leave_out_defined(const Completing& c, CompletionList& list) {
  const syntax::Ast& ast = c.ast();
  const syntax::SetId set = analysis::set_at(ast, c.context.opener);
  if (set == syntax::kNone) return;
  std::set<std::string_view> defined;
  for (const syntax::Attr& attr : ast.set_attrs(ast.sets[set])) {
    if (attr.name.begin != c.context.word.begin) defined.insert(ast.symbol(attr.symbol));
  }
  std::erase_if(list.items,
                [&](const CompletionItem& item) { return defined.contains(item.label); });
}

}  // namespace

void write_list(const Completing& c, CompletionList list, JsonWriter& out) {
  const analysis::CompletionPlace place = c.context.place;
  if (place == analysis::CompletionPlace::InheritFrom ||
      place == analysis::CompletionPlace::Inherit)
    leave_out_defined(c, list);
  if (list.items.size() > kMaxItems) {
    std::erase_if(list.items, [&](const CompletionItem& item) {
      return !analysis::is_match(c.context.typed, item.label);
    });
    list.complete = false;
    if (list.items.size() > kMaxItems) list.items.resize(kMaxItems);
  }
  const uint64_t id = list.source ? c.kept->keep(std::move(*list.source)) : 0;
  out.begin_object().key("isIncomplete").boolean(!list.complete).key("items").begin_array();
  for (const CompletionItem& item : list.items)
    write_item(c, item, id, out);
  out.end_array().end_object();
}

void answer(const Completing& c, CompletionList list) {
  JsonWriter out;
  write_list(c, std::move(list), out);
  c.query.request->succeed_text(out.text());
}

std::optional<CompletionList> evaluated_list(const Completing& c, const SnapshotPtr& document,
                                             const analysis::BaseExpression& expression,
                                             const EvaluatedQuery& e) {
  auto value = analysis::attributes_of_value(e.session.world, e.unit, expression, c.context.typed,
                                             kMaxItems);
  if (value) {
    return CompletionList{.items = std::move(value->items),
                          .complete = value->complete,
                          .source = CompletionSource{document, expression, std::nullopt, {}}};
  }
  for (const analysis::Convention& meaning :
       analysis::conventional_meanings(document->ast(), document->names(), expression)) {
    if (auto list = conventional_list(c, meaning, e)) return list;
  }
  return std::nullopt;
}

std::optional<CompletionList> conventional_list(const Completing& c,
                                                const analysis::Convention& convention,
                                                const EvaluatedQuery& e) {
  if (!c.nixpkgs) return std::nullopt;
  eval::World& world = e.session.world;
  try {
    const auto set = analysis::conventional_value(world, e.session.unit(*c.nixpkgs), convention);
    if (!set || !set->is_attrs()) return std::nullopt;
    auto items = analysis::attributes_of(world, *set, c.context.typed, kMaxItems);
    return CompletionList{.items = std::move(items.items),
                          .complete = items.complete,
                          .source = CompletionSource{c.query.document, {}, convention, *c.nixpkgs}};
  } catch (const eval::EvalError& error) {
    if (error.data().kind == eval::ErrorKind::Cancelled) throw;
    return std::nullopt;
  }
}

std::optional<std::vector<CompletionItem>> conventional_formals(const Completing& c,
                                                                syntax::NodeId function,
                                                                uint32_t applied,
                                                                const EvaluatedQuery& e) {
  if (!c.nixpkgs) return std::nullopt;
  try {
    const auto value = analysis::value_by_convention(e.session.world, e.session.unit(*c.nixpkgs),
                                                     c.ast(), c.names(), {function, 0});
    return value ? analysis::formals_of(e.session.world, *value, applied) : std::nullopt;
  } catch (const eval::EvalError& error) {
    if (error.data().kind == eval::ErrorKind::Cancelled) throw;
    return std::nullopt;
  }
}

std::optional<analysis::ItemDetails> describe(const CompletionSource& source, std::string_view name,
                                              const EvaluatedQuery& e) {
  if (!source.convention)
    return analysis::describe_attribute(e.session.world, e.unit, source.expression, name);
  const auto set = analysis::conventional_value(e.session.world, e.session.unit(source.nixpkgs),
                                                *source.convention);
  if (!set || !set->is_attrs()) return std::nullopt;
  return analysis::describe_attribute_of(e.session.world, *set, name);
}

}  // namespace nilas::lsp
