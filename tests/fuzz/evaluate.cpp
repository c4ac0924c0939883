// Any bytes are evaluated within limits, forced deeply and printed in every form. A second world
// that collects at every safepoint must say the same.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "evaluator/format/json.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/format/xml.hpp"
#include "evaluator/world.hpp"
#include "tests/evaluator/memory_host.hpp"
#include "tests/fuzz/support.hpp"

using namespace nilas;
using namespace nilas::eval;

namespace {

class Session {
 public:
  Session(std::string_view text, HeapOptions heap, uint64_t fuel) : world_(host_, {.heap = heap}) {
    Limits limits;
    limits.fuel = fuel;
    limits.call_depth = 200;
    world_.vm.set_limits(limits);
    host_.add_file("/dir/default.nix", "{ x ? 1, ... }: [ x ./file ]");
    host_.add_file("/dir/file", "text");
    host_.add_file("/dir/json", R"({"a": [1, 2.5, null]})");
    text_ = text;
  }

  /// What evaluation says; nothing if it met a limit, which two runs meet at different places.
  std::optional<std::string> run() {
    Vm& vm = world_.vm;
    Root value(vm.heap, Value::null());
    bool limited = false;
    std::string said = attempt(limited, [&] {
      value = world_.thunk_of(world_.parse_source("«fuzz»", "/dir", text_, false));
      value = vm.run_task(force_deep(vm, Root(vm.heap, value)));
      return print_shallow(vm, value, PrintOptions::result());
    });
    // Each way to look at the value, also at one that failed half-way.
    said += attempt(limited, [&] {
      return std::string(vm.view(vm.run_task(to_json(vm, Root(vm.heap, value), {}))));
    });
    attempt(limited, [&] {
      return std::string(vm.view(vm.run_task(to_xml(vm, Root(vm.heap, value), {}))));
    });
    attempt(limited, [&] {
      const auto options = PrintOptions::hover();
      return std::string(vm.view(vm.run_task(print_value(vm, Root(vm.heap, value), options))));
    });
    said += attempt(limited, [&] {
      const Value same = vm.run_task(equal(vm, Root(vm.heap, value), Root(vm.heap, value)));
      return std::string(same.is_true() ? "equal" : "not equal");
    });
    vm.collect();
    if (limited) return std::nullopt;
    return said;
  }

 private:
  template <class Action>
  std::string attempt(bool& limited, Action action) {
    try {
      return action() + "\n";
    } catch (const EvalError& error) {
      limited |= is_limit(error.data().kind);
      return error.data().message + "\n";
    }
  }

  tests::MemoryHost host_;
  World world_;
  std::string text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr size_t kLimit = size_t{64} << 20;
  const auto said = Session(text, {.limit_bytes = kLimit}, 20'000).run();
  if (!said) return 0;
  const auto stressed = Session(text, {.limit_bytes = kLimit, .stress = true}, 20'000).run();
  if (stressed) FUZZ_CHECK(fuzz::same_text(*said, *stressed));
  return 0;
}
