#pragma once
// Names of a world: interned once, compared as 32-bit numbers.

#include <boost/unordered/unordered_flat_map.hpp>
#include <string_view>
#include <vector>

#include "evaluator/heap.hpp"

namespace nilas::eval {

// Symbols that the evaluator itself looks for.
#define NILAS_WELL_KNOWN_SYMBOLS(X)                                                              \
  X(type, "type") X(name, "name") X(value, "value") X(out_path, "outPath")                        \
  X(drv_path, "drvPath") X(to_string, "__toString") X(functor, "__functor") X(body, "body")       \
  X(overrides, "__overrides") X(success, "success") X(right, "right") X(wrong, "wrong")           \
  X(key, "key") X(operator_, "operator") X(start_set, "startSet") X(file, "file")                 \
  X(line, "line") X(column, "column") X(path, "path") X(prefix, "prefix") X(outputs, "outputs")   \
  X(output_name, "outputName") X(all_outputs, "allOutputs") X(version, "version")                 \
  X(description, "description") X(meta, "meta") X(builtins, "builtins")                           \
  X(function_args, "__functionArgs") X(sub, "__sub") X(less_than, "__lessThan")

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
