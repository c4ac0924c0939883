// Builtins that name sources and texts as store objects: what C++ Nix copies there, and what is
// only computed here.

#include <optional>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/error.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/nar.hpp"
#include "evaluator/store/sources.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/store/support.hpp"

namespace nilas::eval::builtins {

namespace {

struct Addition {
  std::string path;  // canonical
  std::string name;
  bool filtered = false;
  bool recursive = true;
  std::optional<Hash> expected;
};

Value store_string(Vm& vm, std::string_view path) {
  const ContextId id = vm.world.store->contexts.opaque(path);
  return vm.make_string(path, make_context(vm, {&id, 1}));
}

/// Name of the copy by its hash; it must be the one expected, if any.
Value finish_addition(Vm& vm, const Addition& add, const std::string& root, const Hash& hash) {
  StoreState& store = *vm.world.store;
  const IngestionMethod method = add.recursive ? IngestionMethod::Nar : IngestionMethod::Flat;
  std::string path = store.dir.fixed_path(add.name, method, hash);
  if (add.expected && path != store.dir.fixed_path(add.name, method, *add.expected)) {
    vm.fail(ErrorKind::Other,
            cat("store path mismatch in (possibly filtered) path added from '", add.path, "'"));
  }
  const Value result = store_string(vm, path);
  // What a filter left out must not be seen in the copy, so that one is not a view of the source.
  if (!add.filtered) {
    store.sources->objects.try_emplace(std::move(path), SourceTable::Object{false, {}, root, {}});
  }
  return result;
}

Hash flat_hash(World& world, const std::string& root) {
  const auto content = eval::read_file(world, root);
  if (!content) fail_io("reading file", root, content.error());
  return hash_bytes(HashAlgorithm::Sha256, *content);
}

/// Adds what `add` tells; `filter` is a function if `add.filtered`. `context` is a string with the
/// path's context.
void note_path(EvalError& error, void* path) {
  error.trace(cat("while adding path '", *static_cast<const std::string*>(path), "'"));
}

/// `add` is a parameter so that it outlives the body: the note of an error looks at it.
Task add_path(Vm& vm, Addition add, Root filter, Root context) {
  co_await SetNote{{&note_path, &add.path}};
  World& world = vm.world;
  StoreState& store = *world.store;
  if (store.dir.contains(add.path)) realise_context(vm, vm.context(context));
  if (add.expected) {
    const IngestionMethod method = add.recursive ? IngestionMethod::Nar : IngestionMethod::Flat;
    const std::string path = store.dir.fixed_path(add.name, method, *add.expected);
    if (file_info(world, path)) co_return store_string(vm, path);
  }
  const std::string root = resolve_symlinks(world, add.path, Symlinks::Full);
  if (!add.recursive) co_return finish_addition(vm, add, root, flat_hash(world, root));
  if (!add.filtered && !add.expected) {
    const ContextId id = add_source(world, add.name, root);
    co_return store_string(vm, store.contexts[id].text);
  }
  NarWalk walk(world, root);
  while (const NarWalk::Entry* const entry = walk.next()) {
    bool wanted = true;
    if (add.filtered) {
      const Value path = vm.make_string(entry->path);
      const Value type = vm.make_string(file_type_text(entry->type));
      const Value answer = co_await vm.call(filter, path, type);
      wanted =
          vm.expect_bool(answer, "while evaluating the return value of the path filter function");
    }
    if (wanted) walk.include();
  }
  co_return finish_addition(vm, add, root, walk.finish());
}

}  // namespace

Task filter_source(Vm& vm, Args args) {
  const Value path = co_await coerce_to_path(vm, Root(vm.heap, args[1]),
                                             "while evaluating the second argument (the path to "
                                             "filter) passed to 'builtins.filterSource'");
  args[1] = path;
  const Value filter = co_await vm.force(args[0]);
  vm.expect_function(filter, "while evaluating the first argument passed to builtins.filterSource");
  const std::string_view text = vm.view(args[1]);
  Addition add{std::string(text), std::string(base_name(text)), true, true, {}};
  const Value result =
      co_await add_path(vm, std::move(add), Root(vm.heap, filter), Root(vm.heap, args[1]));
  co_return result;
}

Task path(Vm& vm, Args args) {
  vm.expect_attrs(args[0], "while evaluating the argument passed to 'builtins.path'");
  Addition add;
  Root filter(vm.heap, Value());
  Root path(vm.heap, Value());
  const uint32_t size = args[0].attrs()->size();
  for (uint32_t i = 0; i < size; ++i) {
    Attrs* const set = args[0].attrs();
    const std::string_view name = vm.symbols.name(set->keys->symbols[i]);
    if (name == "path") {
      const Value v = co_await coerce_to_path(
          vm, Root(vm.heap, set->values[i]),
          "while evaluating the 'path' attribute passed to 'builtins.path'");
      path = v;
      add.path = vm.view(v);
      continue;
    }
    // An unknown one is not evaluated.
    if (name != "filter" && name != "name" && name != "recursive" && name != "sha256") {
      throw EvalError(
          ErrorKind::Other,
          cat("unsupported argument '", quote_attribute_name(name), "' to 'builtins.path'"),
          vm.world.position(set->pos(i)));
    }
    const Value v = co_await vm.force(set->values[i]);
    if (name == "name") {
      add.name = vm.expect_string_no_context(
          v, "while evaluating the `name` attribute passed to builtins.path");
    } else if (name == "filter") {
      vm.expect_function(v, "while evaluating the `filter` parameter passed to builtins.path");
      filter = v;
      add.filtered = true;
    } else if (name == "recursive") {
      add.recursive =
          vm.expect_bool(v, "while evaluating the `recursive` attribute passed to builtins.path");
    } else {
      const std::string_view text = vm.expect_string_no_context(
          v, "while evaluating the `sha256` attribute passed to builtins.path");
      add.expected = parse_hash_allow_empty(vm.host(), text, HashAlgorithm::Sha256);
    }
  }
  if (!path->exists()) {
    vm.fail(ErrorKind::Other,
            "missing required 'path' attribute in the first argument to 'builtins.path'");
  }
  if (add.name.empty()) add.name = base_name(add.path);
  const Value result =
      co_await add_path(vm, std::move(add), Root(vm.heap, filter), Root(vm.heap, path));
  co_return result;
}

Task store_path(Vm& vm, Args args) {
  World& world = vm.world;
  if (world.options.pure) {
    vm.fail(ErrorKind::Other, "'builtins.storePath' is not allowed in pure evaluation mode");
  }
  const Value given =
      co_await coerce_to_path(vm, Root(vm.heap, args[0]),
                              "while evaluating the first argument passed to 'builtins.storePath'");
  StoreState& store = *world.store;
  std::string path(vm.view(given));
  // A symlink right in the store is an object itself.
  if (!store.dir.is_object(path)) path = resolve_symlinks(world, path, Symlinks::Full);
  const auto object = store.dir.object_of(path);
  if (!object && store.dir.contains(path)) {
    const std::string_view below = std::string_view(path).substr(store.dir.dir.size() + 1);
    vm.fail(ErrorKind::Other, check_object_name(below.substr(0, below.find('/'))));
  }
  if (!object) vm.fail(ErrorKind::Other, cat("path '", path, "' is not in the Nix store"));
  ContextSet context;
  context.add(vm.context(given));
  context.add(store.contexts.opaque(*object));
  co_return vm.make_string(path, context.make(vm));
}

Value to_file(Vm& vm, Args args) {
  StoreState& store = *vm.world.store;
  const std::string_view name = vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.toFile");
  const std::string_view text =
      vm.expect_string(args[1], "while evaluating the second argument passed to builtins.toFile");
  std::vector<std::string_view> references;
  if (const Context* const context = vm.context(args[1])) {
    for (const ContextId id : context->all()) {
      if (store.contexts[id].kind != ContextKind::Opaque) {
        vm.fail(ErrorKind::Other,
                cat("files created by builtins.toFile may not reference derivations, but ", name,
                    " references ", store.contexts.show(id)));
      }
      references.push_back(store.contexts[id].text);
    }
  }
  std::ranges::sort(references);
  std::string path = store.dir.text_path(name, hash_bytes(HashAlgorithm::Sha256, text), references);
  const Value result = store_string(vm, path);
  store.sources->objects.try_emplace(
      std::move(path),
      SourceTable::Object{true, std::string(text), {}, {references.begin(), references.end()}});
  return result;
}

}  // namespace nilas::eval::builtins
