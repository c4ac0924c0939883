#include "lsp/analysis/rename.hpp"

#include <algorithm>
#include <map>

#include "evaluator/builtins.hpp"
#include "lsp/analysis/completion.hpp"
#include "lsp/analysis/tree.hpp"
#include "syntax/parse.hpp"

namespace nilas::analysis {
namespace {

std::string quoted(std::string_view name) {
  return "'" + std::string(name) + "'";
}

/// Why an entity cannot be renamed; empty if it can.
std::string refusal(const Entity& entity, std::string_view name) {
  switch (entity.kind) {
    case Entity::Kind::Attribute:
    case Entity::Kind::Parameter: return {};
    case Entity::Kind::Global: return quoted(name) + " is a builtin.";
    case Entity::Kind::With: return quoted(name) + " comes from a `with`: it is not defined here.";
    case Entity::Kind::Unknown:
    case Entity::Kind::None: return quoted(name) + " is not defined in this file.";
  }
  return {};
}

/// Positions of the old text in the new one.
class Shift {
 public:
  explicit Shift(const std::vector<TextEdit>& edits) : edits_(edits) {}
  uint32_t operator()(uint32_t offset) const {
    int64_t moved = offset;
    for (const TextEdit& e : edits_) {
      if (e.span.end > offset) break;
      moved += static_cast<int64_t>(e.text.size()) - (e.span.end - e.span.begin);
    }
    return static_cast<uint32_t>(moved);
  }

 private:
  const std::vector<TextEdit>& edits_;
};

class Renaming {
 public:
  Renaming(const Ast& ast, const Names& names, std::string_view text, std::string_view new_name)
      : ast_(ast), names_(names), text_(text), new_name_(new_name) {}

  std::expected<std::vector<TextEdit>, std::string> run(const Entity& entity) {
    entity_ = entity;
    if (auto why = unusable()) return std::unexpected(std::move(*why));
    places_ = names_.names_of(entity);
    for (const Name* name : places_)
      place(*name);
    if (entity.kind == Entity::Kind::Parameter) callers();
    for (auto& [binding, moved] : moved_)
      split(binding, moved);
    std::ranges::sort(edits_, {}, [](const TextEdit& e) { return e.span.begin; });
    if (auto why = changed_meaning()) return std::unexpected(std::move(*why));
    return std::move(edits_);
  }

 private:
  /// Whether the name must be an identifier: in a scope, not only in a set.
  bool in_scope() const {
    return entity_.kind == Entity::Kind::Parameter || names_.decl_of_attr(entity_.id) != kNone;
  }

  std::optional<std::string> unusable() const {
    if (new_name_.empty()) return "A name cannot be empty.";
    if (in_scope() && !is_identifier(new_name_))
      return quoted(new_name_) + " is not an identifier.";
    if (new_name_ == ast_.symbol(entity_.symbol)) return "That is its name already.";
    return std::nullopt;
  }

  void replace(Span span, std::string text) { edits_.push_back({span, std::move(text)}); }

  void place(const Name& name) {
    switch (name.kind) {
      case NameKind::Variable:
      case NameKind::Parameter: return replace(name.span, std::string(new_name_));
      case NameKind::Attribute:
      case NameKind::Select:
      case NameKind::HasAttr: return replace(name.span, attribute_text(new_name_));
      case NameKind::Inherit:
      case NameKind::InheritFrom: inherited(name);
    }
  }

  /// `inherit x;` has two sides, of which one keeps its name.
  void inherited(const Name& name) {
    const bool defines = names_.defined_by(name) == entity_;
    const std::string old(text_.substr(name.span.begin, name.span.end - name.span.begin));
    const std::string renamed = attribute_text(new_name_);
    std::string line = (defines ? renamed : old) + " = ";
    if (name.kind == NameKind::InheritFrom) {
      const Span from = ast_[ast_.bindings[name.binding].value].span;
      const NodeKind kind = ast_[ast_.bindings[name.binding].value].kind;
      const bool simple = kind == NodeKind::Var || kind == NodeKind::Select ||
                          kind == NodeKind::Paren || kind == NodeKind::AttrSet;
      const std::string e(text_.substr(from.begin, from.end - from.begin));
      line += (simple ? e : "(" + e + ")") + ".";
    }
    moved_[name.binding].push_back({name.span, line + (defines ? old : renamed) + ";"});
  }

  struct Moved {
    Span name;
    std::string line;
  };

  /// Takes the moved names out of an `inherit` and writes a binding for each behind it.
  void split(uint32_t index, const std::vector<Moved>& moved) {
    const syntax::Binding& binding = ast_.bindings[index];
    size_t begin = text_.find_last_of("\r\n", binding.span.begin);
    begin = begin == std::string_view::npos ? 0 : begin + 1;
    const std::string_view before = text_.substr(begin, binding.span.begin - begin);
    const bool own_line = before.find_first_not_of(" \t") == std::string_view::npos;
    std::string lines;
    for (const Moved& m : moved) {
      if (!lines.empty()) lines += own_line ? "\n" + std::string(before) : " ";
      lines += m.line;
    }
    if (moved.size() == ast_.path(binding.path).size()) return replace(binding.span, lines);
    for (const Moved& m : moved) {
      // With the white space in front of it.
      uint32_t from = m.name.begin;
      while (from > binding.span.begin &&
             std::string_view(" \t\r\n").find(text_[from - 1]) != std::string_view::npos)
        --from;
      replace({from, m.name.end}, "");
    }
    replace({binding.span.end, binding.span.end},
            (own_line ? "\n" + std::string(before) : " ") + lines);
  }

  /// Sets that are handed to the function whose formal is renamed, and `args.x` beside it.
  void callers() {
    const syntax::Decl& decl = ast_.decls[entity_.id];
    const NodeId lambda = ast_.scopes[decl.scope].node;
    const syntax::LambdaRecord& record = ast_.lambdas[ast_[lambda].a];
    if (!record.has_formals || decl.name == record.arg_span) return;
    for (const Node& n : ast_.nodes) {
      if (n.kind != NodeKind::Apply || n.c == 0 || names_.resolve(n.a) != lambda) continue;
      const Node& argument = ast_[ast_.skip_parens(ast_.lists[n.b])];
      if (argument.kind != NodeKind::AttrSet) continue;
      const uint32_t attr = names_.find_attr(argument.a, decl.symbol);
      if (attr != kNone) attribute_of_caller(attr);
    }
    for (const Name& name : names_.all()) {
      if (name.kind != NameKind::Select || name.index != 0 || name.symbol != decl.symbol) continue;
      const Node& base = ast_[ast_[name.node].a];
      if (base.kind != NodeKind::Var || ast_.refs[base.b].kind != syntax::RefKind::Local) continue;
      const syntax::Decl& root = ast_.decls[ast_.refs[base.b].target];
      if (root.scope == decl.scope && root.name == record.arg_span)
        replace(name.span, std::string(new_name_));
    }
  }

  void attribute_of_caller(uint32_t attr) {
    for (const Name& name : names_.all()) {
      if (name.defines != attr || name.kind == NameKind::Parameter) continue;
      if (name.kind == NameKind::Attribute) {
        replace(name.span, std::string(new_name_));
      } else {
        const std::string old(text_.substr(name.span.begin, name.span.end - name.span.begin));
        const std::string source = name.kind == NameKind::Inherit ? old : inherit_source(name, old);
        moved_[name.binding].push_back({name.span, std::string(new_name_) + " = " + source + ";"});
      }
    }
  }

  std::string inherit_source(const Name& name, const std::string& old) const {
    const Span from = ast_[ast_.bindings[name.binding].value].span;
    return "(" + std::string(text_.substr(from.begin, from.end - from.begin)) + ")." + old;
  }

  // --- The proof ----------------------------------------------------------------------------------
  /// What a name means: where that is defined, or what kind of thing it is.
  static std::pair<Entity::Kind, uint32_t> meaning(const Ast& ast, const Entity& entity) {
    switch (entity.kind) {
      case Entity::Kind::Attribute: return {entity.kind, ast.attrs[entity.id].name.begin};
      case Entity::Kind::Parameter: return {entity.kind, ast.decls[entity.id].name.begin};
      case Entity::Kind::With: return {entity.kind, ast[ast.scopes[entity.id].node].span.begin};
      case Entity::Kind::Global: return {entity.kind, entity.id};
      case Entity::Kind::None:
      case Entity::Kind::Unknown: return {entity.kind, 0};
    }
    return {};
  }

  std::optional<std::string> changed_meaning() const {
    const std::string after = apply_edits(text_, edits_);
    const syntax::Parsed parsed = syntax::parse(after, eval::global_names());
    if (!parsed.ok() && syntax::parse(text_, eval::global_names()).ok())
      return "That would be an error: " + parsed.diagnostics.front().message + ".";
    const Names names(parsed.ast);
    const Shift shift(edits_);
    for (const Name& old : names_.all()) {
      const bool inherits = old.kind == NameKind::Inherit || old.kind == NameKind::InheritFrom;
      if (inherits && moved_.contains(old.binding)) continue;
      if (is_replaced(old.span)) continue;  // the expression of an `inherit` that became a binding
      const Entity was = names_.used_by(old);
      if (!was) continue;
      auto expected = meaning(ast_, was);
      if (was.kind == Entity::Kind::Attribute || was.kind == Entity::Kind::Parameter) {
        // A definition by `inherit` may have become a binding elsewhere.
        if (is_moved(expected.second)) continue;
        expected.second = shift(expected.second);
      } else if (was.kind == Entity::Kind::With) {
        expected.second = shift(expected.second);
      }
      const Name* now = names.at(shift(old.span.begin));
      if (!now || meaning(parsed.ast, names.used_by(*now)) != expected) {
        return quoted(new_name_) +
               " is taken: " + quoted(text_.substr(old.span.begin, old.span.end - old.span.begin)) +
               " in line " + std::to_string(line_of(old.span.begin)) +
               " would mean something else.";
      }
    }
    return all_there(names, shift);
  }

  /// Nothing may be lost, nothing may come in.
  std::optional<std::string> all_there(const Names& names, const Shift& shift) const {
    const Name* first = nullptr;
    for (const Name* place : places_) {
      const bool inherits =
          place->kind == NameKind::Inherit || place->kind == NameKind::InheritFrom;
      if (!inherits) first = place;
    }
    if (!first) return std::nullopt;
    const Name* now = names.at(shift(first->span.begin));
    const Entity entity = now ? names.meant_by(*now) : Entity{};
    if (names.names_of(entity).size() == places_.size()) return std::nullopt;
    return quoted(new_name_) + " is taken: it would become one with another " + quoted(new_name_) +
           ".";
  }

  bool is_replaced(Span span) const {
    return std::ranges::any_of(edits_, [&](const TextEdit& e) {
      return e.span.begin <= span.begin && span.end <= e.span.end && e.span != span;
    });
  }

  bool is_moved(uint32_t begin) const {
    for (const auto& [binding, moved] : moved_) {
      for (const Moved& m : moved) {
        if (m.name.begin == begin) return true;
      }
    }
    return false;
  }

  size_t line_of(uint32_t offset) const {
    return 1 + static_cast<size_t>(std::ranges::count(text_.substr(0, offset), '\n'));
  }

  const Ast& ast_;
  const Names& names_;
  std::string_view text_, new_name_;
  Entity entity_;
  std::vector<const Name*> places_;
  std::map<uint32_t, std::vector<Moved>> moved_;  // by binding
  std::vector<TextEdit> edits_;
};

}  // namespace

std::expected<RenameTarget, std::string> prepare_rename(const Ast& ast, const Names& names,
                                                        uint32_t offset) {
  const Name* name = names.at(offset);
  if (!name) return std::unexpected("");
  const std::string text(ast.symbol(name->symbol));
  if (std::string why = refusal(names.meant_by(*name), text); !why.empty())
    return std::unexpected(std::move(why));
  return RenameTarget{name->span, text};
}

std::expected<std::vector<TextEdit>, std::string> rename(const Ast& ast, const Names& names,
                                                         std::string_view text, uint32_t offset,
                                                         std::string_view new_name) {
  const auto target = prepare_rename(ast, names, offset);
  if (!target)
    return std::unexpected(target.error().empty() ? "No name stands here." : target.error());
  return Renaming(ast, names, text, new_name).run(names.meant_by(*names.at(offset)));
}

}  // namespace nilas::analysis
