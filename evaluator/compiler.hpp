#pragma once
// AST -> bytecode, one code block at a time, when it first runs.
//
// Every expression is compiled in one of two ways:
//   strict  code that leaves the value in weak head normal form on the stack;
//   lazy    code that leaves a value or a thunk, and evaluates nothing: constants, names that are in reach and functions
//           need no thunk, everything else becomes one, whose body is compiled when it is first forced. With
//           WorldOptions::thunks_as_nix only literals and names need none.
//
// Captures. A thunk or closure copies what it needs of its surroundings ("captures"), found by walking the names of its
// subtree, a contiguous slice of Ast::refs. The members of a recursive binding group (let, rec, formals with defaults)
// live together in one Captures object, the *block*, which all of the group's thunks share: so recursion needs no patching
// and a thunk stays at 16 bytes. A set literal shares a block too where that is smaller than separate captures.

#include <boost/unordered/unordered_flat_map.hpp>
#include <optional>
#include <vector>

#include "evaluator/builtins.hpp"
#include "evaluator/code.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

class Compiler {
  using NodeId = syntax::NodeId;

 public:
  Compiler(World& world, CodeBlock& code);
  /// Fills in words, constants, caches and literals of the block. Never fails: what is wrong in the source becomes an
  /// instruction that throws when it is reached. Time: linear in the nodes it emits code for, plus the names below them.
  void compile();
  /// Code for the block's node in what is bound between `start` (the root, or what the block's layout already reaches) and
  /// it. `path_names` > 0: only so many names of a Select's path.
  void focus(NodeId start, uint32_t path_names);
  /// Code that gives a Captures object with all that is in reach at `child` of the block's node; its layout.
  std::shared_ptr<const CaptureLayout> environment(NodeId child);

 private:
  using Node = syntax::Node;
  void finish();

  struct Place {
    SourceKind kind = SourceKind::None;
    uint32_t slot = 0;
    uint32_t index = 0;
    bool ready = true;  // false: a member of a group whose values are still being made
  };
  struct Member {
    CaptureKey key;
    NodeId value;
    Symbol name;
    bool delayed;                  // needs a thunk or closure
    std::vector<CaptureKey> free;  // of that thunk or closure
  };

  // expressions.cpp
  void strict(NodeId n, bool tail);
  void strict_form(NodeId n, bool tail);
  void lazy(NodeId n, Symbol name = SymbolTable::kNoSymbol);
  void strict_var(NodeId n);
  void select(NodeId n, uint32_t names);
  void has_attr(NodeId n);
  bool is_safe(NodeId n);
  bool checks_argument(const BuiltinInfo& info, std::span<const NodeId> args, uint32_t i);
  void apply(NodeId n, NodeId function, std::span<const NodeId> args, bool tail);
  void call(NodeId n, uint32_t args, bool tail);
  /// The function on top, applied to a closed argument.
  void remembered_call(NodeId n, NodeId argument, bool tail);
  void binary(NodeId n, bool tail);
  void concat(NodeId n);
  void logical(NodeId n);
  void string(NodeId n);
  void path(NodeId n);
  void search_path(NodeId n);
  void if_else(NodeId n, bool tail);
  void assertion(NodeId n, bool tail);
  void with(NodeId n, bool tail);
  void push_with(NodeId n);
  void list(NodeId n);
  std::optional<Value> constant(NodeId n, int depth = 0);
  std::optional<Value> lazy_constant(NodeId n);
  bool is_literal(const Node& n) const;
  std::optional<Value> constant_path(const Node& n);
  bool is_available(NodeId n);
  bool is_cheap(NodeId n);
  bool needs_thunk(NodeId n);
  bool names_earlier(NodeId n, const syntax::Scope& scope, uint32_t i) const;
  bool is_lambda(NodeId n) const;
  CodeKind delayed_kind(NodeId n) const;

  // bindings.cpp
  void let(NodeId n, bool tail);
  void attrs(NodeId n);
  void plain_attrs(NodeId n, const syntax::SetRecord& set);
  void recursive_attrs(NodeId n, const syntax::SetRecord& set);
  /// Emits the members of a recursive scope; its names can be used afterwards. Number of stack slots taken.
  uint32_t bind_group(const syntax::SetRecord& set, bool force_block);
  void dynamic_attrs(NodeId n, const syntax::SetRecord& set, uint32_t literal);
  uint32_t literal(const syntax::SetRecord& set, std::vector<uint32_t>& order);
  void lambda();
  void formals(const syntax::LambdaRecord& record, uint32_t arg_slot);
  void bind(NodeId n, NodeId child);
  std::vector<Member> group_members(const syntax::SetRecord& set, uint32_t& slots);
  void bind_block(NodeId n, std::span<const Member> members);
  /// NewBlock for the given members and captures; its layout. The block lies in the slot on top.
  std::shared_ptr<const CaptureLayout> open_block(NodeId n, std::span<const CaptureKey> members,
                                                  std::vector<CaptureKey> captures);
  void member_value(NodeId n, uint32_t block, uint32_t index, const Member& member,
                    const std::shared_ptr<const CaptureLayout>& layout);
  void push_attr_values(const syntax::SetRecord& set, std::span<const uint32_t> order);
  void unknown_arguments(const syntax::LambdaRecord& record);

  // captures.cpp
  std::vector<CaptureKey> free_keys(NodeId n) const;
  /// It takes no name from around it, so that its value is the same wherever it is evaluated.
  bool is_closed(NodeId n) const;
  bool has_place(CaptureKey key) const;
  Place place_of(CaptureKey key) const;
  void emit_sources(std::span<const CaptureKey> keys);
  void emit_source(const Place& place);
  void make_thunk(NodeId n, Symbol name) { make_thunk(n, name, free_keys(ast_.skip_parens(n))); }
  void make_thunk(NodeId n, Symbol name, std::span<const CaptureKey> keys) {
    make_delayed(delayed_kind(n), n, name, keys);
  }
  /// A closure (CodeKind::Lambda) or a thunk.
  void make_delayed(CodeKind kind, NodeId n, Symbol name, std::span<const CaptureKey> keys);
  /// All of `keys` lie in the running code's own shared captures.
  bool shares_own(std::span<const CaptureKey> keys) const;
  CodeId new_code(CodeKind kind, NodeId n, std::shared_ptr<const CaptureLayout> layout, bool shared,
                  Symbol name);
  static std::shared_ptr<const CaptureLayout> layout_of(std::span<const CaptureKey> keys);

  // emitting
  uint32_t emit(Op op, uint32_t a, NodeId n, int effect);
  void word(uint32_t w);
  uint32_t here() const { return static_cast<uint32_t>(body_.words.size()); }
  uint32_t emit_jump(Op op, NodeId n, int effect);
  void patch(uint32_t at);
  void patch_word(uint32_t at) { body_.words[at] = here(); }
  void push_constant(Value v, NodeId n);
  void load(const Place& place, bool force, NodeId n, CaptureKey key);
  Symbol symbol(syntax::SymbolId s) const { return unit_.symbols[s]; }
  SourceSpan span(syntax::Span s) const { return {unit_.id, s}; }
  const Node& node(NodeId n) const { return ast_.nodes[n]; }
  uint32_t new_cache();

  World& world_;
  Vm& vm_;
  CodeBlock& code_;
  CodeBody& body_;
  const SourceUnit& unit_;
  const syntax::Ast& ast_;
  static constexpr int kMaxNesting = 100;
  int nesting_ = 0;
  uint32_t height_ = 0;
  boost::unordered_flat_map<CaptureKey, Place> places_;
};

}  // namespace nilas::eval
