#include "evaluator/format/printer.hpp"

#include <algorithm>

#include "evaluator/format/number.hpp"
#include "evaluator/format/secret.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '\'';
}

bool is_identifier(std::string_view name) {
  if (name.empty() || !std::ranges::all_of(name, is_word_character)) return false;
  const char c = name.front();
  if ((c >= '0' && c <= '9') || c == '-' || c == '\'') return false;
  for (const std::string_view keyword :
       {"if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"}) {
    if (name == keyword) return false;
  }
  return true;
}

void append_escaped(std::string& to, std::string_view bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    switch (const char c = bytes[i]) {
      case '"':
      case '\\':
        to += '\\';
        to += c;
        break;
      case '\n': to += "\\n"; break;
      case '\r': to += "\\r"; break;
      case '\t': to += "\\t"; break;
      case '$':
        if (i + 1 < bytes.size() && bytes[i + 1] == '{') to += '\\';
        to += '$';
        break;
      default: to += c;
    }
  }
}

/// Where to cut UTF-8 text to at most `size` bytes without splitting a character.
size_t cut_position(std::string_view bytes, size_t size) {
  if (size >= bytes.size()) return bytes.size();
  size_t at = size;
  while (at > 0 && size - at < 4 && (bytes[at] & 0xc0) == 0x80)
    --at;
  return (bytes[at] & 0xc0) == 0x80 ? size : at;
}

}  // namespace

std::string quote_string(std::string_view bytes) {
  std::string text = "\"";
  append_escaped(text, bytes);
  return text += '"';
}

std::string quote_attribute_name(std::string_view name) {
  return is_identifier(name) ? std::string(name) : quote_string(name);
}

Printer::Printer(Vm& vm, const PrintOptions& options, Value root)
    : vm_(vm), options_(options), text_(options.width), current_(root) {}

std::string Printer::take() {
  return text_.take();
}

Value Printer::advance() {
  for (;;) {
    if (!current_.exists() && !next_element()) return {};
    // The outermost list is a copy that nothing inside refers to.
    const uint64_t identity = levels_.empty() ? 0 : current_.bits();
    const Value value = vm_.resolve(current_);
    if (value.is_thunk() && options_.force) {
      asked_ = Asked::Element;
      return value;
    }
    const Value wanted = print(value, identity);
    if (wanted.exists()) return wanted;
  }
}

void Printer::failed(const ErrorData& error) {
  switch (asked_) {
    case Asked::DerivationType: not_a_derivation_ = true; return;
    case Asked::DerivationText: nameless_ = true; return;
    case Asked::Element:
    case Asked::Nothing: break;
  }
  const std::string_view message = error.message;
  text_.add(cat("«error: ", message.substr(0, message.find('\n')), "»"));
  if (statement_) text_.add(";");
  current_ = {};
}

/// Prepares the next element of the innermost container as current_; closes those that are finished. False at the end.
bool Printer::next_element() {
  while (!levels_.empty()) {
    Level& level = levels_.back();
    const bool is_set = level.container.is_attrs();
    // As in C++ Nix, an element counts when it is printed, which is after all that lies inside it.
    if (level.counted < level.next) {
      ++level.counted;
      ++(is_set ? attrs_printed_ : items_printed_);
    }
    const uint32_t size = is_set ? level.container.attrs()->size() : level.container.list()->size();
    if (level.next == size) {
      close();
      continue;
    }
    const bool limit =
        is_set ? attrs_printed_ >= options_.max_attrs : items_printed_ >= options_.max_items;
    if (limit || level.next >= options_.max_container || full()) {
      text_.add_space();
      text_.add(is_set ? elided(size - level.next, size, "attribute", "attributes")
                       : elided(size - level.next, size, comments() ? "element" : "item",
                                comments() ? "elements" : "items"));
      close();
      continue;
    }
    text_.add_space();
    if (is_set) {
      const uint32_t index = level.order[level.next++];
      Attrs* set = level.container.attrs();
      text_.add(quote_attribute_name(vm_.symbols.name(set->keys->symbols[index])));
      text_.add(" = ");
      current_ = set->values[index];
      statement_ = true;
    } else {
      current_ = level.container.list()->items[level.next++];
      statement_ = false;
    }
    not_a_derivation_ = nameless_ = false;
    return true;
  }
  return false;
}

std::string Printer::elided(size_t count, size_t all, std::string_view one,
                            std::string_view many) const {
  if (comments()) return cat("... /* ", all, " ", all == 1 ? one : many, " */");
  return cat("«", count, " ", count == 1 ? one : many, " elided»");
}

void Printer::open(Value container, uint64_t identity) {
  text_.begin_group(container.is_list() ? LaidOutText::Breaks::WhereFull
                                        : LaidOutText::Breaks::Everywhere);
  text_.add(container.is_attrs() ? "{" : "[");
  Level level{container, identity, {}};
  if (container.is_attrs()) {
    const auto order = vm_.name_order(container.attrs()->keys);
    level.order.assign(order.begin(), order.end());
    if (options_.max_attrs != SIZE_MAX) {
      // What tells a set's kind comes first where not everything is shown.
      const auto important = [&](uint32_t i) {
        const std::string_view name = vm_.symbols.name(container.attrs()->keys->symbols[i]);
        return name == "type" || name == "_type";
      };
      std::ranges::stable_partition(level.order, important);
    }
  }
  levels_.push_back(std::move(level));
  statement_ = false;
}

void Printer::close() {
  const Level level = std::move(levels_.back());
  levels_.pop_back();
  text_.add_last_space();
  text_.add(level.container.is_attrs() ? "}" : "]");
  text_.end_group();
  if (options_.sharing == PrintOptions::Sharing::Cycles) seen_.erase(level.identity);
  if (!levels_.empty() && levels_.back().container.is_attrs()) text_.add(";");
}

/// Whether this set or list was printed already; remembers it otherwise.
bool Printer::repeats(Value value, uint64_t identity) {
  const bool empty = value.is_attrs() ? value.attrs()->size() == 0 : value.list()->size() == 0;
  return !empty && !seen_.insert(identity).second;
}

/// Prints `value`, which is current_, or tells what must be forced first.
Value Printer::print(Value value, uint64_t identity) {
  if (!value.is_attrs() && !value.is_list()) {
    print_scalar(value);
  } else {
    // A set is the same through any number of thunks; a list is another one in C++ Nix when it was copied.
    if (value.is_attrs() || options_.sharing == PrintOptions::Sharing::Cycles) {
      identity = value.bits();
    }
    bool done = false;
    if (value.is_attrs()) {
      const Value wanted = print_derivation(value.attrs(), done);
      if (wanted.exists()) return wanted;
    }
    if (!done) {
      if (repeats(value, identity)) {
        text_.add("«repeated»");
      } else if (levels_.size() >= options_.max_depth || (full() && comments())) {
        const bool empty =
            value.is_attrs() ? value.attrs()->size() == 0 : value.list()->size() == 0;
        if (options_.sharing == PrintOptions::Sharing::Cycles) seen_.erase(identity);
        if (empty && comments())
          text_.add(value.is_attrs() ? "{ }" : "[ ]");
        else
          text_.add(value.is_attrs() ? "{ ... }" : "[ ... ]");
      } else {
        open(value, identity);
        current_ = {};
        return {};
      }
    }
  }
  if (statement_) text_.add(";");
  current_ = {};
  return {};
}

Value Printer::print_derivation(Attrs* set, bool& done) {
  if (options_.derivations == PrintOptions::Derivations::Sets || levels_.empty() ||
      not_a_derivation_) {
    return {};
  }
  const auto& known = vm_.symbols.known;
  const Value* type = set->get(known.type);
  if (!type) return {};
  const Value kind = vm_.resolve(*type);
  if (kind.is_thunk()) {
    if (!options_.force) return {};
    asked_ = Asked::DerivationType;
    return kind;
  }
  if (!kind.is_string() || vm_.view(kind) != "derivation") return {};
  const bool by_name = options_.derivations == PrintOptions::Derivations::Name;
  const Value* slot = nameless_ ? nullptr : set->get(by_name ? known.name : known.drv_path);
  std::string text = "«derivation";
  if (slot) {
    const Value shown = vm_.resolve(*slot);
    if (shown.is_thunk() && options_.force) {
      asked_ = Asked::DerivationText;
      return shown;
    }
    if (shown.is_string()) text += cat(" ", vm_.view(shown));
  }
  text_.add(text + "»");
  done = true;
  return {};
}

void Printer::print_scalar(Value value) {
  const bool result_form = options_.form == PrintOptions::Form::Result;
  switch (value.type()) {
    case Type::Null: text_.add("null"); break;
    case Type::Bool: text_.add(value.is_true() ? "true" : "false"); break;
    case Type::Int: text_.add(std::to_string(value.as_int())); break;
    case Type::Float: text_.add(format_float(value.as_float())); break;
    case Type::String: print_string(vm_.view(value)); break;
    case Type::Path: text_.add(value.path()->view()); break;
    case Type::Function: print_function(value); break;
    case Type::Thunk:
      if (value.thunk()->state() == ThunkState::Running) {
        text_.add("«potential infinite recursion»");
      } else {
        text_.add(result_form ? "<CODE>" : "«thunk»");
      }
      break;
    case Type::Attrs:
    case Type::List:
    case Type::Internal: text_.add("«internal»"); break;
  }
}

void Printer::print_string(std::string_view bytes) {
  if (options_.hide_secrets) {
    if (const std::string_view kind = secret_kind(bytes); !kind.empty())
      return text_.add(cat("«a string that looks like a secret (", kind, "), hidden»"));
  }
  size_t limit = options_.max_string;
  if (comments() && options_.max_output != SIZE_MAX) {
    const size_t left = full() ? 0 : options_.max_output - text_.size();
    limit = std::min(limit, std::max<size_t>(left, 40));
  }
  if (bytes.size() <= limit) {
    text_.add(quote_string(bytes));
    return;
  }
  const size_t shown = comments() ? cut_position(bytes, limit) : limit;
  std::string text = "\"";
  append_escaped(text, bytes.substr(0, shown));
  if (comments())
    text += cat("...\" /* ", bytes.size(), " bytes */");
  else
    text += cat("\" ", elided(bytes.size() - shown, bytes.size(), "byte", "bytes"));
  text_.add(text);
}

void Printer::print_function(Value function) {
  const bool result_form = options_.form == PrintOptions::Form::Result;
  if (function.object()->kind == ObjectKind::Builtin) {
    text_.add(result_form ? "<PRIMOP>" : cat("«primop ", vm_.builtin_name(function), "»"));
    return;
  }
  if (function.object()->kind == ObjectKind::PartialApp) {
    const Value applied = function.as<PartialApp>()->function;
    if (applied.object()->kind == ObjectKind::Builtin) {
      text_.add(result_form ? "<PRIMOP-APP>"
                            : cat("«partially applied primop ", vm_.builtin_name(applied), "»"));
      return;
    }
  }
  if (result_form) {
    text_.add("<LAMBDA>");
    return;
  }
  const SourceSpan span = vm_.world.function_span(function);
  const SourceUnit* unit = span.known() ? vm_.world.source(span.source) : nullptr;
  if (!unit) {
    text_.add("«lambda»");
    return;
  }
  const LineColumn place = vm_.world.line_column(span);
  text_.add(cat("«lambda ", vm_.function_name(function), "@ ", unit->name, ":", place.line, ":",
                place.column, "»"));
}

std::string describe(Vm& vm, Value v) {
  if (v.is_string() && vm.context(v)) return "a string with context";
  if (v.is_function() && v.object()->kind == ObjectKind::Builtin) {
    return cat("the built-in function '", vm.builtin_name(v), "'");
  }
  if (v.is_function() && v.object()->kind == ObjectKind::PartialApp) {
    const Value applied = v.as<PartialApp>()->function;
    if (applied.object()->kind == ObjectKind::Builtin) {
      return cat("the partially applied built-in function '", vm.builtin_name(applied), "'");
    }
  }
  return std::string(describe_type(v));
}

// --- Drivers ---------------------------------------------------------------------------------------------------------

Task print_value(Vm& vm, Root v, PrintOptions options) {
  Printer printer(vm, options, v);
  for (Value wanted = printer.advance(); wanted.exists(); wanted = printer.advance()) {
    const auto forced = co_await vm.try_force(wanted);
    if (forced) continue;
    if (!options.errors_inline) throw EvalError(forced.error());
    printer.failed(*forced.error());
  }
  co_return vm.make_string(printer.take());
}

std::string print_shallow(Vm& vm, Value v, PrintOptions options) {
  options.force = false;
  Printer printer(vm, options, v);
  printer.advance();
  return printer.take();
}

}  // namespace nilas::eval
