// Any bytes are given to the readers of what comes from a disk or a network: derivations, lock files, flake.nix,
// registries, flake references, NAR-free trees of a flake.
//
// Input: one byte that chooses the reader, the text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "evaluator/fetch/flake_file.hpp"
#include "evaluator/fetch/registry.hpp"
#include "evaluator/store/aterm.hpp"
#include "evaluator/store/derivation_show.hpp"
#include "evaluator/world.hpp"
#include "tests/evaluator/memory_host.hpp"
#include "tests/fuzz/support.hpp"

using namespace nilas;
using namespace nilas::eval;

namespace {

const std::string kDrv = "/nix/store/00000000000000000000000000000000-x.drv";

void read_derivation(World& world, tests::MemoryHost& host, std::string_view text) {
  const auto derivation = parse_derivation(text);
  if (!derivation) return;
  FUZZ_CHECK(derivation->inputs_begin <= derivation->inputs_end);
  FUZZ_CHECK(derivation->inputs_end <= text.size());
  host.add_file(kDrv, std::string(text));
  FUZZ_CHECK(fuzz::same_text(show_aterm(world, kDrv), text));
  FUZZ_CHECK(!show_json(world, kDrv).empty());
}

void read_lock(World& world, std::string_view text) {
  const LockFile lock = parse_lock_file(world, text, "flake.lock");
  for (const auto& [path, edge] : lock.all_inputs()) {
    if (const auto* id = std::get_if<uint32_t>(&edge)) FUZZ_CHECK(*id < lock.nodes.size());
  }
  FUZZ_CHECK(lock_file_difference(lock, lock).empty());
  lock.check();
}

void read_flake_nix(World& world, std::string_view text) {
  const SourceUnit& unit =
      world.parse_source("/flake/flake.nix", "/flake", std::string(text), true);
  read_flake_file(world, unit, {"path:/flake", "/flake", {"root"}});
}

/// A reference that was read is written as one that means the same; but a path that begins with two slashes is written like
/// an authority, by C++ Nix, too.
void read_reference(World& world, std::string_view text) {
  const FlakeRefContext context{world.options.features, Wanted::Tree, RelativePaths::Keep};
  const FlakeRef ref = parse_flake_ref(text, context);
  const std::string written = ref.to_string();
  const FlakeRef again = parse_flake_ref(written, context);
  FUZZ_CHECK(written.starts_with("path://") || fuzz::same_text(written, again.to_string()));
  FUZZ_CHECK(ref.canonical().subdir == ref.subdir);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view data(reinterpret_cast<const char*>(bytes), size);
  tests::MemoryHost host;
  World world(host, {.heap = {.limit_bytes = size_t{64} << 20}});
  try {
    switch (fuzz::take_byte(data) % 5) {
      case 0: read_derivation(world, host, data); break;
      case 1: read_lock(world, data); break;
      case 2: read_flake_nix(world, data); break;
      case 3: read_registry(world, "/registry.json", data); break;
      case 4: read_reference(world, data); break;
    }
  } catch (const EvalError&) {
  }
  return 0;
}
