#include "lsp/analysis/hover.hpp"

#include <algorithm>
#include <bit>

#include "evaluator/builtins.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/trace.hpp"
#include "lsp/analysis/builtin_types.hpp"
#include "lsp/analysis/documentation.hpp"
#include "lsp/analysis/evaluation_errors.hpp"
#include "lsp/analysis/function_text.hpp"
#include "lsp/analysis/package_facts.hpp"
#include "lsp/analysis/tree.hpp"
#include "lsp/analysis/types.hpp"
#include "lsp/analysis/value_origin.hpp"

namespace nilas::analysis {
namespace {

using eval::ErrorKind;
using eval::Root;
using eval::SourceUnit;
using eval::Value;
using eval::World;

bool ends_the_hover(ErrorKind kind) {
  return kind == ErrorKind::Cancelled || kind == ErrorKind::Deadline ||
         kind == ErrorKind::FuelLimit;
}

std::string count_of(size_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string(n == 1 ? one : many);
}

/// `integer`, `int | null`, `list: [string]`. Of a set or function that is written at `node`, only
/// the kind.
std::string type_in_words(const Ast& ast, Types& types, const Type& type, NodeId node) {
  if (!std::has_single_bit(type.kinds)) return kinds_text(type.kinds);
  std::string words = kinds_in_words(type.kinds);
  words.erase(0, words.find(' ') + 1);  // the article
  const std::string text = types.text(type);
  const bool written = ast[node].kind == NodeKind::AttrSet || ast[node].kind == NodeKind::Lambda;
  return written || text == kinds_text(type.kinds) ? words : words + ": " + text;
}

/// Makes the content of one hover. The VM runs only through its methods, which set the limits.
class HoverRun {
 public:
  HoverRun(World& world, const SourceUnit& unit, const syntax::Located& target,
           const HoverLimits& limits, const std::function<bool(std::string_view)>& in_workspace)
      : world_(world), unit_(unit), target_(target), limits_(limits), in_workspace_(in_workspace) {
    const bool prefix = target.kind == syntax::LocatedKind::Prefix;
    node_ = prefix ? target.select : target.expr;
    path_names_ = prefix ? target.names : 0;
  }

  HoverContent run() {
    content_.span = target_.span;
    if (target_.kind == syntax::LocatedKind::Parameter) {
      parameter();
      return std::move(content_);
    }
    allow_until(limits_.deadline);
    if (limits_.evaluate && node_ != syntax::kNoNode) {
      evaluate();
    } else {
      unknown_ = true;
    }
    allow_showing();
    define();
    if (unknown_) describe_statically();
    return std::move(content_);
  }

 private:
  void evaluate() {
    try {
      const Value focused = world_.focus(unit_, node_, path_names_);
      const Root value(world_.vm.heap, world_.vm.run(focused));
      allow_showing();
      describe(value);
    } catch (const eval::EvalError& e) {
      if (ends_the_hover(e.data().kind)) throw;
      if (e.data().kind == ErrorKind::UnknownArgument) {
        unknown_ = true;
      } else {
        content_.error = error(e.data());
      }
    }
  }

  void allow_until(std::chrono::steady_clock::time_point deadline) {
    eval::Limits limits;
    limits.call_depth = limits_.call_depth;
    limits.deadline = deadline;
    limits.cancelled = limits_.stop;
    if (!limits_.evaluate) limits.fuel = 0;
    world_.vm.set_limits(limits);
  }

  /// A value that came too late to be shown in time is nobody's hurry any more.
  void allow_showing() {
    const auto now = std::chrono::steady_clock::now();
    allow_until(now < limits_.shown_by ? limits_.shown_by : now + std::chrono::seconds(1));
  }

  // --- Values -----------------------------------------------------------------------------------
  void describe(const Root& value) {
    const Value v = value;
    switch (v.type()) {
      case eval::Type::Int: content_.type = "integer"; break;
      case eval::Type::Float: content_.type = "float"; break;
      case eval::Type::Bool: content_.type = "boolean"; break;
      case eval::Type::Null: content_.type = "null"; break;
      case eval::Type::String:
        content_.type = "string of " + count_of(world_.vm.view(v).size(), "byte", "bytes");
        break;
      case eval::Type::Path: return describe_path(v);
      case eval::Type::List:
        content_.type = "list of " + count_of(v.list()->size(), "element", "elements");
        break;
      case eval::Type::Attrs:
        if (is_a_derivation(value)) return describe_derivation(value);
        content_.type = "set of " + count_of(v.attrs()->size(), "attribute", "attributes");
        break;
      case eval::Type::Function: return describe_function(v);
      case eval::Type::Thunk:
      case eval::Type::Internal: return;
    }
    print(value);
  }

  /// What fails there is no derivation.
  bool is_a_derivation(const Root& set) {
    try {
      return is_derivation(world_, set);
    } catch (const eval::EvalError& e) {
      if (e.data().kind == ErrorKind::Cancelled) throw;
      return false;
    }
  }

  void print(const Root& value) {
    eval::PrintOptions options = eval::PrintOptions::hover();
    options.max_output = std::min(options.max_output, limits_.max_characters);
    try {
      const Value text =
          world_.vm.run_task(eval::print_value(world_.vm, Root(world_.vm.heap, value), options));
      content_.code = world_.vm.view(text);
    } catch (const eval::EvalError& e) {
      if (e.data().kind == ErrorKind::Cancelled) throw;
      options.force = false;
      content_.code = eval::print_shallow(world_.vm, value, options);
      content_.note = e.data().kind == ErrorKind::UnknownArgument
                          ? "Parts of it depend on the argument of a function."
                          : "Not everything in it was evaluated: " + e.data().message + ".";
    }
  }

  void describe_path(Value v) {
    const std::string path(v.path()->view());
    content_.code = path;
    content_.type = "path";
    // Follow what a reader would: symlinks, as far as they lead.
    std::string at = path;
    auto info = world_.host.info(at);
    for (int links = 0; info && info->type == eval::FileType::Symlink && links < 40; ++links) {
      const auto target = world_.host.read_link(at);
      if (!target) break;
      at = target->starts_with('/') ? *target : at.substr(0, at.rfind('/') + 1) + *target;
      info = world_.host.info(at);
    }
    if (!info) {
      content_.facts.push_back({"exists", "no"});
    } else if (info->type == eval::FileType::Directory) {
      content_.facts.push_back({"exists", "yes, a directory"});
    } else {
      content_.facts.push_back({"exists", "yes, " + count_of(info->size, "byte", "bytes")});
    }
    if (at != path) content_.facts.push_back({"leads to", at});
  }

  void describe_derivation(const Root& set) {
    content_.type = "derivation";
    content_.facts = package_facts(world_, set, {"name", "version", "outputs", "drvPath"});
    const auto& facts = content_.facts;
    content_.code = facts.empty() || facts[0].name != "name"
                        ? "«derivation»"
                        : "«derivation " + facts[0].value + "»";
  }

  // --- Functions --------------------------------------------------------------------------------
  void describe_function(Value v) {
    content_.type = "function";
    if (const auto builtin = builtin_of(v)) {
      content_.type = "builtin function";
      content_.code = builtin_signature(*builtin);
      content_.documentation = builtin_documentation(*builtin->info);
      return;
    }
    const auto node = world_.function_node(v);
    if (!node) return;
    content_.code = function_heads(*node->unit->ast, *node->unit->text, node->node);
    content_.function = place_of(world_, world_.function_span(v));
    const syntax::Span doc = function_doc(*node->unit->ast, node->node);
    content_.documentation = documentation_text(
        std::string_view(*node->unit->text).substr(doc.begin, doc.end - doc.begin));
  }

  // --- Errors -----------------------------------------------------------------------------------
  HoverError error(const eval::ErrorData& e) const {
    HoverError out{e.message, place_of(world_, eval::place_of(e)), std::nullopt};
    if (!e.suggestions.empty()) out.message += "\nDid you mean " + e.suggestions.front() + "?";
    if (out.thrown && in_workspace_(out.thrown->path)) return out;
    for (const eval::TraceFrame& frame : eval::trace_steps(world_, e)) {
      auto place = place_of(world_, frame.span);
      if (!place) continue;
      if (!out.thrown) out.thrown = place;
      if (!in_workspace_(place->path)) continue;
      if (place->path != out.thrown->path || place->span != out.thrown->span) {
        out.step = RelatedPlace{std::move(*place), frame.message};
      }
      break;
    }
    return out;
  }

  // --- Definitions ------------------------------------------------------------------------------
  void define() {
    using syntax::LocatedKind;
    switch (target_.kind) {
      case LocatedKind::Nothing:
      case LocatedKind::Parameter: return;
      case LocatedKind::Expression:
      case LocatedKind::Prefix:
      case LocatedKind::Inherited:
        content_.definition = find_definition(world_, unit_, node_, path_names_);
        break;
      case LocatedKind::Binding: {
        const Ast& ast = *unit_.ast;
        const bool is_let = target_.names == 1 && target_.set != syntax::kNoNode &&
                            ast[target_.set].kind != NodeKind::AttrSet;
        // The cursor may be on the dot or the `=` behind the name.
        content_.definition =
            definition_at(unit_, is_let ? DefinitionKind::LetBinding : DefinitionKind::Attribute,
                          ast.path(target_.path)[target_.names - 1].span);
        content_.definition->value = target_.expr;
        break;
      }
    }
    // The comment at the binding speaks of this name; that at the function of whatever was bound to
    // it.
    if (content_.definition && !content_.definition->documentation.empty()) {
      content_.documentation = content_.definition->documentation;
    }
  }

  void parameter() {
    content_.definition = definition_of_parameter(unit_, target_.span);
    describe_parameter();
  }

  void describe_parameter() {
    content_.by_argument = limits_.evaluate;
    content_.code = content_.definition->parameter;
    content_.type = "parameter";
    content_.note = "Its value is the argument of a call.";
    content_.documentation = content_.definition->documentation;
  }

  /// In a function whose argument is not known: what the text tells.
  void describe_statically() {
    if (content_.definition && content_.definition->kind == DefinitionKind::Parameter)
      return describe_parameter();
    content_.by_argument = limits_.evaluate;
    content_.note = limits_.evaluate ? "The value depends on the argument of a function."
                                     : "Evaluation is switched off.";
    NodeId node = node_;
    if (content_.definition && content_.definition->value != syntax::kNoNode)
      node = content_.definition->value;
    if (node == syntax::kNoNode) return;
    const syntax::Ast& ast = *unit_.ast;
    node = ast.skip_parens(node);
    Types types(ast);
    const bool prefix = node == node_ && path_names_ > 0 && ast[node].kind == NodeKind::Select;
    const Type type = prefix ? types.of_path(ast[node].a, ast.path(ast[node].b).first(path_names_))
                             : types.of(node);
    if (type.is_known()) content_.type = type_in_words(ast, types, type, node);
    if (ast[node].kind == NodeKind::Lambda) content_.code = function_heads(ast, *unit_.text, node);
  }

  World& world_;
  const SourceUnit& unit_;
  const syntax::Located& target_;
  NodeId node_;          // what is evaluated,
  uint32_t path_names_;  // and how many names of its path: as World::focus wants it
  const HoverLimits& limits_;
  const std::function<bool(std::string_view)>& in_workspace_;
  HoverContent content_;
  bool unknown_ = false;
};

}  // namespace

std::optional<HoverContent> hover(World& world, const SourceUnit& unit,
                                  const syntax::Located& target, const HoverLimits& limits,
                                  const std::function<bool(std::string_view path)>& in_workspace) {
  if (target.kind == syntax::LocatedKind::Nothing) return std::nullopt;
  return HoverRun(world, unit, target, limits, in_workspace).run();
}

}  // namespace nilas::analysis
