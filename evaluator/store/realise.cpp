// Values as paths: coercion, what their contexts ask for, and the search path.

#include <algorithm>

#include "evaluator/error.hpp"
#include "evaluator/peel.hpp"
#include "evaluator/store/aterm.hpp"
#include "evaluator/store/corepkgs.hpp"
#include "evaluator/store/derivation_table.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/sources.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

bool object_exists(World& world, std::string_view path) {
  allow_path(world, path);
  return file_info(world, path).has_value();
}

void require_object(World& world, std::string_view path) {
  if (object_exists(world, path)) return;
  throw EvalError(ErrorKind::Other, cat("path '", path, "' is not valid"));
}

/// Path of an output, or nothing if it is known only after a build.
std::string find_output_path(World& world, ContextId drv, std::string_view output) {
  if (world.store->contexts[drv].kind == ContextKind::Built) return {};
  const auto derivation = parse_derivation(derivation_record(world, drv).text);
  if (!derivation) return {};
  for (const DerivationOutput& o : derivation->outputs) {
    if (o.name == output) return o.path;
  }
  return {};
}

/// Digest that stands for an output which is known only after a build.
UnknownOutput unknown_output(const ContextTable& contexts, ContextId built) {
  std::vector<ContextId> chain;
  for (; contexts[built].kind == ContextKind::Built; built = contexts[built].drv) {
    chain.push_back(built);
  }
  UnknownOutput unknown = UnknownOutput::of(contexts[built].text, contexts[chain.back()].text);
  for (chain.pop_back(); !chain.empty(); chain.pop_back()) {
    unknown = UnknownOutput::of(unknown, contexts[chain.back()].text);
  }
  return unknown;
}

/// `lookup` without `prefix`, if the one is a path below the other.
std::optional<std::string_view> strip_prefix(std::string_view lookup, std::string_view prefix) {
  if (prefix.empty()) return lookup;
  if (!lookup.starts_with(prefix)) return std::nullopt;
  if (lookup.size() == prefix.size()) return "";
  if (lookup[prefix.size()] != '/') return std::nullopt;
  return lookup.substr(prefix.size() + 1);
}

bool is_url(std::string_view entry) {
  if (entry.starts_with("channel:") || entry.starts_with("flake:")) return true;
  const size_t colon = entry.find("://");
  if (colon == entry.npos) return false;
  const std::string_view scheme = entry.substr(0, colon);
  static constexpr std::string_view kSchemes[] = {"http", "https", "file", "channel",
                                                  "git",  "s3",    "ssh"};
  return std::ranges::find(kSchemes, scheme) != std::end(kSchemes);
}

/// Whether a directory of the search path is there; what is not is told once.
bool entry_exists(World& world, const std::string& entry, const std::string& path) {
  auto& known = world.store->sources->search_entries;
  if (const auto it = known.find(entry); it != known.end()) return it->second;
  bool exists = false;
  if (is_url(entry)) {
    world.host.message(EvalHost::Message::Warning, cat("warning: Nix search path entry '", entry,
                                                       "' cannot be downloaded, ignoring"));
  } else {
    exists = file_info(world, resolve_symlinks(world, path, Symlinks::Full)).has_value();
    if (!exists) {
      world.host.message(EvalHost::Message::Warning, cat("warning: Nix search path entry '", entry,
                                                         "' does not exist, ignoring"));
    }
  }
  known.emplace(entry, exists);
  return exists;
}

/// Path of `lookup` by one entry of the search path, if it is there.
std::optional<std::string> look_in(World& world, std::string_view prefix, const std::string& entry,
                                   std::string_view lookup) {
  const auto suffix = strip_prefix(lookup, prefix);
  if (!suffix) return std::nullopt;
  const std::string directory = absolute_path(world, entry);
  if (!entry_exists(world, entry, directory)) return std::nullopt;
  std::string path =
      resolve_symlinks(world, canonical_path(cat(directory, "/", *suffix)), Symlinks::Full);
  if (!file_info(world, path)) return std::nullopt;
  return path;
}

}  // namespace

std::string output_text(World& world, ContextId id) {
  const ContextTable& contexts = world.store->contexts;
  const ContextElement e = contexts[id];
  if (e.kind != ContextKind::Built) return std::string(e.text);
  const std::string path = find_output_path(world, e.drv, e.text);
  return path.empty() ? unknown_output(contexts, id).render() : path;
}

void realise_context(Vm& vm, const Context* context) {
  if (!context) return;
  World& world = vm.world;
  const ContextTable& contexts = world.store->contexts;
  for (const ContextId id : context->all()) {
    const ContextElement e = contexts[id];
    if (e.kind != ContextKind::Built) {
      require_object(world, e.text);
      continue;
    }
    const std::string output = find_output_path(world, e.drv, e.text);
    if (!output.empty() && object_exists(world, output)) continue;
    throw EvalError(ErrorKind::Refused,
                    cat("cannot build '", contexts.show_path(id),
                        "' during evaluation: it does not exist yet, and nothing is built here"));
  }
}

namespace {

void add_peel_steps(EvalError& error, void* steps) {
  static_cast<const PeelSteps*>(steps)->add_to(error);
}

/// `steps` is a parameter so that it outlives the body: the note of an error looks at it.
Task coerce_to_path_with(Vm& vm, Root v, std::string_view trace, PeelSteps steps) {
  co_await SetNote{{&add_peel_steps, &steps}};
  while (true) {
    const Value forced = co_await vm.force(v);
    if (!steps.empty()) steps.got_value();
    v = forced;
    if (forced.is_path()) co_return vm.make_string(forced.path()->view());
    if (!forced.is_attrs()) break;
    Attrs* const set = forced.attrs();
    if (const int32_t f = set->find(vm.symbols.known.to_string); f >= 0) {
      steps.begin(true, set->pos(static_cast<uint32_t>(f)));
      const Value result = co_await vm.call(set->values[f], v);
      v = result;
    } else if (const int32_t p = set->find(vm.symbols.known.out_path); p >= 0) {
      steps.begin(false, set->pos(static_cast<uint32_t>(p)));
      v = set->values[p];
    } else {
      break;
    }
  }
  const Value text =
      co_await coerce_to_string(vm, Root(vm.heap, v), {.copy_to_store = false}, trace);
  const std::string_view path = vm.view(text);
  if (!path.starts_with('/')) {
    throw EvalError(ErrorKind::Other, cat("string '", path, "' doesn't represent an absolute path"))
        .trace(std::string(trace));
  }
  co_return vm.make_string(canonical_path(path), vm.context(text));
}

}  // namespace

Task coerce_to_path(Vm& vm, Root v, std::string_view trace) {
  return coerce_to_path_with(vm, std::move(v), trace, PeelSteps(vm.world));
}

Task realise_path(Vm& vm, Root v, Symlinks mode) {
  const Value forced = co_await vm.force(v);
  Value path = forced;
  if (!forced.is_path()) {
    path =
        co_await coerce_to_path(vm, Root(vm.heap, forced), "while realising the context of a path");
  }
  const std::string_view text = path.is_path() ? path.path()->view() : vm.view(path);
  if (!path.is_path()) {
    try {
      realise_context(vm, vm.context(path));
    } catch (EvalError& error) {
      throw error.trace(cat("while realising the context of path '", text, "'"));
    }
  }
  const std::string resolved = resolve_symlinks(vm.world, text, mode);
  if (path.is_path() && resolved == text) co_return path;
  co_return vm.make_path(resolved);
}

Task search_path_entries(Vm& vm, Root search_path, std::vector<SearchPathEntry>* entries) {
  const Value forced = co_await vm.force(search_path);
  search_path = forced;
  const uint32_t size =
      vm.expect_list(forced, "while evaluating the first argument passed to builtins.findFile")
          ->size();
  for (uint32_t i = 0; i < size; ++i) {
    const Value item = co_await vm.force(search_path->list()->items[i]);
    Root entry(vm.heap, item);
    vm.expect_attrs(item, "while evaluating an element of the list passed to builtins.findFile");
    std::string prefix;
    if (const Value* const slot = item.attrs()->get(vm.symbols.known.prefix)) {
      const Value text = co_await vm.force(*slot);
      prefix = vm.expect_string_no_context(text,
                                           "while evaluating the `prefix` attribute of an element "
                                           "of the list passed to builtins.findFile");
    }
    const Value* const slot = entry->attrs()->get(vm.symbols.known.path);
    if (!slot) {
      throw EvalError(ErrorKind::MissingAttribute, "attribute 'path' missing")
          .trace("in an element of the __nixPath");
    }
    const Value path = co_await coerce_to_string(vm, Root(vm.heap, *slot), {.copy_to_store = false},
                                                 "while evaluating the `path` attribute of an "
                                                 "element of the list passed to builtins.findFile");
    realise_context(vm, vm.context(path));
    entries->push_back({std::move(prefix), std::string(vm.view(path))});
  }
  co_return Value::null();
}

Value find_file(World& world, std::span<const SearchPathEntry> entries, std::string_view lookup) {
  for (const SearchPathEntry& entry : entries) {
    if (const auto found = look_in(world, entry.prefix, entry.path, lookup))
      return world.vm.make_path(*found);
  }
  if (lookup.starts_with("nix/")) return world.vm.make_path(cat(kCorePkgsDir, lookup.substr(3)));
  throw EvalError(
      ErrorKind::MissingSearchPath,
      world.options.pure
          ? cat("cannot look up '<", lookup,
                ">' in pure evaluation mode (use '--impure' to override)")
          : cat("file '", lookup,
                "' was not found in the Nix search path (add it using $NIX_PATH or -I)"));
}

}  // namespace nilas::eval
