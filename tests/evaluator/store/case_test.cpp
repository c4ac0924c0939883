// Expressions about files, sources, contexts and derivations, with the values that C++ Nix gives:
// cases/*.nix beside cases/*.json, and cases/errors.txt. regenerate.sh makes them.
#include <cstdlib>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "evaluator/store/sources.hpp"
#include "tests/evaluator/store/fixture.hpp"

using namespace nilas;
using namespace nilas::eval;
using tests::Fixture;
using tests::read_text;

namespace {

const std::filesystem::path kCases = std::filesystem::path(NILAS_STORE_TESTS) / "cases";

}  // namespace

TEST_CASE("values as C++ Nix computes them") {
  const bool stress = std::getenv("NILAS_STRESS") != nullptr;
  for (const auto& entry : std::filesystem::directory_iterator(kCases)) {
    if (entry.path().extension() != ".nix") continue;
    CAPTURE(entry.path().filename());
    auto expected_path = entry.path();
    expected_path.replace_extension(".json");
    const auto expected = nlohmann::json::parse(read_text(expected_path));
    Fixture fixture(tests::kAllFeatures, stress);
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

TEST_CASE("import keeps the symlinks on the way, and follows one at the end") {
  Fixture f;
  f.host.add_file("/s/real/a.nix", "import ../lib.nix");
  f.host.add_file("/s/x/lib.nix", "\"x\"");
  f.host.add_file("/s/lib.nix", "\"top\"");
  f.host.add_symlink("/s/x/link", "../real");
  f.host.add_symlink("/s/x/direct.nix", "../real/a.nix");
  CHECK(f.json("[ (import /s/x/link/a.nix) (import /s/x/direct.nix) ]") == R"(["x","top"])");
}

TEST_CASE("names that scopedImport adds are evaluated when they are needed") {
  Fixture f;
  f.host.add_file("/s/sum.nix", "[ (a + b) (builtins.typeOf a) ]");
  f.host.add_file("/s/one.nix", "a");
  CHECK(f.json("builtins.scopedImport { a = 1 + 0; b = 2 + 0; } /s/sum.nix") == R"([3,"int"])");
  CHECK(f.json("builtins.scopedImport { a = 1 + 0; b = throw \"b\"; } /s/one.nix") == "1");
}

TEST_CASE("symlinks that end nowhere, and those that a type is not looked for behind") {
  Fixture f;
  f.host.add_file("/s/a", "");
  f.host.add_symlink("/s/loop", "loop");
  f.host.add_symlink("/s/dir", "/s");
  CHECK(f.json("map builtins.pathExists [ /s/loop /s/dir/a /s/dir/loop ]") == "[true,true,true]");
  CHECK(f.json("builtins.pathExists /s/loop/x") ==
        "error: infinite symlink recursion in path '/s/loop/x'");
  CHECK(f.json("builtins.pathExists \"/s/loop/\"") ==
        "error: infinite symlink recursion in path '/s/loop'");
  CHECK(f.json("map builtins.readFileType [ /s/loop /s/a ]") == R"(["symlink","regular"])");
  CHECK(f.json("builtins.readFileType /s/dir/a") == "error: path '/s/dir' is a symlink");
}

TEST_CASE("a search path is looked up by names that a file may define") {
  Fixture f;
  f.host.add_file("/s/lib.nix", "\"top\"");
  CHECK(f.json(R"(let __nixPath = [ { prefix = ""; path = /s; } ]; in import <lib.nix>)") ==
        "\"top\"");
  CHECK(f.json("let __findFile = path: name: name; in <lib.nix>") == "\"lib.nix\"");
}

TEST_CASE("import of a derivation gives what its file tells") {
  Fixture f;
  const std::string given =
      R"(derivation { name = "x"; system = "s"; builder = "b"; outputs = [ "out" "dev" ]; })";
  CHECK(f.json("let d = " + given + "; i = import d.drvPath; in " +
               R"([ (i.dev.outPath == d.dev.outPath) (i.drvPath == d.drvPath) i.name i.type
                    (builtins.getContext i.dev.outPath == builtins.getContext d.dev.outPath)
                    (map (o: o.outputName) i.all) ])") ==
        R"([true,true,"x","derivation",true,["dev","out"]])");
}

TEST_CASE("fetchers find what the store has, and never fetch") {
  const std::string known =
      R"({ url = "http://example.org/a.txt"; sha256 = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"; })";
  Fixture f;
  CHECK(f.json("builtins.fetchurl " + known) ==
        "error: 'http://example.org/a.txt' is not in the store, and nothing is fetched here");
  CHECK(f.json("(builtins.tryEval (fetchTarball " + known + ")).success") ==
        "error: 'http://example.org/a.txt' is not in the store, and nothing is fetched here");
  CHECK(f.json("fetchGit { url = \"http://example.org/g\"; }") ==
        "error: 'http://example.org/g' is not in the store, and nothing is fetched here");
  CHECK(f.json("builtins.fetchurl { }") == "error: 'url' argument required");
  CHECK(f.json("builtins.fetchurl { foo = 1; }") ==
        "error: unsupported argument 'foo' to 'fetchurl'");
  CHECK(f.json(R"(builtins.fetchurl { url = "http://example.org/a"; name = "a b"; })") ==
        "error: invalid store path name when fetching URL 'http://example.org/a': name 'a b' "
        "contains illegal character ' '. Please change the value for the 'name' attribute passed "
        "to 'fetchurl', so that it can create a valid store path.");
  // The same path as a fixed-output derivation of that name and hash has.
  std::string path = f.json(R"((derivation {
      name = "a.txt"; system = "s"; builder = "b"; outputHashAlgo = "sha256";
      outputHash = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"; }).outPath)");
  Fixture g;
  g.host.add_file(path.substr(1, path.size() - 2), "there");
  CHECK(g.json("builtins.readFile (builtins.fetchurl " + known + ")") == R"("there")");
}
