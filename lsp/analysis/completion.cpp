#include "lsp/analysis/completion.hpp"

#include <algorithm>
#include <unordered_set>

#include "lsp/analysis/document_symbols.hpp"
#include "lsp/analysis/function_text.hpp"
#include "lsp/analysis/tree.hpp"
#include "lsp/analysis/types.hpp"

namespace nilas::analysis {
namespace {

constexpr size_t kMaxDetail = 60;

std::string one_line(std::string_view s) {
  std::string out;
  for (const char c : s) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (space && (out.empty() || out.back() == ' ')) continue;
    if (out.size() >= kMaxDetail) return out + "…";
    out += space ? ' ' : c;
  }
  return out;
}

/// What an item says about the expression that is bound to a name.
void describe_value(const Ast& ast, std::string_view text, Types& types, NodeId value,
                    CompletionItem& item) {
  if (value == kNoNode) return;
  value = ast.skip_parens(value);
  switch (sort_of(ast, value, SymbolSort::Variable)) {
    case SymbolSort::Function:
      item.kind = CompletionKind::Function;
      if (ast[value].kind == NodeKind::Lambda)
        item.detail = one_line(function_heads(ast, text, value));
      return;
    case SymbolSort::String:
    case SymbolSort::Number:
    case SymbolSort::Boolean:
    case SymbolSort::Path: {
      const Span s = ast[value].span;
      item.detail = one_line(text.substr(s.begin, s.end - s.begin));
      return;
    }
    case SymbolSort::Set: item.detail = "set"; return;
    case SymbolSort::List: item.detail = "list"; return;
    case SymbolSort::Null: item.detail = "null"; return;
    case SymbolSort::Variable:
    case SymbolSort::Property:
      if (const Type type = types.of(value); type.is_known()) {
        if (type.kinds == kFunctionKind) item.kind = CompletionKind::Function;
        item.detail = types.text(type);
      }
      return;
  }
}

CompletionItem attr_item(const Ast& ast, std::string_view text, Types& types,
                         const syntax::Attr& attr) {
  CompletionItem item{.label = std::string(ast.symbol(attr.symbol)),
                      .kind = CompletionKind::Attribute,
                      .definition = attr.name.begin};
  if (attr.kind == syntax::AttrKind::Plain) describe_value(ast, text, types, attr.value, item);
  if (!is_identifier(item.label)) item.insert = attribute_text(item.label);
  return item;
}

/// Collects the attributes of what an expression comes down to.
class AttributeCollector {
 public:
  AttributeCollector(const Ast& ast, const Names& names, std::string_view text, Types& types)
      : ast_(ast), names_(names), text_(text), types_(types) {}

  KnownAttributes run(NodeId node) {
    out_.complete = true;
    work_.push_back(node);
    for (int steps = 0; !work_.empty(); ++steps) {
      const NodeId next = work_.back();
      work_.pop_back();
      if (steps > 100) {
        out_.complete = false;
        break;
      }
      collect(names_.resolve(next));
    }
    return std::move(out_);
  }

  KnownAttributes run(const Type& type) {
    out_.complete = true;
    collect(type);
    return std::move(out_);
  }

 private:
  void collect(NodeId node) {
    const Node& n = ast_[node];
    if (n.kind == NodeKind::AttrSet) {
      const syntax::SetRecord& set = ast_.sets[n.a];
      if (set.dynamic_count > 0) out_.complete = false;
      for (const syntax::Attr& attr : ast_.set_attrs(set))
        add(attr);
    } else if (n.kind == NodeKind::If) {
      work_.push_back(n.c);
      work_.push_back(n.b);
    } else if (n.kind == NodeKind::Binary &&
               static_cast<syntax::BinaryOp>(n.op) == syntax::BinaryOp::Update) {
      work_.push_back(n.a);
      work_.push_back(n.b);
    } else if (const syntax::Decl* parameter = parameter_of(n)) {
      collect_parameter(*parameter);
    } else {  // calls of functions, and what else only inference sees through
      collect(types_.of(node));
    }
  }

  /// The parameter that a variable is.
  const syntax::Decl* parameter_of(const Node& n) const {
    if (n.kind != NodeKind::Var || ast_.refs[n.b].kind != syntax::RefKind::Local) return nullptr;
    const syntax::Decl& decl = ast_.decls[ast_.refs[n.b].target];
    return ast_.scopes[decl.scope].kind == syntax::ScopeKind::Lambda ? &decl : nullptr;
  }

  void collect_parameter(const syntax::Decl& decl) {
    const syntax::LambdaRecord& lambda = ast_.lambdas[ast_[ast_.scopes[decl.scope].node].a];
    if (lambda.has_formals && decl.name == lambda.arg_span) {
      out_.complete = out_.complete && !lambda.has_ellipsis;
      for (CompletionItem& item : formal_items(ast_, text_, lambda))
        out_.items.push_back(std::move(item));
      return;
    }
    out_.complete = false;
    if (decl.value != kNoNode) work_.push_back(decl.value);  // what is given may look alike
  }

  void collect(const Type& type) {
    out_.inferred = true;
    const Shape shape = types_.shape(type);
    for (const ShapeItem& item : shape.items)
      add(ast_.attrs[item.attr]);
    for (const TypeTerm::Field& field : shape.fields)
      out_.items.push_back({.label = std::string(field.name),
                            .kind = CompletionKind::Attribute,
                            .detail = kinds_text(types_.attribute(type, field.name).type.kinds)});
    out_.complete = out_.complete && shape.complete;
  }

  void add(const syntax::Attr& attr) {
    if (seen_.insert(attr.symbol).second)
      out_.items.push_back(attr_item(ast_, text_, types_, attr));
  }

  const Ast& ast_;
  const Names& names_;
  std::string_view text_;
  Types& types_;
  KnownAttributes out_;
  std::vector<NodeId> work_;
  std::unordered_set<syntax::SymbolId> seen_;
};

/// Whether a name typed at `offset` is looked up in `scope`.
bool covers(const Ast& ast, std::string_view text, const syntax::Scope& scope, uint32_t offset) {
  const Node& n = ast[scope.node];
  if (scope.kind == syntax::ScopeKind::With && offset <= ast[n.a].span.end) return false;
  if (offset <= n.span.begin) return false;
  const bool braces = n.kind == NodeKind::AttrSet || n.kind == NodeKind::LegacyLet;
  const bool closed = braces && n.span.end > 0 && text[n.span.end - 1] == '}';
  if (closed) return offset < n.span.end;
  if (offset <= n.span.end) return true;
  // A body that is still being typed: nothing but white space has come since.
  const std::string_view gap = text.substr(n.span.end, offset - n.span.end);
  return gap.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

syntax::ScopeId innermost_scope(const Ast& ast, std::string_view text, uint32_t offset) {
  syntax::ScopeId best = kNone;
  uint32_t best_begin = 0, best_end = UINT32_MAX;
  for (syntax::ScopeId id = 0; id < ast.scopes.size(); ++id) {
    if (!covers(ast, text, ast.scopes[id], offset)) continue;
    const Span span = ast[ast.scopes[id].node].span;
    // Of two scopes of one extent the later one lies inside.
    if (best == kNone || span.begin > best_begin ||
        (span.begin == best_begin && span.end <= best_end)) {
      best = id;
      best_begin = span.begin;
      best_end = span.end;
    }
  }
  return best;
}

class ScopeCollector {
 public:
  ScopeCollector(const Ast& ast, const Names& names, std::string_view text)
      : ast_(ast), names_(names), text_(text), types_(ast) {}

  ScopeItems run(uint32_t offset) {
    uint8_t rank = 0;
    for (syntax::ScopeId id = innermost_scope(ast_, text_, offset); id != kNone;
         id = ast_.scopes[id].parent) {
      const syntax::Scope& scope = ast_.scopes[id];
      if (scope.kind == syntax::ScopeKind::With) {
        withs_.push_back(ast_[scope.node].a);
        continue;
      }
      for (uint32_t i = 0; i < scope.decl_count; ++i)
        declaration(scope, scope.first_decl + i, rank);
      if (rank < 5) ++rank;
    }
    // Static names win over every with.
    for (const NodeId set : withs_)
      with_set(set);
    return std::move(out_);
  }

 private:
  void declaration(const syntax::Scope& scope, syntax::DeclId id, uint8_t rank) {
    const syntax::Decl& decl = ast_.decls[id];
    const std::string_view name = ast_.symbol(decl.symbol);
    if (!is_identifier(name) || !seen_.insert(decl.symbol).second) return;
    labels_.emplace(name);
    CompletionItem item{.label = std::string(name),
                        .kind = CompletionKind::Variable,
                        .rank = rank,
                        .definition = decl.name.begin};
    if (scope.kind == syntax::ScopeKind::Lambda) {
      item.kind = CompletionKind::Parameter;
      if (decl.value != kNoNode) {
        const Span s = ast_[decl.value].span;
        item.detail = "? " + one_line(text_.substr(s.begin, s.end - s.begin));
      }
    } else {
      describe_value(ast_, text_, types_, decl.value, item);
    }
    out_.items.push_back(std::move(item));
  }

  void with_set(NodeId set) {
    KnownAttributes known = AttributeCollector(ast_, names_, text_, types_).run(set);
    if (!known.complete) out_.with_sets.push_back(set);
    for (CompletionItem& item : known.items) {
      if (!is_identifier(item.label) || !labels_.insert(item.label).second) continue;
      item.rank = 6;
      out_.items.push_back(std::move(item));
    }
  }

  const Ast& ast_;
  const Names& names_;
  std::string_view text_;
  Types types_;
  ScopeItems out_;
  std::vector<NodeId> withs_;
  std::unordered_set<syntax::SymbolId> seen_;
  std::unordered_set<std::string> labels_;  // of all items
};

bool can_precede_dot(const Node& n) {
  switch (n.kind) {
    case NodeKind::Var:
    case NodeKind::Paren:
    case NodeKind::AttrSet:
    case NodeKind::LegacyLet:
    case NodeKind::List:
    case NodeKind::String: return true;
    case NodeKind::Select: return n.c == kNoNode;
    default: return false;
  }
}

}  // namespace

std::optional<BaseExpression> expression_before(const Ast& ast, uint32_t end) {
  std::optional<BaseExpression> best;
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& n = ast[id];
    if ((n.flags & syntax::kSynthetic) != 0 || n.span.end < end || n.span.begin >= end) continue;
    if (n.kind == NodeKind::Select) {
      const auto path = ast.path(n.b);
      for (uint32_t i = 0; i < path.size(); ++i) {
        if (path[i].span.end != end) continue;
        const bool all = i + 1 == path.size() && n.c == kNoNode;
        return BaseExpression{id, all ? 0 : i + 1};
      }
    }
    // Later nodes are larger: parents follow their children.
    if (n.span.end == end && can_precede_dot(n)) best = BaseExpression{id, 0};
  }
  return best;
}

std::optional<BaseExpression> expression_within(const Ast& ast, Span span) {
  std::optional<BaseExpression> best;
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& n = ast[id];
    if ((n.flags & syntax::kSynthetic) == 0 && n.span.end == span.end &&
        n.span.begin >= span.begin && n.kind != NodeKind::Error)
      best = BaseExpression{id, 0};
  }
  return best;
}

KnownAttributes attributes_of_set(const Ast& ast, std::string_view text, syntax::SetId set) {
  KnownAttributes out{.items = {}, .complete = ast.sets[set].dynamic_count == 0};
  Types types(ast);
  for (const syntax::Attr& attr : ast.set_attrs(ast.sets[set]))
    out.items.push_back(attr_item(ast, text, types, attr));
  return out;
}

KnownAttributes known_attributes(const Ast& ast, const Names& names, std::string_view text,
                                 const BaseExpression& base) {
  Types types(ast);
  NodeId node = base.node;
  const Node& n = ast[node];
  if (base.path_names > 0 && n.kind == NodeKind::Select) {
    const auto path = ast.path(n.b).first(base.path_names);
    node = names.resolve_path(n.a, path);
    if (node == kNoNode)
      return AttributeCollector(ast, names, text, types).run(types.of_path(n.a, path));
  }
  const NodeId value = names.resolve(node);
  const Node& v = ast[value];
  if (v.kind == NodeKind::Var && ast.refs[v.b].kind == syntax::RefKind::Global &&
      ast.symbol(v.a) == "builtins") {
    return {builtins_items(), true};
  }
  return AttributeCollector(ast, names, text, types).run(node);
}

std::vector<CompletionItem> seen_attributes(const Ast& ast, const Names& names,
                                            const BaseExpression& base, uint32_t typed) {
  // The names of the chain that `base` is, each with the entity it stands for; what follows any of
  // its other places is wanted.
  const Node& n = ast[base.node];
  Entity entity;
  if (n.kind == NodeKind::Var) {
    entity = names.referred_by(base.node);
  } else if (n.kind == NodeKind::Select) {
    const auto path = ast.path(n.b);
    const size_t count = base.path_names > 0 ? base.path_names : path.size();
    const Name* last = count > 0 ? names.at(path[count - 1].span.begin) : nullptr;
    if (last) entity = names.meant_by(*last);
  }
  std::vector<CompletionItem> out;
  std::unordered_set<syntax::SymbolId> seen;
  for (const Name* name : names.names_of(entity)) {
    if (name->node == kNoNode) continue;
    const Node& use = ast[name->node];
    const syntax::AttrName* next = nullptr;
    if (use.kind == NodeKind::Select && name->kind == NameKind::Select) {
      const auto path = ast.path(use.b);
      if (name->index + 1 < path.size()) next = &path[name->index + 1];
    } else if (use.kind == NodeKind::Var && name->node + 1 < ast.nodes.size()) {
      // The Select on a variable is the next node that begins with it.
      for (NodeId id = name->node + 1; id < ast.nodes.size() && id < name->node + 4; ++id) {
        if (ast[id].kind != NodeKind::Select || ast[id].a != name->node) continue;
        const auto path = ast.path(ast[id].b);
        if (!path.empty()) next = &path[0];
      }
    }
    if (!next || next->symbol == kNone || ast.symbol(next->symbol).empty()) continue;
    // What is being typed is no use of it yet.
    if (next->span.begin == typed || !seen.insert(next->symbol).second) continue;
    CompletionItem item{.label = std::string(ast.symbol(next->symbol)),
                        .kind = CompletionKind::Attribute,
                        .detail = "used in this file"};
    if (!is_identifier(item.label)) item.insert = attribute_text(item.label);
    out.push_back(std::move(item));
  }
  return out;
}

ScopeItems scope_items(const Ast& ast, const Names& names, std::string_view text, uint32_t offset) {
  return ScopeCollector(ast, names, text).run(offset);
}

std::vector<CompletionItem> formal_items(const Ast& ast, std::string_view text,
                                         const syntax::LambdaRecord& lambda) {
  std::vector<CompletionItem> out;
  for (const syntax::Formal& formal : ast.lambda_formals(lambda)) {
    CompletionItem item{.label = std::string(ast.symbol(formal.symbol)),
                        .kind = CompletionKind::Parameter,
                        .detail = "required"};
    if (formal.default_value != kNoNode) {
      const Span s = ast[formal.default_value].span;
      item.detail = "? " + one_line(text.substr(s.begin, s.end - s.begin));
      item.rank = 1;
    }
    out.push_back(std::move(item));
  }
  return out;
}

std::vector<CompletionItem> unbound_items(const Ast& ast) {
  std::vector<CompletionItem> out;
  std::unordered_set<syntax::SymbolId> seen;
  for (const syntax::Ref& ref : ast.refs) {
    if (ref.kind != syntax::RefKind::Unbound) continue;
    const syntax::SymbolId symbol = ast[ref.node].a;
    if (ast.symbol(symbol).empty() || !seen.insert(symbol).second) continue;
    out.push_back({.label = std::string(ast.symbol(symbol)),
                   .kind = CompletionKind::Parameter,
                   .detail = "not defined"});
  }
  return out;
}

syntax::SetId set_at(const Ast& ast, uint32_t begin) {
  for (syntax::SetId id = 0; id < ast.sets.size(); ++id) {
    const NodeId node = ast.sets[id].node;
    if (node == kNoNode || (ast[node].flags & syntax::kSynthetic) != 0) continue;
    if (ast[node].span.begin == begin) return ast[node].a;
  }
  return kNone;
}

}  // namespace nilas::analysis
