#pragma once
// Compiled code. A block is the body of a thunk or function, compiled when it first runs.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "evaluator/value.hpp"
#include "evaluator/world.hpp"
#include "syntax/ast.hpp"

namespace nilas::eval {

enum class Op : uint8_t {
#define OP(name, a, words, pops, pushes) name,
#include "evaluator/opcodes.def"
#undef OP
};

/// What a captured value is, seen from the source: kind in the upper bits, id below.
using CaptureKey = uint64_t;
inline CaptureKey decl_key(syntax::DeclId d) {
  return uint64_t{1} << 62 | d;
}
inline CaptureKey with_key(syntax::ScopeId s) {
  return uint64_t{2} << 62 | s;
}
inline CaptureKey from_key(syntax::SetId s, uint32_t i) {
  return uint64_t{3} << 62 | uint64_t{s} << 24 | i;
}

/// Which slot of the captures holds what. Sorted by key; shared by the codes of one binding group.
struct CaptureLayout {
  struct Entry {
    CaptureKey key;
    uint32_t slot;
  };
  std::vector<Entry> entries;
  /// Slot of `key`, or -1.
  int32_t find(CaptureKey key) const;
};

/// Where a capture is copied from when a thunk is made. Two words: kind in the upper two bits and slot; index.
enum class SourceKind : uint32_t {
  Local,  // stack slot
  Up,     // capture of the running code
  Block,  // member `index` of the Captures in a stack slot
  None,   // nothing there (no `with` outside)
};

struct InlineCache {
  uint32_t serial = 0;  // of the Keys seen last; 0: none
  uint32_t index = 0;
};

/// Set literal: keys and positions are made once and shared by all sets it gives.
struct AttrsLiteral {
  Keys* keys = nullptr;
  Positions* positions = nullptr;
  std::vector<PosId> dynamic_positions;
  std::vector<uint32_t> members;  // rec sets with __overrides: member of the block for each key
};

struct FormalInfo {
  Symbol symbol;
  bool has_default;
};

struct FormalsInfo {
  std::vector<FormalInfo> formals;  // as written
  uint32_t arg_slot;
  bool ellipsis;
  syntax::NodeId lambda;
};

enum class CodeKind : uint8_t { Expression, Lambda, Builtin };

/// What a code block becomes when it first runs.
struct CodeBody {
  std::vector<uint32_t> words;
  std::vector<syntax::NodeId>
      nodes;  // parallel to words: what the instruction was made for; kNoNode for operands
  std::vector<Value> constants;
  std::vector<InlineCache> caches;
  std::vector<AttrsLiteral> literals;
  std::vector<FormalsInfo> formals;
  uint32_t max_stack = 0;  // slots above base, arguments included

  /// `pc` stands behind an instruction of this body.
  bool contains(const uint32_t* pc) const {
    return std::less()(words.data(), pc) && !std::less()(words.data() + words.size(), pc);
  }
};

/// A body to be: most are never run, so this is small.
struct CodeBlock {
  const SourceUnit* unit = nullptr;
  syntax::NodeId node = syntax::kNoNode;
  Symbol name = SymbolTable::kNoSymbol;  // what it is bound to
  std::shared_ptr<const CaptureLayout> layout;
  CodeKind kind = CodeKind::Expression;
  bool shared = false;             // captures lie in a Captures object
  uint8_t arity = 0;               // Lambda: number of merged parameters
  std::unique_ptr<CodeBody> body;  // null until compiled
};
static_assert(sizeof(CodeBlock) <= 48, "an evaluation of NixOS makes half a million");

inline CodeBlock& World::code(CodeId id) const {
  return codes_[id / kCodeChunk][id % kCodeChunk];
}

/// Disassembly of a block as text, one instruction a line.
std::string disassemble(const World& world, CodeId id);

/// Checks operands and stack heights of a block along every path; empty if sound, else what is wrong.
std::string verify(const CodeBlock& code);

}  // namespace nilas::eval
