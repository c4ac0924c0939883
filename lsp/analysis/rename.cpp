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

class Renaming {
 public:
  Renaming(const Ast& ast, const Names& names, std::string_view text, std::string_view new_name)
      : ast_(ast), names_(names), text_(text), new_name_(new_name) {}

  /// `entity`: what is renamed, if it is written in this file; else nothing.
  std::expected<std::vector<TextEdit>, std::string> run(const Entity& entity,
                                                        std::span<const RenamePlace> places) {
    entity_ = entity;
    if (auto why = unusable()) return std::unexpected(std::move(*why));
    for (const RenamePlace& p : places) {
      if (auto why = place(p)) return std::unexpected(std::move(*why));
    }
    for (auto& [binding, moved] : moved_)
      split(binding, moved);
    std::ranges::sort(edits_, {}, [](const TextEdit& e) { return e.span.begin; });
    if (auto why = changed_meaning()) return std::unexpected(std::move(*why));
    return std::move(edits_);
  }

 private:
  /// Whether the name must be an identifier: in a scope, not only in a set.
  bool in_scope() const {
    return entity_.kind == Entity::Kind::Parameter ||
           (entity_ && names_.decl_of_attr(entity_.id) != kNone);
  }

  std::optional<std::string> no_identifier() const {
    if (is_identifier(new_name_)) return std::nullopt;
    return quoted(new_name_) + " is not an identifier.";
  }

  std::optional<std::string> unusable() const {
    if (new_name_.empty()) return "A name cannot be empty.";
    if (in_scope()) {
      if (auto why = no_identifier()) return why;
    }
    if (entity_ && new_name_ == ast_.symbol(entity_.symbol)) return "That is its name already.";
    return std::nullopt;
  }

  void replace(Span span, std::string text) { edits_.push_back({span, std::move(text)}); }

  /// Why it cannot be renamed there.
  std::optional<std::string> place(const RenamePlace& p) {
    const Name& name = *p.name;
    switch (name.kind) {
      case NameKind::Variable:
      case NameKind::Parameter: replace(name.span, std::string(new_name_)); return no_identifier();
      case NameKind::Attribute:
      case NameKind::Select:
      case NameKind::HasAttr: replace(name.span, attribute_text(new_name_)); return std::nullopt;
      case NameKind::Inherit: inherited(p); return p.defines ? std::nullopt : no_identifier();
      case NameKind::InheritFrom: inherited(p); return std::nullopt;
    }
    return std::nullopt;
  }

  /// `inherit x;` has two sides, of which one keeps its name.
  void inherited(const RenamePlace& p) {
    const Name& name = *p.name;
    const std::string old(text_.substr(name.span.begin, name.span.end - name.span.begin));
    const std::string renamed = attribute_text(new_name_);
    std::string line = (p.defines ? renamed : old) + " = ";
    if (name.kind == NameKind::InheritFrom) {
      const Span from = ast_[ast_.bindings[name.binding].value].span;
      const NodeKind kind = ast_[ast_.bindings[name.binding].value].kind;
      const bool simple = kind == NodeKind::Var || kind == NodeKind::Select ||
                          kind == NodeKind::Paren || kind == NodeKind::AttrSet;
      const std::string e(text_.substr(from.begin, from.end - from.begin));
      line += (simple ? e : "(" + e + ")") + ".";
    }
    moved_[name.binding].push_back({name.span, line + (p.defines ? old : renamed) + ";"});
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
    const auto places = names_.names_of(entity_);
    const Name* first = nullptr;
    for (const Name* place : places) {
      const bool inherits =
          place->kind == NameKind::Inherit || place->kind == NameKind::InheritFrom;
      if (!inherits) first = place;
    }
    if (!first) return std::nullopt;
    const Name* now = names.at(shift(first->span.begin));
    const Entity entity = now ? names.meant_by(*now) : Entity{};
    if (names.names_of(entity).size() == places.size()) return std::nullopt;
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

std::expected<std::vector<TextEdit>, std::string> rename_places(const Ast& ast, const Names& names,
                                                                std::string_view text,
                                                                const Entity& entity,
                                                                std::span<const RenamePlace> places,
                                                                std::string_view new_name) {
  return Renaming(ast, names, text, new_name).run(entity, places);
}

}  // namespace nilas::analysis
