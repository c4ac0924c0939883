// Strings are bytes; contexts are collected from everything that goes into a result.

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "evaluator/builtins/builtins.hpp"

namespace nilas::eval::builtins {

Task to_string(Vm& vm, Args args) {
  const Value text = co_await coerce_to_string(
      vm, Root(vm.heap, args[0]), Coercion{.strong = true, .copy_to_store = false},
      "while evaluating the first argument passed to builtins.toString");
  co_return text;
}

Task string_length(Vm& vm, Args args) {
  if (!args[0].is_string()) {
    args[0] =
        co_await coerce_to_string(vm, Root(vm.heap, args[0]), Coercion{},
                                  "while evaluating the argument passed to builtins.stringLength");
  }
  co_return vm.make_int(args[0].object()->count);
}

Task substring(Vm& vm, Args args) {
  const int64_t start = vm.expect_int(
      args[0],
      "while evaluating the first argument (the start offset) passed to builtins.substring");
  if (start < 0) vm.fail(ErrorKind::Other, "negative start position in 'substring'");
  const int64_t length = vm.expect_int(
      args[1],
      "while evaluating the second argument (the substring length) passed to builtins.substring");
  if (!args[2].is_string()) {
    args[2] = co_await coerce_to_string(
        vm, Root(vm.heap, args[2]), Coercion{},
        "while evaluating the third argument (the string) passed to builtins.substring");
  }
  Context* context = vm.context(args[2]);
  if (length == 0) co_return vm.make_string("", context);
  const std::string_view bytes = vm.view(args[2]);
  if (start >= static_cast<int64_t>(bytes.size())) co_return vm.make_string("", context);
  const std::string_view rest = bytes.substr(static_cast<size_t>(start));
  if (start == 0 && (length < 0 || length >= static_cast<int64_t>(rest.size()))) co_return args[2];
  // A negative length means: to the end.
  co_return vm.make_string(length < 0 ? rest : rest.substr(0, static_cast<size_t>(length)),
                           context);
}

Task concat_strings_sep(Vm& vm, Args args) {
  const std::string_view separator_trace =
      "while evaluating the first argument (the separator string) passed to "
      "builtins.concatStringsSep";
  vm.expect_string(args[0], separator_trace);
  List* list = vm.expect_list(
      args[1],
      "while evaluating the second argument (the list of strings to concat) passed to "
      "builtins.concatStringsSep");
  RootVector parts(vm.heap);
  parts.values.reserve(list->size());
  for (uint32_t i = 0; i < list->size(); ++i) {
    Value part = vm.resolve(list->items[i]);
    if (!part.is_string()) {
      part = co_await coerce_to_string(
          vm, Root(vm.heap, part), Coercion{},
          "while evaluating one element of the list of strings to concat passed to "
          "builtins.concatStringsSep");
    }
    parts.values.push_back(part);
  }

  const std::string_view separator = vm.view(args[0]);
  ContextSet contexts;
  const Context* last = vm.context(args[0]);
  contexts.add(last);
  size_t size = parts.values.empty() ? 0 : separator.size() * (parts.values.size() - 1);
  for (const Value part : parts.values) {
    size += part.object()->count;
    const Context* context = vm.context(part);
    if (context != last) contexts.add(context);
    last = context;
  }
  if (size > UINT32_MAX) vm.fail(ErrorKind::MemoryLimit, "string is longer than 4 GiB");
  String* result = vm.alloc_string(size, contexts.make(vm));
  char* to = result->data;
  bool first = true;
  for (const Value part : parts.values) {
    if (!first) to = std::ranges::copy(separator, to).out;
    first = false;
    to = std::ranges::copy(vm.view(part), to).out;
  }
  co_return Value::of(result);
}

// --- replaceStrings --------------------------------------------------------------------------------------------------

namespace {

/// The patterns of a replacement, findable by the byte that they start with.
class Patterns {
 public:
  explicit Patterns(std::vector<std::string_view> patterns) : patterns_(std::move(patterns)) {
    for (uint32_t i = 0; i < patterns_.size(); ++i) {
      if (patterns_[i].empty()) {
        // Matches everywhere, so nothing behind it is ever tried.
        empty_ = i;
        break;
      }
      by_byte_[static_cast<unsigned char>(patterns_[i].front())].push_back(i);
    }
  }

  static constexpr uint32_t kNone = UINT32_MAX;

  /// Index of the first pattern that `text` starts with, or kNone.
  uint32_t find(std::string_view text) const {
    if (!text.empty()) {
      for (const uint32_t i : by_byte_[static_cast<unsigned char>(text.front())]) {
        if (text.starts_with(patterns_[i])) return i;
      }
    }
    return empty_;
  }
  size_t size_of(uint32_t i) const { return patterns_[i].size(); }

 private:
  std::vector<std::string_view> patterns_;
  std::array<std::vector<uint32_t>, 256> by_byte_;
  uint32_t empty_ = kNone;
};

}  // namespace

Task replace_strings(Vm& vm, Args args) {
  constexpr std::string_view kFrom =
      "while evaluating one of the strings to replace passed to builtins.replaceStrings";
  constexpr std::string_view kTo =
      "while evaluating one of the replacement strings passed to builtins.replaceStrings";
  List* from = vm.expect_list(
      args[0], "while evaluating the first argument passed to builtins.replaceStrings");
  List* to = vm.expect_list(
      args[1], "while evaluating the second argument passed to builtins.replaceStrings");
  if (from->size() != to->size()) {
    vm.fail(ErrorKind::Other,
            "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths");
  }
  std::vector<std::string_view> texts;  // kept alive by args[0]
  texts.reserve(from->size());
  for (uint32_t i = 0; i < from->size(); ++i) {
    const auto forced = co_await vm.try_force(from->items[i]);
    texts.push_back(vm.expect_string(or_trace(forced, kFrom), kFrom));
  }
  const Patterns patterns(std::move(texts));
  const std::string_view text = vm.expect_string(
      args[2], "while evaluating the third argument passed to builtins.replaceStrings");

  ContextSet contexts;
  contexts.add(vm.context(args[2]));
  std::vector<bool> used(to->size());
  std::string result;
  // One step past the end, where the empty pattern still matches.
  for (size_t at = 0; at <= text.size();) {
    const uint32_t found = patterns.find(text.substr(at));
    if (found != Patterns::kNone) {
      if (!used[found]) {
        const auto forced = co_await vm.try_force(to->items[found]);
        const Value replacement = or_trace(forced, kTo);
        vm.expect_string(replacement, kTo);
        contexts.add(vm.context(replacement));
        used[found] = true;
      }
      result += vm.view(vm.resolve(to->items[found]));
      if (patterns.size_of(found) > 0) {
        at += patterns.size_of(found);
        continue;
      }
    }
    if (at < text.size()) result += text[at];
    ++at;
  }
  co_return vm.make_string(result, contexts.make(vm));
}

}  // namespace nilas::eval::builtins
