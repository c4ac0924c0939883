#include "lsp/analysis/type_definition.hpp"

#include <algorithm>

#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

/// Operands and branches that are followed.
constexpr size_t kMaxValues = 20;

/// A function under the name that it is bound to, or else by its head.
TypePlace place_of_function(FileNode lambda) {
  const Ast& ast = lambda.file->ast;
  for (const syntax::Binding& b : ast.bindings) {
    if (b.kind != syntax::BindingKind::Path || b.value == kNoNode) continue;
    if (ast.skip_parens(b.value) != lambda.node || ast.path(b.path).empty()) continue;
    return {lambda.file, b.span, ast.path(b.path).back().span};
  }
  return {lambda.file, lambda.get().span, ast.lambdas[lambda.get().a].head};
}

class Search {
 public:
  explicit Search(Program& program) : program_(program) {}

  TypeDefinition run(FileNode value) {
    open_.push_back(value);
    for (size_t i = 0; i < open_.size() && i < kMaxValues; ++i)
      look_at(open_[i]);
    return std::move(out_);
  }

 private:
  void add(const TypePlace& place) {
    const auto same = [&](const TypePlace& p) {
      return p.file == place.file && p.selection == place.selection;
    };
    if (std::ranges::none_of(out_.places, same)) out_.places.push_back(place);
  }

  void look_at(FileNode at) {
    at.node = at.file->names.resolve(at.node);
    const Node& n = at.get();
    switch (n.kind) {
      case NodeKind::AttrSet: add({at.file, n.span, {n.span.begin, n.span.begin + 1}}); return;
      case NodeKind::Lambda: add(place_of_function(at)); return;
      case NodeKind::If: open_.insert(open_.end(), {{at.file, n.b}, {at.file, n.c}}); return;
      case NodeKind::Binary:
        if (static_cast<syntax::BinaryOp>(n.op) == syntax::BinaryOp::Update)
          open_.insert(open_.end(), {{at.file, n.a}, {at.file, n.b}});
        return;
      case NodeKind::Apply: called(at); return;
      case NodeKind::Var:
      case NodeKind::Select: follow(at); return;
      default: return;
    }
  }

  /// What a function makes has the form that this function gives it.
  void called(FileNode apply) {
    const auto calls = program_.calls_of(apply);
    if (calls.empty()) return follow(apply);
    add(place_of_function(calls.front().function));
  }

  /// Into another file, or to what a caller gives.
  void follow(FileNode at) {
    const FileNode next = program_.resolve(at);
    if (next == at || next.node == kNoNode) {
      out_.known = false;
    } else {
      open_.push_back(next);
    }
  }

  Program& program_;
  std::vector<FileNode> open_;
  TypeDefinition out_;
};

}  // namespace

TypeDefinition type_definition(Program& program, const SourceFile& file, uint32_t offset) {
  const Name* name = file.names.at(offset);
  if (!name) return {};
  const auto meant = program.meant_by(file, *name);
  if (!meant) return {.places = {}, .known = false};
  const auto value = program.value_of(program.origin(*meant));
  if (!value) return {.places = {}, .known = false};
  return Search(program).run(*value);
}

}  // namespace nilas::analysis
