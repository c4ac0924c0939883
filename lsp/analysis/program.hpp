#pragma once
// What names mean across files, as far as their texts tell: Names (one file) continued through
// `import ./x.nix`, `callPackage ./x.nix { }` and the arguments that functions are called with.
//
// Nothing is evaluated and nothing is guessed but this: a parameter of a file's function is what all
// calls that are known agree on. What remains unknown has no entity.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lsp/analysis/names.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

/// One version of a file. Immutable.
struct SourceFile {
  std::string path;       ///< canonical; the URI of a buffer without a file
  std::string directory;  ///< where its relative paths start
  std::shared_ptr<const std::string> text;
  const syntax::Ast& ast;
  const Names& names;
};

/// The files that a program consists of. The answers do not change while a Program uses it, and the
/// same path gives the same object.
class SourceFiles {
 public:
  virtual ~SourceFiles() = default;
  /// Null if there is no such file, or it cannot be read.
  virtual const SourceFile* load(const std::string& path) = 0;
  /// The file that `import` of a path literal in `from` reads.
  virtual std::optional<std::string> target(std::string_view literal, const SourceFile& from) = 0;
  /// The files that name a file by a path literal.
  virtual std::vector<std::string> callers(const std::string& path) = 0;
  /// The files in which `name` occurs and that may know what a file is: because path literals lead
  /// to it, through others or at once, or because these hand it on as an argument.
  virtual std::vector<std::string> users(const std::string& path, std::string_view name) = 0;
};

struct FileNode {
  const SourceFile* file = nullptr;
  syntax::NodeId node = syntax::kNoNode;
  const syntax::Node& get() const { return file->ast[node]; }
  friend bool operator==(const FileNode&, const FileNode&) = default;
};

/// An attribute or a parameter.
struct FileEntity {
  const SourceFile* file = nullptr;
  Entity entity;
  std::string_view name() const { return file->ast.symbol(entity.symbol); }
  friend bool operator==(const FileEntity&, const FileEntity&) = default;
};

/// A function, and an argument that it is applied to.
struct Call {
  FileNode function;  ///< a Lambda
  FileNode argument;
};

class Program {
 public:
  explicit Program(SourceFiles& files) : files_(files) {}
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  SourceFiles& files() { return files_; }

  /// The node that a node comes down to: Names::resolve, through calls and other files. Gives up
  /// after a bounded number of steps.
  FileNode resolve(FileNode node);
  /// The attribute `name` of what `set` comes down to, right sides of `//` first; a formal, if that
  /// is the name beside `@` of a function that has one.
  std::optional<FileEntity> attribute(FileNode set, std::string_view name);
  /// The value of an entity; nullopt for parameters that no call, or not all calls alike, tell.
  std::optional<FileNode> value_of(const FileEntity& entity);

  /// What a name uses; nothing for a mere definition, and for what is not known.
  std::optional<FileEntity> used_by(const SourceFile& file, const Name& name);
  /// What a name defines. An attribute in the argument of a call stands for the formal.
  std::optional<FileEntity> defined_by(const SourceFile& file, const Name& name);
  /// Whether a name defines `target`. Cheaper than defined_by: calls are looked at for formals only.
  bool defines(const SourceFile& file, const Name& name, const FileEntity& target);
  /// What a reader means by it: what it uses, or else what it defines.
  std::optional<FileEntity> meant_by(const SourceFile& file, const Name& name);
  /// What a Var, or the whole path of a Select, refers to.
  std::optional<FileEntity> referred_by(FileNode node);
  /// What an attribute is that `inherit`s only pass on: where it is written. Bounded.
  FileEntity origin(FileEntity entity);

  /// The functions that an Apply calls, one for each argument, as far as they are known.
  std::vector<Call> calls_of(FileNode apply);
  /// The calls of a function: in its own file, and where its file is imported or handed to
  /// callPackage if it is what the file consists of.
  std::span<const Call> calls_to(FileNode lambda);
  /// What a parameter is given in the calls of its function that are known: the expressions, as they
  /// are written there, each once.
  std::vector<FileNode> arguments_for(const SourceFile& file, syntax::DeclId parameter);
  /// Whether other files can see an attribute, or call the function of a formal.
  bool is_exported(const FileEntity& entity);

  /// The symbol of a text in a file; kNone if it does not occur.
  syntax::SymbolId symbol(const SourceFile& file, std::string_view text);

 private:
  struct Budget;
  struct FileSymbols {
    std::map<std::string, syntax::SymbolId, std::less<>>
        asked;  ///< the first few, looked for one by one
    std::unordered_map<std::string_view, syntax::SymbolId> all;  ///< once there are more
  };
  /// Made when first needed, for each file.
  struct FileState {
    FileSymbols symbols;
    /// The Apply of which a set, by its record, is an argument.
    std::optional<std::unordered_map<syntax::SetId, syntax::NodeId>> arguments;
    std::optional<std::vector<bool>> exported;  ///< by node: AttrSets and Lambdas
  };

  FileNode resolve(FileNode node, Budget& budget);
  std::optional<FileNode> step(FileNode at, Budget& budget);
  std::optional<FileEntity> attribute(FileNode set, std::string_view name, Budget& budget);
  std::optional<FileEntity> attribute_of(FileNode resolved, std::string_view name, Budget& budget);
  std::optional<FileEntity> formal_of_arguments(FileNode set, std::string_view name);
  std::optional<FileEntity> selected(const SourceFile& file, const Names::Selection& selection,
                                     Budget& budget);
  std::optional<FileEntity> from_with(FileNode var, Budget& budget);
  std::optional<FileEntity> referred_by(FileNode node, Budget& budget);
  std::optional<FileNode> value_of(const FileEntity& entity, Budget& budget);

  // program_calls.cpp
  std::optional<FileNode> applied(FileNode apply, Budget& budget, std::vector<Call>* calls);
  std::optional<FileNode> applied(FileNode function, const SourceFile& file,
                                  std::span<const syntax::NodeId> arguments, Budget& budget,
                                  std::vector<Call>* calls);
  std::optional<FileNode> wrapped_import(const Call& call, Budget& budget,
                                         std::vector<Call>* calls);
  std::optional<FileNode> path_argument(FileNode argument);
  std::optional<FileNode> parameter_value(const SourceFile& file, syntax::DeclId decl,
                                          Budget& budget);
  std::optional<FileNode> agreed_value(const SourceFile& file, syntax::DeclId decl, Budget& budget);
  void calls_inside(FileNode lambda, std::vector<Call>& out);
  void calls_from(const SourceFile& caller, FileNode lambda, std::vector<Call>& out);
  bool is_call_of(FileNode apply, const std::string& path);
  std::optional<FileEntity> formal_for(const SourceFile& file, uint32_t attr);
  const std::vector<bool>& exports(const SourceFile& file);

  SourceFiles& files_;
  std::map<const SourceFile*, FileState> states_;
  std::map<std::pair<const SourceFile*, syntax::NodeId>, std::vector<Call>> calls_;  // by lambda
  int nested_ = 0;
  /// nullopt, too, while the value is being looked for
  std::map<std::pair<const SourceFile*, syntax::DeclId>, std::optional<FileNode>> parameters_;
};

/// The formal `name` of a Lambda; kNone if it has none.
syntax::DeclId formal_of(const syntax::Ast& ast, syntax::NodeId lambda, std::string_view name);

/// Whether a declaration is a formal, not the name beside `@` or a simple parameter.
bool is_formal(const syntax::Ast& ast, const syntax::Decl& decl);

}  // namespace nilas::analysis
