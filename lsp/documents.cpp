#include "lsp/documents.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <spdlog/spdlog.h>

#include "evaluator/builtins.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

bool is_too_large(std::string_view text) {
  return text.size() > syntax::kMaxSourceBytes;
}

void set_text(DocumentSnapshot& d, std::string text) {
  d.text = std::make_shared<const std::string>(std::move(text));
  // What is too large to be parsed is kept, but nothing in it is ever located but edits.
  d.lines = std::make_shared<const LineIndex>(
      is_too_large(*d.text) ? std::make_shared<const std::string>() : d.text);
  d.parsed = nullptr;
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

SnapshotPtr finish(const DocumentSnapshot& draft, std::shared_ptr<const syntax::Parsed> parsed) {
  auto snapshot = std::make_shared<DocumentSnapshot>(draft);
  snapshot->parsed = std::move(parsed);
  snapshot->indexes = std::make_shared<DocumentSnapshot::Indexes>();
  return snapshot;
}

std::shared_ptr<const syntax::Parsed> parse_afresh(std::string_view text) {
  return std::make_shared<const syntax::Parsed>(syntax::parse(text, eval::global_names()));
}

/// Turns `document`'s text into `text` by one edit of the part that differs.
void replace_all(syntax::Document& document, std::string_view text) {
  const std::string_view old = document.text();
  const auto begin = static_cast<size_t>(std::ranges::mismatch(old, text).in1 - old.begin());
  size_t same = 0;
  while (same < old.size() - begin && same < text.size() - begin &&
         old[old.size() - 1 - same] == text[text.size() - 1 - same]) {
    ++same;
  }
  document.edit(static_cast<uint32_t>(begin), static_cast<uint32_t>(old.size() - same),
                text.substr(begin, text.size() - same - begin));
}

/// Evaluation resolves symlinks before it reads; a buffer counts under its real name too.
std::string real_path(const std::string& path) {
  using Owned = std::unique_ptr<char, decltype(&std::free)>;
  const Owned whole(::realpath(path.c_str(), nullptr), &std::free);
  if (whole) return whole.get();
  const Owned parent(::realpath(parent_of(path).c_str(), nullptr), &std::free);
  if (!parent) return path;
  return canonical_path(path.substr(path.rfind('/') + 1), parent.get());
}

}  // namespace

const std::vector<syntax::TokenSpan>& DocumentSnapshot::tokens() const {
  std::call_once(indexes->tokens_once, [&] { indexes->tokens = syntax::tokenize(*text); });
  return indexes->tokens;
}

const analysis::Names& DocumentSnapshot::names() const {
  std::call_once(indexes->names_once, [&] { indexes->names.emplace(ast()); });
  return *indexes->names;
}

syntax::Document& Documents::Document::parser() {
  if (!syntax) syntax.emplace(*draft.text, eval::global_names());
  return *syntax;
}

SnapshotPtr make_snapshot(std::string path, std::string text) {
  DocumentSnapshot draft;
  draft.uri = path_to_uri(path);
  draft.directory = parent_of(path);
  draft.key = path;
  draft.path = std::move(path);
  set_text(draft, std::move(text));
  return finish(draft, parse_afresh(*draft.text));
}

std::string Documents::key_of(const std::string& uri) {
  auto path = uri_to_path(uri);
  return path ? std::move(*path) : uri;
}

void Documents::open(DidOpenParams params) {
  Document document;
  DocumentSnapshot& d = document.draft;
  d.key = key_of(params.uri);
  if (auto path = uri_to_path(params.uri)) d.path = std::move(*path);
  d.directory = !d.path.empty() ? parent_of(d.path) : folders_.empty() ? "/" : folders_.front();
  d.uri = std::move(params.uri);
  d.version = params.version;
  set_text(d, std::move(params.text));
  document.is_nix = params.language == "nix" || d.key.ends_with(".nix");
  overlay_ = nullptr;
  documents_.insert_or_assign(d.key, std::move(document));
}

bool Documents::change(const DidChangeParams& params, PositionEncoding encoding) {
  const auto at = documents_.find(key_of(params.uri));
  if (at == documents_.end()) {
    spdlog::warn("a change of {}, which is not open", params.uri);
    return false;
  }
  DocumentSnapshot& d = at->second.draft;
  auto& syntax = at->second.syntax;
  for (const ContentChange& change : params.changes) {
    if (!change.range) {
      if (syntax) replace_all(*syntax, change.text);
      set_text(d, change.text);
      continue;
    }
    const syntax::Span span = is_too_large(*d.text)
                                  ? LineIndex(d.text).span(*change.range, encoding)
                                  : d.lines->span(*change.range, encoding);
    if (syntax) syntax->edit(span.begin, span.end, change.text);
    std::string text;
    text.reserve(d.text->size() - (span.end - span.begin) + change.text.size());
    text.append(*d.text, 0, span.begin).append(change.text).append(*d.text, span.end);
    set_text(d, std::move(text));
  }
  if (is_too_large(*d.text)) syntax.reset();
  d.version = params.version;
  at->second.snapshot = nullptr;
  overlay_ = nullptr;
  return true;
}

void Documents::close(const std::string& key) {
  if (documents_.erase(key)) overlay_ = nullptr;
}

SnapshotPtr Documents::snapshot(const std::string& key) {
  const auto at = documents_.find(key);
  if (at == documents_.end() || !at->second.is_nix) return nullptr;
  Document& document = at->second;
  if (!document.snapshot && is_too_large(*document.draft.text)) {
    document.snapshot = finish(document.draft, parse_afresh(*document.draft.text));
  }
  if (!document.snapshot) document.snapshot = finish(document.draft, document.parser().parsed());
  return document.snapshot;
}

std::shared_ptr<const syntax::Tree> Documents::tree(const std::string& key) {
  const auto at = documents_.find(key);
  if (at == documents_.end() || !at->second.is_nix) return nullptr;
  if (is_too_large(*at->second.draft.text)) return nullptr;
  const syntax::Tree* tree = at->second.parser().tree();
  return tree ? std::make_shared<const syntax::Tree>(*tree) : nullptr;
}

std::optional<int64_t> Documents::version(const std::string& key) const {
  const auto at = documents_.find(key);
  if (at == documents_.end()) return std::nullopt;
  return at->second.draft.version;
}

std::vector<std::string> Documents::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, document] : documents_)
    keys.push_back(key);
  return keys;
}

std::vector<SnapshotPtr> Documents::open_files() {
  std::vector<SnapshotPtr> out;
  for (const auto& [key, document] : documents_) {
    SnapshotPtr now = document.draft.path.empty() ? nullptr : snapshot(key);
    if (now) out.push_back(std::move(now));
  }
  return out;
}

OverlayPtr Documents::overlay() {
  if (overlay_) return overlay_;
  auto overlay = std::make_shared<Overlay>();
  for (const auto& [key, document] : documents_) {
    const DocumentSnapshot& d = document.draft;
    if (d.path.empty()) continue;
    (*overlay)[d.path] = d.text;
    if (std::string real = real_path(d.path); real != d.path) (*overlay)[real] = d.text;
  }
  overlay_ = std::move(overlay);
  return overlay_;
}

std::string Documents::folder_of(const DocumentSnapshot& document) const {
  const std::string* best = nullptr;
  for (const std::string& folder : folders_) {
    const bool inside = folder == "/" || (document.path.starts_with(folder) &&
                                          document.path.substr(folder.size()).starts_with('/'));
    if (inside && (!best || folder.size() > best->size())) best = &folder;
  }
  return best ? *best : document.directory;
}

}  // namespace nilas::lsp
