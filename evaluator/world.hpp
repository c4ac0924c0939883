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
#include "evaluator/features.hpp"
#include "evaluator/fetch/options.hpp"
#include "evaluator/lints.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/vm.hpp"
#include "syntax/ast.hpp"

namespace nilas::eval {

struct CaptureLayout;
struct CodeBlock;

struct SearchPathEntry {
  std::string prefix;  ///< "nixpkgs" of nixpkgs=/x; empty for a plain directory
  std::string path;  ///< absolute, or as the user wrote it (resolved against the working directory)
};

struct WorldOptions {
  HeapOptions heap;
  std::vector<SearchPathEntry> search_path;  ///< from -I and NIX_PATH, in order
  std::string current_system = "x86_64-linux";
  std::string store_dir = "/nix/store";
  Features features{.fetch_tree = true, .flakes = true, .pipe_operators = true};
  FetchOptions fetch;
  LiteralLints lints;
  bool pure = false;  ///< no environment, clock or search path
  /// All that C++ Nix delays is a thunk until somebody wants it: functions, constants that are no literals, small lists.
  /// Takes time, and shows only where values are printed that nobody evaluated.
  bool thunks_as_nix = false;
  /// `import FILE { }` is evaluated once for each file, wherever it stands and however often its text is loaded anew. With
  /// another argument that takes nothing from around it (`{ config.allowUnfree = true; }`) it is, too, as long as the text of
  /// the file is the same up to there. The value is the same; that it is shared can only be told by comparing functions in it.
  bool remembers_calls = false;
  bool trace_verbose = false;  ///< builtins.traceVerbose says something
  bool abort_on_warn = false;  ///< builtins.warn fails behind its message
};

/// One version of a text that was loaded: a file, an unsaved buffer, an -E expression.
struct SourceUnit {
  SourceId id;
  std::string name;      ///< absolute path, or "«string»", "«stdin»"
  std::string base_dir;  ///< where its relative paths start
  std::shared_ptr<const std::string> text;
  std::shared_ptr<const syntax::Ast> ast;
  bool is_file;
  /// Symbols of the world for those of the file.
  std::vector<Symbol> symbols;
  CodeId root_code = 0;
  /// Values of the global scope: the world's, or what scopedImport put in their place.
  const std::vector<Value>* globals = nullptr;
  std::vector<Value> own_globals;
  /// Offsets of line starts, made when first asked for.
  mutable std::vector<uint32_t> lines;
  /// With nodes and their scopes, ascending.
  std::vector<std::pair<syntax::NodeId, syntax::ScopeId>> with_scopes;
  syntax::ScopeId with_scope(syntax::NodeId with) const;
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
  std::unique_ptr<StoreState> store;

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
  /// The source of such a file: what it says, unevaluated. Throws as import_file.
  const SourceUnit& import_unit(std::string_view path);
  /// Thunk of the file at `path` with the attributes of `scope` in the global scope, in front of the builtins. Not cached.
  Value import_scoped(std::string_view path, Attrs* scope);

  /// Focus compilation: a thunk of `node` of `unit` in its real scope (let, rec, with around it).
  /// Parameters of functions around it are unknown: forcing one throws EvalError (UnknownArgument), which no user code
  /// catches and no thunk remembers. Focuses of one source share what the scopes outside of its functions bind.
  /// May collect; not during a run.
  /// `path_names` > 0: `node` is a Select, and only that many names of its path count (`a.b` of `a.b.c`, its default ignored).
  Value focus(const SourceUnit& unit, syntax::NodeId node, uint32_t path_names = 0);

  /// Compiles every body of `unit`, as far as it was not run yet: their ids in the order in which code refers to them.
  std::vector<CodeId> compile_all(const SourceUnit& unit);

  // --- Positions -----------------------------------------------------------------------------------------------------
  const SourceUnit* source(SourceId id) const;
  LineColumn line_column(SourceSpan span) const;
  /// Whether `place` is one of `file`: of its text, or of another text of that file that is the same up to the end of `place`.
  /// O(place.span.end).
  bool is_in(SourceSpan place, const SourceUnit& file) const;
  /// Where an attribute was defined.
  SourceSpan position(PosId id) const;
  PosId add_position(SourceSpan span);
  /// Where the call was written whose instruction ends before `pc`. O(code).
  SourceSpan call_place(const uint32_t* pc) const;
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
  friend std::string disassemble(const World& world, CodeId id);

  CodeId add_code(CodeBlock code);
  inline CodeBlock& code(CodeId id) const;  // code.hpp
  /// The id of a block. Linear in the chunks of code.
  CodeId id_of(const CodeBlock& block) const;
  void visit_roots(Heap& heap);
  // focus.cpp
  /// What is in reach below a scope outside of all functions: values, and which is which.
  struct Environment {
    Value block;  // Captures
    std::shared_ptr<const CaptureLayout> layout;
  };
  const Environment& environment(const SourceUnit& unit, syntax::NodeId binder,
                                 syntax::NodeId child, const Environment* around);
  Value focus_thunk(const SourceUnit& unit, syntax::NodeId node, const Environment* around,
                    CodeId& id);
  void make_globals();
  SourceUnit& new_unit(std::string name, std::string base_dir, bool is_file);
  void attach(SourceUnit& unit, std::shared_ptr<const std::string> text,
              std::shared_ptr<const syntax::Ast> ast);
  struct ParsedText;
  /// Of what a run asks for, its limits end the parse, too: there must be no unit yet that it would leave behind.
  ParsedText parse_text(std::string text, std::span<const std::string_view> globals);
  void attach_parsed(SourceUnit& unit, ParsedText from);

  std::vector<std::unique_ptr<SourceUnit>> sources_;  // SourceId - 1
  /// Code blocks by CodeId, in chunks that never move. Never shrinks.
  static constexpr CodeId kCodeChunk = 4096;
  std::vector<std::unique_ptr<CodeBlock[]>> codes_;
  CodeId code_count_ = 0;
  std::vector<SourceSpan> positions_;  // by PosId; 0 is unknown
  struct Import {
    SourceId source;
    Value thunk;
  };
  const Import& imported(std::string_view path);
  std::unordered_map<std::string, Import> imports_;  // by canonical path
  struct RememberedCall {
    const SourceUnit* unit;
    syntax::NodeId argument;  // in it, closed; kNoNode: an empty set, wherever
    Value function, result;
  };
  /// No value: nothing is remembered of that.
  Value recall(Value function, const SourceUnit* unit, syntax::NodeId argument) const;
  void remember(Value function, const SourceUnit* unit, syntax::NodeId argument, Value result);
  std::unordered_map<uint64_t, std::vector<RememberedCall>> calls_;  // by the function's bits
  std::vector<Value>
      globals_;  // parallel to global_names(); no value for what the options switch off
  std::vector<std::string_view> known_names_;               // those that have one,
  std::vector<Value> known_globals_;                        // and their values
  std::unordered_map<uint64_t, Environment> environments_;  // source and binding node
  Value nix_path_;
  std::set<std::string, std::less<>> reads_;
};

}  // namespace nilas::eval
