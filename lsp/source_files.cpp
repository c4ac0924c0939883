#include "lsp/source_files.hpp"

#include <filesystem>

#include "lsp/file_snapshots.hpp"

namespace nilas::lsp {

WorkspaceSources::WorkspaceSources(FileFinder files, std::vector<SnapshotPtr> open,
                                   std::shared_ptr<const WorkspaceView> workspace,
                                   WithoutIndex without_index)
    : files_(std::move(files)), workspace_(std::move(workspace)), without_index_(without_index) {
  for (SnapshotPtr& document : open) {
    std::string path = document->key;
    open_.emplace(std::move(path), std::move(document));
  }
}

const analysis::SourceFile* WorkspaceSources::load(const std::string& path) {
  if (const auto at = loaded_.find(path); at != loaded_.end())
    return at->second ? &at->second->file : nullptr;
  const auto buffer = open_.find(path);
  const SnapshotPtr document = buffer == open_.end() ? recall_snapshot(path) : buffer->second;
  if (document) return &of(document);
  loaded_.emplace(path, nullptr);
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, error)))
    unreadable_.push_back(path);
  return nullptr;
}

const analysis::SourceFile& WorkspaceSources::of(const SnapshotPtr& document) {
  auto& slot = loaded_[document->key];
  if (!slot) {
    slot = std::make_unique<Loaded>(Loaded{document,
                                           {.path = document->key,
                                            .directory = document->directory,
                                            .text = document->text,
                                            .ast = document->ast(),
                                            .names = document->names()}});
  }
  return slot->file;
}

const DocumentSnapshot& WorkspaceSources::document(const analysis::SourceFile& file) const {
  return *loaded_.at(file.path)->document;
}

std::optional<int64_t> WorkspaceSources::open_version(const analysis::SourceFile& file) const {
  const auto at = open_.find(file.path);
  return at == open_.end() ? std::nullopt : std::optional(at->second->version);
}

std::optional<std::string> WorkspaceSources::target(std::string_view literal,
                                                    const analysis::SourceFile& from) {
  const auto path = files_.find_literal(literal, from.directory);
  if (!path) return std::nullopt;
  const auto [at, is_new] = targets_.try_emplace(*path);
  if (is_new) at->second = files_.nix_file(*path);
  return at->second;
}

const WorkspaceView* WorkspaceSources::index() {
  if (!workspace_ && without_index_ == WithoutIndex::GiveUp) throw NeedsIndex();
  missed_index_ = missed_index_ || !workspace_;
  return workspace_.get();
}

std::vector<std::string> WorkspaceSources::callers(const std::string& path) {
  const WorkspaceView* view = index();
  return view ? view->callers(path) : std::vector<std::string>();
}

std::vector<std::string> WorkspaceSources::users(const std::string& path, std::string_view name) {
  const WorkspaceView* view = index();
  return view ? view->users(path, name) : std::vector<std::string>();
}

}  // namespace nilas::lsp
