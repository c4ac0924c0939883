#pragma once
// Who applies a function, and what it applies, within one file.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lsp/analysis/names.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

/// A binding whose value is a function, or that holds a call.
struct CallItem {
  std::string name;
  syntax::Span span;       ///< the whole binding
  syntax::Span selection;  ///< its name
  bool is_function = false;
};

/// Another binding, and the places of the calls.
struct CallLink {
  CallItem item;
  std::vector<syntax::Span> places;
};

/// The binding that the name at `offset` means; nullopt if it is no function.
std::optional<CallItem> call_item(const syntax::Ast& ast, const Names& names, uint32_t offset);

/// Bindings in which the binding named at `offset` is applied or handed on. O(names + bindings).
std::vector<CallLink> incoming_calls(const syntax::Ast& ast, const Names& names, uint32_t offset);

/// Bindings of functions that the binding named at `offset` uses.
std::vector<CallLink> outgoing_calls(const syntax::Ast& ast, const Names& names, uint32_t offset);

}  // namespace nilas::analysis
