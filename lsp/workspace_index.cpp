#include "lsp/workspace_index.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <spdlog/spdlog.h>

#include "lsp/analysis/document_links.hpp"
#include "lsp/hover_style.hpp"
#include "lsp/progress.hpp"

namespace nilas::lsp {
namespace {

namespace fs = std::filesystem;

/// Deeper bindings are details of their file.
constexpr size_t kMaxDepth = 3;
constexpr size_t kMaxFiles = 200'000;
constexpr uintmax_t kMaxBytes = 4 << 20;

bool is_nix(const std::string& path) {
  return path.ends_with(".nix");
}

/// All Nix files at or below `root`, but for hidden directories; links are not followed.
void collect_files(const fs::path& root, const std::atomic<bool>& stop,
                   std::vector<std::string>& out) {
  std::error_code error;
  if (fs::is_regular_file(root, error)) {
    if (is_nix(root.string())) out.push_back(root.string());
    return;
  }
  fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    if (stop || out.size() >= kMaxFiles) return;
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
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  if (error || size > kMaxBytes) return nullptr;
  std::ifstream in(path, std::ios::binary);
  std::string text(static_cast<size_t>(size), '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(size))) return nullptr;
  const SnapshotPtr document = make_snapshot(path, std::move(text));
  return std::make_shared<const IndexedFile>(index_text(*document, encoding));
}

}  // namespace

IndexedFile index_text(const DocumentSnapshot& document, PositionEncoding encoding) {
  IndexedFile out;
  const auto symbols = analysis::document_symbols(document.ast(), *document.text);
  for (const analysis::DocumentSymbol& s : symbols) {
    size_t depth = 0;
    for (uint32_t p = s.parent; p != syntax::kNone && depth < kMaxDepth; p = symbols[p].parent)
      ++depth;
    if (depth >= kMaxDepth) continue;
    out.symbols.push_back({s.name, s.sort, document.lines->range(s.selection, encoding),
                           s.parent == syntax::kNone ? "" : symbols[s.parent].name});
  }
  for (analysis::DocumentLink& link : analysis::document_links(document.ast())) {
    if (link.kind != analysis::LinkKind::Path) continue;
    out.paths.push_back({document.lines->range(link.span, encoding), std::move(link.target)});
  }
  out.symbols.shrink_to_fit();
  return out;
}

void WorkspaceIndex::when_ready(std::function<void(const std::shared_ptr<const Files>&)> use) {
  if (files_ && stale_.empty()) return use(files_);
  waiting_.push_back(std::move(use));
  build();
}

void WorkspaceIndex::changed(const std::vector<std::string>& paths) {
  if (files_ || building_) stale_.insert(stale_.end(), paths.begin(), paths.end());
}

void WorkspaceIndex::folders_changed() {
  ++generation_;
  files_ = nullptr;
  stale_.clear();
}

/// Reads everything, or what has changed, beside the strand.
void WorkspaceIndex::build() {
  if (building_) return;
  building_ = true;
  auto stop = std::make_shared<std::atomic<bool>>(false);
  const std::shared_ptr<Progress> progress =
      Progress::start(server_, nullptr, "Indexing the workspace", [stop] { *stop = true; });
  const auto known = files_;
  std::vector<std::string> roots = known ? std::move(stale_) : server_.documents.folders();
  stale_.clear();
  server_.post_slow([this, stop, progress, known, roots = std::move(roots),
                     encoding = server_.encoding, generation = generation_] {
    auto files = std::make_shared<Files>(known ? *known : Files());
    const auto ends = [&] { return *stop || server_.is_ending(); };
    std::vector<std::string> paths;
    for (const std::string& root : roots) {
      // What lay at or below a changed path is read again, or gone.
      std::erase_if(*files, [&](const auto& entry) { return is_in({root}, entry.first); });
      collect_files(root, *stop, paths);
    }
    for (const std::string& path : paths) {
      if (ends()) break;
      try {
        if (auto file = read_file(path, encoding)) (*files)[path] = std::move(file);
      } catch (const std::exception& e) {
        spdlog::warn("{} is not indexed: {}", path, e.what());
      }
    }
    server_.post([this, progress, files = std::move(files), generation] {
      progress->end();
      finished(files, generation);
    });
  });
}

void WorkspaceIndex::finished(std::shared_ptr<const Files> files, uint64_t generation) {
  building_ = false;
  if (generation != generation_ || !stale_.empty()) {
    if (generation == generation_) files_ = std::move(files);
    if (!waiting_.empty()) build();
    return;
  }
  files_ = std::move(files);
  for (const auto& use : std::exchange(waiting_, {}))
    use(files_);
}

}  // namespace nilas::lsp
