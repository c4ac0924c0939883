// textDocument/completion and completionItem/resolve.
//
// The place is told by the tokens; names by the tree of the text as it is, damaged or not. What
// stands before a dot is evaluated where the text does not tell its attributes, as a hover does it.
// If the tree of a damaged text does not have it, the text is mended: without the dot and what
// follows it, up to the cursor.

#include "lsp/analysis/completion.hpp"

#include <filesystem>
#include <map>
#include <set>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/static_definition.hpp"
#include "lsp/features/completion_binding.hpp"
#include "lsp/features/completion_list.hpp"

namespace nilas::lsp {
namespace {

using analysis::BaseExpression;
using analysis::CompletionContext;
using analysis::CompletionItem;
using analysis::CompletionKind;
using analysis::CompletionPlace;

// --- Paths ---------------------------------------------------------------------------------------
void list_directory(const std::string& directory, std::string_view typed, CompletionList& list) {
  std::error_code error;
  std::filesystem::directory_iterator at(directory, error), end;
  for (; !error && at != end && list.items.size() < 10 * kMaxItems; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with('.') && !typed.starts_with('.')) continue;
    std::error_code ignored;
    const bool folder = at->is_directory(ignored);
    list.items.push_back({.label = name,
                          .kind = folder ? CompletionKind::Folder : CompletionKind::File,
                          .rank = static_cast<uint8_t>(folder ? 1 : 0)});
  }
}

CompletionList path_items(const Completing& c) {
  CompletionList list;
  const auto directory = c.files.find_literal(c.context.path, c.query.document->directory);
  if (directory) list_directory(*directory, c.context.typed, list);
  return list;
}

CompletionList search_path_items(const Completing& c) {
  CompletionList list;
  if (c.context.path.empty()) {
    std::set<std::string> names;
    for (const eval::SearchPathEntry& entry : c.files.search_path()) {
      if (entry.prefix.empty()) {
        list_directory(entry.path, c.context.typed, list);
      } else {
        names.insert(entry.prefix);
      }
    }
    for (const std::string& name : names)
      list.items.push_back({.label = name, .kind = CompletionKind::Folder});
    return list;
  }
  const std::string name = c.context.path.substr(0, c.context.path.size() - 1);
  if (const auto directory = c.files.find_search_path(name))
    list_directory(*directory, c.context.typed, list);
  return list;
}

// --- Attributes ----------------------------------------------------------------------------------
/// Parses `text` in the place of the document's.
SnapshotPtr mended(const SnapshotPtr& document, std::string text) {
  auto out = std::make_shared<DocumentSnapshot>(*document);
  out->parsed = std::make_shared<const syntax::Parsed>(syntax::parse(text, eval::global_names()));
  out->text = std::make_shared<const std::string>(std::move(text));
  out->indexes = std::make_shared<DocumentSnapshot::Indexes>();
  return out;
}

struct Base {
  SnapshotPtr document;
  BaseExpression expression;
};

/// The expression whose attributes are asked for.
std::optional<Base> find_base(const Completing& c) {
  const auto find = [&](const syntax::Ast& ast) {
    return c.context.place == CompletionPlace::InheritFrom
               ? analysis::expression_within(ast, {c.context.base_begin, c.context.base_end})
               : analysis::expression_before(ast, c.context.base_end);
  };
  if (const auto found = find(c.ast())) return Base{c.query.document, *found};
  if (c.query.document->parsed->ok() || c.context.place == CompletionPlace::InheritFrom)
    return std::nullopt;
  const std::string_view text = c.query.text();
  const std::string_view rest = text.substr(std::min<size_t>(c.context.word.end, text.size()));
  for (const std::string_view glue : {" ", ";"}) {
    std::string attempt(text.substr(0, c.context.base_end));
    attempt.append(glue).append(rest);
    SnapshotPtr document = mended(c.query.document, std::move(attempt));
    if (const auto found = find(document->ast())) return Base{std::move(document), *found};
  }
  return std::nullopt;
}

/// What the text tells of attributes that are asked for.
struct TextAttributes {
  CompletionList list;
  bool complete;
};

/// What the text tells of attributes whose values were not forced.
void add_details(const CompletionList& text, CompletionList& value) {
  std::map<std::string_view, const CompletionItem*> known;
  for (const CompletionItem& item : text.items)
    known.emplace(item.label, &item);
  for (CompletionItem& item : value.items) {
    const auto at = known.find(item.label);
    if (item.detail.empty() && at != known.end()) item.detail = at->second->detail;
  }
}

/// Of what nobody knows the value of: with those that are selected elsewhere, if that may help.
CompletionList unevaluated(const Completing& c, const Base& base, TextAttributes known) {
  if (!known.complete) {
    // Mended texts do not have the word.
    const uint32_t typed = base.document == c.query.document ? c.context.word.begin : syntax::kNone;
    add_missing(analysis::seen_attributes(base.document->ast(), base.document->names(),
                                          base.expression, typed),
                known.list);
  }
  return std::move(known.list);
}

void complete_attribute(Server& server, const CompletingPtr& c) {
  const auto base = find_base(*c);
  if (!base) return c->query.request->succeed(nullptr);
  auto known = analysis::known_attributes(base->document->ast(), base->document->names(),
                                          *base->document->text, base->expression);
  CompletionList list{.items = std::move(known.items)};
  if (base->document != c->query.document) {
    for (CompletionItem& item : list.items)
      item.definition = syntax::kNone;  // offsets of another text
  }
  if (known.complete && !known.inferred) return answer(*c, std::move(list));
  TextAttributes text{std::move(list), known.complete};
  server.post([&server, c, base = *base, text = std::move(text)] {
    if (!server.settings.evaluation) return answer(*c, unevaluated(*c, base, text));
    SnapshotQuery query = c->query;
    query.document = base.document;
    evaluate(server, query, [c, base, text](const EvaluatedQuery& e, JsonWriter& out) {
      auto value = evaluated_list(*c, base.document, base.expression, e);
      if (value) add_details(text.list, *value);
      write_list(*c, value ? std::move(*value) : unevaluated(*c, base, text), out);
    });
  });
}

// --- Values --------------------------------------------------------------------------------------
void complete_expression(Server& server, const CompletingPtr& c) {
  const bool inherit = c->context.place == CompletionPlace::Inherit;
  // `inherit` looks outside of the set or let that it stands in.
  const uint32_t offset = inherit ? c->context.opener : c->offset;
  auto scope = analysis::scope_items(c->ast(), c->names(), c->query.text(), offset);
  CompletionList list{.items = std::move(scope.items)};
  add_missing(analysis::global_items(c->context.typed), list);
  if (!inherit) {
    for (CompletionItem& item : analysis::keyword_items(c->snippets))
      list.items.push_back(std::move(item));
  }
  if (scope.with_sets.empty()) return answer(*c, std::move(list));
  server.post([&server, c, list = std::move(list), sets = std::move(scope.with_sets)] {
    if (!server.settings.evaluation) return answer(*c, list);
    evaluate(server, c->query, [c, list, sets](const EvaluatedQuery& e, JsonWriter& out) {
      CompletionList all = list;
      for (const syntax::NodeId set : sets) {
        auto value = evaluated_list(*c, c->query.document, {set, 0}, e);
        if (!value) continue;
        std::erase_if(value->items, [](const CompletionItem& i) { return !i.insert.empty(); });
        for (CompletionItem& item : value->items)
          item.rank = 6;
        all.complete = all.complete && value->complete;
        all.source = value->source;
        add_missing(std::move(value->items), all);
      }
      write_list(*c, std::move(all), out);
    });
  });
}

/// A name that is a keyword until it is typed to its end (`in` of `inc`) breaks what is around it:
/// the text with another word of the same length in its place.
void read_keyword_as_name(Completing& c) {
  const syntax::Span word = c.context.word;
  if (c.query.document->parsed->ok() || word.begin == word.end || c.context.typed.empty()) return;
  const std::string_view text = c.query.text().substr(word.begin, word.end - word.begin);
  if (analysis::is_identifier(text)) return;
  std::string renamed(c.query.text());
  std::fill_n(renamed.begin() + word.begin, text.size(), 'x');
  c.query.document = mended(c.query.document, std::move(renamed));
}

void complete(Server& server, const CompletingPtr& c) {
  if (c->query.stopped()) return;
  c->context =
      analysis::completion_context(c->query.text(), c->query.document->tokens(), c->offset);
  if (c->context.place == CompletionPlace::Expression) read_keyword_as_name(*c);
  switch (c->context.place) {
    case CompletionPlace::Nowhere: return c->query.request->succeed(nullptr);
    case CompletionPlace::Path: return answer(*c, path_items(*c));
    case CompletionPlace::SearchPath: return answer(*c, search_path_items(*c));
    case CompletionPlace::Formal: return complete_formal(server, c);
    case CompletionPlace::BindingPath: return answer(*c, binding_path_items(*c));
    case CompletionPlace::Binding: return complete_binding(server, c);
    case CompletionPlace::Attribute:
    case CompletionPlace::InheritFrom: return complete_attribute(server, c);
    case CompletionPlace::Inherit:
    case CompletionPlace::Expression: return complete_expression(server, c);
  }
}

// --- Resolving -----------------------------------------------------------------------------------
Json with_details(Json item, const std::optional<analysis::ItemDetails>& details) {
  if (!details) return item;
  if (!details->detail.empty() && !item.contains("detail")) item["detail"] = details->detail;
  if (!details->documentation.empty())
    item["documentation"] = Json::object({{"kind", "markdown"}, {"value", details->documentation}});
  return item;
}

void resolve(Server& server, KeptLists& kept, const Json& item, const Reply<Json>& reply) {
  const Json& data = find(item, "data");
  if (const Json& name = find(data, "builtin"); name.is_string())
    return reply(with_details(item, analysis::describe_builtin(name.get<std::string>())));
  if (const Json& definition = find(data, "definition"); definition.is_number_unsigned()) {
    const SnapshotPtr document =
        server.documents.snapshot(Documents::key_of(data.at("uri").get<std::string>()));
    if (!document || document->version != data.at("version").get<int64_t>()) return reply(item);
    return reply(with_details(
        item, analysis::describe_definition(document->ast(), *document->text, document->names(),
                                            definition.get<uint32_t>())));
  }
  const Json& list = find(data, "list");
  const auto source = list.is_number_unsigned() ? kept.find(list.get<uint64_t>()) : std::nullopt;
  if (!source || !server.settings.evaluation) return reply(item);
  const SnapshotQuery query{source->document, server.encoding, reply.request()};
  evaluate(server, query, [item, source = *source](const EvaluatedQuery& e, JsonWriter& out) {
    out.json(
        with_details(item, describe(source, item.at("data").at("name").get<std::string>(), e)));
  });
}

}  // namespace

void bind_completion(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["completionProvider"] = Json::object(
        {{"resolveProvider", true}, {"triggerCharacters", Json::array({".", "/", "<", "?"})}});
  });
  auto kept = std::make_shared<KeptLists>();
  binder.request<TextDocumentPosition, Json>(
      "textDocument/completion",
      [&server, kept](const TextDocumentPosition& params, const Reply<Json>& reply) {
        auto query = server.snapshot_requests->start(params.uri, reply.request());
        if (!query) return;
        const uint32_t offset = query->offset(params.position);
        auto c = std::make_shared<Completing>(Completing{.query = std::move(*query),
                                                         .offset = offset,
                                                         .context = {},
                                                         .files = FileFinder(server),
                                                         .snippets = server.about_client.snippets,
                                                         .kept = kept,
                                                         .nixpkgs = {}});
        server.post_to_pool([&server, c] {
          c->nixpkgs = server.nixpkgs_texts->find(c->files, c->query.document->directory);
          complete(server, c);
        });
      });
  binder.request<Json, Json>("completionItem/resolve",
                             [&server, kept](const Json& item, const Reply<Json>& reply) {
                               resolve(server, *kept, item, reply);
                             });
}

}  // namespace nilas::lsp
