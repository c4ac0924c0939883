// The table of builtins and the names of the global scope.

#include "evaluator/builtins.hpp"

#include <algorithm>
#include <vector>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/fetch/internal.hpp"
#include "evaluator/vm.hpp"

namespace nilas::eval {

namespace {

constexpr BuiltinInfo kTable[] = {
#define LEAF(function, name, strictness, arguments, doc) \
  {name, strictness, arguments, doc, builtins::function, nullptr, nullptr},
#define TASK(function, name, strictness, arguments, doc) \
  {name, strictness, arguments, doc, nullptr, builtins::function, nullptr},
#define BOTH(function, name, strictness, arguments, doc) \
  {name, strictness, arguments, doc, nullptr, builtins::function, builtins::function##_now},
#include "evaluator/builtins.def"
#undef LEAF
#undef TASK
#undef BOTH
    {"fetchFinalTree", "s", "input", "", nullptr, builtins::fetch_final_tree, nullptr, true},
    {"countCommits", "s", "commit", "", builtins::count_commits, nullptr, nullptr, true},
};

/// Globals that are no functions of the table.
constexpr std::string_view kConstants[] = {
    "true",          "false",           "null",         "builtins",   "derivation",
    "__currentTime", "__currentSystem", "__nixVersion", "__storeDir", "__langVersion",
    "__nixPath",
};

}  // namespace

std::span<const BuiltinInfo> builtin_table() {
  return kTable;
}

bool BuiltinInfo::accepts(const Vm& vm, uint32_t index, Value v) const {
  switch (strictness[index]) {
    case 'A': return v.is_attrs();
    case 'F':
      return v.is_function() ||
             (v.is_attrs() && v.attrs()->get(vm.symbols.known.functor) != nullptr);
    case 'I': return v.is_int();
    case 'L': return v.is_list();
    case 'S': return v.is_string();
    default: return true;
  }
}

std::span<const std::string_view> global_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all(std::begin(kConstants), std::end(kConstants));
    for (const BuiltinInfo& info : kTable) {
      if (!info.internal) all.push_back(info.registered);
    }
    std::ranges::sort(all);
    const auto [first, last] = std::ranges::unique(all);
    all.erase(first, last);
    return all;
  }();
  return names;
}

}  // namespace nilas::eval
