#pragma once
// Taking over from an earlier Ast what an edit did not touch.
//
// Where a binding may follow another one, a text that was a binding is that binding again, whatever is around it. So of the
// bindings that an edit did not touch only the rows in the tables are copied, a run of bindings at once, with ids and offsets
// moved by constants (ast.hpp, invariant 1). What contains the edit is read anew, down to the bindings inside that the edit
// did not touch; and so is the first binding of each set, since its rows enclose the set's own.
//
// Attributes go through the Builder as always, so that the order of everything comes about as it would from the text.
// Bindings that can clash or merge with others (attribute paths, names that are defined already) are read from the text.
//
// Names and texts keep their ids over all edits, so those that occur no longer stay in the tables. A parse from scratch
// leaves them out; it is due when they have become as many as what is in use (`Leftovers::fresh_bytes`).

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/builder.hpp"

namespace nilas::syntax {

/// How many rows the tables of an Ast have that hold its structure: all but those of names and texts.
struct TableSizes {
  uint32_t nodes, lists, ints, floats, parts, attr_names, paths, sets, attrs, dynamic_attrs, froms,
      bindings, lambdas, formals, refs;
};

TableSizes sizes_of(const Ast& ast);

/// Makes room in the tables of `ast` for what `like` has, and a little more.
void reserve_like(Ast& ast, const Ast& like);

/// A binding that a later parse may take over.
struct Graftable {
  Span text;  ///< from behind the token before it to behind its semicolon
  Binding binding;
  TableSizes begin, end;  ///< its rows: what was added to each table while it was parsed
  bool usable =
      false;  ///< nothing about it was wrong, and its attributes are told by its names alone
};

/// What a parse leaves for the next one.
struct Leftovers {
  std::vector<Graftable> bindings;  ///< by text.begin: each is followed by those inside it
  SymbolTable symbols;
  size_t fresh_bytes = 0;  ///< of Ast::blob after the last parse from scratch
  bool overrides = false;  ///< Builder::overrides() of the text
};

/// An earlier parse, and how its text became the present one: bytes [begin, old_end) were replaced by [begin, new_end).
struct Earlier {
  const Ast& ast;
  const Leftovers& left;
  uint32_t begin, old_end, new_end;
};

/// For a parse of `text`, which may take over from `earlier` (or nullptr).
Builder make_builder(std::string_view text, const Earlier* earlier);

/// Notes the bindings of a parse for the next one.
class GraftNotes {
 public:
  /// `bindings`: nullptr if nobody wants them; then only active() may be called. `holes`: parts of the text that are not
  /// what they seem, ascending (strict.hpp).
  GraftNotes(std::vector<Graftable>* bindings, std::span<const Span> holes)
      : bindings_(bindings), holes_(holes) {}

  bool active() const { return bindings_ != nullptr; }

  /// A binding begins that follows another one. `text_begin`: behind the semicolon of that.
  void begin(uint32_t text_begin, const Builder& builder);
  /// The innermost one that began is builder.last_binding(). `text_end`: behind its semicolon.
  void end(uint32_t text_end, const Builder& builder);
  /// As the earlier parse noted it.
  void add(const Graftable& binding) { bindings_->push_back(binding); }

  uint32_t count() const { return static_cast<uint32_t>(bindings_->size()); }
  /// All but the first `count`; none of them may be unfinished.
  void forget(uint32_t count) { bindings_->resize(count); }

 private:
  struct Open {
    uint32_t index;
    size_t diagnostics;  // how many there were when it began
  };
  std::vector<Graftable>* bindings_;
  std::span<const Span> holes_;
  std::vector<Open> open_;
};

/// Follows a parse of the present text, and finds what can be taken over.
class Grafter {
 public:
  /// `holes`: parts of the text that must not be taken over, ascending (strict.hpp).
  Grafter(const Earlier& earlier, std::span<const Span> holes) : earlier_(earlier), holes_(holes) {}

  /// Takes over the bindings that begin at byte `begin`, behind the semicolon of another one in `set`, and notes them
  /// again. Where the last one ends; nothing if there is none. `begin` must ascend from call to call.
  std::optional<uint32_t> graft(uint32_t begin, Builder& builder, Builder::PendingSetId set,
                                GraftNotes& notes);

 private:
  /// `before`: the edit, else behind it.
  bool can_take(const Graftable& binding, bool before, const Builder& builder,
                Builder::PendingSetId set) const;
  /// By how much offsets behind the edit moved, modulo 2^32.
  uint32_t shift_behind() const { return earlier_.new_end - earlier_.old_end; }

  const Earlier& earlier_;
  std::span<const Span> holes_;
  size_t next_ = 0;  // of earlier_.left.bindings
};

}  // namespace nilas::syntax
