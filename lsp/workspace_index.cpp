#include "lsp/workspace_index.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <malloc.h>
#include <set>
#include <spdlog/spdlog.h>

#include "lsp/analysis/document_links.hpp"
#include "lsp/file_snapshots.hpp"
#include "lsp/giving_way.hpp"
#include "lsp/hover_style.hpp"
#include "lsp/progress.hpp"
#include "lsp/source_files.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

namespace fs = std::filesystem;

/// Deeper bindings are details of their file.
constexpr size_t kMaxDepth = 3;
constexpr size_t kMaxName = 200;  // bytes
constexpr size_t kMaxFiles = 200'000;
/// A workspace of so many files, among so many entries of directories, is small.
constexpr size_t kSmallFiles = 2'000, kSmallEntries = 50'000;
/// Files that may be given something as an argument, and are looked into.
constexpr size_t kMaxCalled = 200;

bool is_nix(const std::string& path) {
  return path.ends_with(".nix");
}

/// All Nix files at or below `root`, but for hidden directories; links are not followed. `step` is
/// called for each entry of a directory, and ends it with false.
template <class Step>
void collect_files(const fs::path& root, Step step, std::vector<std::string>& out) {
  std::error_code error;
  if (fs::is_regular_file(root, error)) {
    if (is_nix(root.string())) out.push_back(root.string());
    return;
  }
  fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    if (!step()) return;
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    if (at->is_directory(ignored)) {
      if (name.starts_with('.') || name == "node_modules" || at->is_symlink(ignored))
        at.disable_recursion_pending();
    } else if (is_nix(name) && at->is_regular_file(ignored)) {
      out.push_back(at->path().string());
    }
  }
}

IndexedFilePtr read_file(const std::string& path, PositionEncoding encoding) {
  const SnapshotPtr document = read_snapshot(path);
  if (!document) return nullptr;
  return std::make_shared<const IndexedFile>(index_text(*document, encoding));
}

uint64_t path_hash(std::string_view path) {
  return std::hash<std::string_view>()(path);
}

uint32_t name_hash(std::string_view name) {
  return static_cast<uint32_t>(std::hash<std::string_view>()(name));
}

/// A path, and the directory that means it.
std::vector<uint64_t> targets_of(const std::string& path) {
  constexpr std::string_view kDefault = "/default.nix";
  std::vector<uint64_t> out{path_hash(path)};
  if (path.ends_with(kDefault))
    out.push_back(path_hash(std::string_view(path).substr(0, path.size() - kDefault.size())));
  return out;
}

void sort_edges(WorkspaceFiles& files) {
  for (const auto& [path, file] : files.by_path) {
    for (const IndexedPath& p : file->paths)
      files.edges.push_back({p.target, &path, file.get()});
    for (const uint64_t target : targets_of(path))
      files.files.push_back({target, &path, file.get()});
  }
  std::ranges::sort(files.edges, {}, &WorkspaceFiles::Edge::target);
  std::ranges::sort(files.files, {}, &WorkspaceFiles::Edge::target);
}

}  // namespace

IndexedFile index_text(const DocumentSnapshot& document, PositionEncoding encoding) {
  IndexedFile out;
  const auto symbols = analysis::document_symbols(document.ast(), *document.text);
  // Of those that are left out, so is everything below.
  std::vector<std::pair<uint32_t, size_t>> places(symbols.size(), {syntax::kNone, 0});
  for (size_t i = 0; i < symbols.size(); ++i) {
    const analysis::DocumentSymbol& s = symbols[i];
    const auto around =
        s.parent == syntax::kNone ? std::pair{syntax::kNone, size_t{0}} : places[s.parent];
    places[i] = {static_cast<uint32_t>(out.symbols.size()), around.second + 1};
    if (around.second >= kMaxDepth) continue;
    const std::string_view name = std::string_view(s.name).substr(0, kMaxName);
    const Range range = document.lines->range(s.selection, encoding);
    const uint32_t units =
        range.start.line == range.end.line ? range.end.character - range.start.character : 0;
    out.symbols.push_back({.place = range.start,
                           .name = static_cast<uint32_t>(out.symbol_names.size()),
                           .container = around.first,
                           .name_size = static_cast<uint16_t>(name.size()),
                           .units = static_cast<uint16_t>(std::min<uint32_t>(units, UINT16_MAX)),
                           .sort = s.sort});
    out.symbol_names += name;
  }
  for (analysis::DocumentLink& link : analysis::document_links(document.ast())) {
    if (link.kind != analysis::LinkKind::Path) continue;
    const uint64_t target = path_hash(canonical_path(link.target, document.directory));
    out.paths.push_back(
        {document.lines->range(link.span, encoding), std::move(link.target), target});
  }
  const syntax::Ast& ast = document.ast();
  out.names.reserve(ast.symbols.size());
  for (syntax::SymbolId id = 0; id < ast.symbols.size(); ++id)
    out.names.push_back(name_hash(ast.symbol(id)));
  std::ranges::sort(out.names);
  out.symbols.shrink_to_fit();
  out.symbol_names.shrink_to_fit();
  out.paths.shrink_to_fit();
  return out;
}

IndexedFilePtr IndexedBuffers::of(const SnapshotPtr& document, PositionEncoding encoding) {
  {
    const std::scoped_lock lock(mutex_);
    const auto at = entries_.find(document->key);
    if (at != entries_.end() && at->second.document == document) return at->second.file;
  }
  auto file = std::make_shared<const IndexedFile>(index_text(*document, encoding));
  const std::scoped_lock lock(mutex_);
  entries_[document->key] = {document, file};
  return file;
}

void IndexedBuffers::forget(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  entries_.erase(key);
}

// --- Where to look -------------------------------------------------------------------------------
const std::map<std::string, IndexedFilePtr>& WorkspaceView::open() const {
  std::call_once(open_once_, [this] {
    for (const SnapshotPtr& document : documents_)
      open_.emplace(document->path, buffers_->of(document, encoding_));
  });
  return open_;
}

std::vector<WorkspaceView::Entry> WorkspaceView::naming(const std::string& path) const {
  std::vector<Entry> out;
  for (const uint64_t target : targets_of(path)) {
    for (const auto& edge :
         std::ranges::equal_range(files_->edges, target, {}, &WorkspaceFiles::Edge::target)) {
      if (!open().contains(*edge.from)) out.push_back({edge.from, edge.file});
    }
    for (const auto& [from, file] : open()) {
      if (std::ranges::find(file->paths, target, &IndexedPath::target) != file->paths.end())
        out.push_back({&from, file.get()});
    }
  }
  return out;
}

std::vector<std::string> WorkspaceView::callers(const std::string& path) const {
  std::set<std::string> out;
  for (const Entry& entry : naming(path))
    out.insert(*entry.path);
  return {out.begin(), out.end()};
}

std::vector<WorkspaceView::Entry> WorkspaceView::named_by(const IndexedFile& file) const {
  std::vector<Entry> out;
  for (const IndexedPath& path : file.paths) {
    for (const auto& named :
         std::ranges::equal_range(files_->files, path.target, {}, &WorkspaceFiles::Edge::target)) {
      if (!open().contains(*named.from)) out.push_back({named.from, named.file});
    }
    for (const auto& [key, indexed] : open()) {
      const auto targets = targets_of(key);
      if (std::ranges::find(targets, path.target) != targets.end())
        out.push_back({&key, indexed.get()});
    }
  }
  return out;
}

const IndexedFile* WorkspaceView::find(const std::string& path) const {
  if (const auto at = open().find(path); at != open().end()) return at->second.get();
  const auto at = files_->by_path.find(path);
  return at == files_->by_path.end() ? nullptr : at->second.get();
}

std::vector<std::string> WorkspaceView::users(const std::string& path,
                                              std::string_view name) const {
  const uint32_t hash = name_hash(name);
  const auto occurs = [&](const Entry& entry) {
    return std::ranges::binary_search(entry.file->names, hash);
  };
  std::set<std::string_view> seen{path};
  std::vector<std::string> out;
  std::vector<Entry> open{{&path, find(path)}};
  for (size_t i = 0; i < open.size(); ++i) {
    for (const Entry& entry : naming(*open[i].path)) {
      if (!seen.insert(*entry.path).second) continue;
      open.push_back(entry);
      if (occurs(entry)) out.push_back(*entry.path);
    }
  }
  size_t called = 0;
  for (size_t i = 0; i < open.size() && called < kMaxCalled; ++i) {
    if (!open[i].file) continue;
    for (const Entry& entry : named_by(*open[i].file)) {
      if (!seen.insert(*entry.path).second) continue;
      open.push_back(entry);
      if (!occurs(entry)) continue;
      out.push_back(*entry.path);
      ++called;
    }
  }
  std::ranges::sort(out);
  return out;
}

// --- Keeping it up to date -----------------------------------------------------------------------
WorkspaceIndex::WorkspaceIndex(Server& server) : server_(server) {
  server.binder.on_files.push_back([this](const auto& paths) { changed(paths); });
  // Until then the buffer counts.
  server.binder.on_close.push_back([this](const std::string& key) {
    buffers_->forget(key);
    changed({key});
  });
  server.binder.on_folders.push_back([this] { folders_changed(); });
  server.binder.on_initialized.push_back([this] { survey(); });
}

WorkspaceViewPtr WorkspaceIndex::ready() const {
  return files_ && stale_.empty() ? view() : nullptr;
}

WorkspaceViewPtr WorkspaceIndex::view() const {
  return std::make_shared<const WorkspaceView>(files_, server_.documents.open_files(), buffers_,
                                               server_.encoding);
}

void WorkspaceIndex::when_ready(Use use) {
  if (const WorkspaceViewPtr now = ready()) return use(now);
  waiting_.push_back({std::move(use), true});
  build();
}

void WorkspaceIndex::when_ready_soon(Use use) {
  if (const WorkspaceViewPtr now = ready()) return use(now);
  if (is_far_off()) {
    build();
    return use(nullptr);
  }
  waiting_.push_back({std::move(use), false});
  build();
}

void WorkspaceIndex::survey() {
  server_.post_slow([this, roots = server_.documents.folders(), generation = generation_] {
    std::vector<std::string> files;
    size_t entries = 0;
    const auto is_small = [&] { return files.size() <= kSmallFiles && entries <= kSmallEntries; };
    for (const std::string& root : roots)
      collect_files(root, [&] { return ++entries, is_small() && !server_.is_ending(); }, files);
    server_.post([this, generation, size = is_small() ? Size::Small : Size::Large] {
      surveyed(size, generation);
    });
  });
}

void WorkspaceIndex::surveyed(Size size, uint64_t generation) {
  if (generation != generation_) return;
  size_ = size;
  if (size == Size::Small) return build();
  const auto impatient = std::ranges::stable_partition(waiting_, &Waiting::patient);
  const std::vector<Waiting> gone(std::make_move_iterator(impatient.begin()),
                                  std::make_move_iterator(impatient.end()));
  waiting_.erase(impatient.begin(), impatient.end());
  for (const Waiting& waiting : gone)
    waiting.use(nullptr);
}

void WorkspaceIndex::changed(const std::vector<std::string>& paths) {
  if (!files_ && !building_) return;
  for (const std::string& path : paths) {
    if (is_in(server_.documents.folders(), path)) stale_.push_back(path);
  }
}

void WorkspaceIndex::folders_changed() {
  ++generation_;
  files_ = nullptr;
  size_ = Size::Unknown;
  stale_.clear();
  survey();
}

/// Reads everything, or what has changed, beside the strand.
void WorkspaceIndex::build() {
  if (building_ || (files_ && stale_.empty())) return;
  building_ = true;
  auto stop = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<Progress> progress;
  if (size_ != Size::Small) {
    progress =
        Progress::start(server_, nullptr, "Indexing the workspace", [stop] { *stop = true; });
  }
  const auto known = files_;
  std::vector<std::string> roots = known ? std::move(stale_) : server_.documents.folders();
  stale_.clear();
  server_.post_slow([this, stop, progress, known, roots = std::move(roots),
                     encoding = server_.encoding, generation = generation_] {
    auto files = std::make_shared<WorkspaceFiles>();
    if (known) files->by_path = known->by_path;
    GivingWay give_way(server_);
    const auto ends = [&] {
      give_way();
      return *stop || server_.is_ending();
    };
    std::vector<std::string> paths;
    for (const std::string& root : roots) {
      // What lay at or below a changed path is read again, or gone.
      std::erase_if(files->by_path, [&](const auto& entry) { return is_in({root}, entry.first); });
      collect_files(root, [&] { return !ends() && paths.size() < kMaxFiles; }, paths);
    }
    for (const std::string& path : paths) {
      if (ends()) break;
      try {
        if (auto file = read_file(path, encoding)) files->by_path[path] = std::move(file);
      } catch (const std::exception& e) {
        spdlog::warn("{} is not indexed: {}", path, e.what());
      }
    }
    sort_edges(*files);
    ::malloc_trim(0);  // the trees of 43,000 files leave holes
    server_.post([this, progress, files = std::move(files), generation] {
      if (progress) progress->end();
      finished(files, generation);
    });
  });
}

void WorkspaceIndex::finished(Files files, uint64_t generation) {
  building_ = false;
  if (generation != generation_ || !stale_.empty()) {
    if (generation == generation_) files_ = std::move(files);
    if (!waiting_.empty()) build();
    return;
  }
  files_ = std::move(files);
  for (const Waiting& waiting : std::exchange(waiting_, {}))
    waiting.use(view());
}

}  // namespace nilas::lsp
