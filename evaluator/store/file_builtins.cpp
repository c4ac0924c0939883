// Builtins that read files and take paths apart. Nix manual, "Built-in Functions".

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/error.hpp"
#include "evaluator/store/aterm.hpp"
#include "evaluator/store/derivation_table.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/sources.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/store/support.hpp"

namespace nilas::eval::builtins {

namespace {

/// The references of the store object `path` that its text really mentions: the context of what is
/// read from there.
Context* context_of_content(Vm& vm, std::string_view path, std::string_view content) {
  StoreState& store = *vm.world.store;
  const auto object = store.dir.object_of(path);
  if (!object || object->size() != path.size()) return nullptr;
  ContextSet context;
  const auto add = [&](const std::string& reference) {
    if (content.find(store_path_hash(reference)) != content.npos) {
      context.add(store.contexts.opaque(reference));
    }
  };
  if (const auto* references = store.sources->references(path)) {
    for (const std::string& reference : *references)
      add(reference);
  } else if (is_derivation_path(path)) {
    const auto derivation = parse_derivation(content);
    if (!derivation) return nullptr;
    for (const std::string& source : derivation->input_sources)
      add(source);
    for (const InputDerivation& input : derivation->input_derivations)
      add(input.path);
  }
  return context.make(vm);
}

std::string_view base_name_of_text(std::string_view text) {
  // Of several slashes at the end only one is dropped: an oddity that derivations' hashes depend
  // on.
  if (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
  return text.substr(text.rfind('/') + 1);
}

}  // namespace

Task read_file(Vm& vm, Args args) {
  const Value path = co_await realise_path(vm, Root(vm.heap, args[0]), Symlinks::Full);
  const std::string_view text = path.path()->view();
  const auto content = eval::read_file(vm.world, text);
  if (!content) fail_io("opening file", text, content.error());
  if (content->find('\0') != content->npos) {
    vm.fail(ErrorKind::Other,
            cat("the contents of the file '", text, "' cannot be represented as a Nix string"));
  }
  co_return vm.make_string(*content, context_of_content(vm, text, *content));
}

Task read_dir(Vm& vm, Args args) {
  const Value path = co_await realise_path(vm, Root(vm.heap, args[0]), Symlinks::Full);
  const std::string_view text = path.path()->view();
  const auto entries = list_directory(vm.world, text);
  if (!entries) fail_io("reading directory", text, entries.error());
  Value types[4];
  AttrsBuilder result(vm, entries->size());
  for (const DirEntry& entry : *entries) {
    Value& type = types[static_cast<size_t>(entry.type)];
    if (!type.exists()) type = vm.make_string(file_type_text(entry.type));
    result.add(entry.name, type);
  }
  co_return result.finish();
}

Task read_file_type(Vm& vm, Args args) {
  const Value path = co_await realise_path(vm, Root(vm.heap, args[0]), Symlinks::Keep);
  const std::string_view text = path.path()->view();
  // No symlink is followed, not on the way either.
  for (size_t slash = text.find('/', 1); slash != text.npos; slash = text.find('/', slash + 1)) {
    const std::string_view above = text.substr(0, slash);
    const auto info = file_info(vm.world, above);
    if (info && info->type == FileType::Symlink)
      vm.fail(ErrorKind::Other, cat("path '", above, "' is a symlink"));
  }
  const auto info = file_info(vm.world, text);
  if (!info) fail_io("reading", text, info.error());
  co_return vm.make_string(file_type_text(info->type));
}

Task path_exists(Vm& vm, Args args) {
  bool must_be_directory = false;
  if (args[0].is_string()) {
    const std::string_view text = vm.view(args[0]);
    must_be_directory = text.ends_with('/') || text.ends_with("/.");
  }
  const Value path = co_await realise_path(vm, Root(vm.heap, args[0]), Symlinks::Keep);
  const std::string_view text = path.path()->view();
  try {
    const auto info = file_info(
        vm.world,
        resolve_symlinks(vm.world, text, must_be_directory ? Symlinks::Full : Symlinks::Ancestors));
    co_return Value::boolean(info && (!must_be_directory || info->type == FileType::Directory));
  } catch (const EvalError& error) {
    // What may not be read: nothing is told of it.
    if (error.data().kind != ErrorKind::Io) throw;
    co_return Value::boolean(false);
  }
}

Task hash_file(Vm& vm, Args args) {
  const HashAlgorithm algorithm = parse_hash_algorithm(vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.hashFile"));
  const Value path = co_await realise_path(vm, Root(vm.heap, args[1]), Symlinks::Full);
  const std::string_view text = path.path()->view();
  const auto content = eval::read_file(vm.world, text);
  if (!content) fail_io("opening file", text, content.error());
  co_return vm.make_string(encode_base16(hash_bytes(algorithm, *content).view()));
}

Task find_file(Vm& vm, Args args) {
  constexpr std::string_view kLookup =
      "while evaluating the second argument passed to builtins.findFile";
  std::vector<SearchPathEntry> entries;
  co_await search_path_entries(vm, Root(vm.heap, args[0]), &entries);
  const auto forced = co_await vm.try_force(args[1]);
  const Value lookup = or_trace(forced, kLookup);
  co_return eval::find_file(vm.world, entries, vm.expect_string_no_context(lookup, kLookup));
}

Task base_name_of(Vm& vm, Args args) {
  const Value text = co_await coerce_to_string(
      vm, Root(vm.heap, args[0]), {.copy_to_store = false},
      "while evaluating the first argument passed to builtins.baseNameOf");
  co_return vm.make_string(base_name_of_text(vm.view(text)), vm.context(text));
}

Task dir_of(Vm& vm, Args args) {
  if (args[0].is_path()) co_return vm.make_path(parent_path(args[0].path()->view()));
  const Value text =
      co_await coerce_to_string(vm, Root(vm.heap, args[0]), {.copy_to_store = false},
                                "while evaluating the first argument passed to 'builtins.dirOf'");
  const std::string_view path = vm.view(text);
  const size_t slash = path.rfind('/');
  const std::string_view parent = slash == path.npos ? "."
                                  : slash == 0       ? "/"
                                                     : path.substr(0, slash);
  co_return vm.make_string(parent, vm.context(text));
}

Task to_path(Vm& vm, Args args) {
  const Value path = co_await coerce_to_path(
      vm, Root(vm.heap, args[0]), "while evaluating the first argument passed to builtins.toPath");
  co_return path;
}

Value get_env(Vm& vm, Args args) {
  const std::string_view name = vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.getEnv");
  if (vm.world.options.pure) return vm.make_string("");
  return vm.make_string(vm.host().environment(name).value_or(""));
}

}  // namespace nilas::eval::builtins
