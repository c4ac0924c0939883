#include "evaluator/fetch/tree.hpp"

#include <algorithm>

#include "evaluator/error.hpp"
#include "evaluator/fetch/state.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/nar.hpp"
#include "evaluator/store/sources.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

std::string store_path_of(World& world, const Input& input, const Hash& nar_hash) {
  return world.store->dir.fixed_path(input.name(), IngestionMethod::Nar, nar_hash);
}

void set_nar_hash(Input& input, const Hash& hash) {
  input.attributes.insert_or_assign("narHash", format_hash(hash, HashFormat::Sri));
}

/// Names the tree at `root` in the store.
FetchedInput add_tree(World& world, Input input, const std::string& root, const Hash& hash) {
  std::string path = store_path_of(world, input, hash);
  set_nar_hash(input, hash);
  if (root != path) add_store_copy(world, path, root);
  allow_path(world, path);
  return {.locked = std::move(input), .store_path = std::move(path)};
}

/// A fetcher reads its source whatever evaluation may read, which sees the copy only.
class TemporaryAccess {
 public:
  TemporaryAccess(World& world, const std::string& path)
      : allowed_(world.store->allowed_paths), place_(allowed_.emplace(path)) {}
  TemporaryAccess(const TemporaryAccess&) = delete;
  TemporaryAccess& operator=(const TemporaryAccess&) = delete;
  ~TemporaryAccess() {
    if (place_.second) allowed_.erase(place_.first);
  }

 private:
  using Paths = decltype(StoreState::allowed_paths);
  Paths& allowed_;
  std::pair<Paths::iterator, bool> place_;
};

FetchedInput fetch_path(World& world, Input input) {
  const std::string& text = string_attribute(input.attributes, "path");
  if (!text.starts_with('/')) {
    throw EvalError(ErrorKind::Other, cat("cannot fetch input '", input.to_string(),
                                          "' because it uses a relative path"));
  }
  const StoreDir& store = world.store->dir;
  const std::string path = canonical_path(text);
  const TemporaryAccess way(world, path);
  const std::string root = resolve_symlinks(world, path, Symlinks::Ancestors);
  const TemporaryAccess tree_itself(world, root);
  const bool in_store = store.is_object(root) && store_path_name(root) == "source";
  const TreeSummary tree = summarize_tree(world, root);
  input.attributes.try_emplace("lastModified", in_store ? 0 : tree.newest_seconds);
  FetchedInput fetched = add_tree(world, std::move(input), root, tree.hash);
  if (in_store) fetched.store_path = root;
  return fetched;
}

[[noreturn]] void fail_fetch(World& world, const FetchFailure& failure) {
  world.vm.poll();  // a host that was interrupted has no error of its own
  throw EvalError(failure.refused ? ErrorKind::Refused : ErrorKind::Other, failure.message);
}

FetchControl control_of(World& world) {
  return {[&vm = world.vm] {
    try {
      vm.poll();
      return false;
    } catch (const EvalError&) {
      return true;
    }
  }};
}

FetchedTree ask_host(World& world, const FetchAttributes& attributes) {
  auto tree = world.host.fetch(attributes, control_of(world));
  if (!tree) fail_fetch(world, tree.error());
  return std::move(*tree);
}

FetchedInput fetch_from_host(World& world, const Input& input) {
  FetchedTree tree = ask_host(world, input.attributes);
  Input result = input;
  if (tree.attributes.contains("type")) {
    // A server said where the same tree will be for ever.
    result =
        input_or_throw(input_from_attributes(std::move(tree.attributes), world.options.features));
  } else {
    for (auto& [name, value] : tree.attributes)
      result.attributes.insert_or_assign(name, std::move(value));
  }
  const TemporaryAccess way(world, tree.root);
  const Hash hash =
      tree.nar_hash.empty() ? summarize_tree(world, tree.root).hash : parse_sri_hash(tree.nar_hash);
  FetchedInput fetched = add_tree(world, std::move(result), tree.root, hash);
  fetched.history = std::move(tree.history);
  return fetched;
}

/// `result` must be what `specified` says of it.
void check_locks(Input specified, Input& result, Finality finality) {
  const auto hash = specified.nar_hash();
  if (finality == Finality::Final) {
    if (hash) set_nar_hash(specified, *hash);  // some have a lock file without padding
    for (const auto& [name, value] : specified.attributes) {
      const auto found = result.attributes.find(name);
      if (found == result.attributes.end() || found->second == value) continue;
      throw EvalError(ErrorKind::Other, cat("mismatch in field '", name, "' of input '",
                                            to_json_text(specified.attributes), "', got '",
                                            to_json_text(result.attributes), "'"));
    }
    result.attributes = std::move(specified.attributes);
    return;
  }
  if (const auto got = result.nar_hash(); hash && got != hash) {
    throw EvalError(ErrorKind::Other, cat("NAR hash mismatch in input '", specified.to_string(),
                                          "', expected '", format_hash(*hash, HashFormat::Sri),
                                          "' but got '", format_hash(*got, HashFormat::Sri), "'"));
  }
  if (const auto rev = specified.rev(); rev && result.rev() != rev) {
    throw EvalError(ErrorKind::Other, cat("'rev' attribute mismatch in input '", result.to_string(),
                                          "', expected ", rev_text(*rev)));
  }
}

FetchedInput fetch_unchecked(World& world, const Input& input, Finality finality) {
  if (input.scheme == Scheme::Unknown) {
    throw EvalError(ErrorKind::Other,
                    cat("cannot fetch unsupported input '", to_json_text(input.attributes), "'"));
  }
  if (input.scheme == Scheme::Indirect) {
    throw EvalError(ErrorKind::Other,
                    cat("indirect input '", input.to_string(), "' cannot be fetched directly"));
  }
  const auto hash = input.nar_hash();
  if (hash && finality == Finality::Final) {
    std::string path = store_path_of(world, input, *hash);
    allow_path(world, path);
    if (store_object_exists(world, path)) return {.locked = input, .store_path = std::move(path)};
  }
  if (input.scheme == Scheme::Path) return fetch_path(world, input);
  try {
    return fetch_from_host(world, input);
  } catch (const EvalError& error) {
    // C++ Nix would ask the server again; the hash says that there is nothing new to learn.
    if (error.data().kind != ErrorKind::Refused || !hash) throw;
    std::string path = store_path_of(world, input, *hash);
    if (!store_object_exists(world, path)) throw;
    return {.locked = input, .store_path = std::move(path)};
  }
}

bool allows(std::string_view prefix, std::string_view url) {
  if (url == prefix) return true;
  if (prefix.empty() || !url.starts_with(prefix)) return false;
  // A whole directory, or a whole scheme: "github:".
  return prefix.back() == '/' || url[prefix.size()] == '/' ||
         (prefix.back() == ':' && prefix.find(':') == prefix.size() - 1);
}

}  // namespace

const FetchedInput& fetch_input(World& world, const Input& input, Finality finality) {
  auto& known = world.store->fetch->inputs;
  const std::string key =
      cat(finality == Finality::Final ? "!" : "", to_json_text(input.attributes));
  if (const auto it = known.find(key); it != known.end()) return it->second;
  try {
    FetchedInput fetched = fetch_unchecked(world, input, finality);
    check_locks(input, fetched.locked, finality);
    if (finality == Finality::Final) fetched.history.clear();  // the lock says all there is to say
    allow_path(world, fetched.store_path);
    return known.emplace(key, std::move(fetched)).first->second;
  } catch (EvalError& error) {
    if (input.scheme == Scheme::Unknown) throw;
    throw error.trace(cat("while fetching the input '", input.to_string(), "'"));
  }
}

uint64_t count_commits(World& world, std::string_view history, std::string_view rev) {
  const auto count = world.host.count_commits(history, rev, control_of(world));
  if (!count) fail_fetch(world, count.error());
  return *count;
}

std::string fetch_file(World& world, const std::string& url, const std::string& name,
                       const std::optional<Hash>& expected) {
  FetchAttributes request{{"type", "file"}, {"url", url}, {"name", name}};
  if (expected) request.emplace("hash", format_hash(*expected, HashFormat::Sri));
  const FetchedTree tree = ask_host(world, request);
  const auto content = world.host.read_file(tree.root);
  if (!content) fail_io("reading file", tree.root, content.error());
  const Hash hash = hash_bytes(HashAlgorithm::Sha256, *content);
  if (expected && hash != *expected) {
    throw EvalError(ErrorKind::Other,
                    cat("hash mismatch in file downloaded from '", url,
                        "':\n  specified: ", format_prefixed_hash(*expected, HashFormat::Nix32),
                        "\n  got:       ", format_prefixed_hash(hash, HashFormat::Nix32)));
  }
  std::string path = world.store->dir.fixed_path(name, IngestionMethod::Flat, hash);
  add_store_copy(world, path, tree.root);
  allow_path(world, path);
  return path;
}

void check_uri(World& world, std::string_view url) {
  const FetchOptions& options = world.options.fetch;
  if (!options.restricted) return;
  if (std::ranges::any_of(options.allowed_uris,
                          [&](auto& prefix) { return allows(prefix, url); })) {
    return;
  }
  if (url.starts_with('/')) return check_access(world, canonical_path(url));
  const auto parsed = parse_url(url, UrlSyntax::Strict);
  if (parsed && parsed->scheme == "file") {
    return check_access(world, canonical_path(parsed->path_text()));
  }
  throw EvalError(ErrorKind::Other,
                  cat("access to URI '", url, "' is forbidden in restricted mode"));
}

}  // namespace nilas::eval
