#pragma once
// The front door of the syntax layer: text in; resolved Ast and diagnostics out.

#include <span>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/diagnostic.hpp"

namespace nilas::syntax {

struct Parsed {
  Ast ast;  ///< resolved; always has a root, if only an Error node
  /// Errors first, in the order in which C++ Nix meets them: the first is the one it reports.
  /// Then warnings, by position.
  std::vector<Diagnostic> diagnostics;

  /// Whether C++ Nix accepts the text, that is, whether the Ast may be compiled.
  bool ok() const {
    return diagnostics.empty() || info(diagnostics.front().id).severity != Severity::Error;
  }
};

/// Names of the global scope of C++ Nix 2.26 without experimental features, sorted.
std::span<const std::string_view> default_globals();

/// Parses and resolves a file. Never fails, never recurses; linear in the size of the text.
/// `globals`: names of the global scope, sorted.
Parsed parse(std::string_view text, std::span<const std::string_view> globals = default_globals());

}  // namespace nilas::syntax
