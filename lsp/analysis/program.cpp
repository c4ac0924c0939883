#include "lsp/analysis/program.hpp"

#include "lsp/analysis/program_budget.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {

namespace {

/// `inherit`s that are followed; a chain of them may be circular.
constexpr int kMaxInherits = 50;
/// A table of all symbols of a large file takes as long as looking for so many.
constexpr size_t kFewSymbols = 16;

bool is_written(const Entity& entity) {
  return entity.kind == Entity::Kind::Attribute || entity.kind == Entity::Kind::Parameter;
}

}  // namespace

SymbolId Program::symbol(const SourceFile& file, std::string_view text) {
  FileSymbols& known = states_[&file].symbols;
  const auto count = static_cast<SymbolId>(file.ast.symbols.size());
  if (known.all.empty()) {
    if (const auto asked = known.asked.find(text); asked != known.asked.end()) return asked->second;
    if (known.asked.size() < kFewSymbols) {
      SymbolId id = 0;
      while (id < count && file.ast.symbol(id) != text)
        ++id;
      return known.asked[std::string(text)] = id < count ? id : kNone;
    }
    known.all.reserve(count);
    for (SymbolId id = 0; id < count; ++id)
      known.all.emplace(file.ast.symbol(id), id);
  }
  const auto found = known.all.find(text);
  return found == known.all.end() ? kNone : found->second;
}

// --- Values --------------------------------------------------------------------------------------
FileNode Program::resolve(FileNode node) {
  Budget budget;
  return resolve(node, budget);
}

FileNode Program::resolve(FileNode at, Budget& budget) {
  const Budget::Level level(budget);
  while (!level.is_too_deep() && at.node != kNoNode && budget.spend()) {
    at.node = at.file->names.resolve(at.node);
    const auto next = step(at, budget);
    if (!next) break;
    at = *next;
  }
  return at;
}

std::optional<FileNode> Program::step(FileNode at, Budget& budget) {
  switch (at.get().kind) {
    case NodeKind::Apply: return applied(at, budget, nullptr);
    case NodeKind::Var:
    case NodeKind::Select: {
      const auto entity = referred_by(at, budget);
      return entity ? value_of(*entity, budget) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

std::optional<FileNode> Program::value_of(const FileEntity& entity) {
  Budget budget;
  return value_of(entity, budget);
}

std::optional<FileNode> Program::value_of(const FileEntity& entity, Budget& budget) {
  if (entity.entity.kind == Entity::Kind::Parameter)
    return parameter_value(*entity.file, entity.entity.id, budget);
  return FileNode{entity.file, entity.file->ast.attrs[entity.entity.id].value};
}

std::optional<FileEntity> Program::attribute(FileNode set, std::string_view name) {
  Budget budget;
  return attribute(set, name, budget);
}

std::optional<FileEntity> Program::attribute(FileNode set, std::string_view name, Budget& budget) {
  const Budget::Level level(budget);
  if (level.is_too_deep() || set.node == kNoNode) return std::nullopt;
  if (auto formal = formal_of_arguments(set, name)) return formal;
  set = resolve(set, budget);
  return set.node == kNoNode ? std::nullopt : attribute_of(set, name, budget);
}

std::optional<FileEntity> Program::attribute_of(FileNode set, std::string_view name,
                                                Budget& budget) {
  const Node& n = set.get();
  const bool merged =
      n.kind == NodeKind::Binary && static_cast<syntax::BinaryOp>(n.op) == syntax::BinaryOp::Update;
  if (n.kind == NodeKind::If || merged) {
    auto found = attribute({set.file, n.b}, name, budget);
    return found ? found : attribute({set.file, merged ? n.a : n.c}, name, budget);
  }
  if (n.kind != NodeKind::AttrSet) return std::nullopt;
  const SymbolId id = symbol(*set.file, name);
  const uint32_t attr = id == kNone ? kNone : set.file->names.find_attr(n.a, id);
  if (attr == kNone) return std::nullopt;
  return FileEntity{set.file, {Entity::Kind::Attribute, attr, id}};
}

/// `args.x` in `{ x, ... }@args:` is `x`.
std::optional<FileEntity> Program::formal_of_arguments(FileNode set, std::string_view name) {
  const Ast& ast = set.file->ast;
  const Node& n = ast[set.file->names.resolve(set.node)];
  if (n.kind != NodeKind::Var || ast.refs[n.b].kind != syntax::RefKind::Local) return std::nullopt;
  const syntax::Decl& decl = ast.decls[ast.refs[n.b].target];
  if (ast.scopes[decl.scope].kind != syntax::ScopeKind::Lambda || is_formal(ast, decl))
    return std::nullopt;
  const syntax::DeclId formal = formal_of(ast, ast.scopes[decl.scope].node, name);
  if (formal == kNone) return std::nullopt;
  return FileEntity{set.file, {Entity::Kind::Parameter, formal, ast.decls[formal].symbol}};
}

// --- What names stand for ------------------------------------------------------------------------
std::optional<FileEntity> Program::selected(const SourceFile& file,
                                            const Names::Selection& selection, Budget& budget) {
  FileNode set{&file, selection.base};
  std::optional<FileEntity> found;
  for (size_t i = 0; i < selection.path.size(); ++i) {
    if (i > 0) {
      const auto value = value_of(*found, budget);
      if (!value) return std::nullopt;
      set = *value;
    }
    const SymbolId name = selection.path[i].symbol;
    if (name == kNone || set.node == kNoNode) return std::nullopt;
    found = attribute(set, file.ast.symbol(name), budget);
    if (!found) return std::nullopt;
  }
  return found;
}

/// The innermost `with` around a Var that has it. What is no set that is written somewhere may hold
/// anything, so that those around it do not count.
std::optional<FileEntity> Program::from_with(FileNode var, Budget& budget) {
  const Ast& ast = var.file->ast;
  const Node& n = var.get();
  for (syntax::ScopeId scope = ast.refs[n.b].target; scope != kNone;
       scope = ast.scopes[scope].parent) {
    if (ast.scopes[scope].kind != syntax::ScopeKind::With) continue;
    const FileNode set = resolve({var.file, ast[ast.scopes[scope].node].a}, budget);
    if (set.node == kNoNode) return std::nullopt;
    if (auto found = attribute_of(set, ast.symbol(n.a), budget)) return found;
    if (set.get().kind != NodeKind::AttrSet) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<FileEntity> Program::referred_by(FileNode node) {
  Budget budget;
  return referred_by(node, budget);
}

std::optional<FileEntity> Program::referred_by(FileNode node, Budget& budget) {
  const Names& names = node.file->names;
  const Entity entity = names.referred_by(node.node);
  if (is_written(entity)) return FileEntity{node.file, entity};
  if (entity.kind == Entity::Kind::With) return from_with(node, budget);
  if (node.get().kind != NodeKind::Select) return std::nullopt;
  return selected(*node.file, names.selection_of(node.node), budget);
}

std::optional<FileEntity> Program::used_by(const SourceFile& file, const Name& name) {
  const Entity entity = file.names.used_by(name);
  if (is_written(entity)) return FileEntity{&file, entity};
  Budget budget;
  if (entity.kind == Entity::Kind::With) return from_with({&file, name.node}, budget);
  if (entity.kind != Entity::Kind::Unknown) return std::nullopt;
  return selected(file, file.names.selection_of(name), budget);
}

std::optional<FileEntity> Program::defined_by(const SourceFile& file, const Name& name) {
  const Entity entity = file.names.defined_by(name);
  if (!entity) return std::nullopt;
  if (entity.kind == Entity::Kind::Attribute) {
    if (auto formal = formal_for(file, entity.id)) return formal;
  }
  return FileEntity{&file, entity};
}

bool Program::defines(const SourceFile& file, const Name& name, const FileEntity& target) {
  const Entity entity = file.names.defined_by(name);
  if (!entity) return false;
  if (target == FileEntity{&file, entity}) return true;
  return target.entity.kind == Entity::Kind::Parameter && entity.kind == Entity::Kind::Attribute &&
         defined_by(file, name) == target;
}

std::optional<FileEntity> Program::meant_by(const SourceFile& file, const Name& name) {
  auto used = used_by(file, name);
  return used ? used : defined_by(file, name);
}

FileEntity Program::origin(FileEntity entity) {
  for (int i = 0; i < kMaxInherits && entity.entity.kind == Entity::Kind::Attribute; ++i) {
    const syntax::Attr& attr = entity.file->ast.attrs[entity.entity.id];
    if (attr.kind == syntax::AttrKind::Plain) break;
    const auto next = referred_by({entity.file, attr.value});
    if (!next) break;
    entity = *next;
  }
  return entity;
}

syntax::DeclId formal_of(const Ast& ast, NodeId lambda, std::string_view name) {
  const syntax::LambdaRecord& record = ast.lambdas[ast[lambda].a];
  const auto formals = ast.lambda_formals(record);
  for (uint32_t i = 0; i < formals.size(); ++i) {
    if (ast.symbol(formals[i].symbol) == name) return ast.scopes[record.scope].first_decl + i;
  }
  return kNone;
}

bool is_formal(const Ast& ast, const syntax::Decl& decl) {
  const syntax::Scope& scope = ast.scopes[decl.scope];
  if (scope.kind != syntax::ScopeKind::Lambda) return false;
  const auto index = static_cast<uint32_t>(&decl - &ast.decls[scope.first_decl]);
  return index < ast.lambdas[ast[scope.node].a].formal_count;
}

}  // namespace nilas::analysis
