// Compiling expressions, except operators and strings (operators_and_strings.cpp) and what binds names (bindings.cpp).

#include <algorithm>
#include <cassert>

#include "evaluator/builtins.hpp"
#include "evaluator/compiler.hpp"
#include "evaluator/paths.hpp"

namespace nilas::eval {

using syntax::BinaryOp;
using syntax::kNone;
using syntax::kNoNode;
using syntax::NodeId;
using syntax::NodeKind;
using syntax::RefKind;
using syntax::ScopeKind;
using syntax::UnaryOp;

Compiler::Compiler(World& world, CodeBlock& code)
    : world_(world),
      vm_(world.vm),
      code_(code),
      body_(*(code.body = std::make_unique<CodeBody>())),
      unit_(*code.unit),
      ast_(*code.unit->ast) {}

void Compiler::compile() {
  switch (code_.kind) {
    case CodeKind::Lambda: lambda(); break;
    case CodeKind::Expression: strict(code_.node, true); break;
    case CodeKind::Builtin: break;
  }
  finish();
}

void Compiler::finish() {
  ++vm_.stats.codes_compiled;
#ifndef NDEBUG
  const std::string wrong = verify(code_);
  if (!wrong.empty()) std::fprintf(stderr, "%s\n", wrong.c_str());
  assert(wrong.empty());
#endif
}

uint32_t Compiler::emit(Op op, uint32_t a, NodeId n, int effect) {
  const uint32_t at = here();
  body_.words.push_back(static_cast<uint32_t>(op) | a << 8);
  body_.nodes.push_back(n);
  height_ = static_cast<uint32_t>(static_cast<int>(height_) + effect);
  body_.max_stack = std::max(body_.max_stack, height_);
  return at;
}

void Compiler::word(uint32_t w) {
  body_.words.push_back(w);
  body_.nodes.push_back(kNoNode);
}

uint32_t Compiler::emit_jump(Op op, NodeId n, int effect) {
  return emit(op, 0, n, effect);
}
void Compiler::patch(uint32_t at) {
  body_.words[at] |= here() << 8;
}

uint32_t Compiler::new_cache() {
  body_.caches.emplace_back();
  return static_cast<uint32_t>(body_.caches.size() - 1);
}

void Compiler::push_constant(Value v, NodeId n) {
  if (v.is_small_int() && v.small_int() >= -(1 << 23) && v.small_int() < (1 << 23)) {
    emit(Op::Int, static_cast<uint32_t>(v.small_int() + (1 << 23)), n, 1);
    return;
  }
  uint32_t i = 0;
  while (i < body_.constants.size() && i < 16 && body_.constants[i] != v)
    ++i;
  if (i == body_.constants.size() || body_.constants[i] != v) {
    i = static_cast<uint32_t>(body_.constants.size());
    body_.constants.push_back(v);
  }
  emit(Op::Const, i, n, 1);
}

void Compiler::load(const Place& place, bool force, NodeId n, CaptureKey) {
  switch (place.kind) {
    case SourceKind::Local: emit(force ? Op::LocalForce : Op::Local, place.slot, n, 1); break;
    case SourceKind::Up: emit(force ? Op::UpForce : Op::Up, place.slot, n, 1); break;
    case SourceKind::Block:
      emit(force ? Op::BlockForce : Op::Block, place.slot, n, 1);
      word(place.index);
      break;
    case SourceKind::None: assert(false); break;
  }
}

bool Compiler::is_lambda(NodeId n) const {
  return ast_.nodes[ast_.skip_parens(n)].kind == NodeKind::Lambda;
}

/// What a lazy position makes of `n`: a closure, or a thunk.
CodeKind Compiler::delayed_kind(NodeId n) const {
  return is_lambda(n) && !world_.options.thunks_as_nix ? CodeKind::Lambda : CodeKind::Expression;
}

// --- Constants ---------------------------------------------------------------------------------------------------------

std::optional<Value> Compiler::constant_path(const Node& n) {
  if (n.b != 1) return std::nullopt;
  const auto style = static_cast<syntax::PathStyle>(n.op);
  const auto text = ast_.text(ast_.parts[n.a].text);
  if (style == syntax::PathStyle::Home) {
    const auto home = world_.host.home_directory();
    if (!home || world_.options.pure) return std::nullopt;
    return vm_.make_path(canonical_path(*home + std::string(text.substr(1))));
  }
  return vm_.make_path(style == syntax::PathStyle::Absolute
                           ? canonical_path(text)
                           : canonical_path(unit_.base_dir + "/" + std::string(text)));
}

/// Value that is known at compile time. Follows names bound by `let` to builtins, as in `inherit (builtins) map;`.
std::optional<Value> Compiler::constant(NodeId id, int depth) {
  id = ast_.skip_parens(id);
  const Node& n = node(id);
  switch (n.kind) {
    case NodeKind::Int: return vm_.make_int(ast_.ints[n.a]);
    case NodeKind::Float: return vm_.make_float(ast_.floats[n.a]);
    case NodeKind::String:
      if (n.b == 0) return vm_.make_string({});
      if (n.b > 1 || ast_.parts[n.a].expr != kNoNode) return std::nullopt;
      return vm_.make_string(ast_.text(ast_.parts[n.a].text));
    case NodeKind::Path: return constant_path(n);
    case NodeKind::CurPos: {
      if (!unit_.is_file) return Value::null();
      const LineColumn at = world_.line_column(span(n.span));
      AttrsBuilder b(vm_);
      b.add(vm_.symbols.known.file, vm_.make_string(unit_.name));
      b.add(vm_.symbols.known.line, vm_.make_int(at.line));
      b.add(vm_.symbols.known.column, vm_.make_int(at.column));
      return b.finish();
    }
    case NodeKind::List:
      if (n.b == 0) return vm_.empty_list();
      return std::nullopt;
    case NodeKind::AttrSet: {
      const auto& set = ast_.sets[n.a];
      if (set.attr_count == 0 && set.dynamic_count == 0) return vm_.empty_attrs();
      return std::nullopt;
    }
    case NodeKind::Var: {
      const auto& ref = ast_.refs[n.b];
      if (ref.kind == RefKind::Global) {
        const Value v = (*unit_.globals)[ref.target];
        if (!v.exists() || !vm_.resolve(v).is_forced()) return std::nullopt;
        return vm_.resolve(v);
      }
      if (ref.kind != RefKind::Local || depth > 3) return std::nullopt;
      const auto& decl = ast_.decls[ref.target];
      if (ast_.scopes[decl.scope].kind != ScopeKind::Let || decl.value == kNoNode)
        return std::nullopt;
      return constant(decl.value, depth + 1);
    }
    case NodeKind::Select: {
      const auto path = ast_.path(n.b);
      if (n.c != kNoNode || path.size() != 1 || path[0].symbol == kNone || depth > 3)
        return std::nullopt;
      NodeId base = n.a;
      if (node(base).kind == NodeKind::InheritFrom)
        base = ast_.set_froms(ast_.sets[node(base).a])[node(base).b];
      base = ast_.skip_parens(base);
      if (node(base).kind != NodeKind::Var || ast_.refs[node(base).b].kind != RefKind::Global)
        return std::nullopt;
      const auto set = constant(base, depth + 1);
      if (!set || !set->is_attrs()) return std::nullopt;
      const Value* v = set->attrs()->get(symbol(path[0].symbol));
      if (v == nullptr || !vm_.resolve(*v).is_forced()) return std::nullopt;
      return vm_.resolve(*v);
    }
    case NodeKind::Unary: {
      if (static_cast<UnaryOp>(n.op) != UnaryOp::Negate) return std::nullopt;
      const Node& operand = node(ast_.skip_parens(n.a));
      if (operand.kind == NodeKind::Int) return vm_.make_int(-ast_.ints[operand.a]);
      return std::nullopt;
    }
    default: return std::nullopt;
  }
}

/// Stands in the text as it is.
bool Compiler::is_literal(const Node& n) const {
  switch (n.kind) {
    case NodeKind::Int:
    case NodeKind::Float:
    case NodeKind::String:
    case NodeKind::Path: return true;
    case NodeKind::List: return n.b == 0;
    default: return false;
  }
}

/// A constant that needs no thunk.
std::optional<Value> Compiler::lazy_constant(NodeId id) {
  const bool delayed = world_.options.thunks_as_nix && !is_literal(node(ast_.skip_parens(id)));
  return delayed ? std::nullopt : constant(id);
}

/// A value that can be loaded without evaluating anything.
bool Compiler::is_available(NodeId id) {
  id = ast_.skip_parens(id);
  if (node(id).kind == NodeKind::Var) {
    const auto& ref = ast_.refs[node(id).b];
    if (ref.kind == RefKind::Local) {
      if (lazy_constant(id)) return true;
      return place_of(decl_key(ref.target)).ready;
    }
    return ref.kind == RefKind::Global && (*unit_.globals)[ref.target].exists();
  }
  return lazy_constant(id).has_value();
}

/// A small list of available things is made at once: cheaper than the thunk for it.
bool Compiler::is_cheap(NodeId id) {
  id = ast_.skip_parens(id);
  const Node& n = node(id);
  if (n.kind != NodeKind::List || n.b > 4 || world_.options.thunks_as_nix) return false;
  return std::ranges::all_of(ast_.children(n.a, n.b), [&](NodeId m) { return is_available(m); });
}

// --- Lazy --------------------------------------------------------------------------------------------------------------

void Compiler::lazy(NodeId id, Symbol name) {
  id = ast_.skip_parens(id);
  const Node& n = node(id);
  if (n.kind == NodeKind::Var) {
    const auto& ref = ast_.refs[n.b];
    if (ref.kind == RefKind::Global && (*unit_.globals)[ref.target].exists()) {
      push_constant((*unit_.globals)[ref.target], id);
      return;
    }
    if (ref.kind == RefKind::Local) {
      if (const auto v = lazy_constant(id)) {
        push_constant(*v, id);
        return;
      }
      const Place place = place_of(decl_key(ref.target));
      if (place.ready) {
        load(place, false, id, decl_key(ref.target));
        return;
      }
    }
    make_thunk(id, name);
    return;
  }
  if (const auto v = lazy_constant(id)) {
    push_constant(*v, id);
    return;
  }
  if (is_cheap(id)) {
    list(id);
    return;
  }
  make_thunk(id, name);
}

// --- Strict ------------------------------------------------------------------------------------------------------------

void Compiler::strict(NodeId id, bool tail) {
  id = ast_.skip_parens(id);
  if (const auto v = constant(id)) {
    push_constant(*v, id);
    if (tail) emit(Op::Return, 0, id, -1);
    return;
  }
  if (nesting_ == kMaxNesting) {
    // So deep that the compiler's own recursion would show: a body of its own, compiled when it runs.
    make_thunk(id, SymbolTable::kNoSymbol);
    emit(Op::Force, 0, id, 0);
    if (tail) emit(Op::Return, 0, id, -1);
    return;
  }
  ++nesting_;
  strict_form(id, tail);
  --nesting_;
}

void Compiler::strict_form(NodeId id, bool tail) {
  const Node& n = node(id);
  switch (n.kind) {
    // These end the block themselves when they are in tail position.
    case NodeKind::Apply: return apply(id, n.a, ast_.children(n.b, n.c), tail);
    case NodeKind::Let: return let(id, tail);
    case NodeKind::With: return with(id, tail);
    case NodeKind::If: return if_else(id, tail);
    case NodeKind::Assert: return assertion(id, tail);
    case NodeKind::Binary: return binary(id, tail);
    case NodeKind::Error: emit(Op::FailSyntax, 0, id, 1); break;
    case NodeKind::Int:
    case NodeKind::Float:
    case NodeKind::CurPos:
    case NodeKind::Paren: assert(false); break;
    case NodeKind::String: string(id); break;
    case NodeKind::Path: path(id); break;
    case NodeKind::SearchPath: search_path(id); break;
    case NodeKind::Var: strict_var(id); break;
    case NodeKind::InheritFrom: {
      const CaptureKey key = from_key(n.a, n.b);
      load(place_of(key), true, id, key);
      break;
    }
    case NodeKind::Select: select(id, ast_.paths[n.b].count); break;
    case NodeKind::HasAttr: has_attr(id); break;
    case NodeKind::Lambda:
      // What was delayed as a whole knows the name it was bound to.
      make_delayed(CodeKind::Lambda, id, id == code_.node ? code_.name : SymbolTable::kNoSymbol,
                   free_keys(id));
      break;
    case NodeKind::LegacyLet:
    case NodeKind::AttrSet: attrs(id); break;
    case NodeKind::Unary:
      strict(n.a, false);
      if (static_cast<UnaryOp>(n.op) == UnaryOp::Not)
        emit(Op::Not, 0, n.a, 0);
      else
        emit(Op::Negate, 0, id, 0);
      break;
    case NodeKind::List: list(id); break;
  }
  if (tail) emit(Op::Return, 0, id, -1);
}

void Compiler::strict_var(NodeId id) {
  const auto& ref = ast_.refs[node(id).b];
  switch (ref.kind) {
    case RefKind::Local: {
      const CaptureKey key = decl_key(ref.target);
      load(place_of(key), true, id, key);
      break;
    }
    case RefKind::With: {
      emit(Op::ResolveWith, symbol(node(id).a), id, 1);
      emit_source(place_of(with_key(ref.target)));
      break;
    }
    case RefKind::Global:
      if (const Value v = (*unit_.globals)[ref.target]; v.exists()) {
        push_constant(v, id);
        emit(Op::Force, 0, id, 0);
        break;
      }
      [[fallthrough]];
    case RefKind::Unbound: emit(Op::FailUnbound, symbol(node(id).a), id, 1); break;
  }
}

void Compiler::select(NodeId id, uint32_t names) {
  const Node& n = node(id);
  const auto path = ast_.path(n.b).first(names);
  const NodeId fallback = names == ast_.paths[n.b].count ? n.c : kNoNode;
  strict(n.a, false);
  std::vector<uint32_t> misses;
  for (const auto& name : path) {
    if (name.symbol != kNone) {
      if (fallback == kNoNode) {
        emit(Op::Select, symbol(name.symbol), id, 0);
        word(new_cache());
      } else {
        emit(Op::SelectOr, symbol(name.symbol), id, 0);
        misses.push_back(here());
        word(0);
      }
      continue;
    }
    strict(name.expr, false);
    if (fallback == kNoNode) {
      emit(Op::SelectDynamic, 0, id, -1);
    } else {
      emit(Op::SelectDynamicOr, 0, id, -1);
      misses.push_back(here());
      word(0);
    }
  }
  if (fallback == kNoNode) return;
  const uint32_t done = emit_jump(Op::Jump, id, -1);
  for (const uint32_t at : misses)
    patch_word(at);
  strict(fallback, false);
  patch(done);
}

void Compiler::has_attr(NodeId id) {
  const Node& n = node(id);
  const auto path = ast_.path(n.b);
  strict(n.a, false);
  std::vector<uint32_t> misses;
  for (size_t i = 0; i < path.size(); ++i) {
    const bool last = i + 1 == path.size();
    if (path[i].symbol == kNone) {
      strict(path[i].expr, false);
      emit(last ? Op::HasAttrDynamic : Op::SelectDynamicOr, 0, id, -1);
    } else {
      emit(last ? Op::HasAttr : Op::SelectOr, symbol(path[i].symbol), id, 0);
    }
    if (last) break;
    misses.push_back(here());
    word(0);
  }
  if (misses.empty()) return;
  const uint32_t done = emit_jump(Op::Jump, id, -1);
  for (const uint32_t at : misses)
    patch_word(at);
  push_constant(Value::boolean(false), id);
  patch(done);
}

/// Evaluating `id` cannot fail.
bool Compiler::is_safe(NodeId id) {
  const NodeKind kind = node(ast_.skip_parens(id)).kind;
  return kind == NodeKind::Lambda || kind == NodeKind::List || constant(id).has_value();
}

/// Argument `i` of a builtin must be looked at before the next ones are evaluated.
bool Compiler::checks_argument(const BuiltinInfo& info, std::span<const NodeId> args, uint32_t i) {
  if (!info.checks(i)) return false;
  if (is_lambda(args[i]) && info.strictness[i] == 'F') return false;
  if (const auto known = constant(args[i]); known && info.accepts(vm_, i, *known)) return false;
  for (uint32_t later = i + 1; later < info.arity(); ++later)
    if (info.forces(later) && !is_safe(args[later])) return true;
  return false;
}

void Compiler::apply(NodeId id, NodeId function, std::span<const NodeId> args, bool tail) {
  const auto known = constant(function);
  if (known && known->is_function() && known->object()->kind == ObjectKind::Builtin) {
    const uint32_t index = known->object()->count;
    const BuiltinInfo& info = builtin_table()[index];
    const uint32_t arity = info.arity();
    if (args.size() >= arity) {
      for (uint32_t i = 0; i < arity; ++i) {
        if (!info.forces(i)) {
          lazy(args[i]);
          continue;
        }
        strict(args[i], false);
        if (checks_argument(info, args, i)) {
          emit(Op::CheckArgument, index, id, 0);
          word(i);
        }
      }
      emit(Op::CallBuiltin, index, id, 1 - static_cast<int>(arity));
      args = args.subspan(arity);
      if (args.empty()) {
        if (tail) emit(Op::Return, 0, id, -1);
        return;
      }
      if (world_.options.remembers_calls && info.name() == "import" && args.size() == 1 &&
          is_closed(args[0])) {
        return remembered_call(id, args[0], tail);
      }
      for (const NodeId a : args)
        lazy(a);
      call(id, static_cast<uint32_t>(args.size()), tail);
      return;
    }
  }
  strict(function, false);
  for (const NodeId a : args)
    lazy(a);
  call(id, static_cast<uint32_t>(args.size()), tail);
}

void Compiler::call(NodeId id, uint32_t args, bool tail) {
  emit(tail ? Op::TailCall : Op::Call, args, id, -static_cast<int>(args));
  if (tail) emit(Op::Return, 0, id, -1);
}

void Compiler::remembered_call(NodeId id, NodeId argument, bool tail) {
  const bool empty = constant(argument) == vm_.empty_attrs();
  const uint32_t known = emit_jump(Op::RecallCall, id, 1);
  word(empty ? syntax::kNoNode : argument);
  lazy(argument);
  call(id, 1, false);
  emit(Op::RememberCall, 0, id, -1);
  word(empty ? syntax::kNoNode : argument);
  patch(known);
  if (tail) emit(Op::Return, 0, id, -1);
}

void Compiler::if_else(NodeId id, bool tail) {
  const Node& n = node(id);
  strict(n.a, false);
  const uint32_t otherwise = emit_jump(Op::JumpIfFalse, n.a, -1);
  const uint32_t height = height_;
  strict(n.b, tail);
  uint32_t done = 0;
  if (!tail) done = emit_jump(Op::Jump, id, 0);
  patch(otherwise);
  height_ = height;
  strict(n.c, tail);
  if (!tail) patch(done);
}

void Compiler::assertion(NodeId id, bool tail) {
  const Node& n = node(id);
  strict(n.a, false);
  const uint32_t holds = emit_jump(Op::JumpIfTrue, n.a, -1);
  const Node& condition = node(ast_.skip_parens(n.a));
  if (condition.kind == NodeKind::Binary &&
      static_cast<BinaryOp>(condition.op) == BinaryOp::Equal) {
    strict(condition.a, false);
    strict(condition.b, false);
    emit(Op::AssertEqualFail, 0, id, -2);
  } else {
    emit(Op::AssertFail, 0, id, 0);
  }
  patch(holds);
  strict(n.b, tail);
}

void Compiler::push_with(NodeId id) {
  const Node& n = node(id);
  lazy(n.a);
  // The scope of this `with`: the next one outwards is found from it.
  const syntax::ScopeId own = unit_.with_scope(id);
  syntax::ScopeId outside = ast_.scopes[own].parent;
  while (outside != kNone && ast_.scopes[outside].kind != ScopeKind::With)
    outside = ast_.scopes[outside].parent;
  emit(Op::PushWith, 0, id, 0);
  // What was not captured no name below is looked up in.
  const bool reached = outside != kNone && has_place(with_key(outside));
  emit_source(reached ? place_of(with_key(outside)) : Place{});
  places_[with_key(own)] = {.kind = SourceKind::Local, .slot = height_ - 1};
}

void Compiler::with(NodeId id, bool tail) {
  push_with(id);
  strict(node(id).b, tail);
  if (!tail) emit(Op::Slide, 1, id, -1);
}

void Compiler::list(NodeId id) {
  const Node& n = node(id);
  for (const NodeId item : ast_.children(n.a, n.b))
    lazy(item);
  emit(Op::List, n.b, id, 1 - static_cast<int>(n.b));
}

}  // namespace nilas::eval
