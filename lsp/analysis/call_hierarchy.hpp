#pragma once
// Who applies a function, and what it applies, in all files.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lsp/analysis/program.hpp"
#include "syntax/ast.hpp"

namespace nilas::analysis {

/// A binding whose value is a function, or that holds a call; or a file, for calls outside of all
/// bindings.
struct CallItem {
  const SourceFile* file = nullptr;
  std::string name;        ///< empty for a file
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
std::optional<CallItem> call_item(Program& program, const SourceFile& file, uint32_t offset);

/// Bindings in which the binding named at `offset` is applied or handed on, in the order of
/// references. O(names + bindings) for each file.
std::vector<CallLink> incoming_calls(Program& program, const SourceFile& file, uint32_t offset);

/// Bindings of functions that the binding named at `offset` uses, in the order of their first use.
std::vector<CallLink> outgoing_calls(Program& program, const SourceFile& file, uint32_t offset);

}  // namespace nilas::analysis
