#pragma once
// Prints an Ast as `nix-instantiate --parse` of Nix 2.26.3 prints its own: on one line, sets sorted
// by name, operators as the calls they are sugar for.

#include <string>
#include <string_view>

#include "syntax/ast.hpp"

namespace nilas::syntax {

struct PrintContext {
  std::string_view base;  ///< absolute directory that relative paths start from
  std::string_view home;  ///< what `~` stands for
};

/// The expression under `node`. Uses no native recursion; linear but for the sorting of names.
std::string print(const Ast& ast, NodeId node, const PrintContext& context);

/// An absolute path without `.`, `..`, and double slashes. `path` is taken relative to `base`
/// unless it starts with a slash.
std::string canonical_path(std::string_view path, std::string_view base);

/// A string as a Nix literal, quoted and escaped.
void print_string(std::string& out, std::string_view text);

/// A name as C++ Nix shows it: quoted unless it is an identifier.
void print_name(std::string& out, std::string_view name);

}  // namespace nilas::syntax
