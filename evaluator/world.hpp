#pragma once
// The evaluation world: everything one VM lives in and keeps between evaluations: sources with their syntax trees,
// compiled code, the import cache, and the roots of what the host asked for. One thread uses it.
//
// It outlives single evaluations: `import <nixpkgs>` is forced once, not once a hover. It is dropped and rebuilt when a
// file, listing or variable that it read has changed (docs/architecture.md, "The evaluation world").

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evaluator/error.hpp"
#include "evaluator/vm.hpp"
#include "syntax/ast.hpp"

namespace nilas::eval {

struct SearchPathEntry {
  std::string prefix;  ///< "nixpkgs" of nixpkgs=/x; empty for a plain directory
  std::string path;    ///< absolute, or as the user wrote it (resolved against the working directory)
};

struct WorldOptions {
  HeapOptions heap;
  std::vector<SearchPathEntry> search_path;  ///< from -I and NIX_PATH, in order
  std::string current_system = "x86_64-linux";
  std::string store_dir = "/nix/store";
  bool pure = false;  ///< no environment, clock or search path
};

/// One version of a text that was loaded: a file, an unsaved buffer, an -E expression.
struct SourceUnit {
  SourceId id;
  std::string name;       ///< absolute path, or "«string»", "«stdin»"
  std::string base_dir;   ///< where its relative paths start
  std::shared_ptr<const std::string> text;
  std::shared_ptr<const syntax::Ast> ast;
  bool is_file;
  /// Symbols of the world for those of the file.
  std::vector<Symbol> symbols;
  CodeId root_code;
};

/// Line and column, 1-based; columns count bytes, as C++ Nix counts them.
struct LineColumn {
  uint32_t line, column;
};

class World {
 public:
  World(EvalHost& host, WorldOptions options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  EvalHost& host;
  WorldOptions options;
  Vm vm;

  // --- Code ----------------------------------------------------------------------------------------------------------
  /// Registers a text that was parsed and resolved already. Its errors become errors of evaluation where they are reached.
  const SourceUnit& add_source(std::string name, std::string base_dir,
                               std::shared_ptr<const std::string> text,
                               std::shared_ptr<const syntax::Ast> ast, bool is_file);
  /// Parses and registers. Throws EvalError (Parse) with the position C++ Nix gives, if the text is not valid.
  const SourceUnit& parse_source(std::string name, std::string base_dir, std::string text,
                                 bool is_file);
  /// Thunk of the whole expression of a source.
  Value thunk_of(const SourceUnit& unit);
  /// `import path` without the forcing: a thunk, cached by canonical path. Directories mean default.nix.
  /// Throws EvalError (Io, Parse).
  Value import_file(std::string_view path);

  /// Focus compilation: a thunk of `node` of `unit` in its real scope (let, rec, with around it).
  /// nullopt if its value depends on the argument of a function around it.
  /// `path_names` > 0: `node` is a Select, and only that many names of its path count (`a.b` of `a.b.c`, its default ignored).
  std::optional<Value> focus(const SourceUnit& unit, syntax::NodeId node, uint32_t path_names = 0);

  // --- Positions -----------------------------------------------------------------------------------------------------
  const SourceUnit* source(SourceId id) const;
  LineColumn line_column(SourceSpan span) const;
  /// Where an attribute was defined.
  SourceSpan position(PosId id) const;
  /// Where a function was written: its whole expression. Unknown for builtins.
  SourceSpan function_span(Value function) const;
  /// The AST node of a closure's Lambda, to show its formals and documentation.
  struct FunctionNode {
    const SourceUnit* unit;
    syntax::NodeId node;
  };
  std::optional<FunctionNode> function_node(Value function) const;

  // --- What was read -------------------------------------------------------------------------------------------------
  /// Canonical paths of files, directories (listings) and missing paths that evaluation depended on so far.
  const std::set<std::string, std::less<>>& reads() const { return reads_; }
  void record_read(std::string_view path);

  // --- Search path -----------------------------------------------------------------------------------------------------
  /// Value of builtins.nixPath.
  Value nix_path();

 private:
  friend class Vm;
  friend class Interpreter;
  friend class Compiler;
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::set<std::string, std::less<>> reads_;
};

}  // namespace nilas::eval
