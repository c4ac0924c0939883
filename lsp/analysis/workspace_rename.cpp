#include "lsp/analysis/workspace_rename.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "evaluator/builtins.hpp"
#include "syntax/parse.hpp"

namespace nilas::analysis {
namespace {

/// The files as they will be.
class EditedFiles final : public SourceFiles {
 public:
  EditedFiles(SourceFiles& before, const std::vector<FileEdits>& edits) : before_(before) {
    for (const FileEdits& e : edits) {
      auto text = std::make_shared<const std::string>(apply_edits(*e.file->text, e.edits));
      auto edited =
          std::make_unique<Edited>(Edited{syntax::parse(*text, eval::global_names()), {}, {}});
      edited->names = std::make_unique<Names>(edited->parsed.ast);
      edited->file = std::make_unique<SourceFile>(SourceFile{.path = e.file->path,
                                                             .directory = e.file->directory,
                                                             .text = std::move(text),
                                                             .ast = edited->parsed.ast,
                                                             .names = *edited->names});
      edited_.emplace(e.file->path, std::move(edited));
    }
  }

  const SourceFile* load(const std::string& path) override {
    const auto at = edited_.find(path);
    return at == edited_.end() ? before_.load(path) : at->second->file.get();
  }
  std::optional<std::string> target(std::string_view literal, const SourceFile& from) override {
    return before_.target(literal, from);  // no path is edited
  }
  std::vector<std::string> callers(const std::string& path) override {
    return before_.callers(path);
  }
  std::vector<std::string> users(const std::string& path, std::string_view name) override {
    return before_.users(path, name);
  }

 private:
  struct Edited {
    syntax::Parsed parsed;
    std::unique_ptr<Names> names;
    std::unique_ptr<SourceFile> file;
  };
  SourceFiles& before_;
  std::map<std::string, std::unique_ptr<Edited>> edited_;
};

class WorkspaceRenaming {
 public:
  WorkspaceRenaming(Program& program, const FileEntity& target, std::string_view new_name)
      : program_(program), target_(target), old_name_(target.name()), new_name_(new_name) {}

  std::expected<WorkspaceRename, std::string> run(const SourceFile& asked) {
    asked_ = &asked;
    std::vector<const SourceFile*> files{&asked};
    if (target_.file != &asked) files.push_back(target_.file);
    if (program_.is_exported(target_)) add_users(old_name_, files);
    for (const SourceFile* file : files) {
      if (auto why = rename_in(*file)) return std::unexpected(std::move(*why));
    }
    std::vector<const SourceFile*> checked;
    for (const FileEdits& e : out_.files)
      checked.push_back(e.file);
    if (program_.is_exported(target_)) add_users(new_name_, checked);
    if (auto why = changed_meaning(checked)) return std::unexpected(std::move(*why));
    return std::move(out_);
  }

 private:
  void add_users(std::string_view name, std::vector<const SourceFile*>& files) {
    for (const std::string& path : program_.files().users(target_.file->path, name)) {
      const SourceFile* file = program_.files().load(path);
      if (!file) {
        out_.unread.push_back(path);
      } else if (std::ranges::find(files, file) == files.end()) {
        files.push_back(file);
      }
    }
  }

  std::optional<std::string> rename_in(const SourceFile& file) {
    const syntax::SymbolId symbol = program_.symbol(file, old_name_);
    std::vector<RenamePlace> places;
    for (const Name& name : file.names.all()) {
      if (name.symbol != symbol) continue;
      if (program_.defines(file, name, target_)) {
        places.push_back({&name, true});
      } else if (program_.used_by(file, name) == target_) {
        places.push_back({&name, false});
      }
    }
    if (places.empty()) return std::nullopt;
    const bool home = &file == target_.file;
    auto edits = rename_places(file.ast, file.names, *file.text, home ? target_.entity : Entity{},
                               places, new_name_);
    if (!edits) return &file == asked_ ? edits.error() : file.path + ": " + edits.error();
    out_.files.push_back({&file, std::move(*edits)});
    return std::nullopt;
  }

  // --- The proof ----------------------------------------------------------------------------------

  const std::vector<TextEdit>& edits_of(const SourceFile& file) const {
    static const std::vector<TextEdit> kNone;
    const auto at = std::ranges::find(out_.files, &file, &FileEdits::file);
    return at == out_.files.end() ? kNone : at->edits;
  }

  static syntax::Span definition_of(const FileEntity& entity) {
    const syntax::Ast& ast = entity.file->ast;
    return entity.entity.kind == Entity::Kind::Parameter ? ast.decls[entity.entity.id].name
                                                         : ast.attrs[entity.entity.id].name;
  }

  /// Whether a name stays, or is renamed in its place: no edit that takes more than it.
  static bool stays(const std::vector<TextEdit>& edits, syntax::Span name) {
    return std::ranges::none_of(edits, [&](const TextEdit& e) {
      const bool touches = e.span.begin < name.end && name.begin < e.span.end;
      return touches && (e.span != name || e.text.empty());
    });
  }

  std::optional<std::string> changed_meaning(const std::vector<const SourceFile*>& files) {
    EditedFiles after_files(program_.files(), out_.files);
    Program after(after_files);
    for (const SourceFile* file : files) {
      const SourceFile* now = after_files.load(file->path);
      for (const Name& name : file->names.all()) {
        const std::string_view text = file->ast.symbol(name.symbol);
        if (text != old_name_ && text != new_name_) continue;
        if (now && means_the_same(*file, name, after, *now)) continue;
        return "'" + std::string(new_name_) + "' is taken: '" + std::string(text) + "' in " +
               file->path + ", line " + std::to_string(line_of(*file, name)) +
               ", would mean something else.";
      }
    }
    return std::nullopt;
  }

  bool means_the_same(const SourceFile& file, const Name& name, Program& after,
                      const SourceFile& now) {
    const auto& edits = edits_of(file);
    // An `inherit` that became a binding was proven in its own file.
    if (!stays(edits, name.span)) return true;
    const auto was = program_.used_by(file, name);
    const Name* moved = now.names.at(Shift(edits)(name.span.begin));
    if (!moved) return false;
    const auto is = after.used_by(now, *moved);
    if (!was || !is) return was.has_value() == is.has_value();
    if (was->file->path != is->file->path || was->entity.kind != is->entity.kind) return false;
    if (*was == target_) return is->name() == new_name_;
    const syntax::Span place = definition_of(*was);
    const auto& there = edits_of(*was->file);
    return is->name() == was->name() &&
           (!stays(there, place) || Shift(there)(place.begin) == definition_of(*is).begin);
  }

  static size_t line_of(const SourceFile& file, const Name& name) {
    const auto text = std::string_view(*file.text).substr(0, name.span.begin);
    return 1 + static_cast<size_t>(std::ranges::count(text, '\n'));
  }

  Program& program_;
  FileEntity target_;
  const SourceFile* asked_ = nullptr;
  std::string_view old_name_, new_name_;
  WorkspaceRename out_;
};

}  // namespace

std::expected<RenameTarget, std::string> prepare_rename(Program& program, const SourceFile& file,
                                                        uint32_t offset) {
  const Name* name = file.names.at(offset);
  if (name && program.meant_by(file, *name))
    return RenameTarget{name->span, std::string(file.ast.symbol(name->symbol))};
  return prepare_rename(file.ast, file.names, offset);
}

std::expected<WorkspaceRename, std::string> rename(Program& program, const SourceFile& file,
                                                   uint32_t offset, std::string_view new_name) {
  const auto target = prepare_rename(program, file, offset);
  if (!target)
    return std::unexpected(target.error().empty() ? "No name stands here." : target.error());
  const auto meant = program.meant_by(file, *file.names.at(offset));
  if (!meant) return std::unexpected("No name stands here.");
  return WorkspaceRenaming(program, *meant, new_name).run(file);
}

}  // namespace nilas::analysis
