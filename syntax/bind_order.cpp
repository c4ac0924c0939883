// C++ Nix stops at the first undefined variable, and it does not look for them in the order of the
// text: the attributes of a set come in the order in which their names entered its symbol table.
// Names known before any file was read (`name`, `type`, builtins) come first, the others in the
// order of the text, which is the order of our symbols: both are made when a construct is complete.
// Operands of `>` and `<=` come swapped, for they are calls of __lessThan; a function comes before
// its arguments also in `x |> f`; the default of a select before the names in its path.
#include "syntax/bind_order.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace nilas::syntax {
namespace {

// The names in C++ Nix's symbol table before its builtins, in order.
constexpr std::array<std::string_view, 52> kWellKnown = {"<with>",
                                                         "outPath",
                                                         "drvPath",
                                                         "type",
                                                         "meta",
                                                         "name",
                                                         "value",
                                                         "system",
                                                         "__overrides",
                                                         "outputs",
                                                         "outputName",
                                                         "__ignoreNulls",
                                                         "file",
                                                         "line",
                                                         "column",
                                                         "__functor",
                                                         "__toString",
                                                         "right",
                                                         "wrong",
                                                         "__structuredAttrs",
                                                         "__json",
                                                         "allowedReferences",
                                                         "allowedRequisites",
                                                         "disallowedReferences",
                                                         "disallowedRequisites",
                                                         "maxSize",
                                                         "maxClosureSize",
                                                         "builder",
                                                         "args",
                                                         "__contentAddressed",
                                                         "__impure",
                                                         "outputHash",
                                                         "outputHashAlgo",
                                                         "outputHashMode",
                                                         "recurseForDerivations",
                                                         "description",
                                                         "self",
                                                         "",
                                                         "startSet",
                                                         "operator",
                                                         "key",
                                                         "path",
                                                         "prefix",
                                                         "outputSpecified",
                                                         "__sub",
                                                         "__lessThan",
                                                         "__mul",
                                                         "__div",
                                                         "or",
                                                         "__findFile",
                                                         "__nixPath",
                                                         "body"};

class Search {
 public:
  Search(const Ast& ast, std::span<const std::string_view> globals) : ast_(ast) {
    ranks_.reserve(ast.symbols.size());
    for (SymbolId id = 0; id < ast.symbols.size(); ++id)
      ranks_.push_back(rank(id, globals));
  }

  NodeId run() {
    work_.push_back(ast_.root);
    while (!work_.empty()) {
      const NodeId id = work_.back();
      work_.pop_back();
      const Node& n = ast_[id];
      if (n.kind == NodeKind::Var && ast_.refs[n.b].kind == RefKind::Unbound) return id;
      const size_t mark = work_.size();
      children(n);
      std::reverse(work_.begin() + static_cast<std::ptrdiff_t>(mark), work_.end());
    }
    return kNoNode;
  }

 private:
  uint32_t rank(SymbolId id, std::span<const std::string_view> globals) const {
    const std::string_view name = ast_.symbol(id);
    const auto known = std::ranges::find(kWellKnown, name);
    if (known != kWellKnown.end()) return static_cast<uint32_t>(known - kWellKnown.begin());
    const std::string prefixed = "__" + std::string(name);
    const bool builtin = std::ranges::binary_search(globals, name) ||
                         std::ranges::binary_search(globals, std::string_view(prefixed));
    const auto base = static_cast<uint32_t>(kWellKnown.size());
    return builtin ? base : base + 1 + id;
  }

  void push(NodeId node) {
    if (node != kNoNode) work_.push_back(node);
  }
  void push_path(PathId path) {
    for (const AttrName& name : ast_.path(path))
      push(name.expr);
  }
  void push_set(const SetRecord& set) {
    for (const NodeId from : ast_.set_froms(set))
      push(from);
    const auto attrs = ast_.set_attrs(set);
    std::vector<Attr> sorted(attrs.begin(), attrs.end());
    std::ranges::stable_sort(sorted, {}, [this](const Attr& a) { return ranks_[a.symbol]; });
    for (const Attr& attr : sorted) {
      if (attr.kind != AttrKind::InheritedFrom) push(attr.value);
    }
    for (const DynamicAttr& attr : ast_.set_dynamics(set))
      push(attr.name), push(attr.value);
  }
  void push_lambda(const Node& n) {
    const auto formals = ast_.lambda_formals(ast_.lambdas[n.a]);
    std::vector<Formal> sorted(formals.begin(), formals.end());
    std::ranges::stable_sort(sorted, {}, [this](const Formal& f) { return ranks_[f.symbol]; });
    for (const Formal& formal : sorted)
      push(formal.default_value);
    push(n.b);
  }

  void children(const Node& n) {
    switch (n.kind) {
      case NodeKind::Int:
      case NodeKind::Float:
      case NodeKind::SearchPath:
      case NodeKind::CurPos:
      case NodeKind::Var:
      case NodeKind::InheritFrom: return;
      case NodeKind::Error:
      case NodeKind::List:
        for (const NodeId child : ast_.children(n.a, n.b))
          push(child);
        return;
      case NodeKind::String:
      case NodeKind::Path:
        for (const Part& part : ast_.string_parts(n))
          push(part.expr);
        return;
      case NodeKind::Select:
        push(n.a);
        push(n.c);
        return push_path(n.b);
      case NodeKind::HasAttr: push(n.a); return push_path(n.b);
      case NodeKind::Apply:
        push(n.a);
        for (const NodeId argument : ast_.children(n.b, n.c))
          push(argument);
        return;
      case NodeKind::Lambda: return push_lambda(n);
      case NodeKind::Let: push_set(ast_.sets[n.a]); return push(n.b);
      case NodeKind::LegacyLet:
      case NodeKind::AttrSet: return push_set(ast_.sets[n.a]);
      case NodeKind::With:
      case NodeKind::Assert: push(n.a); return push(n.b);
      case NodeKind::If:
        push(n.a);
        push(n.b);
        return push(n.c);
      case NodeKind::Unary:
      case NodeKind::Paren: return push(n.a);
      case NodeKind::Binary: {
        const auto op = static_cast<BinaryOp>(n.op);
        const bool swapped =
            op == BinaryOp::More || op == BinaryOp::LessEqual || op == BinaryOp::PipeRight;
        push(swapped ? n.b : n.a);
        return push(swapped ? n.a : n.b);
      }
    }
  }

  const Ast& ast_;
  std::vector<uint32_t> ranks_;  // by symbol
  std::vector<NodeId> work_;
};

}  // namespace

NodeId first_unbound(const Ast& ast, std::span<const std::string_view> globals) {
  return Search(ast, globals).run();
}

}  // namespace nilas::syntax
