// Hashes of strings, and hashes in other notations.

#include "evaluator/builtins/builtins.hpp"
#include "evaluator/encoding.hpp"
#include "evaluator/host.hpp"

namespace nilas::eval::builtins {

Value hash_string(Vm& vm, Args args) {
  const HashAlgorithm algorithm = parse_hash_algorithm(vm.expect_string_no_context(
      args[0], "while evaluating the first argument passed to builtins.hashString"));
  const std::string_view bytes = vm.expect_string(
      args[1], "while evaluating the second argument passed to builtins.hashString");
  return vm.make_string(format_hash(hash_bytes(algorithm, bytes), HashFormat::Base16));
}

Task convert_hash(Vm& vm, Args args) {
  constexpr std::string_view kHash = "while evaluating the attribute 'hash'";
  constexpr std::string_view kAlgorithm = "while evaluating the attribute 'hashAlgo'";
  constexpr std::string_view kFormat = "while evaluating the attribute 'toHashFormat'";
  Attrs* attrs = vm.expect_attrs(
      args[0], "while evaluating the first argument passed to builtins.convertHash");

  const auto forced_hash = co_await vm.try_force(
      attribute(vm, attrs, vm.symbols.intern("hash"), "while locating the attribute 'hash'"));
  const std::string text(vm.expect_string_no_context(or_trace(forced_hash, kHash), kHash));

  std::optional<HashAlgorithm> algorithm;
  if (const Value* slot = attrs->get(vm.symbols.intern("hashAlgo"))) {
    const auto forced = co_await vm.try_force(*slot);
    algorithm =
        parse_hash_algorithm(vm.expect_string_no_context(or_trace(forced, kAlgorithm), kAlgorithm));
  }

  const auto forced_format = co_await vm.try_force(attribute(
      vm, attrs, vm.symbols.intern("toHashFormat"), "while locating the attribute 'toHashFormat'"));
  const std::string_view format_name =
      vm.expect_string_no_context(or_trace(forced_format, kFormat), kFormat);
  const auto format = find_hash_format(format_name);
  if (!format) {
    vm.fail(ErrorKind::Other, cat("unknown hash format '", format_name,
                                  "', expect 'base16', 'base32', 'base64', or 'sri'"));
  }
  if (format_name == "base32") {
    vm.host().message(EvalHost::Message::Warning,
                      "warning: \"base32\" is a deprecated alias for hash format \"nix32\".");
  }
  co_return vm.make_string(format_hash(parse_hash(text, algorithm), *format));
}

}  // namespace nilas::eval::builtins
