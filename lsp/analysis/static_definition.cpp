#include "lsp/analysis/static_definition.hpp"

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

/// `inherit`s that are followed; a chain of them may be circular.
constexpr int kMaxInherits = 50;

bool is_global(const Ast& ast, NodeId node, std::string_view name) {
  const Node& n = ast[node];
  return n.kind == NodeKind::Var && ast.refs[n.b].kind == syntax::RefKind::Global &&
         ast.symbol(n.a) == name;
}

bool set_file(const Ast& ast, NodeId node, StaticDefinition& out) {
  const Node& n = ast[node];
  if (n.kind == NodeKind::SearchPath) {
    out.search_path = ast.text(n.a);
    return true;
  }
  if (const auto path = literal_path(ast, node)) {
    out.path = *path;
    return true;
  }
  return false;
}

/// Whether the token at `offset` is, or leads to, a file.
std::optional<StaticDefinition> file_at(const Ast& ast, uint32_t offset) {
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& n = ast[id];
    if (offset < n.span.begin || offset > n.span.end) continue;
    StaticDefinition out{.origin = n.span};
    if (n.kind == NodeKind::Path || n.kind == NodeKind::SearchPath)
      return set_file(ast, id, out) ? std::optional(out) : std::nullopt;
    if (n.kind == NodeKind::Apply && n.c > 0 && is_global(ast, n.a, "import") &&
        offset <= ast[n.a].span.end) {
      out.origin = ast[n.a].span;
      return set_file(ast, ast.skip_parens(ast.lists[n.b]), out) ? std::optional(out)
                                                                 : std::nullopt;
    }
  }
  return std::nullopt;
}

/// How evaluation is asked about a name that is used.
void ask(const Ast& ast, const Name& name, StaticDefinition& out) {
  if (name.node == kNoNode || name.kind == NameKind::HasAttr) return;
  out.node = name.node;
  if (name.kind == NameKind::Select) {
    const bool all = name.index + 1 == ast.path(ast[name.node].b).size();
    out.path_names = all ? 0 : name.index + 1;
  }
}

}  // namespace

std::optional<std::string_view> literal_path(const Ast& ast, NodeId node) {
  const Node& n = ast[node];
  if (n.kind != NodeKind::Path || n.b != 1) return std::nullopt;
  const syntax::Part& part = ast.string_parts(n)[0];
  if (part.expr != kNoNode) return std::nullopt;
  return ast.text(part.text);
}

std::optional<StaticDefinition> static_definition(const Ast& ast, const Names& names,
                                                  uint32_t offset, DefinitionGoal goal) {
  const Name* name = names.at(offset);
  if (!name) return file_at(ast, offset);
  StaticDefinition out{.origin = name->span};
  if (goal == DefinitionGoal::Declaration) {
    const Entity declared = names.meant_by(*name);
    out.here = names.definitions(declared);
    if (out.here.empty()) ask(ast, *name, out);
    return out;
  }
  Entity entity = names.meant_by(*name);
  const bool known =
      entity.kind == Entity::Kind::Attribute || entity.kind == Entity::Kind::Parameter;
  if (!known) {
    if (entity.kind == Entity::Kind::Global) {
      const auto file = file_at(ast, offset);  // `import ./x`
      return file ? file : out;
    }
    out.here = names.definitions(names.defined_by(*name));  // the `inherit` itself
    ask(ast, *name, out);
    return out;
  }
  for (int i = 0; i < kMaxInherits; ++i) {
    out.here = names.definitions(entity);
    if (entity.kind != Entity::Kind::Attribute) break;
    const syntax::Attr& attr = ast.attrs[entity.id];
    if (attr.kind == syntax::AttrKind::Plain) break;
    const Entity next = names.referred_by(attr.value);
    if (next.kind != Entity::Kind::Attribute && next.kind != Entity::Kind::Parameter) {
      out.node = attr.value;
      break;
    }
    entity = next;
  }
  return out;
}

}  // namespace nilas::analysis
