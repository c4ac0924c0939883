#pragma once
// What parameters of functions stand for by the conventions of nixpkgs, where no call tells: `lib`
// is its library, `pkgs` its packages, and a file that is called with callPackage takes what it
// names from them. Good enough to say which attributes there are, what they are for and where they
// are defined.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluator/world.hpp"
#include "lsp/analysis/completion.hpp"
#include "lsp/analysis/definition.hpp"
#include "lsp/analysis/hover.hpp"
#include "lsp/analysis/names.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

enum class ConventionRoot : uint8_t { Lib, Packages };

/// `names` selected from `root`, one after the other.
struct Convention {
  ConventionRoot root;
  std::vector<std::string> names;
};

/// Whether the file's function looks as if callPackage called it.
bool is_package_function(const syntax::Ast& ast);

/// What an expression, or the first names of its path, comes down to, if that is a parameter's:
/// one meaning, or, behind `with`s, those that it may have, the first first; all with the same last
/// name. Never evaluates.
std::vector<Convention> conventional_meanings(const syntax::Ast& ast, const Names& names,
                                              const BaseExpression& base);
/// The same for a parameter, by the place of its name.
std::optional<Convention> conventional_parameter(const syntax::Ast& ast, syntax::Span name);

/// The same for the sets of the `with`s around a Var that only they can define, innermost first.
std::vector<Convention> conventional_withs(const syntax::Ast& ast, const Names& names,
                                           syntax::NodeId var);

/// What is known of nixpkgs' packages: nothing, where asking would evaluate what is being edited.
enum class KnownPackages : uint8_t { None, All };

/// The text whose evaluation knows nixpkgs: `root` is the directory of its sources.
std::string nixpkgs_text(std::string_view root, KnownPackages packages);

/// The value of a convention in the unit made of `nixpkgs_text`; nullopt if nixpkgs has no such
/// attribute. Within the VM's limits; throws EvalError.
std::optional<eval::Value> conventional_value(eval::World& world, const eval::SourceUnit& nixpkgs,
                                              const Convention& convention);

/// The value of a Var, or of the first `path_names` names of a Select (0: all), by convention; also
/// of a name that a `with` brings. As conventional_value.
std::optional<eval::Value> value_by_convention(eval::World& world, const eval::SourceUnit& nixpkgs,
                                               const syntax::Ast& ast, const Names& names,
                                               const BaseExpression& expression);

/// Where the last name of such an expression is defined.
std::optional<Definition> definition_by_convention(eval::World& world,
                                                   const eval::SourceUnit& nixpkgs,
                                                   const syntax::Ast& ast, const Names& names,
                                                   const BaseExpression& expression,
                                                   Inherits inherits);

/// Adds to a hover without a value (HoverContent::by_argument) what is known by convention: where
/// the name is defined, how a function is called, which package it is. Never a value. Throws
/// EvalError.
void explain_by_convention(eval::World& world, const eval::SourceUnit& nixpkgs,
                           const std::vector<Convention>& meanings, HoverContent& content);

}  // namespace nilas::analysis
