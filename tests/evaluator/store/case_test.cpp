// Expressions about files, sources, contexts and derivations, with the values that C++ Nix gives: cases/*.nix beside
// cases/*.json, and cases/errors.txt. regenerate.sh makes them.
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "evaluator/format/json.hpp"
#include "evaluator/store/derivation_show.hpp"
#include "evaluator/store/sources.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/world.hpp"
#include "tests/evaluator/memory_host.hpp"

using namespace nilas;
using namespace nilas::eval;

namespace {

const std::filesystem::path kCases = NILAS_STORE_CASES;

std::string read_text(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void add_fixture(tests::MemoryHost& host) {
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

constexpr StoreFeatures kAll{true, true, true, true};

struct Fixture {
  explicit Fixture(StoreFeatures features = {}, bool stress = false)
      : world(prepared(host), options(features, stress)) {}

  static EvalHost& prepared(tests::MemoryHost& host) {
    add_fixture(host);
    return host;
  }
  static WorldOptions options(StoreFeatures features, bool stress) {
    WorldOptions o;
    o.store_features = features;
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

  tests::MemoryHost host;
  World world;
};

}  // namespace

TEST_CASE("values as C++ Nix computes them") {
  const bool stress = std::getenv("NILAS_STRESS") != nullptr;
  for (const auto& entry : std::filesystem::directory_iterator(kCases)) {
    if (entry.path().extension() != ".nix") continue;
    CAPTURE(entry.path().filename());
    auto expected_path = entry.path();
    expected_path.replace_extension(".json");
    const auto expected = nlohmann::json::parse(read_text(expected_path));
    Fixture fixture(kAll, stress);
    const std::string text = fixture.json(read_text(entry.path()));
    INFO(text);
    const auto got = nlohmann::json::parse(text, nullptr, false);
    REQUIRE(!got.is_discarded());
    if (!got.is_object()) {
      CHECK(got.dump() == expected.dump());
      continue;
    }
    CHECK(got.size() == expected.size());
    for (const auto& [name, value] : expected.items()) {
      CAPTURE(name);
      REQUIRE(got.contains(name));
      CHECK(got[name].dump() == value.dump());
    }
  }
}

TEST_CASE("errors as C++ Nix words them") {
  std::istringstream lines(read_text(kCases / "errors.txt"));
  std::string expression, line;
  while (std::getline(lines, line)) {
    if (line.empty() || line.starts_with('#')) continue;
    if (!line.starts_with("= ")) {
      expression = line;
      continue;
    }
    CAPTURE(expression);
    Fixture fixture;
    CHECK(fixture.json(expression) == "error: " + line.substr(2));
  }
}

TEST_CASE("what was only computed can be read") {
  Fixture f;
  CHECK(f.json(R"(builtins.readFile (builtins.toFile "x" "text"))") == R"("text")");
  CHECK(f.json(R"(import (builtins.toFile "x.nix" "1 + 1"))") == "2");
  CHECK(f.json(R"(builtins.readFile "${/fixture/tree}/a.txt")") == R"("hello\n")");
  CHECK(f.json(R"((import "${/fixture/tree}").x)") == "1");
  CHECK(f.json(R"(builtins.attrNames (builtins.readDir "${/fixture/tree}/sub"))") ==
        R"(["link","none","run.sh"])");
  CHECK(f.json(R"(builtins.stringLength (builtins.readFile (derivation
        { name = "x"; system = "s"; builder = "b"; }).drvPath) > 100)") == "true");
  const std::string refused =
      f.json(R"(builtins.readFile (derivation { name = "x"; system = "s"; builder = "b"; }))");
  CHECK(refused.starts_with("error: cannot build '/nix/store/"));
}

TEST_CASE("an output that exists is read") {
  Fixture f;
  const std::string drv = R"((derivation { name = "x"; system = "s"; builder = "b"; }))";
  std::string path = f.json(drv + ".outPath");
  path = path.substr(1, path.size() - 2);
  Fixture g;
  g.host.add_file(path, "built");
  CHECK(g.json("builtins.readFile " + drv) == R"("built")");
}

TEST_CASE("a source is read once, a changed one again") {
  tests::MemoryHost host;
  host.add_file("/a", "1");
  const auto hash_in = [&](std::shared_ptr<FileHashCache> cache) {
    World world(host, {});
    if (cache) world.store->sources->hashes = cache;
    const SourceUnit& unit = world.parse_source("«string»", "/", "[ \"${/a}\" \"${/a}\" ]", false);
    Vm& vm = world.vm;
    const Value v = vm.run_task(to_json(vm, Root(vm.heap, world.thunk_of(unit)), {}));
    return std::string(vm.view(v));
  };
  const auto cache = std::make_shared<FileHashCache>();
  const std::string first = hash_in(cache);
  CHECK(host.reads.size() == 1);
  CHECK(hash_in(cache) == first);
  CHECK(host.reads.size() == 1);
  host.add_file("/a", "2");
  CHECK(hash_in(cache) != first);
  CHECK(host.reads.size() == 2);
}
