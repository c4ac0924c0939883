#include "lsp/analysis/inlay_hints.hpp"

#include <algorithm>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

constexpr size_t kMaxLabel = 40;

class Hints {
 public:
  Hints(const Ast& ast, const Names& names, std::string_view text, Span range)
      : ast_(ast), names_(names), text_(text), range_(range) {}

  void parameters() {
    for (const Node& n : ast_.nodes) {
      if (n.kind == NodeKind::Apply && touches(n.span)) call(n);
    }
  }

  void binding_ends(uint32_t lines) {
    for (const syntax::SetRecord& set : ast_.sets) {
      const bool in_let = set.node != kNoNode && ast_[set.node].kind != NodeKind::AttrSet;
      for (const syntax::Binding& b : ast_.set_bindings(set)) {
        if (b.kind == syntax::BindingKind::Path) binding_end(b, in_let, lines);
      }
    }
  }

  std::vector<InlayHint> take() {
    std::ranges::stable_sort(out_, {}, &InlayHint::offset);
    return std::move(out_);
  }

 private:
  bool touches(Span s) const { return s.begin < range_.end && range_.begin < s.end; }
  bool holds(uint32_t offset) const { return range_.begin <= offset && offset <= range_.end; }

  /// Names speak for themselves.
  static bool wants_hint(NodeKind kind) {
    switch (kind) {
      case NodeKind::Int:
      case NodeKind::Float:
      case NodeKind::String:
      case NodeKind::List:
      case NodeKind::AttrSet:
      case NodeKind::Lambda: return true;
      default: return false;
    }
  }

  void call(const Node& n) {
    const auto arguments = ast_.children(n.b, n.c);
    const bool any = std::ranges::any_of(arguments, [&](NodeId a) { return is_hinted(a); });
    if (!any) return;
    const NodeId function = names_.resolve(n.a);
    if (ast_[function].kind == NodeKind::Lambda) {
      lambda_call(function, arguments);
    } else if (const eval::BuiltinInfo* info = builtin(function)) {
      builtin_call(*info, arguments);
    }
  }

  bool is_hinted(NodeId argument) const {
    const Node& n = ast_[ast_.skip_parens(argument)];
    if (n.kind == NodeKind::Var) {  // true, false, null
      const std::string_view name = ast_.symbol(n.a);
      return ast_.refs[n.b].kind == syntax::RefKind::Global &&
             (name == "true" || name == "false" || name == "null");
    }
    return wants_hint(n.kind);
  }

  void add(NodeId argument, std::string_view parameter, Span definition) {
    const uint32_t offset = ast_[argument].span.begin;
    if (!holds(offset) || !is_hinted(argument) || parameter.size() < 2) return;
    out_.push_back({offset, std::string(parameter) + ":", InlayHintKind::Parameter, definition});
  }

  void lambda_call(NodeId lambda, std::span<const NodeId> arguments) {
    for (const NodeId argument : arguments) {
      const syntax::LambdaRecord& record = ast_.lambdas[ast_[lambda].a];
      // A set for a pattern names its parts itself.
      if (!record.has_formals) add(argument, ast_.symbol(record.arg), record.arg_span);
      lambda = ast_.skip_parens(ast_[lambda].b);
      if (ast_[lambda].kind != NodeKind::Lambda) return;
    }
  }

  void builtin_call(const eval::BuiltinInfo& info, std::span<const NodeId> arguments) {
    std::string_view rest = info.arguments;
    if (rest.find(' ') == std::string_view::npos) return;  // of one argument nobody asks which
    for (const NodeId argument : arguments) {
      const size_t space = std::min(rest.find(' '), rest.size());
      if (space == 0) return;
      add(argument, rest.substr(0, space), {});
      rest.remove_prefix(std::min(space + 1, rest.size()));
    }
  }

  const eval::BuiltinInfo* builtin(NodeId function) const {
    const Node& n = ast_[function];
    std::string_view name;
    bool global = true;
    if (n.kind == NodeKind::Var && ast_.refs[n.b].kind == syntax::RefKind::Global) {
      name = ast_.symbol(n.a);
    } else if (n.kind == NodeKind::Select) {
      const Node& base = ast_[ast_.skip_parens(n.a)];
      const auto path = ast_.path(n.b);
      if (base.kind != NodeKind::Var || ast_.refs[base.b].kind != syntax::RefKind::Global ||
          ast_.symbol(base.a) != "builtins" || path.size() != 1 || path[0].symbol == kNone)
        return nullptr;
      name = ast_.symbol(path[0].symbol);
      global = false;
    }
    if (name.empty()) return nullptr;
    for (const eval::BuiltinInfo& info : eval::builtin_table()) {
      if ((global ? info.registered : info.name()) == name) return &info;
    }
    return nullptr;
  }

  void binding_end(const syntax::Binding& b, bool in_let, uint32_t lines) {
    if (!holds(b.span.end) || b.path == kNone || b.span.end - b.span.begin < lines) return;
    const auto path = ast_.path(b.path);
    if (path.empty()) return;
    const std::string_view whole = text_.substr(b.span.begin, b.span.end - b.span.begin);
    if (!whole.ends_with(';') || std::ranges::count(whole, '\n') + 1 < lines) return;
    const Span name{path.front().span.begin, path.back().span.end};
    std::string label(text_.substr(name.begin, name.end - name.begin));
    if (label.size() > kMaxLabel || label.find('\n') != std::string::npos) return;
    out_.push_back(
        {b.span.end, (in_let ? "= let " : "= ") + label, InlayHintKind::BindingEnd, name});
  }

  const Ast& ast_;
  const Names& names_;
  std::string_view text_;
  Span range_;
  std::vector<InlayHint> out_;
};

}  // namespace

std::vector<InlayHint> inlay_hints(const Ast& ast, const Names& names, std::string_view text,
                                   Span range, const InlayHintOptions& options) {
  Hints hints(ast, names, text, range);
  if (options.parameters) hints.parameters();
  if (options.binding_end_lines > 0) hints.binding_ends(options.binding_end_lines);
  return hints.take();
}

}  // namespace nilas::analysis
