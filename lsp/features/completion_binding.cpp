#include "lsp/features/completion_binding.hpp"

#include <algorithm>
#include <filesystem>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/argument_names.hpp"
#include "lsp/analysis/static_definition.hpp"

namespace nilas::lsp {
namespace {

using analysis::ArgumentPlace;
using analysis::CompletionItem;

/// Larger files are not looked at for the sake of a list.
constexpr size_t kMaxFileBytes = 1 << 20;

/// Formals of the function of the file at `path`.
std::vector<CompletionItem> formals_of_file(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > kMaxFileBytes) return {};
  FileHost host([](eval::EvalHost::Message, std::string_view) {});
  const auto text = host.read_file(path);
  if (!text) return {};
  const syntax::Parsed parsed = syntax::parse(*text, eval::global_names());
  const syntax::NodeId root = parsed.ast.skip_parens(parsed.ast.root);
  if (parsed.ast[root].kind != syntax::NodeKind::Lambda) return {};
  return analysis::formal_items(parsed.ast, *text, parsed.ast.lambdas[parsed.ast[root].a]);
}

/// `items` without the names that the set has already.
std::vector<CompletionItem> without_defined(const syntax::Ast& ast, syntax::SetId set,
                                            std::vector<CompletionItem> items) {
  const auto attrs = ast.set_attrs(ast.sets[set]);
  std::erase_if(items, [&](const CompletionItem& item) {
    return std::ranges::any_of(
        attrs, [&](const syntax::Attr& a) { return ast.symbol(a.symbol) == item.label; });
  });
  return items;
}

/// The file whose function takes the set in `callPackage ./x.nix { }` and `import ./x.nix { }`.
std::optional<std::string> called_file(const Completing& c, const ArgumentPlace& place) {
  const syntax::Ast& ast = c.ast();
  const std::string_view name = analysis::last_name(ast, place.function);
  const bool calls = name == "import" || name.ends_with("callPackage") ||
                     name.ends_with("CallPackage") || name == "callPackages";
  if (place.before != 1 || place.is_result || !calls) return std::nullopt;
  const syntax::NodeId first = ast.skip_parens(place.first);
  std::optional<std::string> path;
  if (const auto literal = analysis::literal_path(ast, first)) {
    path = c.files.find_literal(*literal, c.query.document->directory);
  } else if (ast[first].kind == syntax::NodeKind::SearchPath) {
    path = c.files.find_search_path(ast.text(ast[first].a));
  }
  return path ? c.files.nix_file(*path) : std::nullopt;
}

/// Formals that texts tell.
std::optional<std::vector<CompletionItem>> formals_of_text(const Completing& c,
                                                           const ArgumentPlace& place) {
  const syntax::Ast& ast = c.ast();
  if (const auto file = called_file(c, place)) {
    auto formals = formals_of_file(*file);
    return formals.empty() ? std::nullopt : std::optional(std::move(formals));
  }
  if (place.is_result) return std::nullopt;
  syntax::NodeId lambda = c.names().resolve(place.function);
  for (uint32_t i = 0; i < place.before && ast[lambda].kind == syntax::NodeKind::Lambda; ++i)
    lambda = ast.skip_parens(ast[lambda].b);
  if (ast[lambda].kind != syntax::NodeKind::Lambda) return std::nullopt;
  return analysis::formal_items(ast, c.query.text(), ast.lambdas[ast[lambda].a]);
}

/// Formals of the function that the set is handed to, or of the function that a file is.
std::optional<std::vector<CompletionItem>> evaluated_formals(const Completing& c,
                                                             const ArgumentPlace& place,
                                                             const EvaluatedQuery& e) {
  eval::World& world = e.session.world;
  try {
    if (const auto file = called_file(c, place))
      return analysis::formals_of(world, world.vm.run(world.import_file(*file)), 0);
  } catch (const eval::EvalError& error) {
    if (error.data().kind == eval::ErrorKind::Cancelled) throw;
    return std::nullopt;
  }
  auto formals = analysis::formals_of_value(world, e.unit, place.function, place.before);
  return formals ? std::move(formals) : conventional_formals(c, place.function, place.before, e);
}

}  // namespace

CompletionList binding_path_items(const Completing& c) {
  CompletionList list;
  const syntax::Ast& ast = c.ast();
  syntax::SetId set = analysis::set_at(ast, c.context.opener);
  for (const std::string_view name : c.context.names) {
    if (set == syntax::kNone) return list;
    const auto attrs = ast.set_attrs(ast.sets[set]);
    const auto at = std::ranges::find_if(
        attrs, [&](const syntax::Attr& a) { return ast.symbol(a.symbol) == name; });
    if (at == attrs.end()) return list;
    const syntax::Node& value = ast[ast.skip_parens(at->value)];
    set = value.kind == syntax::NodeKind::AttrSet ? value.a : syntax::kNone;
  }
  if (set == syntax::kNone) return list;
  for (CompletionItem& item : analysis::attributes_of_set(ast, c.query.text(), set).items) {
    if (item.definition != c.context.word.begin) list.items.push_back(std::move(item));
  }
  return list;
}

void complete_binding(Server& server, const CompletingPtr& c) {
  CompletionList list;
  list.items = analysis::binding_keyword_items(c->context.in_let, c->snippets);
  const syntax::Ast& ast = c->ast();
  const syntax::SetId set =
      c->context.in_let ? syntax::kNone : analysis::set_at(ast, c->context.opener);
  if (set == syntax::kNone) return answer(*c, std::move(list));
  const auto taken = [c, set](std::vector<CompletionItem> items, CompletionList& all) {
    add_missing(without_defined(c->ast(), set, std::move(items)), all);
  };
  const auto place = analysis::argument_place(ast, set);
  auto told = place ? formals_of_text(*c, *place) : std::nullopt;
  if (told || !place) {
    if (told) taken(std::move(*told), list);
    taken(analysis::argument_name_items(ast, set), list);
    return answer(*c, std::move(list));
  }
  server.post([&server, c, set, taken, place = *place, list = std::move(list)] {
    CompletionList all = list;
    if (!server.settings.evaluation) {
      taken(analysis::argument_name_items(c->ast(), set), all);
      return answer(*c, std::move(all));
    }
    evaluate(server, c->query,
             [c, set, taken, place, all](const EvaluatedQuery& e, JsonWriter& out) mutable {
               if (auto formals = evaluated_formals(*c, place, e)) taken(std::move(*formals), all);
               taken(analysis::argument_name_items(c->ast(), set), all);
               write_list(*c, std::move(all), out);
             });
  });
}

void complete_formal(Server& server, const CompletingPtr& c) {
  CompletionList list{.items = analysis::unbound_items(c->ast())};
  if (!c->nixpkgs || c->context.typed.empty()) return answer(*c, std::move(list));
  server.post([&server, c, list = std::move(list)] {
    if (!server.settings.evaluation) return answer(*c, list);
    evaluate(server, c->query, [c, list](const EvaluatedQuery& e, JsonWriter& out) {
      CompletionList all = list;
      if (auto packages = conventional_list(*c, {analysis::ConventionRoot::Packages, {}}, e)) {
        all.complete = packages->complete;
        all.source = packages->source;
        std::erase_if(packages->items, [](const CompletionItem& i) { return !i.insert.empty(); });
        add_missing(std::move(packages->items), all);
      }
      write_list(*c, std::move(all), out);
    });
  });
}

}  // namespace nilas::lsp
