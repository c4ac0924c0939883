#include "evaluator/fetch/registry.hpp"

#include <algorithm>

#include "evaluator/error.hpp"
#include "evaluator/fetch/state.hpp"
#include "evaluator/fetch/values.hpp"
#include "evaluator/format/json.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

constexpr int kSupportedVersion = 2;
constexpr int kMaxSteps = 100;

RegistryEntry read_entry(World& world, Value json) {
  Vm& vm = world.vm;
  const auto input_of = [&](std::string_view name, std::string* dir) {
    Value* const slot = json.is_attrs() ? json.attrs()->get(vm.symbols.intern(name)) : nullptr;
    if (!slot) throw EvalError(ErrorKind::Other, cat("an entry lacks '", name, "'"));
    FetchAttributes attributes = attributes_of_json(vm, *slot);
    if (const std::string* text = dir ? find_string(attributes, "dir") : nullptr) {
      *dir = *text;
      attributes.erase("dir");
    }
    return input_or_throw(input_from_attributes(std::move(attributes), world.options.features));
  };
  RegistryEntry entry;
  entry.from = input_of("from", nullptr);
  entry.to = input_of("to", &entry.dir);
  Value* const exact = json.attrs()->get(vm.symbols.intern("exact"));
  entry.exact = exact && exact->is_true();
  return entry;
}

Registry read_file_or_nothing(World& world, const std::string& path) {
  try {
    const std::string resolved = resolve_symlinks(world, path, Symlinks::Full);
    const auto text = world.host.read_file(resolved);
    world.record_read(resolved);
    return text ? read_registry(world, path, *text) : Registry{};
  } catch (const EvalError&) {  // a loop of symlinks
    return {};
  }
}

std::string directory_of_user(World& world, std::string_view variable, std::string_view fallback) {
  if (const auto given = world.host.environment(variable); given && given->starts_with('/')) {
    return *given;
  }
  const auto home = world.host.home_directory();
  return home ? cat(*home, "/", fallback) : std::string();
}

Registry flag_registry(World& world) {
  const FlakeRefContext context{world.options.features};
  Registry entries;
  for (const auto& [from, to] : world.options.fetch.registry_overrides) {
    const FlakeRef target = parse_flake_ref(to, context);
    entries.push_back({parse_flake_ref(from, context).input, target.input, target.subdir, false});
  }
  return entries;
}

/// The registry for everybody: as Nix has kept it, or else as we are allowed to fetch it.
Registry global_registry(World& world) {
  const std::string cache = directory_of_user(world, "XDG_CACHE_HOME", ".cache");
  Registry known = read_file_or_nothing(world, cache + "/nix/flake-registry.json");
  if (!known.empty()) return known;
  const FetchAttributes request{{"type", "file"},
                                {"url", "https://channels.nixos.org/flake-registry.json"},
                                {"name", "flake-registry.json"}};
  const auto fetched = world.host.fetch(request, {});
  return fetched ? read_file_or_nothing(world, fetched->root) : Registry{};
}

const std::vector<Registry>& registries(World& world) {
  FetchState& state = *world.store->fetch;
  if (state.registries.empty()) {
    const std::string config = directory_of_user(world, "XDG_CONFIG_HOME", ".config");
    const auto system = world.host.environment("NIX_CONF_DIR");
    state.registries.push_back(flag_registry(world));
    state.registries.push_back(read_file_or_nothing(world, config + "/nix/registry.json"));
    state.registries.push_back(
        read_file_or_nothing(world, system.value_or("/etc/nix") + "/registry.json"));
    state.registries.emplace_back();
  }
  return state.registries;
}

constexpr size_t kFlags = 0;
constexpr size_t kGlobal = 3;

/// Whether `from` stands for `input`: they are equal, perhaps without its branch and commit.
bool stands_for(const RegistryEntry& entry, const Input& input) {
  if (entry.from == input) return true;
  if (entry.exact) return false;
  Input plain = input;
  plain.attributes.erase("ref");
  plain.attributes.erase("rev");
  return entry.from == plain;
}

}  // namespace

Registry read_registry(World& world, std::string_view path, std::string_view text) {
  Vm& vm = world.vm;
  const auto warn = [&](std::string_view what, std::string_view why) {
    world.host.message(EvalHost::Message::Warning,
                       cat("warning: cannot ", what, " flake registry '", path, "': ", why));
    return Registry{};
  };
  Value json;
  try {
    json = from_json(vm, text);
  } catch (const EvalError& error) {
    return warn("parse", error.data().message);
  }
  try {
    Value* const version =
        json.is_attrs() ? json.attrs()->get(vm.symbols.intern("version")) : nullptr;
    const int64_t number = version && version->is_int() ? version->as_int() : 0;
    if (number != kSupportedVersion) {
      return warn("read", cat("flake registry '", path, "' has unsupported version ", number));
    }
    Registry entries;
    Value* const flakes = json.attrs()->get(vm.symbols.intern("flakes"));
    if (!flakes || !flakes->is_list()) return warn("read", "it has no list of flakes");
    for (const Value entry : flakes->list()->all())
      entries.push_back(read_entry(world, entry));
    return entries;
  } catch (const EvalError& error) {
    return warn("read", error.data().message);
  }
}

FlakeRef resolve_in_registries(World& world, const Input& input, UseRegistries use) {
  FlakeRef found{input, ""};
  if (use == UseRegistries::No) return found;
  FetchState& state = *world.store->fetch;
  const auto step = [&]() -> const RegistryEntry* {
    for (size_t i = 0; i < registries(world).size(); ++i) {
      if (use == UseRegistries::Limited && i != kFlags && i != kGlobal) continue;
      // Asked last, and only for what nobody else knows: it may have to be fetched.
      if (i == kGlobal && !state.has_global_registry && !found.input.is_direct()) {
        state.has_global_registry = true;
        state.registries[kGlobal] = global_registry(world);
      }
      const Registry& registry = state.registries[i];
      const auto it = std::ranges::find_if(
          registry, [&](const RegistryEntry& entry) { return stands_for(entry, found.input); });
      if (it != registry.end()) return &*it;
    }
    return nullptr;
  };
  int steps = 0;
  while (const RegistryEntry* entry = step()) {
    if (++steps > kMaxSteps) {
      throw EvalError(ErrorKind::Other,
                      cat("cycle detected in flake registry for '", found.input.to_string(), "'"));
    }
    const auto ref = entry->exact || entry->from.ref() ? std::nullopt : found.input.ref();
    const auto rev = entry->exact || entry->from.rev() ? std::nullopt : found.input.rev();
    found = {entry->to.with_overrides(ref, rev), entry->dir};
  }
  if (!found.input.is_direct()) {
    throw EvalError(ErrorKind::Other, cat("cannot find flake '", found.input.to_string(),
                                          "' in the flake registries"));
  }
  return found;
}

}  // namespace nilas::eval
