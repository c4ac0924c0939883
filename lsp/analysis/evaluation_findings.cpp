#include "lsp/analysis/evaluation_findings.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "evaluator/format/secret.hpp"
#include "lsp/analysis/evaluation_errors.hpp"
#include "lsp/analysis/tree.hpp"

namespace nilas::analysis {
namespace {

using Clock = std::chrono::steady_clock;
using eval::ErrorKind;
using eval::Value;

constexpr size_t kMaxFindings = 100;
/// No binding gets more than this part of the time that is left: one endless loop must not hide the
/// errors after it.
constexpr int kShare = 3;

/// One run over a file: a worklist of closed nodes, outer before inner, in the order of the text.
class FileRun {
 public:
  FileRun(eval::World& world, const eval::SourceUnit& file, uint32_t call_depth,
          Clock::time_point deadline, const std::atomic<bool>& stop)
      : world_(world),
        file_(file),
        ast_(*file.ast),
        call_depth_(call_depth),
        deadline_(deadline),
        stop_(stop) {}

  /// A message of warn or trace, at the innermost expression of the file that is under way.
  void hear(eval::EvalHost::Message level, std::string_view text) {
    result_.heard = true;
    if (result_.findings.size() >= kMaxFindings || !eval::secret_kind(text).empty()) return;
    Span span = blamed_;
    for (size_t i = 0; i < world_.vm.frame_count(); ++i) {
      const eval::SourceSpan at = world_.vm.frame(i).span;
      if (!world_.is_in(at, file_)) continue;
      span = at.span;
      break;
    }
    const bool warning = level == eval::EvalHost::Message::Warning;
    const std::string_view prefix = warning ? "evaluation warning: " : "trace: ";
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    const auto id =
        warning ? syntax::DiagnosticId::EvaluationWarning : syntax::DiagnosticId::EvaluationTrace;
    report({span, syntax::info(id).severity, id, std::string(text), {}});
  }

  EvaluationFindings run() {
    force(ast_.root, ast_[ast_.root].span);
    pending_.push_back({ast_.root, true});
    while (!pending_.empty() && !finished()) {
      const Pending next = pending_.back();
      pending_.pop_back();
      children_.clear();
      in_result_ = next.in_result;
      visit(next.node);
      pending_.insert(pending_.end(), children_.rbegin(), children_.rend());
    }
    result_.complete = result_.complete && pending_.empty();
    return std::move(result_);
  }

 private:
  /// A closed node; and whether it is part of what the file evaluates to, rather than an argument,
  /// a list's element or the value of a let.
  struct Pending {
    NodeId node;
    bool in_result;
  };

  bool finished() const {
    return result_.interrupted || result_.findings.size() >= kMaxFindings ||
           Clock::now() >= deadline_;
  }

  void visit(NodeId id) {
    const Node& n = ast_[id];
    switch (n.kind) {
      case NodeKind::Error:
      case NodeKind::Int:
      case NodeKind::Float:
      case NodeKind::SearchPath:
      case NodeKind::CurPos:
      case NodeKind::Var:
      case NodeKind::InheritFrom:
      case NodeKind::Lambda: return;  // what a function's body means depends on its argument
      case NodeKind::String:
      case NodeKind::Path:
        for (const syntax::Part& part : ast_.string_parts(n))
          descend(part.expr);
        return;
      case NodeKind::Select:
      case NodeKind::HasAttr:
      case NodeKind::Unary: return descend(n.a);
      case NodeKind::Paren: return descend_to_result(n.a);
      case NodeKind::Apply:
        descend(n.a);
        for (const NodeId argument : ast_.children(n.b, n.c))
          descend(argument);
        return;
      case NodeKind::Let: visit_set(n.a, false); return descend_to_result(n.b);
      case NodeKind::LegacyLet: return visit_set(n.a, false);
      case NodeKind::AttrSet: return visit_set(n.a, in_result_);
      case NodeKind::With: descend(n.a); return descend_to_result(n.b);
      case NodeKind::If: return visit_if(n);
      case NodeKind::Assert:
        if (condition(n.a)) descend_to_result(n.b);
        return;
      case NodeKind::Binary: return visit_binary(n);
      case NodeKind::List:
        for (const NodeId item : ast_.children(n.a, n.b))
          descend(item);
        return;
    }
  }

  void visit_set(syntax::SetId id, bool in_result) {
    const syntax::SetRecord& set = ast_.sets[id];
    for (const NodeId from : ast_.set_froms(set)) {
      descend(from);
    }
    for (const syntax::Attr& attr : ast_.set_attrs(set)) {
      if (finished()) return;
      visit_binding(attr.value, attr.name, in_result);
      if (attr.kind == syntax::AttrKind::Plain) children_.push_back({attr.value, in_result});
    }
    for (const syntax::DynamicAttr& attr : ast_.set_dynamics(set)) {
      if (finished()) return;
      visit_binding(attr.value, attr.span, in_result);
      children_.push_back({attr.value, in_result});
    }
  }

  /// `x = throw "..."` outside of the result is meant to fail if someone asks for x: no news.
  void visit_binding(NodeId value, Span name, bool in_result) {
    if (in_result || !is_plain_throw(value)) force(value, blamed(value, name));
  }

  /// `throw ...`, `abort ...`, `builtins.throw ...`
  bool is_plain_throw(NodeId node) const {
    const Node& n = ast_[ast_.skip_parens(node)];
    if (n.kind != NodeKind::Apply) return false;
    const Node& f = ast_[n.a];
    std::string_view name;
    if (f.kind == NodeKind::Var) name = ast_.symbol(f.a);
    if (f.kind == NodeKind::Select && !ast_.path(f.b).empty()) {
      const syntax::SymbolId last = ast_.path(f.b).back().symbol;
      if (last != syntax::kNone) name = ast_.symbol(last);
    }
    return name == "throw" || name == "abort";
  }

  /// What of a binding is underlined if no step of the trace lies in this file (tail calls leave
  /// none): its expression, or its name if that takes several lines.
  Span blamed(NodeId value, Span name) const {
    const Node& n = ast_[value];
    if (n.flags & syntax::kSynthetic) return name;
    const std::string_view text =
        std::string_view(*file_.text).substr(n.span.begin, n.span.end - n.span.begin);
    return text.contains('\n') ? name : n.span;
  }

  void visit_if(const Node& n) {
    descend(n.a);
    if (const auto taken = condition(n.a)) descend_to_result(*taken ? n.b : n.c);
  }

  void visit_binary(const Node& n) {
    descend(n.a);
    switch (static_cast<syntax::BinaryOp>(n.op)) {
      case syntax::BinaryOp::And:
      case syntax::BinaryOp::Or:
      case syntax::BinaryOp::Implies: return;  // evaluated only as the left side says
      default: descend(n.b);
    }
  }

  void descend(NodeId node) {
    if (node != syntax::kNoNode) children_.push_back({node, false});
  }
  /// The node's value is that of the node around it.
  void descend_to_result(NodeId node) { children_.push_back({node, in_result_}); }

  /// Value of a condition; nullopt if it fails, which is reported with the expression around it.
  std::optional<bool> condition(NodeId node) {
    const auto value = evaluate(node);
    if (!value || !*value || !(*value)->is_bool()) return std::nullopt;
    return (*value)->as_bool();
  }

  void force(NodeId node, Span fallback) {
    blamed_ = fallback;
    const auto value = evaluate(node);
    if (value) return;
    const eval::ErrorData& error = *value.error();
    switch (error.kind) {
      case ErrorKind::Cancelled: result_.interrupted = true; return;
      case ErrorKind::UnknownArgument: return;
      case ErrorKind::Deadline:
      case ErrorKind::FuelLimit:
        result_.interrupted = stop_;
        result_.complete = false;
        return;
      default: report(describe_error(world_, file_, error, fallback));
    }
  }

  /// nullopt: it needs no evaluation.
  std::expected<std::optional<Value>, eval::ErrorPtr> evaluate(NodeId node) {
    switch (ast_[ast_.skip_parens(node)].kind) {
      case NodeKind::Int:
      case NodeKind::Float:
      case NodeKind::Lambda:
      case NodeKind::CurPos:
      case NodeKind::Error: return std::nullopt;
      default: break;
    }
    try {
      eval::Limits limits;
      limits.call_depth = call_depth_;
      const auto now = Clock::now();
      limits.deadline = now + (deadline_ - now) / kShare;
      limits.cancelled = &stop_;
      world_.vm.set_limits(limits);
      return world_.vm.run(world_.focus(file_, node));
    } catch (const eval::EvalError& e) {
      return std::unexpected(e.share());
    }
  }

  /// Several bindings may lead to the same error; it is shown once, where it was met first.
  void report(Finding finding) {
    const auto leads_to = [&](Span span) {
      return span == finding.span || std::ranges::any_of(finding.related, [&](const auto& r) {
               return r.place.path == file_.name && r.place.span == span;
             });
    };
    const bool known = std::ranges::any_of(result_.findings, [&](const Finding& f) {
      return f.message == finding.message && leads_to(f.span);
    });
    if (!known) result_.findings.push_back(std::move(finding));
  }

  eval::World& world_;
  const eval::SourceUnit& file_;
  const Ast& ast_;
  uint32_t call_depth_;
  Clock::time_point deadline_;
  const std::atomic<bool>& stop_;
  EvaluationFindings result_;
  std::vector<Pending> pending_, children_;
  bool in_result_ = false;  // of the node that is visited
  Span blamed_;             // of what is forced
};

}  // namespace

bool has_closed_parts(const Ast& ast) {
  return ast[ast.skip_parens(ast.root)].kind != NodeKind::Lambda;
}

EvaluationFindings evaluation_findings(eval::World& world, const eval::SourceUnit& file,
                                       uint32_t call_depth, Clock::time_point deadline,
                                       const std::atomic<bool>& stop, MessageListener& listener) {
  FileRun run(world, file, call_depth, deadline, stop);
  listener = [&run](eval::EvalHost::Message level, std::string_view text) {
    run.hear(level, text);
  };
  const struct Listening {
    MessageListener& listener;
    ~Listening() { listener = nullptr; }
  } listening{listener};
  return run.run();
}

}  // namespace nilas::analysis
