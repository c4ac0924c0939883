#include "lsp/analysis/types.hpp"

#include <algorithm>
#include <numeric>

namespace nilas::analysis {
namespace {

/// Sets with more attributes are searched with an index.
constexpr uint32_t kSmallSet = 24;

Type number_of(Kinds a, Kinds b, NodeId node) {
  Kinds kinds = 0;
  if ((a & kIntKind) && (b & kIntKind)) kinds |= kIntKind;
  if ((a | b) & kFloatKind) kinds |= kFloatKind;
  return {kinds ? kinds : kNumberKinds, node};
}

/// Of `a + b`: the left operand decides.
Type sum_of(Kinds a, Kinds b, NodeId node) {
  Kinds kinds = 0;
  if ((a & kNumberKinds) && (b & kNumberKinds)) kinds |= number_of(a, b, node).kinds;
  if (b & kTextKinds) {
    if (a & (kStringKind | kSetKind)) kinds |= kStringKind;
    if (a & kPathKind) kinds |= kPathKind;
  }
  return kinds ? Type{kinds, node} : Type{};
}

bool is_update(const Node& n) {
  return n.kind == NodeKind::Binary && n.op == static_cast<uint8_t>(syntax::BinaryOp::Update);
}

}  // namespace

Type Types::of(NodeId id) {
  for (;;) {
    const Node& n = ast_[id];
    switch (n.kind) {
      case NodeKind::Error: return {};
      case NodeKind::Int: return {kIntKind, id};
      case NodeKind::Float: return {kFloatKind, id};
      case NodeKind::String: return {kStringKind, id};
      case NodeKind::Path: return {kPathKind, id};
      case NodeKind::HasAttr: return {kBoolKind, id};
      case NodeKind::Lambda: return {kFunctionKind, id};
      case NodeKind::AttrSet: return {kSetKind, id};
      case NodeKind::List: return {kListKind, id};
      case NodeKind::CurPos: return {kSetKind | kNullKind, kNoNode};
      case NodeKind::Paren: id = n.a; continue;
      case NodeKind::Let:
      case NodeKind::With:
      case NodeKind::Assert: id = n.b; continue;
      case NodeKind::Var: {
        const syntax::Ref& ref = ast_.refs[n.b];
        if (ref.kind == RefKind::Local || ref.kind == RefKind::Global) break;
        return {};
      }
      case NodeKind::SearchPath:
      case NodeKind::InheritFrom:
      case NodeKind::Select:
      case NodeKind::Apply:
      case NodeKind::LegacyLet:
      case NodeKind::If:
      case NodeKind::Unary:
      case NodeKind::Binary: break;
    }
    // What is being computed, above this question, is `any`: cycles end there.
    const auto [at, is_new] = known_.try_emplace(id);
    if (!is_new) return at->second;
    const Deeper deeper(*this);
    if (!deeper) {
      known_.erase(id);
      return {};
    }
    const Type type = compute(id);
    known_[id] = type;
    return type;
  }
}

Type Types::compute(NodeId id) {
  const Node& n = ast_[id];
  switch (n.kind) {
    case NodeKind::Var: return variable(id, n);
    case NodeKind::Select: return select(id, n);
    case NodeKind::Apply: return apply(id, n);
    case NodeKind::Binary: return binary(id, n);
    case NodeKind::If: return join(id, of(n.b), of(n.c));
    case NodeKind::SearchPath: return is_bound("__findFile") ? Type{} : Type{kPathKind, id};
    case NodeKind::InheritFrom: {
      const auto froms = ast_.set_froms(ast_.sets[n.a]);
      return n.b < froms.size() ? of(froms[n.b]) : Type{};
    }
    case NodeKind::LegacyLet: {
      const uint32_t body = find_attr(n.a, "body");
      return body == kNone ? Type{} : of(ast_.attrs[body].value);
    }
    case NodeKind::Unary:
      if (n.op == static_cast<uint8_t>(syntax::UnaryOp::Not)) return {kBoolKind, id};
      return is_bound("__sub") ? Type{} : number_of(kIntKind, of(n.a).kinds, id);
    default: return {};  // `of` knows them
  }
}

Type Types::variable(NodeId id, const Node& n) {
  const syntax::Ref& ref = ast_.refs[n.b];
  if (ref.kind == RefKind::Global) {
    const std::string_view name = ast_.symbol(n.a);
    if (name == "true" || name == "false") return {kBoolKind, id};
    if (name == "null") return {kNullKind, id};
    if (name == "builtins") return {kSetKind, id};
    return builtin_at(id) || name == "derivation" ? Type{kFunctionKind, id} : Type{};
  }
  const syntax::Decl& decl = ast_.decls[ref.target];
  const syntax::Scope& scope = ast_.scopes[decl.scope];
  if (scope.kind != syntax::ScopeKind::Lambda)
    return decl.value == kNoNode || is_overridden(ast_[scope.node]) ? Type{} : of(decl.value);
  // The name beside a pattern is the set that the pattern takes apart.
  const syntax::LambdaRecord& lambda = ast_.lambdas[ast_[scope.node].a];
  const bool whole = ref.target - scope.first_decl >= lambda.formal_count;
  return whole && lambda.has_formals ? Type{kSetKind, kNoNode} : Type{};
}

AttributeType Types::path_type(const Node& n) {
  AttributeType at{of(n.a), Presence::Always};
  for (const syntax::AttrName& name : ast_.path(n.b)) {
    if (name.symbol == kNone) return {};
    const bool is_set = at.type.kinds == kSetKind;
    const Presence before = at.presence;
    at = attribute(at.type, ast_.symbol(name.symbol));
    if (!is_set || before != Presence::Always) at.presence = Presence::Maybe;
  }
  return at;
}

Type Types::select(NodeId id, const Node& n) {
  const auto path = ast_.path(n.b);
  if (n.c == kNoNode && path.size() == 1 && builtin_at(id)) return {kFunctionKind, id};
  const AttributeType found = path_type(n);
  if (n.c == kNoNode || found.presence == Presence::Always) return found.type;
  return join(id, found.type, of(n.c));
}

Type Types::of_path(NodeId base, std::span<const syntax::AttrName> names) {
  Type type = of(base);
  for (const syntax::AttrName& name : names) {
    if (name.symbol == kNone) return {};
    type = attribute(type, ast_.symbol(name.symbol)).type;
  }
  return type;
}

Type Types::apply(NodeId id, const Node& n) {
  Type function = of(n.a);
  for (uint32_t given = 0; given < n.c; ++given) {
    const NodeId written = lambda(function);
    if (written == kNoNode) {
      if (given > 0) return {};
      break;
    }
    function = of(ast_[written].b);
    if (given + 1 == n.c) return function;
  }
  const Call call = call_of(id);
  if (!call.builtin) return {};
  const size_t arity = call.builtin->parameters.size();
  if (call.arguments.size() < arity) return {kFunctionKind, id};
  if (call.arguments.size() > arity) return {};
  return {instantiate(call.builtin->result, call), id};
}

Type Types::binary(NodeId id, const Node& n) {
  using syntax::BinaryOp;
  const auto arithmetic = [&](std::string_view name) {
    return is_bound(name) ? Type{} : number_of(of(n.a).kinds, of(n.b).kinds, id);
  };
  switch (static_cast<BinaryOp>(n.op)) {
    case BinaryOp::Add: return sum_of(of(n.a).kinds, of(n.b).kinds, id);
    case BinaryOp::Sub: return arithmetic("__sub");
    case BinaryOp::Mul: return arithmetic("__mul");
    case BinaryOp::Div: return arithmetic("__div");
    case BinaryOp::Concat: return {kListKind, id};
    case BinaryOp::Update: return {kSetKind, id};
    case BinaryOp::Less:
    case BinaryOp::LessEqual:
    case BinaryOp::More:
    case BinaryOp::MoreEqual: return is_bound("__lessThan") ? Type{} : Type{kBoolKind, id};
    case BinaryOp::Equal:
    case BinaryOp::NotEqual:
    case BinaryOp::And:
    case BinaryOp::Or:
    case BinaryOp::Implies: return {kBoolKind, id};
    case BinaryOp::PipeRight:
    case BinaryOp::PipeLeft: return {};
  }
  return {};
}

Type Types::join(NodeId node, const Type& a, const Type& b) const {
  if (a.kinds == 0) return b;
  if (b.kinds == 0 || (a.origin == b.origin && a.kinds == b.kinds)) return a;
  return {static_cast<Kinds>(a.kinds | b.kinds), node};
}

bool Types::is_bound(std::string_view name) {
  if (!bound_) {
    bound_.emplace();
    for (const Decl& decl : ast_.decls)
      if (ast_.symbol(decl.symbol).starts_with("__")) bound_->push_back(ast_.symbol(decl.symbol));
  }
  return std::ranges::find(*bound_, name) != bound_->end();
}

bool Types::is_overridden(const Node& set) {
  return (set.flags & syntax::kRecursive) != 0 && is_bound("__overrides");
}

// --- Sets ----------------------------------------------------------------------------------------
uint32_t Types::find_attr(syntax::SetId set, std::string_view name) {
  const SetRecord& record = ast_.sets[set];
  const auto name_of = [&](uint32_t attr) { return ast_.symbol(ast_.attrs[attr].symbol); };
  const uint32_t end = record.first_attr + record.attr_count;
  if (record.attr_count <= kSmallSet) {
    for (uint32_t attr = record.first_attr; attr < end; ++attr)
      if (name_of(attr) == name) return attr;
    return kNone;
  }
  std::vector<uint32_t>& sorted = sorted_[set];
  if (sorted.empty()) {
    sorted.resize(record.attr_count);
    std::iota(sorted.begin(), sorted.end(), record.first_attr);
    std::ranges::sort(sorted, {}, name_of);
  }
  const auto at = std::ranges::lower_bound(sorted, name, {}, name_of);
  return at != sorted.end() && name_of(*at) == name ? *at : kNone;
}

AttributeType Types::attribute(const Type& set, std::string_view name) {
  const Deeper deeper(*this);
  if (!deeper || set.origin == kNoNode || !(set.kinds & kSetKind)) return {};
  const Node& n = ast_[set.origin];
  if (n.kind == NodeKind::AttrSet) {
    if (is_overridden(n)) return {};
    const uint32_t attr = find_attr(n.a, name);
    if (attr != kNone) return {of(ast_.attrs[attr].value), Presence::Always};
    return {{}, ast_.sets[n.a].dynamic_count ? Presence::Maybe : Presence::Never};
  }
  if (n.kind == NodeKind::Apply) {
    const Call call = call_of(set.origin);
    if (!call.builtin || call.builtin->result.fields.empty()) return {};
    for (const TypeTerm::Field& field : call.builtin->result.fields)
      if (field.name == name) return {{instantiate(field.type, call), kNoNode}, Presence::Always};
    return {{}, Presence::Never};
  }
  const bool update = is_update(n);
  const bool choice = n.kind == NodeKind::If || n.kind == NodeKind::Select;
  if (!update && !choice) return {};
  const Type left = n.kind == NodeKind::If       ? of(n.b)
                    : n.kind == NodeKind::Select ? path_type(n).type
                                                 : of(n.a);
  const Type right = update ? of(n.b) : of(n.c);
  // A branch that is no set is not the one this attribute is asked of.
  if (choice && !(right.kinds & kSetKind)) return attribute(left, name);
  if (choice && !(left.kinds & kSetKind)) return attribute(right, name);
  const AttributeType b = attribute(right, name);
  if (update && b.presence == Presence::Always) return b;
  const AttributeType a = attribute(left, name);
  const auto one = [&](const AttributeType& found) {
    const bool sure = update || found.presence == Presence::Never;
    return AttributeType{found.type, sure ? found.presence : Presence::Maybe};
  };
  if (b.presence == Presence::Never) return one(a);
  if (a.presence == Presence::Never) return one(b);
  const bool always = a.presence == Presence::Always && (update || b.presence == Presence::Always);
  return {{static_cast<Kinds>(a.type.kinds | b.type.kinds), kNoNode},
          always ? Presence::Always : Presence::Maybe};
}

void Types::collect(const Type& set, Presence presence, Shape& out) {
  const Deeper deeper(*this);
  if (!deeper || set.origin == kNoNode) {
    out.complete = false;
    return;
  }
  if (!(set.kinds & kSetKind)) return;
  const Node& n = ast_[set.origin];
  if (n.kind == NodeKind::AttrSet) {
    const SetRecord& record = ast_.sets[n.a];
    if (record.dynamic_count || is_overridden(n)) out.complete = false;
    for (uint32_t i = 0; i < record.attr_count; ++i)
      out.items.push_back({record.first_attr + i, presence});
  } else if (is_update(n)) {
    collect(of(n.b), presence, out);
    collect(of(n.a), presence, out);
  } else if (n.kind == NodeKind::If) {
    collect(of(n.b), Presence::Maybe, out);
    collect(of(n.c), Presence::Maybe, out);
  } else if (n.kind == NodeKind::Select) {
    collect(path_type(n).type, Presence::Maybe, out);
    collect(of(n.c), Presence::Maybe, out);
  } else {
    out.complete = false;
  }
}

Shape Types::shape(const Type& set) {
  const Deeper deeper(*this);
  Shape out{.items = {}, .complete = true};
  if (set.origin != kNoNode && ast_[set.origin].kind == NodeKind::Apply) {
    const Call call = call_of(set.origin);
    if (call.builtin) out.fields = call.builtin->result.fields;
    out.complete = !out.fields.empty();
    return out;
  }
  collect(set, Presence::Always, out);
  boost::unordered_flat_map<SymbolId, bool> seen;
  std::erase_if(out.items, [&](const ShapeItem& item) {
    return !seen.emplace(ast_.attrs[item.attr].symbol, true).second;
  });
  return out;
}

}  // namespace nilas::analysis
