#include <vector>

#include "evaluator/format/json.hpp"
#include "evaluator/format/number.hpp"
#include "evaluator/format/pause.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/format/utf8.hpp"
#include "evaluator/store/context.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

/// Deeper than any honest value; ends the walk through an infinite one (`let x = { a = x; }`) before memory does.
constexpr size_t kMaxDepth = 1'000'000;

constexpr std::string_view kSerialization =
    "JSON serialization error: [json.exception.type_error.316] ";

std::string hex_byte(char c) {
  constexpr std::string_view kUpper = "0123456789ABCDEF";
  const auto byte = static_cast<uint8_t>(c);
  return {kUpper[byte >> 4], kUpper[byte & 15]};
}

[[noreturn]] void fail_utf8(std::string_view text, size_t at) {
  throw EvalError(ErrorKind::Other,
                  cat(kSerialization, "invalid UTF-8 byte at index ", at, ": 0x", hex_byte(text[at])));
}

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  Utf8State utf8;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!utf8.take(static_cast<uint8_t>(c))) fail_utf8(text, i);
    switch (c) {
      case '"': to += "\\\""; break;
      case '\\': to += "\\\\"; break;
      case '\b': to += "\\b"; break;
      case '\f': to += "\\f"; break;
      case '\n': to += "\\n"; break;
      case '\r': to += "\\r"; break;
      case '\t': to += "\\t"; break;
      default:
        if (static_cast<uint8_t>(c) < 0x20) {
          to += "\\u00";
          to += kHexDigits[static_cast<size_t>(c) >> 4];
          to += kHexDigits[static_cast<size_t>(c) & 15];
        } else {
          to += c;
        }
    }
  }
  if (utf8.missing > 0) {
    throw EvalError(ErrorKind::Other, cat(kSerialization, "incomplete UTF-8 string; last byte: 0x",
                                          hex_byte(text.back())));
  }
  to += '"';
}

namespace {

/// The containers around the value being written.
class JsonWriter {
 public:
  explicit JsonWriter(Vm& vm) : vm_(vm) {}

  /// Writes what stands between elements and returns the next value to write, or none at the end.
  Value next() {
    while (!levels_.empty()) {
      Level& level = levels_.back();
      const bool is_set = level.container.is_attrs();
      if (level.next == size_of(level.container)) {
        text_ += is_set ? '}' : ']';
        levels_.pop_back();
        continue;
      }
      if (level.next > 0) text_ += ',';
      if (!is_set) return level.container.list()->items[level.next++];
      Attrs* set = level.container.attrs();
      const uint32_t index = vm_.name_order(set->keys)[level.next++];
      append_json_string(text_, vm_.symbols.name(set->keys->symbols[index]));
      text_ += ':';
      return set->values[index];
    }
    return {};
  }

  void open(Value container) {
    if (levels_.size() >= kMaxDepth) {
      throw EvalError(ErrorKind::DepthLimit, "stack overflow; max-call-depth exceeded");
    }
    text_ += container.is_attrs() ? '{' : '[';
    levels_.push_back({container, 0});
  }

  /// A string that is part of the value.
  void write_string(Value string) {
    append_json_string(text_, vm_.view(string));
    const Context* context = vm_.context(string);
    if (context != last_context_) contexts_.add(context);
    last_context_ = context;
  }
  /// A string that was made for this; the next one may lie at its address.
  void write_temporary(Value string) {
    write_string(string);
    last_context_ = nullptr;
  }
  void write(std::string_view text) { text_ += text; }

  /// Tells where in the value an error happened, innermost step first.
  EvalError located(EvalError error) const {
    for (size_t i = levels_.size(); i-- > 0;) {
      const Level& level = levels_[i];
      const uint32_t at = level.next - 1;
      if (level.container.is_list()) {
        error.trace(cat("while evaluating list element at index ", at));
        continue;
      }
      Attrs* set = level.container.attrs();
      const uint32_t index = vm_.name_order(set->keys)[at];
      error.trace(cat("while evaluating attribute '", vm_.symbols.name(set->keys->symbols[index]), "'"),
                  vm_.world.position(set->pos(index)));
    }
    return error;
  }

  Value finish() { return vm_.make_string(text_, contexts_.make(vm_)); }

 private:
  struct Level {
    Value container;  // reachable from the value that is written
    uint32_t next;
  };

  static uint32_t size_of(Value container) {
    return container.is_attrs() ? container.attrs()->size() : container.list()->size();
  }

  Vm& vm_;
  std::string text_;
  std::vector<Level> levels_;
  ContextSet contexts_;
  // Compared, never read: strings in a row often share one.
  const Context* last_context_ = nullptr;
};

/// Everything but sets: true if it was written, false if `v` cannot be JSON.
bool write_plain(Vm& vm, JsonWriter& writer, Value v, bool copy_to_store) {
  switch (v.type()) {
    case Type::Null: writer.write("null"); return true;
    case Type::Bool: writer.write(v.is_true() ? "true" : "false"); return true;
    case Type::Int: writer.write(std::to_string(v.as_int())); return true;
    case Type::Float: writer.write(format_float_json(v.as_float())); return true;
    case Type::String: writer.write_string(v); return true;
    case Type::Path:
      writer.write_temporary(copy_to_store ? copy_path_to_store(vm, v)
                                           : vm.make_string(v.path()->view()));
      return true;
    case Type::List: writer.open(v); return true;
    case Type::Attrs:
    case Type::Function:
    case Type::Thunk:
    case Type::Internal: break;
  }
  return false;
}

}  // namespace

Task to_json(Vm& vm, Root v, JsonOptions options) {
  const auto& known = vm.symbols.known;
  JsonWriter writer(vm);
  uint32_t steps = 0;
  for (Value current = v; current.exists(); current = writer.next()) {
    if (++steps % kStepsPerPause == 0) co_await pause(vm);
    if (options.force) {
      const auto forced = co_await vm.try_force(current);
      if (!forced) throw writer.located(EvalError(forced.error()));
      current = *forced;
    } else {
      current = vm.resolve(current);
    }
    if (current.is_attrs()) {
      if (const Value* function = current.attrs()->get(known.to_string)) {
        const Value text = vm.make_apply(*function, current);
        const Value string = co_await coerce_to_string(
            vm, Root(vm.heap, text), Coercion{.copy_to_store = false},
            "while evaluating the result of the `__toString` attribute");
        writer.write_temporary(string);
        continue;
      }
      // { outPath = x; } stands for x; the walk through it is no level of the result.
      while (current.is_attrs()) {
        const Value* out_path = current.attrs()->get(known.out_path);
        if (!out_path) break;
        const auto forced = co_await vm.try_force(*out_path);
        if (!forced) throw writer.located(EvalError(forced.error()));
        current = *forced;
      }
      if (current.is_attrs()) {
        writer.open(current);
        continue;
      }
    }
    try {
      if (!write_plain(vm, writer, current, options.copy_to_store)) {
        throw EvalError(ErrorKind::Type, cat("cannot convert ", describe(vm, current), " to JSON"),
                        current.is_function() ? vm.world.function_span(current) : SourceSpan{});
      }
    } catch (const EvalError& error) {
      throw writer.located(error);
    }
  }
  co_return writer.finish();
}

}  // namespace nilas::eval
