#pragma once
// A world over a small file tree in memory, for the store's tests. regenerate.sh makes the same
// tree for C++ Nix.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "evaluator/format/json.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/world.hpp"
#include "tests/evaluator/memory_host.hpp"

namespace nilas::tests {

using namespace nilas::eval;

inline std::string read_text(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline void add_fixture(MemoryHost& host) {
  host.add_file("/fixture/tree/a.txt", "hello\n");
  host.add_file("/fixture/tree/default.nix", "{ x = 1; }\n");
  host.add_file("/fixture/tree/big", std::string(40000, 'x'));
  host.add_file("/fixture/tree/sub/run.sh", "#!/bin/sh\necho hi\n", true);
  host.add_file("/fixture/tree/sub/none", "");
  host.add_symlink("/fixture/tree/sub/link", "../a.txt");
  host.add_directory("/fixture/tree/empty");
  host.add_symlink("/fixture/links/dir", "../tree");
  host.add_symlink("/fixture/links/dangling", "nowhere");
  host.add_symlink("/fixture/links/loop1", "loop2");
  host.add_symlink("/fixture/links/loop2", "loop1");
}

inline constexpr Features kAllFeatures{.ca_derivations = true,
                                       .dynamic_derivations = true,
                                       .fetch_tree = true,
                                       .flakes = true,
                                       .git_hashing = true,
                                       .impure_derivations = true};

struct Fixture {
  explicit Fixture(Features features = {}, bool stress = false)
      : world(prepared(host), options(features, stress)) {}

  static EvalHost& prepared(MemoryHost& host) {
    add_fixture(host);
    return host;
  }
  static WorldOptions options(Features features, bool stress) {
    WorldOptions o;
    o.features = features;
    o.heap.stress = stress;
    return o;
  }

  /// JSON of an expression, or "error: " and the message.
  std::string json(const std::string& text) {
    try {
      const SourceUnit& unit = world.parse_source("«string»", "/fixture", text, false);
      const Value v = world.thunk_of(unit);
      Vm& vm = world.vm;
      return std::string(vm.view(vm.run_task(to_json(vm, Root(vm.heap, v), {}))));
    } catch (const EvalError& error) {
      return "error: " + error.data().message;
    }
  }

  MemoryHost host;
  World world;
};

}  // namespace nilas::tests
