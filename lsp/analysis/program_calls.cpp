// Program: which function an application calls, with what, and who can see what a file is.

#include <algorithm>

#include "lsp/analysis/program.hpp"
#include "lsp/analysis/program_budget.hpp"
#include "lsp/analysis/static_definition.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {

namespace {

/// Files that call one function; what is called from more is too general to be told by its calls.
constexpr size_t kMaxCallers = 16;
constexpr size_t kMaxParameters = 20;
/// Questions for the calls of a function that come up while those of another are looked for.
constexpr int kMaxNested = 10;

/// `import`, `builtins.import`.
bool is_import(const Ast& ast, NodeId node) {
  const Node& n = ast[ast.skip_parens(node)];
  if (last_name(ast, node) != "import") return false;
  const Node& root = n.kind == NodeKind::Select ? ast[n.a] : n;
  return root.kind == NodeKind::Var && ast.refs[root.b].kind == syntax::RefKind::Global;
}

/// A function that calls what it is given first, or what that file holds, with what it is given
/// second and more. By its name, as all of nixpkgs and its users call it.
bool is_call_package(const Ast& ast, NodeId node) {
  const std::string_view name = last_name(ast, node);
  return name == "callPackage" || name == "callPackages" || name.ends_with("CallPackage");
}

std::span<const NodeId> arguments_of(const Ast& ast, const Node& apply) {
  return ast.children(apply.b, apply.c);
}

}  // namespace

/// The file that a path literal means.
std::optional<FileNode> Program::path_argument(FileNode argument) {
  const NodeId node = argument.file->names.resolve(argument.node);
  const auto literal = literal_path(argument.file->ast, node);
  const auto path = literal ? files_.target(*literal, *argument.file) : std::nullopt;
  const SourceFile* file = path ? files_.load(*path) : nullptr;
  if (!file || file->ast.root == kNoNode) return std::nullopt;
  return FileNode{file, file->ast.root};
}

/// What is left of an Apply when all its arguments are taken; nullopt if one of its functions is
/// not known. Each function that is goes to `calls`.
std::optional<FileNode> Program::applied(FileNode apply, Budget& budget, std::vector<Call>* calls) {
  return applied(FileNode{apply.file, apply.get().a}, *apply.file,
                 arguments_of(apply.file->ast, apply.get()), budget, calls);
}

std::optional<FileNode> Program::applied(FileNode function, const SourceFile& file,
                                         std::span<const NodeId> arguments, Budget& budget,
                                         std::vector<Call>* calls) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const FileNode first{&file, arguments[i]};
    if (is_import(function.file->ast, function.node)) {
      const auto root = path_argument(first);
      if (!root) return std::nullopt;
      function = *root;
      continue;
    }
    const bool fixed = is_fixed_point(function.file->ast, function.node);
    if (fixed) {
      function = first;
    } else if (is_call_package(function.file->ast, function.node)) {
      if (++i == arguments.size()) return std::nullopt;
      const auto root = path_argument(first);
      function = root ? *root : first;
    }
    function = resolve(function, budget);
    if (function.node == kNoNode || function.get().kind != NodeKind::Lambda) return std::nullopt;
    const Call call{function, {&file, arguments[i]}};
    if (calls && !fixed) calls->push_back(call);
    const auto imported = fixed ? std::nullopt : wrapped_import(call, budget, calls);
    if (imported) {
      function = *imported;
    } else {
      function.node = function.get().b;
    }
  }
  return function;
}

/// `file: import file { }` applied to a path.
std::optional<FileNode> Program::wrapped_import(const Call& call, Budget& budget,
                                                std::vector<Call>* calls) {
  const FileNode lambda = call.function;
  const Ast& ast = lambda.file->ast;
  const Node& body = ast[lambda.file->names.resolve(lambda.get().b)];
  if (body.kind != NodeKind::Apply || body.c == 0 || !is_import(ast, body.a)) return std::nullopt;
  const Node& path = ast[ast.skip_parens(ast.lists[body.b])];
  if (path.kind != NodeKind::Var || ast.refs[path.b].kind != syntax::RefKind::Local)
    return std::nullopt;
  const syntax::Decl& decl = ast.decls[ast.refs[path.b].target];
  if (ast.scopes[decl.scope].node != lambda.node || is_formal(ast, decl)) return std::nullopt;
  const auto root = path_argument(call.argument);
  const Budget::Level level(budget);
  if (!root || level.is_too_deep()) return std::nullopt;
  return applied(*root, *lambda.file, arguments_of(ast, body).subspan(1), budget, calls);
}

std::vector<Call> Program::calls_of(FileNode apply) {
  Budget budget;
  std::vector<Call> calls;
  (void)applied(apply, budget, &calls);
  return calls;
}

// --- Parameters ----------------------------------------------------------------------------------
std::optional<FileNode> Program::parameter_value(const SourceFile& file, syntax::DeclId decl,
                                                 Budget& budget) {
  const auto [at, is_new] = parameters_.try_emplace({&file, decl});
  if (!is_new) return at->second;
  const Budget::Level level(budget);
  if (level.is_too_deep()) return std::nullopt;
  const auto value = agreed_value(file, decl, budget);
  at->second = value;
  return value;
}

std::optional<FileNode> Program::agreed_value(const SourceFile& file, syntax::DeclId id,
                                              Budget& budget) {
  const Ast& ast = file.ast;
  const syntax::Decl& decl = ast.decls[id];
  const bool formal = is_formal(ast, decl);
  const NodeId lambda = ast.scopes[decl.scope].node;
  if (const NodeId result = file.names.own_result(id); result != kNoNode)
    return resolve({&file, result}, budget);
  std::optional<FileNode> agreed;
  for (const Call& call : calls_to({&file, lambda})) {
    FileNode value = call.argument;
    if (formal) {
      const auto given = attribute(call.argument, ast.symbol(decl.symbol), budget);
      const auto known = given ? value_of(*given, budget) : std::nullopt;
      if (!known && (given || decl.value == kNoNode)) return std::nullopt;
      value = known ? *known : FileNode{&file, decl.value};
    }
    value = resolve(value, budget);
    if (agreed && *agreed != value) return std::nullopt;
    agreed = value;
  }
  return agreed;
}

std::vector<FileNode> Program::arguments_for(const SourceFile& file, syntax::DeclId parameter) {
  const syntax::Decl& decl = file.ast.decls[parameter];
  std::vector<FileNode> out;
  for (const Call& call : calls_to({&file, file.ast.scopes[decl.scope].node})) {
    FileNode value = call.argument;
    if (is_formal(file.ast, decl)) {
      const auto given = attribute(call.argument, file.ast.symbol(decl.symbol));
      const auto known = given ? value_of(*given) : std::nullopt;
      // What is not known to be given may be given still.
      if (!known) continue;
      value = *known;
    }
    if (value.node != kNoNode && std::ranges::find(out, value) == out.end()) out.push_back(value);
  }
  return out;
}

std::span<const Call> Program::calls_to(FileNode lambda) {
  if (nested_ == kMaxNested) return {};
  const auto [at, is_new] = calls_.try_emplace({lambda.file, lambda.node});
  if (!is_new) return at->second;
  ++nested_;
  std::vector<Call> calls;
  calls_inside(lambda, calls);
  // One of the functions that a file is: `a: { b }: ...`.
  const SourceFile& file = *lambda.file;
  NodeId node = file.ast.root == kNoNode ? kNoNode : file.names.resolve(file.ast.root);
  for (size_t i = 0; i < kMaxParameters && node != kNoNode; ++i) {
    if (file.ast[node].kind != NodeKind::Lambda) break;
    if (node == lambda.node) {
      const auto callers = files_.callers(file.path);
      if (callers.size() > kMaxCallers) break;
      for (const std::string& path : callers) {
        const SourceFile* caller = files_.load(path);
        if (caller) calls_from(*caller, lambda, calls);
      }
      break;
    }
    node = file.names.resolve(file.ast[node].b);
  }
  --nested_;
  at->second = std::move(calls);
  return at->second;
}

void Program::calls_inside(FileNode lambda, std::vector<Call>& out) {
  const Ast& ast = lambda.file->ast;
  for (const Node& n : ast.nodes) {
    if (n.kind != NodeKind::Apply) continue;
    NodeId function = lambda.file->names.resolve(n.a);
    for (const NodeId argument : arguments_of(ast, n)) {
      if (ast[function].kind != NodeKind::Lambda) break;
      if (function == lambda.node) out.push_back({lambda, {lambda.file, argument}});
      function = lambda.file->names.resolve(ast[function].b);
    }
  }
}

/// Calls in a file that names the function's file.
void Program::calls_from(const SourceFile& caller, FileNode lambda, std::vector<Call>& out) {
  for (NodeId id = 0; id < caller.ast.nodes.size(); ++id) {
    if (caller.ast[id].kind != NodeKind::Apply) continue;
    if (!is_call_of({&caller, id}, lambda.file->path)) continue;
    for (const Call& call : calls_of({&caller, id})) {
      if (call.function == lambda) out.push_back(call);
    }
  }
}

/// Whether an Apply is given a path, or applies what such an Apply gives.
bool Program::is_call_of(FileNode apply, const std::string& path) {
  const Ast& ast = apply.file->ast;
  for (int i = 0; i < 2 && apply.get().kind == NodeKind::Apply; ++i) {
    for (const NodeId argument : arguments_of(ast, apply.get())) {
      const auto literal = literal_path(ast, apply.file->names.resolve(argument));
      if (literal && files_.target(*literal, *apply.file) == path) return true;
    }
    apply.node = apply.file->names.resolve(apply.get().a);  // `f = import ./path; ... f { }`
  }
  return false;
}

/// The formal that an attribute in the argument of a call stands for.
std::optional<FileEntity> Program::formal_for(const SourceFile& file, uint32_t attr) {
  auto& arguments = states_[&file].arguments;
  if (!arguments) {
    arguments.emplace();
    for (NodeId id = 0; id < file.ast.nodes.size(); ++id) {
      const Node& n = file.ast[id];
      if (n.kind != NodeKind::Apply) continue;
      for (const NodeId argument : arguments_of(file.ast, n)) {
        const Node& set = file.ast[file.ast.skip_parens(argument)];
        if (set.kind == NodeKind::AttrSet) arguments->emplace(set.a, id);
      }
    }
  }
  const auto found = arguments->find(file.names.set_of_attr(attr));
  if (found == arguments->end()) return std::nullopt;
  const NodeId set = file.ast.sets[found->first].node;
  for (const Call& call : calls_of({&file, found->second})) {
    const FileNode argument{&file, file.ast.skip_parens(call.argument.node)};
    if (argument.get().kind != NodeKind::AttrSet || file.ast.sets[argument.get().a].node != set)
      continue;
    const Ast& callee = call.function.file->ast;
    const syntax::DeclId formal =
        formal_of(callee, call.function.node, file.ast.symbol(file.ast.attrs[attr].symbol));
    if (formal == kNone) return std::nullopt;
    return FileEntity{call.function.file,
                      {Entity::Kind::Parameter, formal, callee.decls[formal].symbol}};
  }
  return std::nullopt;
}

// --- What others see -----------------------------------------------------------------------------
bool Program::is_exported(const FileEntity& entity) {
  const Ast& ast = entity.file->ast;
  if (entity.entity.kind == Entity::Kind::Parameter) {
    const syntax::Decl& decl = ast.decls[entity.entity.id];
    return is_formal(ast, decl) && exports(*entity.file)[ast.scopes[decl.scope].node];
  }
  if (entity.entity.kind != Entity::Kind::Attribute) return false;
  const NodeId set = ast.sets[entity.file->names.set_of_attr(entity.entity.id)].node;
  return set != kNoNode && ast[set].kind == NodeKind::AttrSet && exports(*entity.file)[set];
}

/// The sets and functions that `attribute` can reach from the file's value, and from what is handed
/// to the functions of other files. O(nodes).
const std::vector<bool>& Program::exports(const SourceFile& file) {
  auto& exported = states_[&file].exported;
  if (exported) return *exported;
  const Ast& ast = file.ast;
  std::vector<bool> seen(ast.nodes.size());
  std::vector<NodeId> open;
  if (ast.root != kNoNode) open.push_back(ast.root);
  for (const Node& n : ast.nodes) {
    if (n.kind != NodeKind::Apply || n.c == 0) continue;
    const Node& head = ast[file.names.resolve(n.a)];
    const bool calls_file = is_import(ast, n.a) || is_call_package(ast, n.a) ||
                            (head.kind == NodeKind::Apply && is_import(ast, head.a));
    if (calls_file) std::ranges::copy(arguments_of(ast, n), std::back_inserter(open));
  }
  while (!open.empty()) {
    const NodeId id = file.names.resolve(open.back());
    open.pop_back();
    if (seen[id]) continue;
    seen[id] = true;
    const Node& n = ast[id];
    switch (n.kind) {
      case NodeKind::Lambda: open.push_back(n.b); break;
      case NodeKind::If: open.insert(open.end(), {n.b, n.c}); break;
      case NodeKind::Binary:
        if (static_cast<syntax::BinaryOp>(n.op) == syntax::BinaryOp::Update)
          open.insert(open.end(), {n.a, n.b});
        break;
      case NodeKind::Apply:
        open.push_back(n.c > 0 && is_fixed_point(ast, n.a) ? ast.lists[n.b] : n.a);
        break;
      case NodeKind::AttrSet:
        // Of a merged set, the record knows the node that stands for it.
        seen[ast.sets[n.a].node] = true;
        for (const syntax::Attr& attr : ast.set_attrs(ast.sets[n.a]))
          open.push_back(attr.value);
        break;
      default: break;
    }
  }
  return exported.emplace(std::move(seen));
}

}  // namespace nilas::analysis
