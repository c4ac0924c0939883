#include "syntax/dump.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "syntax/print.hpp"

namespace nilas::syntax {
namespace {

constexpr std::array kKindNames = {
#define NODE(kind, operands) std::string_view(#kind),
#include "syntax/nodes.def"
#undef NODE
};

constexpr std::string_view kBinaryNames[] = {"+",  "-", "*",  "/",  "++", "//", "==", "!=", "<",
                                             "<=", ">", ">=", "&&", "||", "->", "|>", "<|"};
constexpr std::string_view kStringNames[] = {"quoted", "indented", "url"};
constexpr std::string_view kPathNames[] = {"relative", "absolute", "home"};

std::string range(Span span) {
  return " [" + std::to_string(span.begin) + ", " + std::to_string(span.end) + ")";
}

class AstDump {
 public:
  explicit AstDump(const Ast& ast) : ast_(ast) {}

  std::string run() {
    push(0, "", ast_.root);
    while (!work_.empty()) {
      Line line = std::move(work_.back());
      work_.pop_back();
      out_.append(2 * line.depth, ' ');
      out_ += line.label;
      if (line.node == kNoNode) {
        out_ += '\n';
      } else {
        const size_t mark = work_.size();
        node(line.node, line.depth + 1);
        std::reverse(work_.begin() + static_cast<std::ptrdiff_t>(mark), work_.end());
      }
    }
    return std::move(out_);
  }

 private:
  struct Line {
    size_t depth;
    std::string label;
    NodeId node;  // kNoNode: the label is the whole line
  };

  void push(size_t depth, std::string label, NodeId node) {
    work_.push_back({depth, std::move(label), node});
  }
  std::string quoted(std::string_view text) const {
    std::string out;
    print_string(out, text);
    return out;
  }
  std::string name(SymbolId symbol) const {
    std::string out;
    print_name(out, ast_.symbol(symbol));
    return out;
  }

  void push_path(size_t depth, PathId path) {
    for (const AttrName& part : ast_.path(path)) {
      if (part.symbol != kNone) {
        push(depth, "." + name(part.symbol) + range(part.span), kNoNode);
      } else {
        push(depth, ".${}: ", part.expr);
      }
    }
  }

  void push_set(size_t depth, SetId id) {
    const SetRecord& set = ast_.sets[id];
    for (const NodeId from : ast_.set_froms(set))
      push(depth, "from: ", from);
    for (const Attr& attr : ast_.set_attrs(set)) {
      const std::string_view kind = attr.kind == AttrKind::Plain       ? ""
                                    : attr.kind == AttrKind::Inherited ? "inherit "
                                                                       : "inherit () ";
      push(depth, std::string(kind) + name(attr.symbol) + " = ", attr.value);
    }
    for (const DynamicAttr& attr : ast_.set_dynamics(set)) {
      push(depth, "${}: ", attr.name);
      push(depth, "= ", attr.value);
    }
    for (const Binding& binding : ast_.set_bindings(set)) {
      if (binding.doc.end != 0) {
        push(depth, "doc of binding" + range(binding.span) + ":" + range(binding.doc), kNoNode);
      }
    }
  }

  void lambda(const Node& n, size_t depth) {
    const LambdaRecord& record = ast_.lambdas[n.a];
    if (record.doc.end != 0) push(depth, "doc" + range(record.doc), kNoNode);
    if (record.arg != kNone) push(depth, "argument " + name(record.arg), kNoNode);
    for (const Formal& formal : ast_.lambda_formals(record)) {
      const bool has_default = formal.default_value != kNoNode;
      push(depth, "formal " + name(formal.symbol) + (has_default ? " ? " : ""),
           formal.default_value);
    }
    if (record.has_ellipsis) push(depth, "...", kNoNode);
    push(depth, "body: ", n.b);
  }

  void children(size_t depth, uint32_t first, uint32_t count) {
    for (const NodeId child : ast_.children(first, count))
      push(depth, "", child);
  }

  void node(NodeId id, size_t depth) {
    const Node& n = ast_[id];
    out_ += kKindNames[static_cast<size_t>(n.kind)];
    if ((n.flags & kRecursive) != 0) out_ += " rec";
    if ((n.flags & kSynthetic) != 0) out_ += " synthetic";
    detail(n);
    out_ += range(n.span) + " #" + std::to_string(id) + "\n";
    switch (n.kind) {
      case NodeKind::Int:
      case NodeKind::Float:
      case NodeKind::SearchPath:
      case NodeKind::CurPos:
      case NodeKind::Var:
      case NodeKind::InheritFrom: return;
      case NodeKind::Error:
      case NodeKind::List: return children(depth, n.a, n.b);
      case NodeKind::String:
      case NodeKind::Path:
        for (const Part& part : ast_.string_parts(n)) {
          push(depth, part.expr == kNoNode ? quoted(ast_.text(part.text)) : "${}: ", part.expr);
        }
        return;
      case NodeKind::Select:
      case NodeKind::HasAttr:
        push(depth, "", n.a);
        push_path(depth, n.b);
        if (n.kind == NodeKind::Select && n.c != kNoNode) push(depth, "or ", n.c);
        return;
      case NodeKind::Apply: push(depth, "", n.a); return children(depth, n.b, n.c);
      case NodeKind::Lambda: return lambda(n, depth);
      case NodeKind::Let: push_set(depth, n.a); return push(depth, "in ", n.b);
      case NodeKind::LegacyLet:
      case NodeKind::AttrSet: return push_set(depth, n.a);
      case NodeKind::If:
        push(depth, "", n.a);
        push(depth, "", n.b);
        return push(depth, "", n.c);
      case NodeKind::With:
      case NodeKind::Assert:
      case NodeKind::Binary: push(depth, "", n.a); return push(depth, "", n.b);
      case NodeKind::Unary:
      case NodeKind::Paren: return push(depth, "", n.a);
    }
  }

  void detail(const Node& n) {
    switch (n.kind) {
      case NodeKind::Int: out_ += " " + std::to_string(ast_.ints[n.a]); return;
      case NodeKind::Float: {
        std::array<char, 32> digits;
        const auto end =
            std::to_chars(digits.data(), digits.data() + digits.size(), ast_.floats[n.a]).ptr;
        out_ += ' ';
        out_.append(digits.data(), end);
        return;
      }
      case NodeKind::Var: out_ += " " + name(n.a); return;
      case NodeKind::SearchPath: out_ += " <" + std::string(ast_.text(n.a)) + ">"; return;
      case NodeKind::InheritFrom: out_ += " " + std::to_string(n.b); return;
      case NodeKind::String: (out_ += ' ') += kStringNames[n.op]; return;
      case NodeKind::Path: (out_ += ' ') += kPathNames[n.op]; return;
      case NodeKind::Binary: (out_ += ' ') += kBinaryNames[n.op]; return;
      case NodeKind::Unary: out_ += n.op == 0 ? " !" : " -"; return;
      case NodeKind::Error:
      case NodeKind::CurPos:
      case NodeKind::Select:
      case NodeKind::HasAttr:
      case NodeKind::Apply:
      case NodeKind::Lambda:
      case NodeKind::Let:
      case NodeKind::LegacyLet:
      case NodeKind::AttrSet:
      case NodeKind::With:
      case NodeKind::If:
      case NodeKind::Assert:
      case NodeKind::List:
      case NodeKind::Paren: return;
    }
  }

  const Ast& ast_;
  std::vector<Line> work_;
  std::string out_;
};

std::string_view scope_name(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::Let: return "let";
    case ScopeKind::RecSet: return "rec";
    case ScopeKind::Lambda: return "function";
    case ScopeKind::With: return "with";
  }
  return {};
}

}  // namespace

std::string dump_ast(const Ast& ast) {
  return AstDump(ast).run();
}

std::string dump_scopes(const Ast& ast) {
  std::string out;
  for (size_t i = 0; i < ast.scopes.size(); ++i) {
    const Scope& scope = ast.scopes[i];
    out += "scope " + std::to_string(i) + ": " + std::string(scope_name(scope.kind)) +
           range(ast[scope.node].span) + " in " +
           (scope.parent == kNone ? "the global scope" : "scope " + std::to_string(scope.parent));
    for (uint32_t d = 0; d < scope.decl_count; ++d) {
      const Decl& decl = ast.decls[scope.first_decl + d];
      out += d == 0 ? ": " : ", ";
      print_name(out, ast.symbol(decl.symbol));
      out += " (" + std::to_string(decl.use_count) + ")";
    }
    out += '\n';
  }
  for (const Ref& ref : ast.refs) {
    const Node& node = ast[ref.node];
    print_name(out, ast.symbol(node.a));
    out += range(node.span) + " -> ";
    switch (ref.kind) {
      case RefKind::Local: {
        const Decl& decl = ast.decls[ref.target];
        out += "scope " + std::to_string(decl.scope) + range(decl.name);
        break;
      }
      case RefKind::With: out += "with of scope " + std::to_string(ref.target); break;
      case RefKind::Global: out += "global"; break;
      case RefKind::Unbound: out += "nothing"; break;
    }
    out += '\n';
  }
  return out;
}

}  // namespace nilas::syntax
