// Derivations as text and as JSON against the files and `nix derivation show` of C++ Nix 2.26:
// shown/.
#include <doctest/doctest.h>

#include "evaluator/store/derivation_show.hpp"
#include "tests/evaluator/store/fixture.hpp"

using namespace nilas;
using namespace nilas::eval;
using tests::Fixture;
using tests::read_text;

namespace {

const std::filesystem::path kShown = std::filesystem::path(NILAS_STORE_TESTS) / "shown";

}  // namespace

TEST_CASE("text and JSON of derivations") {
  const std::string expressions = read_text(kShown / "derivations.nix");
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kShown)) {
    if (entry.path().extension() != ".drv") continue;
    const std::string name = entry.path().stem();
    CAPTURE(name);
    Fixture f(tests::kAllFeatures);
    Vm& vm = f.world.vm;
    const SourceUnit& unit =
        f.world.parse_source("«string»", "/fixture", "(" + expressions + ")." + name, false);
    const Value path = vm.run_task(derivation_path_of(vm, Root(vm.heap, f.world.thunk_of(unit))));
    CHECK(show_aterm(f.world, vm.view(path)) == read_text(entry.path()));
    auto json = entry.path();
    CHECK(show_json(f.world, vm.view(path)) + "\n" == read_text(json.replace_extension(".json")));
    ++compared;
  }
  CHECK(compared >= 8);
}

TEST_CASE("a derivation on disk is read, with what it depends on") {
  Fixture made(tests::kAllFeatures);
  const std::string given = R"((let a = derivation { name = "a"; system = "s"; builder = "b"; };
                                in derivation { name = "b"; system = "s"; builder = "b"; inherit a; }))";
  Vm& vm = made.world.vm;
  const auto drv_of = [&](const std::string& text) {
    const SourceUnit& unit = made.world.parse_source("«string»", "/", text, false);
    return std::string(
        vm.view(vm.run_task(derivation_path_of(vm, Root(vm.heap, made.world.thunk_of(unit))))));
  };
  const std::string b = drv_of(given), a = drv_of(given + ".a");
  // A world that only knows the path, as a string with the context of the .drv file, depends on it
  // in the same way.
  Fixture reading(tests::kAllFeatures);
  reading.host.add_file(b, show_aterm(made.world, b));
  reading.host.add_file(a, show_aterm(made.world, a));
  const std::string user =
      R"((derivation { name = "c"; system = "s"; builder = "b"; input = %; }).outPath)";
  const auto with_input = [&](std::string input) {
    std::string text = user;
    return text.replace(text.find('%'), 1, input);
  };
  const std::string expected = made.json(with_input(given));
  CHECK(reading.json(with_input("(import \"" + b + "\")")) == expected);
  Fixture neither(tests::kAllFeatures);
  CHECK(neither.json(with_input("builtins.appendContext \"\" { \"" + b +
                                "\" = { outputs = [ \"out\" ]; }; }")) ==
        "error: path '" + b + "' is not valid");
}
