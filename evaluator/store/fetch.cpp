// Fetchers, offline: a fixed hash names a store path, which is used if it exists. Whatever else
// needs the network, and is refused with an error that is no value of the program: tryEval does not
// catch it and no thunk remembers it, so that it may be asked again when the network is allowed.

#include <optional>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/error.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/store/support.hpp"

namespace nilas::eval::builtins {

namespace {

struct Fetcher {
  std::string_view name;  // as messages call it
  IngestionMethod method;
  std::string_view default_name;  // empty: the URL's last component
};

constexpr Fetcher kFetchUrl{"fetchurl", IngestionMethod::Flat, ""};
constexpr Fetcher kFetchTarball{"fetchTarball", IngestionMethod::Nar, "source"};

struct Request {
  std::optional<std::string> url;
  std::string name;
  std::optional<Hash> expected;
};

[[noreturn]] void refuse(std::string_view fetcher, std::string_view url) {
  throw EvalError(ErrorKind::Refused,
                  cat("'", url, "' is not in the store, and '", fetcher, "' does not fetch here"));
}

Value fetched(Vm& vm, const Fetcher& fetcher, Request request) {
  StoreState& store = *vm.world.store;
  if (!request.url) vm.fail(ErrorKind::Other, "'url' argument required");
  if (request.name.empty()) {
    request.name = fetcher.default_name.empty() ? base_name(*request.url) : fetcher.default_name;
  }
  if (const std::string wrong = check_store_name(request.name); !wrong.empty()) {
    vm.fail(ErrorKind::Other,
            cat("invalid store path name when fetching URL '", *request.url, "': ", wrong,
                ". Please change the value for the 'name' attribute passed to '", fetcher.name,
                "', so that it can create a valid store path."));
  }
  if (!request.expected) {
    if (vm.world.options.pure) {
      vm.fail(ErrorKind::Other,
              cat("in pure evaluation mode, '", fetcher.name, "' requires a 'sha256' argument"));
    }
    refuse(fetcher.name, *request.url);
  }
  const std::string path = store.dir.fixed_path(request.name, fetcher.method, *request.expected);
  if (!file_info(vm.world, path)) refuse(fetcher.name, *request.url);
  const ContextId id = store.contexts.opaque(path);
  return vm.make_string(path, make_context(vm, {&id, 1}));
}

Task fetch(Vm& vm, Root args, const Fetcher* fetcher) {
  const Value forced = co_await vm.force(args);
  args = forced;
  Request request;
  if (!forced.is_attrs()) {
    request.url = vm.expect_string_no_context(forced, "while evaluating the url we should fetch");
    co_return fetched(vm, *fetcher, std::move(request));
  }
  const uint32_t size = forced.attrs()->size();
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
      request.name = vm.expect_string_no_context(
          v, "while evaluating the name of the content we should fetch");
    } else {
      vm.fail(ErrorKind::Other, cat("unsupported argument '", name, "' to '", fetcher->name, "'"));
    }
  }
  co_return fetched(vm, *fetcher, std::move(request));
}

/// A fetcher of repositories: says what it would have fetched.
Task refuse_repository(Vm& vm, Root args, std::string_view fetcher) {
  const Value forced = co_await vm.force(args);
  Value url = forced;
  if (forced.is_attrs()) {
    const Value* const slot = forced.attrs()->get(vm.symbols.intern("url"));
    if (!slot) vm.fail(ErrorKind::Other, "input attribute 'url' is missing");
    url = *slot;
  }
  const Value text = co_await coerce_to_string(vm, Root(vm.heap, url), {.copy_to_store = false},
                                               "while evaluating the url we should fetch");
  refuse(fetcher, vm.view(text));
}

}  // namespace

Task fetch_url(Vm& vm, Args args) {
  const Value path = co_await fetch(vm, Root(vm.heap, args[0]), &kFetchUrl);
  co_return path;
}

Task fetch_tarball(Vm& vm, Args args) {
  const Value path = co_await fetch(vm, Root(vm.heap, args[0]), &kFetchTarball);
  co_return path;
}

Task fetch_git(Vm& vm, Args args) {
  const Value path = co_await refuse_repository(vm, Root(vm.heap, args[0]), "fetchGit");
  co_return path;
}

Task fetch_mercurial(Vm& vm, Args args) {
  const Value path = co_await refuse_repository(vm, Root(vm.heap, args[0]), "fetchMercurial");
  co_return path;
}

}  // namespace nilas::eval::builtins
