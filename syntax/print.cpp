#include "syntax/print.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace nilas::syntax {
namespace {

std::string_view operator_text(BinaryOp op) {
  switch (op) {
    case BinaryOp::Add: return " + ";
    case BinaryOp::Concat: return " ++ ";
    case BinaryOp::Update: return " // ";
    case BinaryOp::Equal: return " == ";
    case BinaryOp::NotEqual: return " != ";
    case BinaryOp::And: return " && ";
    case BinaryOp::Or: return " || ";
    case BinaryOp::Implies: return " -> ";
    // These are calls; see Printer::call.
    case BinaryOp::Sub: return "(__sub ";
    case BinaryOp::Mul: return "(__mul ";
    case BinaryOp::Div: return "(__div ";
    case BinaryOp::Less:
    case BinaryOp::More: return "(__lessThan ";
    case BinaryOp::LessEqual:
    case BinaryOp::MoreEqual: return "(! (__lessThan ";
    case BinaryOp::PipeLeft:
    case BinaryOp::PipeRight: return "(";
  }
  return {};
}

bool is_identifier(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kKeywords = {
      "if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"};
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (name.empty() || !letter(name[0]) || std::ranges::count(kKeywords, name) != 0) return false;
  return std::ranges::all_of(
      name, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '\'' || c == '-'; });
}

// What is left to print lies on a stack, the next thing on top: texts and nodes.
class Printer {
 public:
  Printer(const Ast& ast, const PrintContext& context) : ast_(ast), context_(context) {}

  std::string run(NodeId root) {
    push(root);
    while (!work_.empty()) {
      const Item item = work_.back();
      work_.pop_back();
      switch (item.kind) {
        case ItemKind::Text: out_ += item.text; break;
        case ItemKind::Name: print_name(out_, ast_.symbol(item.id)); break;
        case ItemKind::Literal: print_string(out_, ast_.text(item.id)); break;
        case ItemKind::Base: out_ += base_path(item.id); break;
        case ItemKind::Node: visit(item.id); break;
      }
    }
    return std::move(out_);
  }

 private:
  enum class ItemKind : uint8_t { Text, Name, Literal, Base, Node };
  struct Item {
    ItemKind kind;
    uint32_t id;
    std::string_view text;
  };
  struct Call {
    std::string_view builtin;       // "__sub" and the like, or empty
    NodeId function = kNoNode;      // if there is no builtin
    std::vector<NodeId> arguments;  // last first
  };

  void push(std::string_view text) { work_.push_back({ItemKind::Text, 0, text}); }
  void push(NodeId node) { work_.push_back({ItemKind::Node, node, {}}); }
  void push_name(SymbolId symbol) { work_.push_back({ItemKind::Name, symbol, {}}); }

  // Things are collected in the order of reading and then turned over.
  template <class F>
  void in_order(F&& fill) {
    const size_t mark = work_.size();
    fill();
    std::reverse(work_.begin() + static_cast<std::ptrdiff_t>(mark), work_.end());
  }

  std::string base_path(TextId text) const {
    const std::string_view raw = ast_.text(text);
    if (raw.starts_with('~')) return std::string(context_.home) + std::string(raw.substr(1));
    std::string path = canonical_path(raw, context_.base);
    if (raw.size() > 1 && raw.ends_with('/')) path += '/';
    return path;
  }

  void push_path(PathId path) {
    bool first = true;
    for (const AttrName& name : ast_.path(path)) {
      if (!first) push(".");
      first = false;
      if (name.symbol != kNone) {
        push_name(name.symbol);
      } else {
        push("\"${"), push(name.expr), push("}\"");
      }
    }
  }

  void push_bindings(const SetRecord& set) {
    std::vector<const Attr*> sorted;
    for (const Attr& attr : ast_.set_attrs(set))
      sorted.push_back(&attr);
    std::ranges::sort(sorted, {}, [&](const Attr* a) { return ast_.symbol(a->symbol); });
    bool inherits = false;
    for (const Attr* attr : sorted) {
      if (attr->kind != AttrKind::Inherited) continue;
      if (!inherits) push("inherit");
      inherits = true;
      push(" "), push_name(attr->symbol);
    }
    if (inherits) push("; ");
    push_inherit_froms(set, sorted);
    for (const Attr* attr : sorted) {
      if (attr->kind != AttrKind::Plain) continue;
      push_name(attr->symbol), push(" = "), push(attr->value), push("; ");
    }
    for (const DynamicAttr& attr : ast_.set_dynamics(set)) {
      push("\"${"), push(attr.name), push("}\" = "), push(attr.value), push("; ");
    }
  }

  void push_inherit_froms(const SetRecord& set, const std::vector<const Attr*>& sorted) {
    std::vector<std::pair<uint32_t, SymbolId>> names;  // index of the source, name
    for (const Attr* attr : sorted) {
      if (attr->kind != AttrKind::InheritedFrom) continue;
      names.emplace_back(ast_[ast_[attr->value].a].b, attr->symbol);
    }
    std::ranges::stable_sort(names, {}, [](const auto& name) { return name.first; });
    for (size_t i = 0; i < names.size(); ++i) {
      if (i == 0 || names[i].first != names[i - 1].first) {
        push("inherit ("), push(ast_.set_froms(set)[names[i].first]), push(")");
      }
      push(" "), push_name(names[i].second);
      if (i + 1 == names.size() || names[i].first != names[i + 1].first) push("; ");
    }
  }

  void push_lambda(const Node& n) {
    const LambdaRecord& lambda = ast_.lambdas[n.a];
    push("(");
    if (lambda.has_formals) {
      std::vector<const Formal*> sorted;
      for (const Formal& formal : ast_.lambda_formals(lambda))
        sorted.push_back(&formal);
      std::ranges::sort(sorted, {}, [&](const Formal* f) { return ast_.symbol(f->symbol); });
      push("{ ");
      bool first = true;
      for (const Formal* formal : sorted) {
        if (!first) push(", ");
        first = false;
        push_name(formal->symbol);
        if (formal->default_value != kNoNode) push(" ? "), push(formal->default_value);
      }
      if (lambda.has_ellipsis) push(first ? "..." : ", ...");
      push(" }");
      if (lambda.arg != kNone) push(" @ ");
    }
    if (lambda.arg != kNone) push_name(lambda.arg);
    push(": "), push(n.b), push(")");
  }

  void push_parts(const Node& n) {
    const bool path = n.kind == NodeKind::Path;
    const auto parts = ast_.string_parts(n);
    const auto text = [&](size_t i) {
      const bool base = path && i == 0;
      work_.push_back({base ? ItemKind::Base : ItemKind::Literal, parts[i].text, {}});
    };
    if (parts.empty()) return push("\"\"");
    if (parts.size() == 1 && parts[0].expr == kNoNode) return text(0);
    for (size_t i = 0; i < parts.size(); ++i) {
      push(i == 0 ? "(" : " + ");
      parts[i].expr == kNoNode ? text(i) : push(parts[i].expr);
    }
    push(")");
  }

  // C++ Nix knows calls only: subtraction, comparison and <search paths> are calls of builtins, and
  // a call of a call is one call with more arguments.
  bool as_call(NodeId node, Call& call) const {
    for (;;) {
      const Node& n = ast_[ast_.skip_parens(node)];
      if (n.kind == NodeKind::Apply) {
        for (uint32_t i = n.c; i-- > 0;)
          call.arguments.push_back(ast_.lists[n.b + i]);
        node = call.function = n.a;
      } else if (n.kind == NodeKind::Unary && n.op == static_cast<uint8_t>(UnaryOp::Negate)) {
        call.builtin = "(__sub 0";
        call.arguments.push_back(n.a);
        return true;
      } else if (n.kind == NodeKind::SearchPath) {
        call.builtin = "(__findFile __nixPath ";
        call.function = ast_.skip_parens(node);
        return true;
      } else if (n.kind == NodeKind::Binary) {
        if (!operator_call(n, node, call)) return call.function != kNoNode;
        if (!call.builtin.empty()) return true;
      } else {
        return call.function != kNoNode;
      }
    }
  }

  // Whether the operator is a call; if it is one of a builtin, call.builtin is set, else `node` is
  // the function that a pipe calls.
  bool operator_call(const Node& n, NodeId& node, Call& call) const {
    const auto builtin = [&](std::string_view name, NodeId left, NodeId right) {
      call.builtin = name;
      call.arguments.push_back(right);
      call.arguments.push_back(left);
      return true;
    };
    switch (static_cast<BinaryOp>(n.op)) {
      case BinaryOp::Sub: return builtin("(__sub", n.a, n.b);
      case BinaryOp::Mul: return builtin("(__mul", n.a, n.b);
      case BinaryOp::Div: return builtin("(__div", n.a, n.b);
      case BinaryOp::Less: return builtin("(__lessThan", n.a, n.b);
      case BinaryOp::More: return builtin("(__lessThan", n.b, n.a);
      case BinaryOp::PipeRight:
        call.arguments.push_back(n.a);
        node = call.function = n.b;
        return true;
      case BinaryOp::PipeLeft:
        call.arguments.push_back(n.b);
        node = call.function = n.a;
        return true;
      case BinaryOp::Add:
      case BinaryOp::Concat:
      case BinaryOp::Update:
      case BinaryOp::Equal:
      case BinaryOp::NotEqual:
      case BinaryOp::LessEqual:
      case BinaryOp::MoreEqual:
      case BinaryOp::And:
      case BinaryOp::Or:
      case BinaryOp::Implies: return false;
    }
    return false;
  }

  void push_call(const Call& call) {
    if (call.builtin.empty()) {
      push("("), push(call.function);
    } else {
      push(call.builtin);
      if (call.function != kNoNode && ast_[call.function].kind == NodeKind::SearchPath) {
        work_.push_back({ItemKind::Literal, ast_[call.function].a, {}});
      }
    }
    for (size_t i = call.arguments.size(); i-- > 0;)
      push(" "), push(call.arguments[i]);
    push(")");
  }

  void push_binary(const Node& n) {
    const auto op = static_cast<BinaryOp>(n.op);
    if (op == BinaryOp::LessEqual || op == BinaryOp::MoreEqual) {
      const bool swapped = op == BinaryOp::LessEqual;
      push("(! (__lessThan "), push(swapped ? n.b : n.a), push(" ");
      push(swapped ? n.a : n.b), push("))");
    } else {
      push("("), push(n.a), push(operator_text(op)), push(n.b), push(")");
    }
  }

  void visit(NodeId id) {
    in_order([&] { describe(id); });
  }

  void describe(NodeId id) {
    const Node& n = ast_[id];
    switch (n.kind) {
      case NodeKind::Error: return push("«error»");
      case NodeKind::Int: out_ += std::to_string(ast_.ints[n.a]); return;
      case NodeKind::Float: {
        std::array<char, 32> digits;
        const int size = std::snprintf(digits.data(), digits.size(), "%g", ast_.floats[n.a]);
        out_.append(digits.data(), static_cast<size_t>(size));
        return;
      }
      case NodeKind::String:
      case NodeKind::Path: return push_parts(n);
      case NodeKind::CurPos: return push("__curPos");
      case NodeKind::Var: return push_name(n.a);
      case NodeKind::InheritFrom: return push("(/* expanded inherit (expr) */)");
      case NodeKind::Select:
        push("("), push(n.a), push(")."), push_path(n.b);
        if (n.c != kNoNode) push(" or ("), push(n.c), push(")");
        return;
      case NodeKind::HasAttr:
        push("(("), push(n.a), push(") ? "), push_path(n.b), push(")");
        return;
      case NodeKind::SearchPath:
      case NodeKind::Apply:
      case NodeKind::Unary:
      case NodeKind::Binary: {
        Call call;
        if (as_call(id, call)) return push_call(call);
        if (n.kind == NodeKind::Binary) return push_binary(n);
        push("(! "), push(n.a), push(")");
        return;
      }
      case NodeKind::Lambda: return push_lambda(n);
      case NodeKind::Let:
        push("(let "), push_bindings(ast_.sets[n.a]), push("in "), push(n.b), push(")");
        return;
      case NodeKind::LegacyLet:
        push("(rec { "), push_bindings(ast_.sets[n.a]), push("}).body");
        return;
      case NodeKind::AttrSet:
        push((n.flags & kRecursive) != 0 ? "rec { " : "{ ");
        push_bindings(ast_.sets[n.a]), push("}");
        return;
      case NodeKind::With: push("(with "), push(n.a), push("; "), push(n.b), push(")"); return;
      case NodeKind::If:
        push("(if "), push(n.a), push(" then "), push(n.b), push(" else "), push(n.c), push(")");
        return;
      case NodeKind::Assert: push("assert "), push(n.a), push("; "), push(n.b); return;
      case NodeKind::List:
        push("[ ");
        for (const NodeId element : ast_.children(n.a, n.b))
          push("("), push(element), push(") ");
        push("]");
        return;
      case NodeKind::Paren: return push(n.a);
    }
  }

  const Ast& ast_;
  const PrintContext& context_;
  std::vector<Item> work_;
  std::string out_;
};

}  // namespace

std::string print(const Ast& ast, NodeId node, const PrintContext& context) {
  return Printer(ast, context).run(node);
}

std::string canonical_path(std::string_view path, std::string_view base) {
  std::string out;
  const auto append = [&out](std::string_view part) {
    while (!part.empty()) {
      const size_t slash = std::min(part.find('/'), part.size());
      const std::string_view name = part.substr(0, slash);
      part.remove_prefix(std::min(slash + 1, part.size()));
      if (name == "..") {
        out.resize(out.empty() ? 0 : out.rfind('/'));
      } else if (!name.empty() && name != ".") {
        out += '/';
        out += name;
      }
    }
  };
  if (!path.starts_with('/')) append(base);
  append(path);
  return out.empty() ? "/" : out;
}

void print_string(std::string& out, std::string_view text) {
  out += '"';
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '"':
      case '\\':
        out += '\\';
        out += c;
        break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '$':
        if (i + 1 < text.size() && text[i + 1] == '{') out += '\\';
        out += c;
        break;
      default: out += c;
    }
  }
  out += '"';
}

void print_name(std::string& out, std::string_view name) {
  if (is_identifier(name)) {
    out += name;
  } else {
    print_string(out, name);
  }
}

}  // namespace nilas::syntax
