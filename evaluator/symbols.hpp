#pragma once
// Names of a world: interned once, compared as 32-bit numbers.

#include <boost/unordered/unordered_flat_map.hpp>
#include <string_view>
#include <vector>

#include "evaluator/heap.hpp"

namespace nilas::eval {

// Symbols that are known from the start: what the evaluator itself looks for, and what C++ Nix has in front of all names of
// programs. Attributes are forced in the order of their symbols, so that this is its order: it decides which of two errors
// in a set is told.
#define NILAS_WELL_KNOWN_SYMBOLS(X)                                                              \
  X(with, "<with>") X(out_path, "outPath") X(drv_path, "drvPath") X(type, "type")                \
  X(meta, "meta") X(name, "name") X(value, "value") X(system, "system")                          \
  X(overrides, "__overrides") X(outputs, "outputs") X(output_name, "outputName")                 \
  X(ignore_nulls, "__ignoreNulls") X(file, "file") X(line, "line") X(column, "column")           \
  X(functor, "__functor") X(to_string, "__toString") X(right, "right") X(wrong, "wrong")         \
  X(structured_attrs, "__structuredAttrs") X(json, "__json")                                     \
  X(allowed_references, "allowedReferences") X(allowed_requisites, "allowedRequisites")          \
  X(disallowed_references, "disallowedReferences")                                               \
  X(disallowed_requisites, "disallowedRequisites") X(max_size, "maxSize")                        \
  X(max_closure_size, "maxClosureSize") X(builder, "builder") X(args, "args")                    \
  X(content_addressed, "__contentAddressed") X(impure, "__impure") X(output_hash, "outputHash")  \
  X(output_hash_algo, "outputHashAlgo") X(output_hash_mode, "outputHashMode")                    \
  X(recurse_for_derivations, "recurseForDerivations") X(description, "description")              \
  X(self, "self") X(empty, "") X(start_set, "startSet") X(operator_, "operator") X(key, "key")   \
  X(path, "path") X(prefix, "prefix") X(output_specified, "outputSpecified")                     \
  X(required_system_features, "requiredSystemFeatures") X(sub, "__sub")                          \
  X(less_than, "__lessThan") X(mul, "__mul") X(div, "__div") X(or_, "or")                        \
  X(find_file, "__findFile") X(nix_path, "__nixPath") X(body, "body") X(success, "success")      \
  X(all_outputs, "allOutputs") X(version, "version") X(builtins, "builtins")                     \
  X(function_args, "__functionArgs")

class SymbolTable {
 public:
  explicit SymbolTable(Heap& heap);

  /// O(1) on average.
  Symbol intern(std::string_view name);
  /// Symbol of `name` if it was ever interned; kNoSymbol otherwise: then no set has such an attribute.
  Symbol find(std::string_view name) const;
  std::string_view name(Symbol s) const { return strings_[s].as<String>()->view(); }
  /// The name as a string value (without context); always the same object.
  Value string(Symbol s) const { return strings_[s]; }
  uint32_t size() const { return static_cast<uint32_t>(strings_.size()); }

  static constexpr Symbol kNoSymbol = 0xffffffffU;

  // Well-known symbols: sym.name, sym.out_path, ...
#define X(id, text) Symbol id;
  struct WellKnown {
    NILAS_WELL_KNOWN_SYMBOLS(X)
  };
#undef X
  WellKnown known;

 private:
  friend class Vm;
  Heap& heap_;
  std::vector<Value> strings_;
  boost::unordered_flat_map<std::string_view, Symbol> ids_;
};

}  // namespace nilas::eval
