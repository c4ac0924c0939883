// fetchClosure: a store path that another store has. Here only what this machine's store has already is found.

#include <optional>

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/error.hpp"
#include "evaluator/fetch/url.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval::builtins {

namespace {

struct ClosureRequest {
  std::optional<std::string> store;     ///< URL
  std::optional<std::string> from, to;  ///< store paths; `to` may be empty: "tell me"
  bool input_addressed = false;
};

[[noreturn]] void fail(std::string message) {
  throw EvalError(ErrorKind::Other, std::move(message));
}

/// Checks what the attributes say together, in the order of C++ Nix.
void check_request(const ClosureRequest& request) {
  const auto require = [](bool given, std::string_view name) {
    if (!given) fail(cat("attribute '", name, "' is missing in call to 'fetchClosure'"));
  };
  require(request.from.has_value(), "fromPath");
  if (request.input_addressed && request.to)
    fail(
        "attribute 'inputAddressed' is set to true, but 'toPath' is also set. Please remove one of "
        "them");
  require(request.store.has_value(), "fromStore");
  const auto url = parse_url(*request.store, UrlSyntax::Strict);
  if (!url || (url->scheme != "http" && url->scheme != "https"))
    fail("'fetchClosure' only supports http:// and https:// stores");
  if (!url->query.empty())
    fail(cat("'fetchClosure' does not support URL query parameters (in '", *request.store, "')"));
}

}  // namespace

Task fetch_closure(Vm& vm, Args args) {
  vm.expect_attrs(args[0], "while evaluating the argument passed to builtins.fetchClosure");
  StoreState& store = *vm.world.store;
  ClosureRequest request;
  const uint32_t size = args[0].attrs()->size();
  for (uint32_t i = 0; i < size; ++i) {
    Attrs* const set = args[0].attrs();
    const std::string_view name = vm.symbols.name(set->keys->symbols[i]);
    const std::string step =
        cat("while evaluating the attribute '", name, "' passed to builtins.fetchClosure");
    if (name != "fromPath" && name != "toPath" && name != "fromStore" && name != "inputAddressed")
      fail(cat("attribute '", quote_attribute_name(name),
               "' isn't supported in call to 'fetchClosure'"));
    const SourceSpan place = vm.world.position(set->pos(i));
    if (name == "inputAddressed") {
      const Value v = co_await vm.force(set->values[i]);
      if (!v.is_bool()) vm.fail_type("a Boolean", v, step, place);
      request.input_addressed = v.is_true();
      continue;
    }
    if (name == "fromStore") {
      const Value v = co_await vm.force(set->values[i]);
      if (!v.is_string()) vm.fail_type("a string", v, step, place);
      request.store = vm.expect_string_no_context(v, step);
      continue;
    }
    const Value text = co_await coerce_to_string(vm, Root(vm.heap, set->values[i]),
                                                 {.copy_to_store = false}, step);
    const std::string path(vm.view(text));
    if (!store.dir.is_object(path) && !(name == "toPath" && path.empty())) {
      throw EvalError(ErrorKind::Other, cat("path '", path, "' is not in the Nix store"))
          .trace(step, place);
    }
    (name == "toPath" ? request.to : request.from) = path;
  }
  check_request(request);
  const std::string& wanted = request.to ? *request.to : *request.from;
  if (wanted.empty() || !store_object_exists(vm.world, wanted)) {
    throw EvalError(ErrorKind::Refused,
                    cat("cannot copy '", *request.from, "' from '", *request.store, "': ",
                        wanted.empty() ? "its content-addressed path is not known"
                                       : "it is not on this machine",
                        ", and nothing is copied from other stores here"));
  }
  allow_path(vm.world, wanted);
  ContextSet context;
  context.add(store.contexts.opaque(wanted));
  co_return vm.make_string(wanted, context.make(vm));
}

}  // namespace nilas::eval::builtins
