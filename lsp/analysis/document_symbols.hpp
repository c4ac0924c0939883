#pragma once
// The outline of a file: its bindings, nested as they are written.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/ast.hpp"

namespace nilas::analysis {

/// What a binding binds, as far as its form tells.
enum class SymbolSort : uint8_t {
  Variable,  ///< of a let
  Property,  ///< of a set
  Function,
  Set,
  List,
  String,
  Number,
  Boolean,
  Null,
  Path,
};

struct DocumentSymbol {
  std::string name;    ///< `a.b.c` as written; never empty
  std::string detail;  ///< the head of a function, a short literal; may be empty
  SymbolSort sort;
  syntax::Span span;  ///< the whole binding
  syntax::Span selection;
  uint32_t parent = syntax::kNone;  ///< index of the symbol around it, which comes before it
};

/// In the order of the text. O(n log n). What nests more than 100 deep is left out: clients descend
/// by recursion.
std::vector<DocumentSymbol> document_symbols(const syntax::Ast& ast, std::string_view text);

/// Leaves out the innermost levels as long as there are more than `max` symbols; never the outermost. The megabytes that
/// outlines of generated files would take to send and read help nobody. O(n).
std::vector<DocumentSymbol> without_depths(std::vector<DocumentSymbol> symbols, size_t max);

/// What the form of an expression tells; `otherwise` if it tells nothing.
SymbolSort sort_of(const syntax::Ast& ast, syntax::NodeId value, SymbolSort otherwise);

}  // namespace nilas::analysis
