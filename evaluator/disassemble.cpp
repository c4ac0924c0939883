// Bytecode as text, and the check that it is sound. Both are made from opcodes.def.

#include <cstdio>
#include <deque>

#include "evaluator/builtins.hpp"
#include "evaluator/code.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

// How A and the words behind an instruction are to be read; the names are those of opcodes.def.
enum class Operand : uint8_t {
  none,
  constant,
  integer,
  local,
  up,
  code,
  count,
  symbol,
  literal,
  jump,
  builtin,
  lambda,
  index,
  local_index,
  index_jump,
  cache,
  source,
  captures,
  node,
};

constexpr int kVariable = -1;

struct OpInfo {
  std::string_view name;
  Operand a, words;
  int pops, pushes;
};

constexpr OpInfo kOps[] = {
#define OP(name, a, words, pops, pushes) {#name, Operand::a, Operand::words, pops, pushes},
#include "evaluator/opcodes.def"
#undef OP
};

uint64_t extra_words(Operand words, const uint32_t* at) {
  switch (words) {
    case Operand::none: return 0;
    case Operand::index:
    case Operand::local:
    case Operand::jump:
    case Operand::node:
    case Operand::cache: return 1;
    case Operand::local_index:
    case Operand::index_jump:
    case Operand::source: return 2;
    case Operand::captures: return 1 + 2 * uint64_t{at[0]};
    default: return 0;
  }
}

std::string source_text(const uint32_t* w) {
  const uint32_t slot = w[0] & 0x3fffffffU;
  switch (static_cast<SourceKind>(w[0] >> 30)) {
    case SourceKind::Local: return cat("local ", slot);
    case SourceKind::Up: return cat("up ", slot);
    case SourceKind::Block: return cat("block ", slot, "[", w[1], "]");
    case SourceKind::None: break;
  }
  return "nothing";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 40)) {
    if (c == '\n')
      out += "\\n";
    else if (c == '"')
      out += "\\\"";
    else
      out += c;
  }
  return out;
}

/// A constant in a few characters; evaluates nothing.
std::string constant_text(Value v) {
  switch (v.type()) {
    case Type::Int: return std::to_string(v.as_int());
    case Type::Float: return std::to_string(v.as_float());
    case Type::Bool: return v.is_true() ? "true" : "false";
    case Type::Null: return "null";
    case Type::String:
      return v.object()->kind == ObjectKind::String
                 ? cat("\"", escaped(v.as<String>()->view()), "\"")
                 : "a string";
    case Type::Path: return std::string(v.path()->view());
    case Type::Attrs: return cat("a set of ", v.attrs()->size());
    case Type::List: return cat("a list of ", v.list()->size());
    case Type::Function:
      if (v.object()->kind == ObjectKind::Builtin)
        return cat("builtin ", builtin_table()[v.object()->count].name());
      return "a function";
    case Type::Thunk: return "a thunk";
    case Type::Internal: break;
  }
  return "?";
}

}  // namespace

std::string disassemble(const World& world, CodeId id) {
  const CodeBlock& block = world.code(id);
  std::string out = cat("code ", id);
  if (block.kind == CodeKind::Lambda) out += cat(", function of ", int{block.arity});
  if (block.name != SymbolTable::kNoSymbol) out += cat(", ", world.vm.symbols.name(block.name));
  if (block.unit != nullptr) {
    const auto at = world.line_column({block.unit->id, block.unit->ast->nodes[block.node].span});
    out += cat(", ", block.unit->name, ":", at.line, ":", at.column);
  }
  if (!block.body) return out + ", not compiled\n";
  const CodeBody& body = *block.body;
  out += cat(", ", body.max_stack, " slots\n");
  for (uint32_t pc = 0; pc < body.words.size();) {
    const uint32_t w = body.words[pc], a = w >> 8;
    const OpInfo& op = kOps[w & 0xff];
    const uint32_t* extra = body.words.data() + pc + 1;
    char head[32];
    std::snprintf(head, sizeof head, "%5u  ", pc);
    out += head;
    out += op.name;
    switch (op.a) {
      case Operand::none: break;
      case Operand::constant: out += cat(" ", constant_text(body.constants[a])); break;
      case Operand::integer: out += cat(" ", static_cast<int64_t>(a) - (1 << 23)); break;
      case Operand::symbol: out += cat(" ", world.vm.symbols.name(a)); break;
      case Operand::builtin: out += cat(" ", builtin_table()[a].name()); break;
      case Operand::jump: out += cat(" -> ", a); break;
      default: out += cat(" ", a);
    }
    switch (op.words) {
      case Operand::index: out += cat("[", extra[0], "]"); break;
      case Operand::local: out += cat(" in ", extra[0]); break;
      case Operand::jump: out += cat(" -> ", extra[0]); break;
      case Operand::local_index: out += cat(" in ", extra[0], "[", extra[1], "]"); break;
      case Operand::index_jump: out += cat("[", extra[0], "] -> ", extra[1]); break;
      case Operand::source: out += cat(" ", source_text(extra)); break;
      case Operand::node:
        out += extra[0] == syntax::kNoNode ? std::string(" of { }") : cat(" of #", extra[0]);
        break;
      case Operand::captures:
        out += " (";
        for (uint32_t i = 0; i < extra[0]; ++i)
          out += cat(i > 0 ? ", " : "", source_text(extra + 1 + 2 * i));
        out += ")";
        break;
      default: break;
    }
    out += '\n';
    pc += static_cast<uint32_t>(1 + extra_words(op.words, extra));
  }
  return out;
}

std::string verify(const CodeBlock& block) {
  if (!block.body) return {};
  const CodeBody& body = *block.body;
  const auto& words = body.words;
  std::vector<int> height(words.size(), -1);  // on entry of each instruction, once known
  std::deque<uint32_t> work{0};
  if (words.empty()) return "no instructions";
  height[0] = block.kind == CodeKind::Lambda || block.kind == CodeKind::Builtin ? block.arity : 0;
  const auto flow = [&](uint32_t to, int h) -> std::string {
    if (to >= words.size()) return "control leaves the code";
    if (height[to] == -1) {
      height[to] = h;
      work.push_back(to);
    } else if (height[to] != h) {
      return cat("two stack heights, ", height[to], " and ", h, ", at ", to);
    }
    return {};
  };
  while (!work.empty()) {
    const uint32_t pc = work.front();
    work.pop_front();
    const uint32_t w = words[pc], a = w >> 8;
    if ((w & 0xff) >= std::size(kOps)) return cat("no such instruction at ", pc);
    const OpInfo& info = kOps[w & 0xff];
    const Op op = static_cast<Op>(w & 0xff);
    const uint32_t* extra = words.data() + pc + 1;
    const bool bare = info.words != Operand::none && pc + 1 == words.size();
    const uint64_t after = bare ? UINT64_MAX : pc + 1 + extra_words(info.words, extra);
    if (after > words.size()) return "operands are missing";
    const auto next = static_cast<uint32_t>(after);
    int h = height[pc];
    const auto within = [&](uint32_t slot) { return static_cast<int>(slot) < h; };
    if (info.a == Operand::local && !within(a)) return cat("slot ", a, " is not there at ", pc);
    if (info.a == Operand::constant && a >= body.constants.size())
      return cat("no constant at ", pc);
    if (info.a == Operand::literal && a >= body.literals.size()) return cat("no literal at ", pc);
    if (info.a == Operand::lambda && a >= body.formals.size()) return cat("no formals at ", pc);
    if (info.a == Operand::builtin && a >= builtin_table().size()) return cat("no builtin at ", pc);
    if (info.words == Operand::cache && extra[0] >= body.caches.size())
      return cat("no cache at ", pc);
    int pops = info.pops, pushes = info.pushes;
    const int count = static_cast<int>(a);
    switch (op) {
      case Op::Slide:
        pops = count + 1;
        pushes = 1;
        break;
      case Op::Call:
      case Op::TailCall:
        pops = count + 1;
        pushes = 1;
        break;
      case Op::CallExtra: return {};  // only in code of our own, whose stack depends on the call
      case Op::CallBuiltin:
        pops = static_cast<int>(builtin_table()[a].arity());
        pushes = 1;
        break;
      case Op::Concat:
      case Op::Interpolate:
      case Op::PathConcat:
      case Op::List:
        pops = count;
        pushes = 1;
        break;
      case Op::Attrs:
        pops = static_cast<int>(body.literals[a].keys->object.count);
        pushes = 1;
        break;
      case Op::AttrsDynamic:
        pops = 1 + 2 * static_cast<int>(body.literals[a].dynamic_positions.size());
        pushes = 1;
        break;
      case Op::Formals: pushes = static_cast<int>(body.formals[a].formals.size()); break;
      case Op::SelectOr:
      case Op::SelectDynamicOr: pushes = 1; break;
      default: break;
    }
    if (pops == kVariable || pushes == kVariable) return cat("unknown stack effect at ", pc);
    if (h < pops) return cat("stack underflow at ", pc);
    std::string wrong;
    const auto target = [&](uint32_t to, int height_there) {
      if (wrong.empty()) wrong = flow(to, height_there);
    };
    h += pushes - pops;
    if (info.a == Operand::jump) target(a, h);
    if (op == Op::RecallCall) ++h;  // unless it jumps
    if (h > static_cast<int>(body.max_stack)) return cat("stack overflow at ", pc);
    if (op == Op::SelectOr || op == Op::SelectDynamicOr)
      target(extra[0], h - 1);
    else if (info.words == Operand::jump)
      target(extra[0], h);
    if (info.words == Operand::index_jump) target(extra[1], h);
    const bool ends = op == Op::Return || op == Op::Jump || op == Op::AssertFail ||
                      op == Op::AssertEqualFail || op == Op::FailUnbound || op == Op::FailSyntax ||
                      op == Op::UnknownArgument;
    if (!ends) target(next, h);
    if (!wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace nilas::eval
