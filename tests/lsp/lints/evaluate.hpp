#pragma once
// What a text evaluates to, for tests that change texts.

#include <map>
#include <string>

#include "evaluator/format/print.hpp"
#include "evaluator/world.hpp"
#include "tests/evaluator/memory_host.hpp"

namespace nilas::analysis::test {

/// Strictly evaluated and printed; `error: ` and the message if that fails. `files` lie beside it.
inline std::string value_of(const std::string& text,
                            const std::map<std::string, std::string>& files = {}) {
  tests::MemoryHost host;
  for (const auto& [name, content] : files)
    host.add_file("/" + name, content);
  eval::World world(host, {});
  try {
    const eval::SourceUnit& unit = world.parse_source("/main.nix", "/", text, true);
    eval::Root value(world.vm.heap, world.thunk_of(unit));
    world.vm.run_task(eval::force_deep(world.vm, eval::Root(world.vm.heap, value)));
    eval::PrintOptions options;
    options.sharing = eval::PrintOptions::Sharing::Cycles;
    return eval::print_shallow(world.vm, value, options);
  } catch (const eval::EvalError& e) {
    return "error: " + e.data().message;
  }
}

}  // namespace nilas::analysis::test
