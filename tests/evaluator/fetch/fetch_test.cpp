// Flakes, fetchers and pure evaluation over small trees in memory, with the answers of C++ Nix:
// *.txt, recorded by regenerate.py from the trees in flakes/.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "evaluator/fetch/flake_ref.hpp"
#include "evaluator/fetch/url.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/world.hpp"
#include "tests/evaluator/fixtures.hpp"
#include "tests/evaluator/outcome.hpp"

using namespace nilas;
using namespace nilas::eval;

namespace {

namespace fs = std::filesystem;
const fs::path kHere = NILAS_FETCH_FIXTURES;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

tests::MemoryHost make_host() {
  tests::MemoryHost host;
  for (const auto& entry : fs::recursive_directory_iterator(kHere / "flakes")) {
    if (!entry.is_regular_file()) continue;
    const auto path = "/flakes" / fs::relative(entry.path(), kHere / "flakes");
    host.add_file(path.string(), read_text(entry.path()));
  }
  return host;
}

WorldOptions make_options(bool stress) {
  WorldOptions options;
  options.heap.stress = stress;
  return options;
}

void check_fixtures(const char* name, WorldOptions options) {
  const tests::MemoryHost host = make_host();
  for (const auto& fixture : tests::read_fixtures(kHere / name)) {
    INFO(name, ":", fixture.line, ": ", fixture.expression);
    CHECK(tests::outcome(host, options, fixture.expression) == fixture.expected);
  }
}

}  // namespace

TEST_CASE("flake references are read and written as C++ Nix does") {
  check_fixtures("refs.txt", make_options(false));
}

TEST_CASE("flakes give what they give in C++ Nix") {
  check_fixtures("flakes.txt", make_options(false));
}

TEST_CASE("flakes survive a collection at every step") {
  check_fixtures("flakes.txt", make_options(true));
}

TEST_CASE("pure evaluation") {
  WorldOptions options = make_options(false);
  options.pure = true;
  check_fixtures("pure.txt", options);
}

TEST_CASE("restricted evaluation reads the search path and nothing else") {
  WorldOptions options = make_options(false);
  options.fetch.restricted = true;
  options.search_path = {{"data", "/flakes/data"}};
  options.fetch.allowed_uris = {"https://example.com/good/", "github:"};
  const tests::MemoryHost host = make_host();
  const auto gives = [&](const char* expression) { return outcome(host, options, expression); };
  CHECK(gives("builtins.readFile <data/text>") == "= \"some text\\n\"\n");
  CHECK(gives("builtins.readDir /flakes/data") == "= { text = \"regular\"; }\n");
  CHECK(gives("import /flakes/leaf/flake.nix") ==
        "! access to absolute path '/flakes/leaf' is forbidden in restricted mode\n");
  CHECK(gives("builtins.pathExists /flakes/leaf/flake.nix") == "= false\n");
  CHECK(gives("builtins.fetchurl \"https://example.com/bad/x\"") ==
        "! access to URI 'https://example.com/bad/x' is forbidden in restricted mode\n");
  CHECK(gives("builtins.fetchurl \"https://example.com/good/x\"") ==
        "! 'https://example.com/good/x' is not in the store, and nothing is fetched here\n");
  CHECK(gives("fetchTree \"github:a/b\"") !=
        "! access to URI 'github:a/b' is forbidden in restricted mode\n");
  CHECK(gives("fetchTree \"path:/flakes/leaf\"") ==
        "! access to URI 'path:/flakes/leaf' is forbidden in restricted mode\n");
}

TEST_CASE("builtins of experimental features are there when these are enabled") {
  const tests::MemoryHost host;
  WorldOptions options = make_options(false);
  const char* const expression =
      "map (name: builtins ? ${name}) [ \"getFlake\" \"fetchTree\" \"parseFlakeRef\" "
      "\"flakeRefToString\" \"outputOf\" \"fetchFinalTree\" ]";
  CHECK(tests::outcome(host, options, expression) == "= [ true true true true false false ]\n");
  options.features = {};
  CHECK(tests::outcome(host, options, expression) == "= [ false false false false false false ]\n");
  CHECK(options.features.enable("flakes"));
  CHECK(options.features.enable("dynamic-derivations"));
  CHECK_FALSE(options.features.enable("no-such-feature"));
  CHECK(tests::outcome(host, options, expression) == "= [ true true true true true false ]\n");
}

TEST_CASE("registries: flags first, then the user's, then the system's") {
  tests::MemoryHost host = make_host();
  const auto entry = [](const char* id, const char* path) {
    return std::string(R"({"from":{"type":"indirect","id":")") + id +
           R"("},"to":{"type":"path","path":")" + path + R"("}})";
  };
  host.add_file("/home/user/.config/nix/registry.json",
                R"({"version":2,"flakes":[)" + entry("one", "/flakes/leaf") + "]}");
  host.add_file("/etc/nix/registry.json", R"({"version":2,"flakes":[)" +
                                              entry("one", "/flakes/middle") + "," +
                                              entry("two", "/flakes/sub") + "]}");
  WorldOptions options = make_options(false);
  CHECK(tests::outcome(host, options, "(builtins.getFlake \"one\").x") == "= 1\n");
  CHECK(tests::outcome(host, options, "(builtins.getFlake \"two?dir=deep\").v") ==
        "! flake reference 'two?dir=deep' is not an absolute path\n");
  CHECK(tests::outcome(host, options, "(builtins.getFlake \"flake:two?dir=deep\").v") ==
        "= \"shared\"\n");
  options.fetch.registry_overrides = {{"one", "path:/flakes/sub?dir=deep"}};
  CHECK(tests::outcome(host, options, "(builtins.getFlake \"one\").v") == "= \"shared\"\n");
  // fetchTree and the inputs of flakes must not depend on whose machine it is.
  CHECK(tests::outcome(host, options, "fetchTree { type = \"indirect\"; id = \"two\"; }") ==
        "! cannot find flake 'flake:two' in the flake registries\n");
  options.fetch.use_registries = false;
  CHECK(tests::outcome(host, options, "builtins.getFlake \"two\"") ==
        "! 'flake:two' is an indirect flake reference, but registry lookups are not allowed\n");
}

TEST_CASE("a broken registry is a warning") {
  tests::MemoryHost host = make_host();
  host.add_file("/etc/nix/registry.json", "{");
  CHECK(tests::outcome(host, make_options(false), "(builtins.getFlake \"x\")")
            .starts_with("~ warning: cannot parse flake registry '/etc/nix/registry.json': "));
  host.add_file("/etc/nix/registry.json", R"({"version":1})");
  CHECK(tests::outcome(host, make_options(false), "(builtins.getFlake \"x\")")
            .starts_with("~ warning: cannot read flake registry '/etc/nix/registry.json': "));
}

TEST_CASE("URLs come back as they went in") {
  for (const char* const text :
       {"https://user@example.com:8080/a/b.tar.gz?x=1&y=a%2Bb#f", "file:///a%20b/c", "path:./a",
        "github:a/b%2Fc", "https://[::1]:80/", "flake:nixpkgs"}) {
    const auto url = parse_url(text, UrlSyntax::Strict);
    REQUIRE(url.has_value());
    CHECK(url->to_string() == text);
  }
  for (const char* const text : {"", "a", ":", "1a:b", "http://a b/", "http://[::1", "http://x:y/",
                                 "https://x/%zz", "https://x/%a", "https://x/?a=%", "//x"}) {
    INFO(text);
    CHECK_FALSE(parse_url(text, UrlSyntax::Strict).has_value());
  }
}
