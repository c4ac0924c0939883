#include "lsp/analysis/signature.hpp"

#include <algorithm>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/builtin_types.hpp"
#include "lsp/analysis/documentation.hpp"
#include "lsp/analysis/function_text.hpp"
#include "lsp/analysis/tree.hpp"
#include "lsp/analysis/types.hpp"
#include "lsp/analysis/value_completion.hpp"

namespace nilas::analysis {
namespace {

constexpr size_t kMaxParameters = 20;
constexpr size_t kMaxDefault = 40;

bool only_space(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string name_of(const Ast& ast, NodeId function) {
  const Node& n = ast[ast.skip_parens(function)];
  if (n.kind == NodeKind::Var) return std::string(ast.symbol(n.a));
  if (n.kind != NodeKind::Select) return {};
  const auto path = ast.path(n.b);
  return path.empty() || path.back().symbol == kNone ? std::string()
                                                     : std::string(ast.symbol(path.back().symbol));
}

/// The binding of `set` that `offset` lies in.
std::string_view attribute_at(const Ast& ast, NodeId set, uint32_t offset) {
  const syntax::SetRecord& record = ast.sets[ast[set].a];
  for (const syntax::Binding& b : ast.set_bindings(record)) {
    if (offset < b.span.begin || offset > b.span.end || b.path == kNone) continue;
    const auto path = ast.path(b.path);
    if (b.kind == syntax::BindingKind::Path && !path.empty() && path[0].symbol != kNone)
      return ast.symbol(path[0].symbol);
    for (const syntax::AttrName& name : path) {
      if (name.symbol != kNone && name.span.begin <= offset && offset <= name.span.end)
        return ast.symbol(name.symbol);
    }
  }
  return {};
}

class SiteFinder {
 public:
  SiteFinder(const Ast& ast, std::string_view text, uint32_t offset)
      : ast_(ast), text_(text), offset_(offset) {}

  std::optional<CallSite> run() {
    // Children come first: the first node that answers is the innermost.
    for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
      const Node& n = ast_[id];
      if ((n.flags & syntax::kSynthetic) != 0) continue;
      if (n.kind == NodeKind::Apply) {
        if (auto site = application(id)) return site;
      } else if (is_wall(n)) {
        // Elements of a list are no arguments. Elsewhere a name right before the place may become
        // a function; of sets, one may be an argument itself.
        if (n.kind == NodeKind::List) return std::nullopt;
        if (lone_ != kNoNode || n.kind != NodeKind::AttrSet) break;
        set_ = id;
      }
      const bool callable =
          n.kind == NodeKind::Var || n.kind == NodeKind::Select || n.kind == NodeKind::Paren;
      if (callable && lone(n)) lone_ = id;
    }
    if (lone_ == kNoNode) return std::nullopt;
    return CallSite{lone_, 0, name_of(ast_, lone_)};
  }

 private:
  /// A bracket around the place that ends the search outwards; of sets, one may be an argument.
  bool is_wall(const Node& n) const {
    if (offset_ <= n.span.begin) return false;
    const bool inside = offset_ < n.span.end;
    switch (n.kind) {
      case NodeKind::List:
      case NodeKind::String:
      case NodeKind::AttrSet: return inside;
      case NodeKind::Lambda:
      case NodeKind::Let:  // their body may still be to come
        return inside || only_space(text_.substr(n.span.end, offset_ - n.span.end));
      default: return false;
    }
  }

  std::optional<CallSite> application(NodeId id) {
    const Node& n = ast_[id];
    if (n.c == 0 || offset_ <= ast_[n.a].span.end || offset_ < n.span.begin) return std::nullopt;
    const bool behind = offset_ > n.span.end;
    if (behind && !only_space(text_.substr(n.span.end, offset_ - n.span.end))) return std::nullopt;
    const auto arguments = ast_.children(n.b, n.c);
    uint32_t argument = 0;
    while (argument < arguments.size() && ast_[arguments[argument]].span.end < offset_)
      ++argument;
    if (behind && set_ != kNoNode) return std::nullopt;
    CallSite site{n.a, argument, name_of(ast_, n.a)};
    if (set_ != kNoNode) {
      if (argument >= arguments.size() || ast_.skip_parens(arguments[argument]) != set_)
        return std::nullopt;
      site.attribute = attribute_at(ast_, set_, offset_);
    }
    lone_ = kNoNode;
    return site;
  }

  /// A name or parenthesis right before the place, of which it may become the function.
  bool lone(const Node& n) const {
    return n.span.end < offset_ && only_space(text_.substr(n.span.end, offset_ - n.span.end));
  }

  const Ast& ast_;
  std::string_view text_;
  uint32_t offset_;
  NodeId set_ = kNoNode;  // the innermost set around the place, while nothing else is
  NodeId lone_ = kNoNode;
};

std::string parameter_text(const Ast& ast, std::string_view text,
                           const syntax::LambdaRecord& lambda) {
  if (!lambda.has_formals) return std::string(ast.symbol(lambda.arg));
  std::string out = "{ ";
  bool first = true;
  for (const syntax::Formal& formal : ast.lambda_formals(lambda)) {
    if (!first) out += ", ";
    first = false;
    out += ast.symbol(formal.symbol);
    if (formal.default_value == kNoNode) continue;
    const Span s = ast[formal.default_value].span;
    const std::string_view value = text.substr(s.begin, s.end - s.begin);
    const bool small = value.size() <= kMaxDefault && value.find('\n') == std::string_view::npos;
    out += " ? " + (small ? std::string(value) : "…");
  }
  if (lambda.has_ellipsis) out += first ? "..." : ", ...";
  return out + " }";
}

/// `applied`: arguments that the function has already, beside those of the call.
Signature lambda_signature(const Ast& ast, std::string_view text, NodeId lambda,
                           const CallSite& call) {
  Signature out;
  out.label = call.name.empty() ? "" : call.name + ": ";
  const Span doc = function_doc(ast, lambda);
  out.documentation = documentation_text(text.substr(doc.begin, doc.end - doc.begin));
  out.active = call.argument;
  for (NodeId at = lambda; ast[at].kind == NodeKind::Lambda; at = ast.skip_parens(ast[at].b)) {
    if (out.parameters.size() == kMaxParameters) break;
    const syntax::LambdaRecord& record = ast.lambdas[ast[at].a];
    std::string parameter = parameter_text(ast, text, record);
    out.label += parameter + ": ";
    // The attribute that is typed, instead of the whole pattern.
    if (out.parameters.size() == call.argument && record.has_formals) {
      for (const syntax::Formal& formal : ast.lambda_formals(record)) {
        if (ast.symbol(formal.symbol) != call.attribute) continue;
        const std::string comment =
            documentation_text(text.substr(formal.doc.begin, formal.doc.end - formal.doc.begin));
        if (!comment.empty()) out.documentation = comment;
      }
    }
    out.parameters.push_back(std::move(parameter));
  }
  out.label += "...";
  return out;
}

Signature builtin_signature_of(const BuiltinUse& use, const CallSite& call) {
  Signature out;
  out.label = std::string(use.info->name());
  out.documentation = builtin_documentation(*use.info);
  out.active = use.applied + call.argument;
  std::string_view rest = use.info->arguments;
  while (!rest.empty()) {
    const size_t space = std::min(rest.find(' '), rest.size());
    out.parameters.emplace_back(rest.substr(0, space));
    out.label += " " + out.parameters.back();
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  return out;
}

Signature declared_signature(const std::vector<FunctionArgument>& arguments, const CallSite& call) {
  std::string pattern = "{ ";
  for (const FunctionArgument& a : arguments)
    pattern += (pattern.size() > 2 ? ", " : "") + a.name + (a.has_default ? " ? …" : "");
  pattern += " }";
  Signature out;
  out.label = (call.name.empty() ? "" : call.name + ": ") + pattern + ": ...";
  out.parameters.push_back(std::move(pattern));
  out.active = call.argument;
  return out;
}

}  // namespace

std::optional<CallSite> call_site(const Ast& ast, std::string_view text, uint32_t offset) {
  return SiteFinder(ast, text, offset).run();
}

std::optional<Signature> known_signature(const Ast& ast, const Names& names, std::string_view text,
                                         const CallSite& call) {
  const NodeId function = names.resolve(call.function);
  if (ast[function].kind == NodeKind::Lambda) return lambda_signature(ast, text, function, call);
  Types types(ast);
  const Type type = types.of(function);
  const NodeId lambda = types.lambda(type);
  if (lambda != kNoNode) return lambda_signature(ast, text, lambda, call);
  uint32_t applied = 0;
  const BuiltinType* builtin = types.builtin(type, applied);
  if (!builtin) return std::nullopt;
  return builtin_signature_of({builtin->info, applied}, call);
}

std::optional<Signature> signature_of_value(eval::World& world, const eval::SourceUnit& unit,
                                            const CallSite& call) {
  eval::Value value;
  try {
    value = world.vm.run(world.focus(unit, call.function));
  } catch (const eval::EvalError& e) {
    if (e.data().kind == eval::ErrorKind::Cancelled) throw;
    return std::nullopt;
  }
  return signature_of(world, value, call);
}

std::optional<Signature> signature_of(eval::World& world, eval::Value value, const CallSite& call) {
  const eval::Root function(world.vm.heap, value);
  if (const auto declared = declared_arguments(world, value))
    return declared_signature(*declared, call);
  if (!value.is_function()) return std::nullopt;
  if (const auto builtin = builtin_of(value)) return builtin_signature_of(*builtin, call);
  const auto node = world.function_node(value);
  if (!node) return std::nullopt;
  return lambda_signature(*node->unit->ast, *node->unit->text, node->node, call);
}

}  // namespace nilas::analysis
