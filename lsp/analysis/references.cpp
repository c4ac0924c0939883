#include "lsp/analysis/references.hpp"

#include <algorithm>

namespace nilas::analysis {
namespace {

/// `inherit` keeps names, and so does the way from arguments to formals: only names that look alike
/// can mean the same.
class Search {
 public:
  Search(Program& program, const FileEntity& target) : program_(program), target_(target) {}

  std::vector<Reference> run() {
    look_into(*target_.file);
    if (!leaves_ && !program_.is_exported(target_)) return std::move(found_);
    auto users = program_.files().users(target_.file->path, target_.name());
    std::ranges::sort(users);
    for (const std::string& path : users) {
      const SourceFile* file = program_.files().load(path);
      if (file && file != target_.file) look_into(*file);
    }
    return std::move(found_);
  }

 private:
  void look_into(const SourceFile& file) {
    const syntax::SymbolId symbol = program_.symbol(file, target_.name());
    if (symbol == syntax::kNone) return;
    for (const Name& name : file.names.all()) {
      if (name.symbol == symbol) look_at(file, name);
    }
  }

  void look_at(const SourceFile& file, const Name& name) {
    const bool defines = program_.defines(file, name, target_);
    if (!defines) {
      const auto used = program_.used_by(file, name);
      if (!used || program_.origin(*used) != target_) return;
    }
    found_.push_back({&file, &name, defines});
    const FileEntity alias{&file, file.names.defined_by(name)};
    leaves_ = leaves_ || (alias.entity && program_.is_exported(alias));
  }

  Program& program_;
  FileEntity target_;
  std::vector<Reference> found_;
  bool leaves_ = false;  // under a name that an `inherit` gives it
};

}  // namespace

std::vector<Reference> references_to(Program& program, const FileEntity& target) {
  return Search(program, target).run();
}

std::vector<Reference> references_of(Program& program, const SourceFile& file, const Name& name) {
  if (const auto meant = program.meant_by(file, name))
    return references_to(program, program.origin(*meant));
  std::vector<Reference> out;
  const Entity entity = file.names.meant_by(name);
  for (const Name* place : file.names.names_of(entity))
    out.push_back({&file, place, file.names.defined_by(*place) == entity});
  return out;
}

}  // namespace nilas::analysis
