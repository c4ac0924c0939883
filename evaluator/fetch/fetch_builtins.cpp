// fetchTree, fetchGit, fetchurl, fetchTarball, fetchMercurial.
//
// What is not to be had without a network that the user did not allow is an error that is no value of the
// program: tryEval does not catch it and no thunk remembers it, so that it may be asked again.

#include <algorithm>
#include <optional>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/error.hpp"
#include "evaluator/fetch/internal.hpp"
#include "evaluator/fetch/registry.hpp"
#include "evaluator/fetch/values.hpp"
#include "evaluator/format/json.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/store/support.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

namespace {

// --- Trees ----------------------------------------------------------------------------------------------

struct TreeFetcher {
  std::string_view name;
  bool is_git;    ///< fetchGit: the type is known, and `name` allowed
  bool is_final;  ///< an entry of a lock file
};
constexpr TreeFetcher kFetchTree{"fetchTree", false, false};
constexpr TreeFetcher kFetchGit{"fetchGit", true, false};
constexpr TreeFetcher kFetchFinalTree{"fetchTree", false, true};

std::string fixed_git_url(std::string_view text) {
  auto url = git_url(text);
  if (!url) throw EvalError(ErrorKind::Other, url.error());
  return url->to_string();
}

/// Adds one argument; those that are neither strings nor paths. The pointers outlive the task.
Value plain_attribute(Vm& vm, const TreeFetcher& fetcher, const std::string& name, Value v,
                      FetchAttributes& attributes) {
  if (v.is_bool()) {
    attributes.emplace(name, v.is_true());
  } else if (v.is_int()) {
    if (v.as_int() < 0) {
      vm.fail(ErrorKind::Other, cat("negative value given for '", fetcher.name, "' argument '",
                                    name, "': ", v.as_int()));
    }
    attributes.emplace(name, static_cast<uint64_t>(v.as_int()));
  } else {
    vm.fail(ErrorKind::Type,
            cat("argument '", name, "' to '", fetcher.name, "' is ", describe_type(v),
                " while a string, Boolean or integer is expected"));
  }
  return Value::null();
}

/// Type of the input, which comes first: what is wrong with it is told before anything else.
Task read_type(Vm& vm, Root args, const TreeFetcher* fetcher, FetchAttributes* attributes) {
  Value* const type = args->attrs()->get(vm.symbols.intern("type"));
  if (fetcher->is_git) {
    if (type) vm.fail(ErrorKind::Other, "unexpected argument 'type'");
    attributes->emplace("type", "git");
    co_return Value::null();
  }
  if (!type) {
    vm.fail(ErrorKind::Other, cat("argument 'type' is missing in call to '", fetcher->name, "'"));
  }
  const Value v = co_await vm.force(*type);
  attributes->emplace(
      "type", std::string(vm.expect_string_no_context(
                  v, cat("while evaluating the `type` argument passed to '", fetcher->name, "'"))));
  co_return Value::null();
}

Task read_attributes(Vm& vm, Root args, const TreeFetcher* fetcher, FetchAttributes* attributes) {
  co_await read_type(vm, Root(vm.heap, args), fetcher, attributes);
  const uint32_t size = args->attrs()->size();
  for (uint32_t i = 0; i < size; ++i) {
    const std::string name(vm.symbols.name(args->attrs()->keys->symbols[i]));
    if (name == "type") continue;
    const Value v = co_await vm.force(args->attrs()->values[i]);
    if (v.is_string() || v.is_path()) {
      const std::string text(v.is_path() ? v.path()->view() : vm.view(v));
      attributes->emplace(name, fetcher->is_git && name == "url" ? fixed_git_url(text) : text);
    } else if (name == "publicKeys") {
      vm.world.options.features.require(Feature::verified_fetches);
      const Value json = co_await to_json(vm, Root(vm.heap, v), {});
      attributes->emplace(name, std::string(vm.view(json)));
    } else {
      plain_attribute(vm, *fetcher, name, v, *attributes);
    }
  }
  co_return Value::null();
}

/// What is not said, but meant.
void add_defaults(Vm& vm, const TreeFetcher& fetcher, FetchAttributes& attributes) {
  if (fetcher.is_git && !has_flag(attributes, "submodules")) {
    attributes.try_emplace("exportIgnore", true);
  }
  if (!fetcher.is_git && attributes.at("type") == FetchAttribute("git")) {
    attributes.try_emplace("shallow", true);
  }
  if (!fetcher.is_git && !fetcher.is_final && attributes.contains("name")) {
    vm.fail(ErrorKind::Other,
            cat("argument 'name' isn’t supported in call to '", fetcher.name, "'"));
  }
}

Input input_of_url(Vm& vm, const TreeFetcher& fetcher, std::string_view text) {
  const Features& features = vm.world.options.features;
  if (fetcher.is_git) {
    FetchAttributes attributes{
        {"type", "git"}, {"url", fixed_git_url(text)}, {"exportIgnore", true}};
    return input_or_throw(input_from_attributes(std::move(attributes), features));
  }
  if (!features.flakes) {
    vm.fail(ErrorKind::Other, cat("passing a string argument to '", fetcher.name,
                                  "' requires the 'flakes' experimental feature"));
  }
  auto url = parse_url(text, UrlSyntax::Strict);
  if (!url) vm.fail(ErrorKind::Other, url.error());
  return input_or_throw(input_from_url(*url, Wanted::Tree, features));
}

void require_locked(Vm& vm, const TreeFetcher& fetcher, const Input& input) {
  if (!vm.world.options.pure || input.is_locked()) return;
  if (!input.nar_hash()) {
    vm.fail(ErrorKind::Other, cat("in pure evaluation mode, '", fetcher.name,
                                  "' doesn't fetch unlocked input '", input.to_string(), "'"));
  }
  vm.host().message(
      EvalHost::Message::Warning,
      cat("warning: Input '", input.to_string(),
          "' is unlocked (e.g. lacks a Git revision) but is checked by NAR hash. This is not "
          "reproducible and will break after garbage collection or when shared."));
}

Task fetch(Vm& vm, Root args, const TreeFetcher* fetcher) {
  World& world = vm.world;
  Input input;
  if (args->is_attrs()) {
    FetchAttributes attributes;
    co_await read_attributes(vm, Root(vm.heap, args), fetcher, &attributes);
    add_defaults(vm, *fetcher, attributes);
    if (!fetcher->is_final && attributes.contains("__final")) {
      vm.fail(ErrorKind::Other, cat("input '", to_json_text(attributes),
                                    "' is not allowed to use the '__final' attribute"));
    }
    input = input_or_throw(input_from_attributes(std::move(attributes), world.options.features));
  } else {
    const Value text = co_await coerce_to_string(
        vm, Root(vm.heap, args), {.copy_to_store = false},
        fetcher->is_git ? "while evaluating the first argument passed to 'fetchGit'"
                        : "while evaluating the first argument passed to 'fetchTree'");
    input = input_of_url(vm, *fetcher, vm.view(text));
  }
  if (!world.options.pure && !input.is_direct() && world.options.features.flakes) {
    input = resolve_in_registries(world, input, UseRegistries::Limited).input;
  }
  require_locked(vm, *fetcher, input);
  check_uri(world, input.to_string());
  const FetchedInput& fetched =
      fetch_input(world, input, fetcher->is_final ? Finality::Final : Finality::Open);
  co_return tree_value(vm, fetched, {.empty_rev = fetcher->is_git});
}

// --- Files and archives -----------------------------------------------------------------------------------

struct FileFetcher {
  std::string_view name;  // as messages call it
  IngestionMethod method;
  std::string_view default_name;  // empty: the URL's last component
};
constexpr FileFetcher kFetchUrl{"fetchurl", IngestionMethod::Flat, ""};
constexpr FileFetcher kFetchTarball{"fetchTarball", IngestionMethod::Nar, "source"};

struct FileRequest {
  std::optional<std::string> url;
  std::string name;
  std::optional<Hash> expected;
  bool is_set = false;    // the argument
  bool has_name = false;  // that the user gave
};

void check_name(Vm& vm, const FileFetcher& fetcher, FileRequest& request) {
  if (request.name.empty()) request.name = base_name(*request.url);
  const std::string wrong = check_store_name(request.name);
  if (wrong.empty()) return;
  const std::string_view advice =
      request.has_name ? "Please change the value for the 'name' attribute passed to '"
      : request.is_set ? "Please add a valid 'name' attribute to the argument for '"
                       : "Please pass an attribute set with 'url' and 'name' attributes to '";
  vm.fail(ErrorKind::Other, cat("invalid store path name when fetching URL '", *request.url, "': ",
                                wrong, ". ", advice, fetcher.name, request.is_set ? "', " : "',  ",
                                "so that it can create a valid store path."));
}

std::string fetch_archive(World& world, const FileRequest& request) {
  FetchAttributes attributes{{"type", "tarball"}, {"url", *request.url}, {"name", request.name}};
  if (request.expected) {
    attributes.emplace("narHash", format_hash(*request.expected, HashFormat::Sri));
  }
  const Input input =
      input_or_throw(input_from_attributes(std::move(attributes), world.options.features));
  return fetch_input(world, input, Finality::Open).store_path;
}

Value fetched_file(Vm& vm, const FileFetcher& fetcher, FileRequest request) {
  World& world = vm.world;
  StoreState& store = *world.store;
  if (!request.url) vm.fail(ErrorKind::Other, "'url' argument required");
  if (fetcher.method == IngestionMethod::Nar && request.url->starts_with("channel:")) {
    request.url = cat("https://channels.nixos.org/", request.url->substr(8), "/nixexprs.tar.xz");
  }
  check_uri(world, *request.url);
  check_name(vm, fetcher, request);
  if (!request.expected && world.options.pure) {
    vm.fail(ErrorKind::Other,
            cat("in pure evaluation mode, '", fetcher.name, "' requires a 'sha256' argument"));
  }
  std::string path;
  if (request.expected) {
    path = store.dir.fixed_path(request.name, fetcher.method, *request.expected);
    allow_path(world, path);
  }
  if (path.empty() || !store_object_exists(world, path)) {
    path = fetcher.method == IngestionMethod::Nar
               ? fetch_archive(world, request)
               : fetch_file(world, *request.url, request.name, request.expected);
  }
  const ContextId id = store.contexts.opaque(path);
  return vm.make_string(path, make_context(vm, {&id, 1}));
}

Task fetch_one_file(Vm& vm, Root args, const FileFetcher* fetcher) {
  FileRequest request;
  if (!args->is_attrs()) {
    request.name = fetcher->default_name;
    request.url = vm.expect_string_no_context(args, "while evaluating the url we should fetch");
    co_return fetched_file(vm, *fetcher, std::move(request));
  }
  request.is_set = true;
  request.name = fetcher->default_name;
  const uint32_t size = args->attrs()->size();
  for (uint32_t i = 0; i < size; ++i) {
    const Value v = co_await vm.force(args->attrs()->values[i]);
    const std::string_view name = vm.symbols.name(args->attrs()->keys->symbols[i]);
    if (name == "url") {
      request.url = vm.expect_string_no_context(v, "while evaluating the url we should fetch");
    } else if (name == "sha256") {
      request.expected = parse_hash_allow_empty(
          vm.host(),
          vm.expect_string_no_context(v,
                                      "while evaluating the sha256 of the content we should fetch"),
          HashAlgorithm::Sha256);
    } else if (name == "name") {
      request.has_name = true;
      request.name = vm.expect_string_no_context(
          v, "while evaluating the name of the content we should fetch");
    } else {
      vm.fail(ErrorKind::Other, cat("unsupported argument '", name, "' to '", fetcher->name, "'"));
    }
  }
  co_return fetched_file(vm, *fetcher, std::move(request));
}

// --- Mercurial ------------------------------------------------------------------------------------------------

Value fetched_mercurial(Vm& vm, std::string url, std::string name, const std::string& revision) {
  World& world = vm.world;
  if (url.empty()) vm.fail(ErrorKind::Other, "'url' argument required");
  check_uri(world, url);
  if (world.options.pure && !is_commit(revision)) {
    vm.fail(ErrorKind::Other,
            "in pure evaluation mode, 'fetchMercurial' requires a Mercurial revision");
  }
  FetchAttributes attributes{{"type", "hg"},
                             {"url", url.contains("://") ? url : "file://" + url},
                             {"name", std::move(name)}};
  if (!revision.empty()) attributes.emplace(is_commit(revision) ? "rev" : "ref", revision);
  const Input input =
      input_or_throw(input_from_attributes(std::move(attributes), world.options.features));
  const FetchedInput& fetched = fetch_input(world, input, Finality::Open);
  AttrsBuilder set(vm, 5);
  const ContextId id = world.store->contexts.opaque(fetched.store_path);
  set.add("outPath", vm.make_string(fetched.store_path, make_context(vm, {&id, 1})));
  if (const auto branch = fetched.locked.ref()) set.add("branch", vm.make_string(*branch));
  const std::string rev =
      rev_text(fetched.locked.rev().value_or(Hash{.algorithm = HashAlgorithm::Sha1}));
  set.add("rev", vm.make_string(rev));
  set.add("shortRev", vm.make_string(rev.substr(0, 12)));
  if (const auto count = find_number(fetched.locked.attributes, "revCount")) {
    set.add("revCount", vm.make_int(static_cast<int64_t>(*count)));
  }
  return set.finish();
}

}  // namespace

Task fetch_tree(Vm& vm, Args args) {
  vm.world.options.features.require(Feature::fetch_tree);
  const Value tree = co_await fetch(vm, Root(vm.heap, args[0]), &kFetchTree);
  co_return tree;
}

Task fetch_git(Vm& vm, Args args) {
  const Value tree = co_await fetch(vm, Root(vm.heap, args[0]), &kFetchGit);
  co_return tree;
}

Task fetch_final_tree(Vm& vm, Args args) {
  const Value tree = co_await fetch(vm, Root(vm.heap, args[0]), &kFetchFinalTree);
  co_return tree;
}

Value count_commits(Vm& vm, Args args) {
  const FetchAttributes commit = attributes_of_json(vm, args[0]);
  return vm.make_int(static_cast<int64_t>(eval::count_commits(
      vm.world, string_attribute(commit, "history"), string_attribute(commit, "rev"))));
}

Task fetch_url(Vm& vm, Args args) {
  const Value path = co_await fetch_one_file(vm, Root(vm.heap, args[0]), &kFetchUrl);
  co_return path;
}

Task fetch_tarball(Vm& vm, Args args) {
  const Value path = co_await fetch_one_file(vm, Root(vm.heap, args[0]), &kFetchTarball);
  co_return path;
}

Task fetch_mercurial(Vm& vm, Args args) {
  std::string url, name = "source", revision;
  Root url_value(vm.heap, args[0]);
  if (args[0].is_attrs()) {
    url_value = Value();
    const uint32_t size = args[0].attrs()->size();
    for (uint32_t i = 0; i < size; ++i) {
      const std::string_view key = vm.symbols.name(args[0].attrs()->keys->symbols[i]);
      const Value v = co_await vm.force(args[0].attrs()->values[i]);
      if (key == "url") {
        url_value = v;
      } else if (key == "rev") {
        revision = vm.expect_string_no_context(
            v, "while evaluating the `rev` attribute passed to builtins.fetchMercurial");
      } else if (key == "name") {
        name = vm.expect_string_no_context(
            v, "while evaluating the `name` attribute passed to builtins.fetchMercurial");
      } else {
        vm.fail(ErrorKind::Other, cat("unsupported argument '", key, "' to 'fetchMercurial'"));
      }
    }
  }
  if (url_value->exists()) {
    const Value text = co_await coerce_to_string(
        vm, Root(vm.heap, url_value), {.copy_to_store = false},
        "while evaluating the first argument passed to builtins.fetchMercurial");
    url = vm.view(text);
  }
  co_return fetched_mercurial(vm, std::move(url), std::move(name), revision);
}

}  // namespace nilas::eval::builtins
