// Any bytes are given to the builtins that read text: JSON, TOML, regular expressions, versions.
//
// Input: one byte that chooses the builtin, one that says where the text is divided in two, the text.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "evaluator/format/json.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/world.hpp"
#include "tests/evaluator/memory_host.hpp"
#include "tests/fuzz/support.hpp"

using namespace nilas;
using namespace nilas::eval;

namespace {

struct Choice {
  const char* builtin;
  bool two;  // takes two strings
};

constexpr Choice kChoices[] = {
    {"fromJSON", false},      {"fromTOML", false},       {"match", true},
    {"split", true},          {"compareVersions", true}, {"splitVersion", false},
    {"parseDrvName", false},  {"hashString", true},      {"toFile", true},
    {"storePath", false},     {"baseNameOf", false},     {"dirOf", false},
    {"convertHash", false},   {"toPath", false},         {"readFile", false},
    {"parseFlakeRef", false},
};

/// Strings come out of printing and JSON as they went in.
void round_trip(World& world, std::string_view text) {
  Vm& vm = world.vm;
  const std::string quoted = quote_string(text);
  if (text.find('\0') == text.npos) {
    const SourceUnit& unit = world.parse_source("«fuzz»", "/", quoted, false);
    FUZZ_CHECK(vm.view(vm.run(world.thunk_of(unit))) == text);
  }
  std::string json;
  try {
    append_json_string(json, text);
  } catch (const EvalError&) {
    return;  // not UTF-8
  }
  FUZZ_CHECK(vm.view(from_json(vm, json)) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view data(reinterpret_cast<const char*>(bytes), size);
  tests::MemoryHost host;
  World world(host, {.heap = {.limit_bytes = size_t{64} << 20}});
  Vm& vm = world.vm;
  Limits limits;
  limits.fuel = 20'000;
  vm.set_limits(limits);
  const Choice& choice = kChoices[fuzz::take_byte(data) % std::size(kChoices)];
  const size_t division = data.size() * fuzz::take_byte(data) / 255;
  try {
    round_trip(world, data);
    const Root function(vm.heap, vm.builtin(choice.builtin));
    if (!function->exists()) return 0;
    const Root first(vm.heap, vm.make_string(choice.two ? fuzz::take(data, division) : data));
    const Root second(vm.heap, vm.make_string(data));
    const Value result =
        choice.two ? vm.run_call(function, {first, second}) : vm.run_call(function, {first});
    const Root kept(vm.heap, result);
    const Value deep = vm.run_task(force_deep(vm, Root(vm.heap, kept)));
    print_shallow(vm, deep, PrintOptions::result());
  } catch (const EvalError&) {
  }
  return 0;
}
