#include "evaluator/store/files.hpp"

#include <algorithm>

#include "evaluator/error.hpp"
#include "evaluator/store/corepkgs.hpp"
#include "evaluator/store/derivation_table.hpp"
#include "evaluator/store/nar.hpp"
#include "evaluator/store/sources.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"

namespace nilas::eval {

namespace {

constexpr int kMaxLinks = 1024;

/// Where the bytes of a path really are: in a text that no disk has, or at a path of the host.
struct Location {
  const std::string* text = nullptr;
  std::string path;  // empty: the path that was asked for
};

Location locate(World& world, std::string_view path) {
  if (path.starts_with(kCorePkgsDir)) return {core_package(path), {}};
  StoreState& store = *world.store;
  const auto object = store.dir.object_of(path);
  if (!object) return {};
  if (const auto it = store.sources->objects.find(*object); it != store.sources->objects.end()) {
    if (!it->second.is_text) return {nullptr, cat(it->second.source, path.substr(object->size()))};
    if (object->size() == path.size()) return {&it->second.text, {}};
  } else if (is_derivation_path(path) && object->size() == path.size()) {
    const auto* record = store.derivations->find(store.contexts.opaque(path));
    if (record) return {&record->text, {}};
  }
  return {};
}

/// `of_text` for a path that stands for a text, else `of_host` with the path of the host that it
/// stands for.
template <class OfText, class OfHost>
auto answer(World& world, std::string_view path, OfText of_text, OfHost of_host) {
  const Location location = locate(world, path);
  if (location.text) return of_text(*location.text);
  if (location.path.empty()) check_access(world, path);
  const std::string_view real = location.path.empty() ? path : std::string_view(location.path);
  world.record_read(real);
  return of_host(real);
}

std::unexpected<HostError> not_a_directory() {
  return std::unexpected(HostError{HostError::Kind::NotADirectory, "Not a directory"});
}

}  // namespace

void check_access(World& world, std::string_view path) {
  const bool pure = world.options.pure;
  if (!pure && !world.options.fetch.restricted) return;
  const auto& allowed = world.store->allowed_paths;
  const std::string below = path == "/" ? "/" : cat(path, "/");
  const auto first = allowed.lower_bound(below);
  if (first != allowed.end() && first->starts_with(below)) return;  // on the way
  for (std::string_view above = path;; above = parent_path(above)) {
    if (allowed.contains(above)) return;
    if (above == "/") break;
  }
  throw EvalError(ErrorKind::Io, cat("access to absolute path '", path, "' is forbidden ",
                                     pure ? "in pure evaluation mode (use '--impure' to override)"
                                          : "in restricted mode"));
}

void allow_path(World& world, std::string_view path) {
  if (!world.options.pure && !world.options.fetch.restricted) return;
  world.store->allowed_paths.emplace(path);
}

std::string absolute_path(World& world, std::string_view path) {
  if (path.starts_with('/')) return canonical_path(path);
  return canonical_path(cat(world.host.working_directory(), "/", path));
}

HostResult<FileInfo> file_info(World& world, std::string_view path) {
  auto& known = world.store->sources->infos;
  if (const auto it = known.find(path); it != known.end()) return it->second;
  return answer(
      world, path,
      [](const std::string& text) -> HostResult<FileInfo> {
        return FileInfo{FileType::Regular, false, text.size(), 0, 0};
      },
      [&](std::string_view real) {
        auto info = world.host.info(real);
        // The store is there, even where nobody ever had one.
        if (!info && path == world.store->dir.dir) info = FileInfo{.type = FileType::Directory};
        known.emplace(path, info);
        return info;
      });
}

HostResult<std::string> read_file(World& world, std::string_view path) {
  return answer(
      world, path, [](const std::string& text) -> HostResult<std::string> { return text; },
      [&](std::string_view real) { return world.host.read_file(real); });
}

HostResult<std::vector<DirEntry>> list_directory(World& world, std::string_view path) {
  using Result = HostResult<std::vector<DirEntry>>;
  return answer(
      world, path, [](const std::string&) -> Result { return not_a_directory(); },
      [&](std::string_view real) -> Result {
        Result entries = world.host.list_directory(real);
        if (entries) std::ranges::sort(*entries, {}, &DirEntry::name);
        return entries;
      });
}

HostResult<std::string> read_link(World& world, std::string_view path) {
  using Result = HostResult<std::string>;
  return answer(
      world, path,
      [](const std::string&) -> Result {
        return std::unexpected(HostError{HostError::Kind::Other, "Invalid argument"});
      },
      [&](std::string_view real) { return world.host.read_link(real); });
}

std::string resolve_symlinks(World& world, std::string_view path, Symlinks mode) {
  if (mode == Symlinks::Keep) return std::string(path);
  std::string done;
  std::string todo(path);  // from `at` on: what is left, beginning with a slash or empty
  int links = 0;
  size_t at = 0;
  while (at < todo.size()) {
    const size_t begin = at + 1;
    const size_t end = std::min(todo.find('/', begin), todo.size());
    const std::string_view name = std::string_view(todo).substr(begin, end - begin);
    at = end;
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      done.resize(done.empty() ? 0 : done.rfind('/'));
      continue;
    }
    const size_t parent = done.size();
    done += '/';
    done += name;
    if (mode == Symlinks::Ancestors && at >= todo.size()) break;
    const auto info = file_info(world, done);
    if (!info || info->type != FileType::Symlink) continue;
    if (++links > kMaxLinks) {
      throw EvalError(ErrorKind::Other, cat("infinite symlink recursion in path '", path, "'"));
    }
    const auto target = read_link(world, done);
    if (!target) fail_io("reading symbolic link", done, target.error());
    done.resize(target->starts_with('/') ? 0 : parent);
    todo = cat("/", *target, std::string_view(todo).substr(at));
    at = 0;
  }
  return done.empty() ? "/" : done;
}

void fail_io(std::string_view action, std::string_view path, const HostError& error) {
  std::string message;
  switch (error.kind) {
    case HostError::Kind::NotFound: message = cat("path '", path, "' does not exist"); break;
    case HostError::Kind::NotADirectory: message = cat("'", path, "' is not a directory"); break;
    case HostError::Kind::IsADirectory: message = cat("'", path, "' is not a regular file"); break;
    case HostError::Kind::Denied:
    case HostError::Kind::Other: message = cat(action, " '", path, "': ", error.message); break;
  }
  throw EvalError(ErrorKind::Io, std::move(message));
}

std::string resolve_import(World& world, std::string_view path) {
  // Symlinks on the way stay, so that `../x` in the file means what its path says; one at the end
  // is followed.
  std::string at(path);
  for (int links = 0; at != "/"; ++links) {
    const std::string directory = resolve_symlinks(world, parent_path(at), Symlinks::Full);
    const std::string real = cat(directory == "/" ? "" : directory, "/", base_name(at));
    const auto info = file_info(world, real);
    if (!info) fail_io("opening file", at, info.error());
    if (info->type != FileType::Symlink) break;
    if (links > kMaxLinks) {
      throw EvalError(
          ErrorKind::Io,
          cat("too many symbolic links encountered while traversing the path '", path, "'"));
    }
    const auto target = read_link(world, real);
    if (!target) fail_io("reading symbolic link", real, target.error());
    at = canonical_path(target->starts_with('/') ? *target : cat(parent_path(at), "/", *target));
  }
  const auto info = file_info(world, resolve_symlinks(world, at, Symlinks::Full));
  const bool is_directory = info && info->type == FileType::Directory;
  return is_directory ? cat(at == "/" ? "" : at, "/default.nix") : at;
}

Value copy_path_to_store(Vm& vm, Value path) {
  World& world = vm.world;
  StoreState& store = *world.store;
  const std::string_view text = path.path()->view();
  if (is_derivation_path(text)) {
    throw EvalError(ErrorKind::Other, "file names are not allowed to end in '.drv'");
  }
  ContextId id;
  if (const auto it = store.sources->copied.find(text); it != store.sources->copied.end()) {
    id = it->second;
  } else {
    id = add_source(world, base_name(text), resolve_symlinks(world, text, Symlinks::Ancestors));
    store.sources->copied.emplace(text, id);
  }
  return vm.make_string(store.contexts[id].text, make_context(vm, {&id, 1}));
}

bool store_object_exists(World& world, std::string_view path) {
  if (world.store->sources->objects.contains(path)) return true;
  world.record_read(path);
  return world.host.info(path).has_value();
}

void add_store_copy(World& world, const std::string& path, const std::string& root) {
  SourceTable& sources = *world.store->sources;
  sources.objects.try_emplace(path, SourceTable::Object{false, {}, root, {}});
  // Somebody may have looked before it was there.
  std::erase_if(sources.infos, [&](const auto& known) {
    return known.first == path || known.first.starts_with(path + "/");
  });
}

ContextId add_source(World& world, std::string_view name, const std::string& root) {
  StoreState& store = *world.store;
  const auto info = file_info(world, root);
  if (!info) fail_io("reading", root, info.error());
  Hash hash;
  const bool is_file = info->type == FileType::Regular;
  if (const Hash* known = is_file ? store.sources->hashes->find(root, *info) : nullptr) {
    hash = *known;
    world.record_read(root);
  } else {
    hash = hash_tree(world, root);
    if (is_file) store.sources->hashes->add(root, *info, hash);
  }
  std::string path = store.dir.fixed_path(name, IngestionMethod::Nar, hash);
  const ContextId id = store.contexts.opaque(path);
  store.sources->objects.try_emplace(std::move(path), SourceTable::Object{false, {}, root, {}});
  return id;
}

}  // namespace nilas::eval
