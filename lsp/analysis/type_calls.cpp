// Types of what functions take and give: those written in the file, builtins, and what they are
// told of lists.

#include "lsp/analysis/types.hpp"

namespace nilas::analysis {
namespace {

constexpr uint32_t kMaxElements = 64;  ///< of a list that are looked at
constexpr size_t kMaxShown = 6;        ///< attributes, parameters

}  // namespace

NodeId Types::lambda(const Type& function) const {
  const bool written = function.kinds == kFunctionKind && function.origin != kNoNode &&
                       ast_[function.origin].kind == NodeKind::Lambda;
  return written ? function.origin : kNoNode;
}

const BuiltinType* Types::builtin_at(NodeId id) const {
  const Node& n = ast_[id];
  const auto is_global = [&](const Node& var) {
    return var.kind == NodeKind::Var && ast_.refs[var.b].kind == RefKind::Global;
  };
  if (is_global(n)) return global_type(ast_.symbol(n.a));
  if (n.kind != NodeKind::Select) return nullptr;
  const auto path = ast_.path(n.b);
  if (path.size() != 1 || path[0].symbol == kNone) return nullptr;
  NodeId from = ast_.skip_parens(n.a);
  if (ast_[from].kind == NodeKind::InheritFrom) {
    const auto froms = ast_.set_froms(ast_.sets[ast_[from].a]);
    if (ast_[from].b >= froms.size()) return nullptr;
    from = ast_.skip_parens(froms[ast_[from].b]);
  }
  if (!is_global(ast_[from]) || ast_.symbol(ast_[from].a) != "builtins") return nullptr;
  return builtin_type(ast_.symbol(path[0].symbol));
}

Types::Call Types::call_of(NodeId apply) {
  Call call;
  for (int i = 0; i < kMaxDepth && ast_[apply].kind == NodeKind::Apply; ++i) {
    const Node& n = ast_[apply];
    const auto arguments = ast_.children(n.b, n.c);
    call.arguments.insert(call.arguments.begin(), arguments.begin(), arguments.end());
    const Type function = of(n.a);
    if (function.kinds != kFunctionKind || function.origin == kNoNode) return {};
    apply = function.origin;
  }
  call.builtin = builtin_at(apply);
  return call;
}

const BuiltinType* Types::builtin(const Type& function, uint32_t& arguments) {
  arguments = 0;
  if (function.kinds != kFunctionKind || function.origin == kNoNode) return nullptr;
  if (ast_[function.origin].kind != NodeKind::Apply) return builtin_at(function.origin);
  const Call call = call_of(function.origin);
  arguments = static_cast<uint32_t>(call.arguments.size());
  return call.builtin;
}

Type Types::result_of(NodeId function, size_t arguments) {
  Type type = of(function);
  for (size_t i = 0; i < arguments; ++i) {
    const NodeId written = lambda(type);
    if (written != kNoNode) {
      type = of(ast_[written].b);
      continue;
    }
    uint32_t given = 0;
    const BuiltinType* known = builtin(type, given);
    const bool full = known && given + (arguments - i) == known->parameters.size();
    // Its own variables are bound by arguments that nobody knows.
    return full && !known->result.variable ? Type{known->result.kinds, kNoNode} : Type{};
  }
  return type;
}

/// What a value of `type` where `term` stands tells of the variable; nullopt: nothing.
std::optional<Kinds> Types::match(const TypeTerm& term, char variable, const Type& type) {
  if (term.variable == variable) return type.kinds;
  if (term.element.empty()) return std::nullopt;
  const TypeTerm& element = term.element[0];
  if (element.variable == variable) return elements(type);
  // What is in lists of lists, only the inner ones know.
  const bool deeper = !element.element.empty() && element.element[0].variable == variable;
  return deeper ? std::optional(kAnyKind) : std::nullopt;
}

/// What the arguments of a call tell of a variable of the builtin's type: arguments of that type,
/// lists of it, and functions that return it.
Kinds Types::bound(char variable, const Call& call) {
  const Deeper deeper(*this);
  if (!deeper) return kAnyKind;
  std::optional<Kinds> kinds;
  for (size_t i = 0; i < call.builtin->parameters.size() && i < call.arguments.size(); ++i) {
    size_t count = 0;
    const TypeTerm* result = &call.builtin->parameters[i];
    for (; !result->function.empty(); ++count)
      result = &result->function[1];
    if (const auto told = match(*result, variable, result_of(call.arguments[i], count)))
      kinds = kinds.value_or(0) | *told;
  }
  return kinds.value_or(kAnyKind);
}

Kinds Types::instantiate(const TypeTerm& term, const Call& call) {
  return term.variable ? term.kinds | bound(term.variable, call) : term.kinds;
}

Kinds Types::instantiate_element(const TypeTerm& list, const Call& call) {
  return list.element.empty() ? kAnyKind : instantiate(list.element[0], call);
}

Kinds Types::elements(const Type& list) {
  const Deeper deeper(*this);
  if (!(list.kinds & kListKind)) return 0;
  if (!deeper || list.origin == kNoNode) return kAnyKind;
  const Node& n = ast_[list.origin];
  switch (n.kind) {
    case NodeKind::List: {
      if (n.b > kMaxElements) return kAnyKind;
      Kinds kinds = 0;
      for (const NodeId child : ast_.children(n.a, n.b)) {
        kinds |= of(child).kinds;
        if (kinds == kAnyKind) break;
      }
      return kinds;
    }
    case NodeKind::If: return elements(of(n.b)) | elements(of(n.c));
    case NodeKind::Select: return elements(path_type(n).type) | elements(of(n.c));
    case NodeKind::Binary: return elements(of(n.a)) | elements(of(n.b));
    case NodeKind::Apply: {
      const Call call = call_of(list.origin);
      return call.builtin ? instantiate_element(call.builtin->result, call) : kAnyKind;
    }
    default: return kAnyKind;
  }
}

// --- For people ----------------------------------------------------------------------------------
std::string Types::text(const Type& type) {
  if (type.kinds == kListKind) {
    const Kinds inner = elements(type);
    return inner == kAnyKind || inner == 0 ? "list" : "[" + kinds_text(inner) + "]";
  }
  if (type.kinds == kSetKind) {
    const Shape all = shape(type);
    if (all.items.empty()) return "set";
    std::string out = "{ ";
    for (size_t i = 0; i < all.items.size() && i < kMaxShown; ++i) {
      out += i ? ", " : "";
      out += ast_.symbol(ast_.attrs[all.items[i].attr].symbol);
      if (all.items[i].presence == Presence::Maybe) out += "?";
    }
    return out + (all.complete && all.items.size() <= kMaxShown ? " }" : ", ... }");
  }
  uint32_t given = 0;
  if (const BuiltinType* known = builtin(type, given)) {
    std::string_view rest = known->text;
    for (int depth = 0; given > 0 && !rest.empty(); rest.remove_prefix(1)) {
      depth += rest[0] == '(' ? 1 : rest[0] == ')' ? -1 : 0;
      if (depth == 0 && rest.starts_with("-> ")) {
        --given;
        rest.remove_prefix(2);
      }
    }
    return std::string(rest);
  }
  std::string out;
  NodeId at = lambda(type);
  for (size_t i = 0; at != kNoNode && i < kMaxShown; ++i) {
    const syntax::LambdaRecord& record = ast_.lambdas[ast_[at].a];
    out += record.has_formals ? "set -> " : "any -> ";
    const Type result = of(ast_[at].b);
    at = lambda(result);
    if (at == kNoNode) return out + text(result);
  }
  return out.empty() ? kinds_text(type.kinds) : out + "...";
}

}  // namespace nilas::analysis
