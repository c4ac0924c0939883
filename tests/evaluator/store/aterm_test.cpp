#include "evaluator/store/aterm.hpp"

#include <doctest/doctest.h>

using namespace nilas::eval;

TEST_CASE("a derivation as C++ Nix writes it") {
  const std::string text =
      R"(Derive([("dev","/s/dev","",""),("out","/s/out","r:sha256","00ff")],)"
      R"([("/s/a.drv",["dev","out"]),("/s/b.drv",["out"])],["/s/src"],"sys","/b",)"
      R"(["-c","q\"uote"],[("a","x\n\t\r\\y"),("b","")]))";
  const auto drv = parse_derivation(text);
  REQUIRE(drv);
  REQUIRE(drv->outputs.size() == 2);
  CHECK(drv->outputs[0].name == "dev");
  CHECK(drv->outputs[0].path == "/s/dev");
  CHECK(drv->outputs[1].algorithm == "r:sha256");
  CHECK(drv->outputs[1].hash == "00ff");
  REQUIRE(drv->input_derivations.size() == 2);
  CHECK(drv->input_derivations[0].path == "/s/a.drv");
  CHECK(drv->input_derivations[0].outputs == std::vector<std::string>{"dev", "out"});
  CHECK(drv->input_sources == std::vector<std::string>{"/s/src"});
  CHECK(drv->system == "sys");
  CHECK(drv->builder == "/b");
  CHECK(drv->args == std::vector<std::string>{"-c", "q\"uote"});
  REQUIRE(drv->env.size() == 2);
  CHECK(drv->env[0].second == "x\n\t\r\\y");
  CHECK(text.substr(drv->inputs_begin, drv->inputs_end - drv->inputs_begin) ==
        R"([("/s/a.drv",["dev","out"]),("/s/b.drv",["out"])])");
}

TEST_CASE("inputs that other derivations make") {
  const auto drv = parse_derivation(
      R"(DrvWithVersion("xp-dyn-drv",[("out","","","")],[("/s/a.drv",(["bin"],[("out",["lib","x"]),)"
      R"(("z",([],[("y",["out"])]))])),("/s/b.drv",["out"])],[],"s","b",[],[]))");
  REQUIRE(drv);
  using Texts = std::vector<std::string>;
  const auto& inputs = drv->input_derivations;
  REQUIRE(inputs.size() == 4);
  CHECK(inputs[0].chain.empty());
  CHECK(inputs[0].outputs == Texts{"bin"});
  CHECK(inputs[1].path == "/s/a.drv");
  CHECK(inputs[1].chain == Texts{"out"});
  CHECK(inputs[1].outputs == Texts{"lib", "x"});
  CHECK(inputs[2].chain == Texts{"z", "y"});
  CHECK(inputs[2].outputs == Texts{"out"});
  CHECK(inputs[3].path == "/s/b.drv");
  CHECK(inputs[3].chain.empty());
}

TEST_CASE("what is not a derivation") {
  for (const std::string_view text :
       {"", "Derive", "Derive(", "Derive([],[],[],\"\",\"\",[],[]", "Derive([(\"a\"",
        "Derive([],[],[],\"\",\"\\", "DrvWithVersion(\"v9\",[],[],[],\"\",\"\",[],[])"}) {
    CAPTURE(text);
    const auto drv = parse_derivation(text);
    REQUIRE(!drv);
    CHECK(drv.error().starts_with("expected "));
  }
}

TEST_CASE("every prefix is refused") {
  const std::string text =
      R"(DrvWithVersion("xp-dyn-drv",[("out","","","")],[("/s/a.drv",(["bin"],[("out",["lib"])]))],[],"s","b",["\n"],[("a","b")]))";
  REQUIRE(parse_derivation(text));
  for (size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK(!parse_derivation(std::string_view(text).substr(0, size)));
  }
}

TEST_CASE("nesting takes no native stack") {
  std::string text = R"(DrvWithVersion("xp-dyn-drv",[],[("/s/a.drv",)";
  constexpr int kDepth = 2000;
  for (int i = 0; i < kDepth; ++i)
    text += R"(([],[("o",)";
  text += R"(["out"])";
  for (int i = 0; i < kDepth; ++i)
    text += ")])";
  text += R"()],[],"s","b",[],[]))";
  const auto drv = parse_derivation(text);
  REQUIRE(drv);
  REQUIRE(drv->input_derivations.size() == 1);
  CHECK(drv->input_derivations[0].chain.size() == kDepth);
}

TEST_CASE("escapes") {
  std::string text = "x";
  append_escaped(text, "a\"b\\c\nd\re\tf\x01");
  CHECK(text == "xa\\\"b\\\\c\\nd\\re\\tf\x01");
}
