#include "evaluator/fetch/values.hpp"

#include <chrono>

#include "evaluator/error.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

Value attribute_value(Vm& vm, const FetchAttribute& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return vm.make_string(*text);
  if (const auto* number = std::get_if<uint64_t>(&value)) {
    return vm.make_int(static_cast<int64_t>(*number));
  }
  return Value::boolean(std::get<bool>(value));
}

}  // namespace

std::string date_text(uint64_t seconds_since_1970) {
  using namespace std::chrono;
  const sys_seconds time{seconds(static_cast<int64_t>(seconds_since_1970))};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::string text;
  const auto add = [&](auto number, size_t digits) {
    const std::string plain = std::to_string(number);
    if (plain.size() < digits) text.append(digits - plain.size(), '0');
    text += plain;
  };
  add(static_cast<int>(date.year()), 4);
  add(static_cast<unsigned>(date.month()), 2);
  add(static_cast<unsigned>(date.day()), 2);
  add(clock.hours().count(), 2);
  add(clock.minutes().count(), 2);
  add(clock.seconds().count(), 2);
  return text;
}

FetchAttributes attributes_of_json(Vm& vm, Value json) {
  if (!json.is_attrs()) {
    throw EvalError(ErrorKind::Other, "the attributes of an input are not an object");
  }
  FetchAttributes attributes;
  for (uint32_t i = 0; i < json.attrs()->size(); ++i) {
    const Value v = json.attrs()->values[i];
    const std::string name(vm.symbols.name(json.attrs()->keys->symbols[i]));
    if (v.is_string()) {
      attributes.emplace(name, std::string(vm.view(v)));
    } else if (v.is_int() && v.as_int() >= 0) {
      attributes.emplace(name, static_cast<uint64_t>(v.as_int()));
    } else if (v.is_bool()) {
      attributes.emplace(name, v.is_true());
    } else {
      throw EvalError(ErrorKind::Other, "unsupported input attribute type in lock file");
    }
  }
  return attributes;
}

Value attributes_value(Vm& vm, const FetchAttributes& attributes) {
  AttrsBuilder set(vm, attributes.size());
  for (const auto& [name, value] : attributes)
    set.add(name, attribute_value(vm, value));
  return set.finish();
}

Value tree_value(Vm& vm, const FetchedInput& fetched, TreeValueOptions options) {
  const Input& input = fetched.locked;
  AttrsBuilder set(vm, 12);
  const ContextId id = vm.world.store->contexts.opaque(fetched.store_path);
  set.add("outPath", vm.make_string(fetched.store_path, make_context(vm, {&id, 1})));
  if (const auto hash = input.nar_hash()) {
    set.add("narHash", vm.make_string(format_hash(*hash, HashFormat::Sri)));
  }
  if (input.scheme == Scheme::Git) {
    set.add("submodules", Value::boolean(has_flag(input.attributes, "submodules")));
  }
  const auto rev = input.rev();
  const auto count = find_number(input.attributes, "revCount");
  if (!options.hide_rev && (rev || options.empty_rev)) {
    const Hash hash = rev ? *rev : Hash{.algorithm = HashAlgorithm::Sha1};
    set.add("rev", vm.make_string(rev_text(hash)));
    set.add("shortRev", vm.make_string(short_rev(hash)));
  }
  if (!options.hide_rev && !count && rev && !fetched.history.empty()) {
    // Asked for seldom, and it takes as long as the history is.
    const FetchAttributes commit{{"history", fetched.history}, {"rev", rev_text(*rev)}};
    set.add("revCount", vm.make_apply(vm.builtin("countCommits"), attributes_value(vm, commit)));
  } else if (!options.hide_rev && (count || options.empty_rev)) {
    set.add("revCount", vm.make_int(static_cast<int64_t>(count.value_or(0))));
  }
  for (const char* const name : {"dirtyRev", "dirtyShortRev"}) {
    if (const std::string* text = find_string(input.attributes, name)) {
      set.add(name, vm.make_string(*text));
    }
  }
  if (const auto seconds = find_number(input.attributes, "lastModified")) {
    set.add("lastModified", vm.make_int(static_cast<int64_t>(*seconds)));
    set.add("lastModifiedDate", vm.make_string(date_text(*seconds)));
  }
  return set.finish();
}

}  // namespace nilas::eval
