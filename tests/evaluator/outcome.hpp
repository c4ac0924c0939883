#pragma once
// An expression's value, error and messages as fixtures write them.

#include <string>
#include <string_view>
#include <utility>

#include "evaluator/format/print.hpp"
#include "evaluator/world.hpp"
#include "tests/evaluator/fixtures.hpp"
#include "tests/evaluator/memory_host.hpp"

namespace nilas::tests {

/// What evaluation said on the side.
inline std::string messages_of(const MemoryHost& host) {
  constexpr std::string_view kAddedByHost = "warning: ";
  std::string all;
  for (std::string_view message : host.messages) {
    if (message.starts_with(kAddedByHost)) message.remove_prefix(kAddedByHost.size());
    all += marked_lines('~', message);
  }
  return all;
}

/// What the expression gives, written as in the fixtures.
inline std::string outcome(MemoryHost host, const eval::WorldOptions& options,
                           const std::string& expression) {
  eval::World world(host, options);
  eval::Vm& vm = world.vm;
  try {
    const eval::SourceUnit& unit = world.parse_source("«string»", "/", expression, false);
    const eval::Root value(vm.heap, vm.run(world.thunk_of(unit)));
    vm.run_task(eval::force_deep(vm, eval::Root(vm.heap, value)));
    const std::string printed = eval::print_shallow(vm, value, eval::PrintOptions::result());
    return messages_of(host) + marked_lines('=', printed);
  } catch (const eval::EvalError& error) {
    return messages_of(host) + marked_lines('!', error.data().message);
  }
}

}  // namespace nilas::tests
