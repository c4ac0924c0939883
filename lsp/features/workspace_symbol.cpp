// workspace/symbol and workspace/willRenameFiles: what takes all files of the workspace.

#include <filesystem>

#include "lsp/analysis/completion.hpp"
#include "lsp/snapshot_request.hpp"
#include "lsp/uri.hpp"
#include "lsp/workspace_index.hpp"

namespace nilas::lsp {
namespace {

constexpr size_t kMaxSymbols = 500;

/// LSP 3.17, "SymbolKind".
int kind_of(analysis::SymbolSort sort) {
  switch (sort) {
    case analysis::SymbolSort::Path: return 1;
    case analysis::SymbolSort::Property: return 7;
    case analysis::SymbolSort::Function: return 12;
    case analysis::SymbolSort::Variable: return 13;
    case analysis::SymbolSort::String: return 15;
    case analysis::SymbolSort::Number: return 16;
    case analysis::SymbolSort::Boolean: return 17;
    case analysis::SymbolSort::List: return 18;
    case analysis::SymbolSort::Set: return 19;
    case analysis::SymbolSort::Null: return 21;
  }
  return 13;
}

// --- Symbols -------------------------------------------------------------------------------------
/// How well `name` fits; smaller is better.
int distance(std::string_view query, std::string_view name) {
  const auto size = static_cast<int>(name.size());
  if (name == query) return 0;
  if (name.starts_with(query)) return 1000 + size;
  if (name.find(query) != std::string_view::npos) return 2000 + size;
  return 3000 + size;
}

struct Hit {
  int distance;
  std::string path;
  std::string name;
  IndexedSymbol symbol;
  std::string container;
};

void write_symbols(const WorkspaceView& view, const std::string& query, const PendingPtr& request) {
  if (request->answered()) return;
  std::vector<Hit> hits;
  view.each([&](const std::string& path, const IndexedFile& file) {
    for (const IndexedSymbol& s : file.symbols) {
      const std::string_view name = file.name(s);
      if (!analysis::is_match(query, name)) continue;
      const bool inside = s.container != syntax::kNone;
      hits.push_back(
          {distance(query, name), path, std::string(name), s,
           std::string(inside ? file.name(file.symbols[s.container]) : std::string_view())});
    }
    // The best ones so far are enough.
    if (hits.size() < 20 * kMaxSymbols) return;
    std::ranges::nth_element(hits, hits.begin() + kMaxSymbols, {}, &Hit::distance);
    hits.resize(kMaxSymbols);
  });
  std::ranges::stable_sort(hits, {}, &Hit::distance);
  if (hits.size() > kMaxSymbols) hits.resize(kMaxSymbols);
  JsonWriter out;
  out.begin_array();
  for (const Hit& hit : hits) {
    out.begin_object().key("name").string(hit.name);
    out.key("kind").number(kind_of(hit.symbol.sort));
    out.key("location").begin_object().key("uri").string(path_to_uri(hit.path));
    out.key("range").range(hit.symbol.range()).end_object();
    if (!hit.container.empty()) out.key("containerName").string(hit.container);
    out.end_object();
  }
  out.end_array();
  request->succeed_text(out.text());
}

// --- Files that are renamed -------------------------------------------------------------------------
struct FileMove {
  std::string from, to;

  /// Where `path` lies after the move.
  std::string moved(const std::string& path) const {
    if (path == from) return to;
    return path.starts_with(from + "/") ? to + path.substr(from.size()) : path;
  }
};

std::string parent_of(const std::string& path) {
  return path.substr(0, std::max<size_t>(1, path.rfind('/')));
}

/// `target` as a relative path literal in `directory`.
std::string relative_literal(const std::string& target, const std::string& directory) {
  std::string path = std::filesystem::path(target).lexically_relative(directory).string();
  if (path == ".") return "./.";
  if (path == "..") return "./..";
  if (!path.starts_with("../")) path = "./" + path;
  return path;
}

/// What a literal must say after the moves; empty if it stays.
std::string new_literal(const std::string& file, const IndexedPath& path,
                        const std::vector<FileMove>& moves) {
  if (path.literal.starts_with('~')) return {};
  const std::string directory = parent_of(file);
  const std::string target = canonical_path(path.literal, directory);
  std::string new_file = file, new_target = target;
  for (const FileMove& move : moves) {
    new_file = move.moved(new_file);
    // `./dir` means dir/default.nix as well, but says the directory.
    new_target = move.moved(new_target);
  }
  if (path.literal.starts_with('/')) return new_target == target ? "" : new_target;
  const std::string new_directory = parent_of(new_file);
  if (new_target == target && new_directory == directory) return {};
  if (canonical_path(path.literal, new_directory) == new_target) return {};
  return relative_literal(new_target, new_directory);
}

bool is_path_text(std::string_view path) {
  return std::ranges::all_of(path, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-+/").find(c) != std::string_view::npos;
  });
}

void write_moves(const WorkspaceView& view, const std::vector<FileMove>& moves,
                 const PendingPtr& request) {
  if (request->answered()) return;
  JsonWriter out;
  bool any = false;
  out.begin_object().key("changes").begin_object();
  view.each([&](const std::string& file, const IndexedFile& indexed) {
    bool first = true;
    for (const IndexedPath& path : indexed.paths) {
      const std::string literal = new_literal(file, path, moves);
      if (literal.empty() || !is_path_text(literal)) continue;
      if (first) out.key(path_to_uri(file)).begin_array();
      first = false;
      out.begin_object().key("range").range(path.range);
      out.key("newText").string(literal).end_object();
    }
    if (!first) out.end_array();
    any = any || !first;
  });
  out.end_object().end_object();
  any ? request->succeed_text(out.text()) : request->succeed(nullptr);
}

std::vector<FileMove> moves_of(const Json& params) {
  std::vector<FileMove> moves;
  for (const Json& file : find(params, "files")) {
    const auto from = uri_to_path(file.at("oldUri").get<std::string>());
    const auto to = uri_to_path(file.at("newUri").get<std::string>());
    if (from && to) moves.push_back({*from, *to});
  }
  return moves;
}

}  // namespace

void bind_workspace_symbol(Binder& binder) {
  Server& server = binder.server;
  binder.capability([](const InitializeParams&, Json& capabilities) {
    capabilities["workspaceSymbolProvider"] = true;
    const Json any = Json::object({{"pattern", Json::object({{"glob", "**/*"}})}});
    capabilities["workspace"]["fileOperations"]["willRename"] =
        Json::object({{"filters", Json::array({any})}});
  });
  binder.request<Json, Json>(
      "workspace/symbol", [&server](const Json& params, const Reply<Json>& reply) {
        server.workspace_index->when_ready([&server, query = params.at("query").get<std::string>(),
                                            request = reply.request()](const auto& view) {
          server.post_to_pool([view, query, request] { write_symbols(*view, query, request); });
        });
      });
  binder.request<Json, Json>(
      "workspace/willRenameFiles", [&server](const Json& params, const Reply<Json>& reply) {
        server.workspace_index->when_ready(
            [&server, moves = moves_of(params), request = reply.request()](const auto& view) {
              server.post_to_pool([view, moves, request] { write_moves(*view, moves, request); });
            });
      });
}

}  // namespace nilas::lsp
