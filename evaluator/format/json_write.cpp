#include <vector>

#include "evaluator/format/json.hpp"
#include "evaluator/format/number.hpp"
#include "evaluator/format/pause.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/format/utf8.hpp"
#include "evaluator/peel.hpp"
#include "evaluator/store/context.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr std::string_view kSerialization =
    "JSON serialization error: [json.exception.type_error.316] ";

std::string hex_byte(char c) {
  constexpr std::string_view kUpper = "0123456789ABCDEF";
  const auto byte = static_cast<uint8_t>(c);
  return {kUpper[byte >> 4], kUpper[byte & 15]};
}

[[noreturn]] void fail_utf8(std::string_view text, size_t at) {
  throw EvalError(ErrorKind::Other, cat(kSerialization, "invalid UTF-8 byte at index ", at, ": 0x",
                                        hex_byte(text[at])));
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
    vm_.check_text_size(text_.size());
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
  void locate(EvalError& error) const {
    for (size_t i = levels_.size(); i-- > 0;) {
      const Level& level = levels_[i];
      const uint32_t at = level.next - 1;
      if (level.container.is_list()) {
        error.trace(cat("while evaluating list element at index ", at), place(i));
        continue;
      }
      Attrs* set = level.container.attrs();
      const uint32_t index = vm_.name_order(set->keys)[at];
      error.trace(cat("while evaluating attribute '",
                      quote_attribute_name(vm_.symbols.name(set->keys->symbols[index])), "'"),
                  vm_.world.position(set->pos(index)));
    }
  }

  size_t depth() const { return levels_.size(); }

  /// Where C++ Nix says that the value is: at the attribute that holds it, or the list with it.
  SourceSpan place() const { return place(levels_.size()); }

  Value finish() { return vm_.make_string(text_, contexts_.make(vm_)); }

 private:
  /// The same for what the outermost `depth` levels hold.
  SourceSpan place(size_t depth) const {
    while (depth > 0 && levels_[depth - 1].container.is_list())
      --depth;
    if (depth == 0) return {};
    Attrs* set = levels_[depth - 1].container.attrs();
    return vm_.world.position(set->pos(vm_.name_order(set->keys)[levels_[depth - 1].next - 1]));
  }

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

/// Writes a value, or opens it. What came from a __toString is a string that was just made, or a path that stays one.
void write(Vm& vm, JsonWriter& writer, Value v, bool copy_to_store, bool by_to_string) {
  switch (v.type()) {
    case Type::Null: writer.write("null"); return;
    case Type::Bool: writer.write(v.is_true() ? "true" : "false"); return;
    case Type::Int: writer.write(std::to_string(v.as_int())); return;
    case Type::Float: writer.write(format_float_json(v.as_float())); return;
    case Type::String:
      if (by_to_string)
        writer.write_temporary(v);
      else
        writer.write_string(v);
      return;
    case Type::Path:
      writer.write_temporary(copy_to_store && !by_to_string ? copy_path_to_store(vm, v)
                                                            : vm.make_string(v.path()->view()));
      return;
    case Type::List:
    case Type::Attrs: writer.open(v); return;
    case Type::Function:
    case Type::Thunk:
    case Type::Internal: break;
  }
  throw EvalError(ErrorKind::Type, cat("cannot convert ", describe(vm, v), " to JSON"),
                  v.is_function() ? vm.world.function_span(v) : writer.place());
}

[[noreturn]] void fail_to_string(Vm& vm, std::string_view verb, Value got, SourceSpan at) {
  throw EvalError(ErrorKind::Type,
                  cat("`__toString` ", verb, " return a string, but got ", describe(vm, got), ": ",
                      print_shallow(vm, got, PrintOptions::message())),
                  at);
}

void add_peel_steps(EvalError& error, void* steps) {
  static_cast<const PeelSteps*>(steps)->add_to(error);
}

/// What stands for a set in JSON: the result of its `__toString`, else its `outPath`, and so on, as long as that is a set.
/// `*by_to_string` tells whether a `__toString` was asked on the way. `steps` is a parameter so that it outlives the body.
Task peel(Vm& vm, Root set, bool* by_to_string, PeelSteps steps) {
  const auto& known = vm.symbols.known;
  co_await SetNote{{&add_peel_steps, &steps}};
  while (set->is_attrs()) {
    Attrs* attrs = set->attrs();
    if (const int32_t f = attrs->find(known.to_string); f >= 0) {
      *by_to_string = true;
      steps.begin(true, attrs->pos(static_cast<uint32_t>(f)));
      set = co_await vm.call(attrs->values[f], set);
    } else if (const int32_t p = attrs->find(known.out_path); p >= 0) {
      steps.begin(false, attrs->pos(static_cast<uint32_t>(p)));
      set = co_await vm.force(attrs->values[p]);
    } else {
      break;
    }
    steps.got_value();
  }
  const SourceSpan at = vm.world.position(steps.place());
  if (*by_to_string && set->is_attrs()) fail_to_string(vm, "must", set, at);
  if (*by_to_string && !set->is_string() && !set->is_path()) fail_to_string(vm, "should", set, at);
  co_return set;
}

/// Adds the way to the value being written to errors.
void add_location(EvalError& error, void* writer) {
  static_cast<const JsonWriter*>(writer)->locate(error);
}

/// `writer` is a parameter so that it outlives the body: the note of an error looks at it.
Task write_json(Vm& vm, Root v, JsonOptions options, JsonWriter writer) {
  co_await SetNote{{&add_location, &writer}};
  const auto& known = vm.symbols.known;
  uint32_t steps = 0;
  for (Value current = v; current.exists(); current = writer.next()) {
    if (++steps % kStepsPerPause == 0) co_await pause(vm);
    // Ends the walk through an infinite value, too: `let x = { a = x; }`.
    if (vm.is_too_deep(writer.depth())) throw Vm::depth_error().at(writer.place());
    current = vm.resolve(current);
    if (options.force) current = co_await vm.force(current);
    bool by_to_string = false;
    if (current.is_attrs() &&
        (current.attrs()->get(known.to_string) || current.attrs()->get(known.out_path))) {
      current = co_await peel(vm, Root(vm.heap, current), &by_to_string, PeelSteps(vm.world));
    }
    write(vm, writer, current, options.copy_to_store, by_to_string);
  }
  co_return writer.finish();
}

}  // namespace

Task to_json(Vm& vm, Root v, JsonOptions options) {
  return write_json(vm, std::move(v), options, JsonWriter(vm));
}

}  // namespace nilas::eval
