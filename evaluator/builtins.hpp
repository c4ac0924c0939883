#pragma once
// The table of builtins: made from builtins.def, used by the compiler, the VM, documentation and tests.

#include <cstdint>
#include <span>
#include <string_view>

#include "evaluator/native.hpp"

namespace nilas::eval {

struct BuiltinInfo {
  std::string_view registered;  ///< "__head", "map"
  std::string_view strictness;  ///< one letter an argument, see builtins.def
  std::string_view arguments;   ///< "list", "f list"
  std::string_view doc;         ///< Markdown
  LeafFn leaf;                  ///< exactly one of leaf and task is set
  TaskFn task;
  LeafFn
      now;  ///< beside a task: its answer if that takes no evaluation, else a value that does not exist; never throws
  bool internal = false;  ///< no program can name it

  uint32_t arity() const { return static_cast<uint32_t>(strictness.size()); }
  /// Argument `index` arrives forced.
  bool forces(uint32_t index) const { return strictness[index] != 'l'; }
  /// Argument `index` is looked at before a later one is evaluated.
  bool checks(uint32_t index) const {
    return forces(index) && strictness[index] != 's' &&
           strictness.find_first_not_of('l', index + 1) != std::string_view::npos;
  }
  /// `v`, which is forced, is of a kind that argument `index` may be.
  bool accepts(const Vm& vm, uint32_t index, Value v) const;
  /// Name within `builtins`: without the leading underscores.
  std::string_view name() const {
    return registered.starts_with("__") ? registered.substr(2) : registered;
  }
};

/// All builtin functions; a BuiltinObject's count is an index into it.
std::span<const BuiltinInfo> builtin_table();

/// Names of the global scope (`true`, `map`, `__head`, `builtins`, ...), sorted bytewise: what syntax::resolve() wants.
std::span<const std::string_view> global_names();

}  // namespace nilas::eval
