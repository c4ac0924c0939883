// textDocument/definition and declaration: what the text tells at once, the rest by evaluation.

#include "lsp/analysis/definition.hpp"

#include <functional>

#include "lsp/analysis/conventions.hpp"
#include "lsp/analysis/static_definition.hpp"
#include "lsp/evaluated_request.hpp"
#include "lsp/files.hpp"
#include "lsp/nixpkgs.hpp"
#include "lsp/source_files.hpp"
#include "lsp/uri.hpp"
#include "lsp/wire.hpp"

namespace nilas::lsp {
namespace {

using analysis::DefinitionGoal;
using analysis::StaticDefinition;

/// What an answer looks like; and what is needed to find files, taken on the strand.
struct Surroundings {
  bool links;  ///< the client takes LocationLinks
  bool evaluation;
  FileFinder files;
  std::vector<SnapshotPtr> open;
  WorkspaceViewPtr index;  ///< null: not ready, and not worth waiting for
};

class TargetWriter {
 public:
  TargetWriter(const SnapshotQuery& query, syntax::Span origin, bool links, JsonWriter& out)
      : query_(query), origin_(origin), links_(links), out_(out) {
    out_.begin_array();
  }
  ~TargetWriter() { out_.end_array(); }
  TargetWriter(const TargetWriter&) = delete;
  TargetWriter& operator=(const TargetWriter&) = delete;

  void add(std::string_view uri, const Range& range) {
    out_.begin_object();
    if (links_) {
      out_.key("originSelectionRange").range(query_.range(origin_));
      out_.key("targetUri").string(uri).key("targetRange").range(range);
      out_.key("targetSelectionRange").range(range);
    } else {
      out_.key("uri").string(uri).key("range").range(range);
    }
    out_.end_object();
  }

 private:
  const SnapshotQuery& query_;
  syntax::Span origin_;
  bool links_;
  JsonWriter& out_;
};

void write_here(const SnapshotQuery& query, const StaticDefinition& found, bool links,
                JsonWriter& out) {
  if (found.here.empty()) return;
  TargetWriter targets(query, found.origin, links, out);
  for (const syntax::Span span : found.here)
    targets.add(query.document->uri, query.range(span));
}

void write_file(const SnapshotQuery& query, const StaticDefinition& found,
                const Surroundings& around, JsonWriter& out) {
  const auto path = found.path.empty()
                        ? around.files.find_search_path(found.search_path)
                        : around.files.find_literal(found.path, query.document->directory);
  const auto file = path ? around.files.nix_file(*path) : std::nullopt;
  if (!file) return;
  TargetWriter targets(query, found.origin, around.links, out);
  targets.add(path_to_uri(*file), {});
}

std::optional<analysis::Definition> by_convention(const EvaluatedQuery& e,
                                                  const StaticDefinition& found,
                                                  const EvaluatedText& nixpkgs,
                                                  analysis::Inherits inherits) {
  try {
    return analysis::definition_by_convention(e.session.world, e.session.unit(nixpkgs),
                                              e.query.ast(), e.query.document->names(),
                                              {found.node, found.path_names}, inherits);
  } catch (const eval::EvalError& error) {
    if (error.data().kind == eval::ErrorKind::Cancelled) throw;
    return std::nullopt;
  }
}

/// What the texts of other files tell.
std::optional<Location> find_elsewhere(WorkspaceSources& sources, const SnapshotQuery& query,
                                       const StaticDefinition& found, DefinitionGoal goal) {
  const analysis::Name* name = query.document->names().at(found.origin.begin);
  if (!name) return std::nullopt;
  analysis::Program program(sources);
  const analysis::SourceFile& file = sources.of(query.document);
  auto entity = program.used_by(file, *name);
  if (!entity) entity = program.referred_by({&file, found.node});
  if (!entity) return std::nullopt;
  if (goal == DefinitionGoal::Definition) entity = program.origin(*entity);
  // An `inherit` of something unknown: conventions may know more.
  const bool passes_on = entity->entity.kind == analysis::Entity::Kind::Attribute &&
                         entity->file->ast.attrs[entity->entity.id].kind != syntax::AttrKind::Plain;
  if (passes_on && entity->file == &file) return std::nullopt;
  const auto places = entity->file->names.definitions(entity->entity);
  if (places.empty()) return std::nullopt;
  const DocumentSnapshot& document = sources.document(*entity->file);
  return Location{document.uri, document.lines->range(places.front(), query.encoding)};
}

void write_location(const SnapshotQuery& query, const StaticDefinition& found, bool links,
                    const Location& location, JsonWriter& out) {
  TargetWriter targets(query, found.origin, links, out);
  targets.add(location.uri, location.range);
}

/// What is known of a name besides its value.
struct Otherwise {
  std::function<std::optional<Location>()> elsewhere;
  std::optional<EvaluatedText> nixpkgs;
  bool links;
  analysis::Inherits inherits;
};

/// By evaluation; what the text tells is second best.
void write_evaluated(const EvaluatedQuery& e, const StaticDefinition& found,
                     const Otherwise& otherwise, JsonWriter& out) {
  const bool links = otherwise.links;
  auto definition = analysis::find_definition(e.session.world, e.unit, found.node, found.path_names,
                                              otherwise.inherits);
  if (!definition || !definition->place) {
    if (const auto elsewhere = otherwise.elsewhere())
      return write_location(e.query, found, links, *elsewhere, out);
    if (otherwise.nixpkgs)
      definition = by_convention(e, found, *otherwise.nixpkgs, otherwise.inherits);
  }
  if (!definition || !definition->place) return write_here(e.query, found, links, out);
  write_location(e.query, found, links,
                 to_location(*definition->place, {*e.query.document, e.query.encoding, true}), out);
}

void find(Server& server, const TextDocumentPosition& params, DefinitionGoal goal,
          const PendingPtr& request) {
  auto query = server.snapshot_requests->start(params.uri, request);
  if (!query) return;
  Surroundings around{server.about_client.definition_links, server.settings.evaluation,
                      FileFinder(server), server.documents.open_files(),
                      server.workspace_index->ready()};
  server.post_to_pool(
      [&server, query = std::move(*query), params, goal, around = std::move(around)] {
        if (query.stopped()) return;
        const auto found = analysis::static_definition(query.ast(), query.document->names(),
                                                       query.offset(params.position), goal);
        const auto elsewhere = [query, found, goal, around]() -> std::optional<Location> {
          if (!found || found->node == syntax::kNoNode) return std::nullopt;
          WorkspaceSources sources(around.files, around.open, around.index);
          return find_elsewhere(sources, query, *found, goal);
        };
        if (found && found->node != syntax::kNoNode && around.evaluation) {
          Otherwise otherwise{elsewhere,
                              server.nixpkgs_texts->find(around.files, query.document->directory),
                              around.links,
                              goal == DefinitionGoal::Declaration ? analysis::Inherits::Stop
                                                                  : analysis::Inherits::Follow};
          return server.post([&server, query, found = *found, otherwise = std::move(otherwise)] {
            evaluate(server, query, [found, otherwise](const EvaluatedQuery& e, JsonWriter& out) {
              write_evaluated(e, found, otherwise, out);
            });
          });
        }
        JsonWriter out;
        if (const auto location = elsewhere()) {
          write_location(query, *found, around.links, *location, out);
        } else if (found && !found->here.empty()) {
          write_here(query, *found, around.links, out);
        } else if (found && (!found->path.empty() || !found->search_path.empty())) {
          write_file(query, *found, around, out);
        }
        query.request->succeed_text(out.text().empty() ? "null" : out.text());
      });
}

}  // namespace

void bind_definition(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["definitionProvider"] = true;
    capabilities["declarationProvider"] = true;
  });
  for (const auto& [method, goal] :
       {std::pair{"textDocument/definition", DefinitionGoal::Definition},
        {"textDocument/declaration", DefinitionGoal::Declaration}}) {
    binder.request<TextDocumentPosition, Json>(
        method, [&server, goal](const TextDocumentPosition& params, const Reply<Json>& reply) {
          find(server, params, goal, reply.request());
        });
  }
}

}  // namespace nilas::lsp
