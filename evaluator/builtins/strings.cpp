// Strings are bytes; contexts are collected from everything that goes into a result.

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "evaluator/builtins/builtins.hpp"

namespace nilas::eval::builtins {

Task to_string(Vm& vm, Args args) {
  const Value text = co_await coerce_to_string(
      vm, Root(vm.heap, args[0]), Coercion{.strong = true, .copy_to_store = false},
      "while evaluating the first argument passed to builtins.toString");
  co_return text;
}

Value to_string_now(Vm& vm, Args args) {
  return coerce_now(vm, args[0], Coercion{.strong = true, .copy_to_store = false});
}

Value string_length_now(Vm& vm, Args args) {
  return args[0].is_string() ? vm.make_int(args[0].object()->count) : Value();
}

Task string_length(Vm& vm, Args args) {
  if (!args[0].is_string()) {
    args[0] =
        co_await coerce_to_string(vm, Root(vm.heap, args[0]), Coercion{},
                                  "while evaluating the argument passed to builtins.stringLength");
  }
  co_return string_length_now(vm, args);
}

Value substring_now(Vm& vm, Args args) {
  if (!args[0].is_int() || !args[1].is_int() || !args[2].is_string()) return {};
  const int64_t start = args[0].as_int(), length = args[1].as_int();
  if (start < 0) return {};
  Context* context = vm.context(args[2]);
  if (length == 0) return vm.make_string("", context);
  const std::string_view bytes = vm.view(args[2]);
  if (start >= static_cast<int64_t>(bytes.size())) return vm.make_string("", context);
  const std::string_view rest = bytes.substr(static_cast<size_t>(start));
  if (start == 0 && (length < 0 || length >= static_cast<int64_t>(rest.size()))) return args[2];
  // A negative length means: to the end.
  return vm.make_string(length < 0 ? rest : rest.substr(0, static_cast<size_t>(length)), context);
}

Task substring(Vm& vm, Args args) {
  const int64_t start = vm.expect_int(
      args[0],
      "while evaluating the first argument (the start offset) passed to builtins.substring");
  if (start < 0) vm.fail(ErrorKind::Other, "negative start position in 'substring'");
  vm.expect_int(
      args[1],
      "while evaluating the second argument (the substring length) passed to builtins.substring");
  if (!args[2].is_string()) {
    args[2] = co_await coerce_to_string(
        vm, Root(vm.heap, args[2]), Coercion{},
        "while evaluating the third argument (the string) passed to builtins.substring");
  }
  co_return substring_now(vm, args);
}

namespace {

/// `parts` (evaluated strings) with `separator` between them.
Value join(Vm& vm, Value separator, std::span<const Value> parts) {
  const std::string_view between = vm.view(separator);
  ContextSet contexts;
  const Context* last = vm.context(separator);
  contexts.add(last);
  size_t size = parts.empty() ? 0 : between.size() * (parts.size() - 1);
  for (const Value part : parts) {
    const Value text = vm.resolve(part);
    size += text.object()->count;
    const Context* context = vm.context(text);
    if (context != last) contexts.add(context);
    last = context;
  }
  if (size > UINT32_MAX) vm.fail(ErrorKind::MemoryLimit, "string is longer than 4 GiB");
  String* result = vm.alloc_string(size, contexts.make(vm));
  char* to = result->data;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) to = std::ranges::copy(between, to).out;
    to = std::ranges::copy(vm.view(vm.resolve(parts[i])), to).out;
  }
  return Value::of(result);
}

}  // namespace

Value concat_strings_sep_now(Vm& vm, Args args) {
  if (!args[0].is_string() || !args[1].is_list()) return {};
  const auto parts = args[1].list()->all();
  if (!std::ranges::all_of(parts, [&](Value v) { return vm.resolve(v).is_string(); })) return {};
  return join(vm, args[0], parts);
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
    Value part = co_await vm.force(list->items[i]);
    if (!part.is_string()) {
      part = co_await coerce_to_string(
          vm, Root(vm.heap, part), Coercion{},
          "while evaluating one element of the list of strings to concat passed to "
          "builtins.concatStringsSep");
    }
    parts.values.push_back(part);
  }

  co_return join(vm, args[0], parts.values);
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

/// A replacement under way: it stops where a replacement must be evaluated first.
class Replacement {
 public:
  /// All of `from` are evaluated strings; the three are kept alive by whoever holds this.
  Replacement(Vm& vm, List* from, List* to, Value text)
      : vm_(vm), to_(to), patterns_(texts(vm, from)), text_(vm.view(text)), used_(to->size()) {
    contexts_.add(vm.context(text));
  }

  /// Goes on to the next element of `to` that is no evaluated string: its index; or to the end: nothing.
  std::optional<uint32_t> advance() {
    // One step past the end, where the empty pattern still matches.
    while (at_ <= text_.size()) {
      const uint32_t found = patterns_.find(text_.substr(at_));
      if (found != Patterns::kNone) {
        const Value replacement = vm_.resolve(to_->items[found]);
        if (!replacement.is_string()) return found;
        if (!used_[found]) contexts_.add(vm_.context(replacement));
        used_[found] = true;
        result_ += vm_.view(replacement);
        if (patterns_.size_of(found) > 0) {
          at_ += patterns_.size_of(found);
          continue;
        }
      }
      if (at_ < text_.size()) result_ += text_[at_];
      ++at_;
    }
    return std::nullopt;
  }

  Value result() { return vm_.make_string(result_, contexts_.make(vm_)); }

 private:
  static std::vector<std::string_view> texts(Vm& vm, List* from) {
    std::vector<std::string_view> texts;
    texts.reserve(from->size());
    for (const Value v : from->all())
      texts.push_back(vm.view(vm.resolve(v)));
    return texts;
  }

  Vm& vm_;
  List* to_;
  Patterns patterns_;
  std::string_view text_;
  std::vector<bool> used_;
  ContextSet contexts_;
  std::string result_;
  size_t at_ = 0;
};

}  // namespace

Value replace_strings_now(Vm& vm, Args args) {
  args[2] = vm.resolve(args[2]);
  if (!args[0].is_list() || !args[1].is_list() || !args[2].is_string()) return {};
  List* from = args[0].list();
  List* to = args[1].list();
  if (from->size() != to->size()) return {};
  if (!std::ranges::all_of(from->all(), [&](Value v) { return vm.resolve(v).is_string(); }))
    return {};
  Replacement replacement(vm, from, to, args[2]);
  return replacement.advance() ? Value() : replacement.result();
}

Task replace_strings(Vm& vm, Args args) {
  constexpr std::string_view kFrom =
      "while evaluating one of the strings to replace passed to builtins.replaceStrings";
  constexpr std::string_view kTo =
      "while evaluating one of the replacement strings passed to builtins.replaceStrings";
  constexpr std::string_view kText =
      "while evaluating the third argument passed to builtins.replaceStrings";
  List* from = vm.expect_list(
      args[0], "while evaluating the first argument passed to builtins.replaceStrings");
  List* to = vm.expect_list(
      args[1], "while evaluating the second argument passed to builtins.replaceStrings");
  if (from->size() != to->size()) {
    vm.fail(ErrorKind::Other,
            "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths");
  }
  for (uint32_t i = 0; i < from->size(); ++i) {
    const auto forced = co_await vm.try_force(from->items[i]);
    vm.expect_string(or_trace(forced, kFrom), kFrom);
  }
  const auto text = co_await vm.try_force(args[2]);
  args[2] = or_trace(text, kText);
  vm.expect_string(args[2], kText);
  Replacement replacement(vm, from, to, args[2]);
  while (const auto needed = replacement.advance()) {
    const auto forced = co_await vm.try_force(to->items[*needed]);
    vm.expect_string(or_trace(forced, kTo), kTo);
  }
  co_return replacement.result();
}

}  // namespace nilas::eval::builtins
