#include "evaluator/format/xml.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "evaluator/format/number.hpp"
#include "evaluator/format/pause.hpp"
#include "evaluator/store/context.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

/// C++ Nix's limit too. Indentation takes space in proportion to the square of the depth.
constexpr size_t kMaxDepth = 10'000;
/// `builtins` holds itself: at each level come all the attributes before `builtins`, and their indentation.
constexpr size_t kMaxBytes = size_t{1} << 30;

std::string attribute(std::string_view name, std::string_view value) {
  std::string text = cat(" ", name, "=\"");
  for (const char c : value) {
    switch (c) {
      case '"': text += "&quot;"; break;
      case '<': text += "&lt;"; break;
      case '>': text += "&gt;"; break;
      case '&': text += "&amp;"; break;
      case '\n': text += "&#xA;"; break;  // would be read back as a space
      default: text += c;
    }
  }
  return text += '"';
}

/// The document, and the elements that are open in it. XML attributes are always written in the order of their names.
class XmlWriter {
 public:
  XmlWriter(Vm& vm, bool locations) : vm_(vm), locations_(locations) {
    text_ = "<?xml version='1.0' encoding='utf-8'?>\n";
    start("expr");
  }

  /// Closes what is finished and returns the next value to write, or none at the end.
  Value next() {
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.container.is_list()) {
        List* list = level.container.list();
        if (level.next < list->size()) return list->items[level.next++];
      } else {
        Attrs* set = level.container.attrs();
        if (level.next > 0) end("attr");
        if (level.next < set->size()) return start_attribute(set, level.next++);
      }
      end(level.tag);
      levels_.pop_back();
    }
    end("expr");
    return {};
  }

  /// `tag` encloses the elements of the set or list.
  void open(Value container, std::string_view tag, std::string_view xml_attributes = "") {
    if (levels_.size() >= kMaxDepth) {
      throw EvalError(ErrorKind::DepthLimit, "stack overflow; max-call-depth exceeded");
    }
    if (text_.size() > kMaxBytes)
      throw EvalError(ErrorKind::MemoryLimit, "memory limit reached: the XML is too long");
    vm_.check_text_size(text_.size());
    start(tag, xml_attributes);
    levels_.push_back({container, 0, tag});
  }
  void open_repeated(std::string_view tag, std::string_view xml_attributes) {
    start(tag, xml_attributes);
    empty("repeated");
    end(tag);
  }
  void empty(std::string_view tag, std::string_view xml_attributes = "") {
    indent();
    text_ += cat("<", tag, xml_attributes, " />\n");
  }
  void value(std::string_view tag, std::string_view text) { empty(tag, attribute("value", text)); }
  void string(Value string) {
    contexts_.add(vm_.context(string));
    value("string", vm_.view(string));
  }
  void function(Value function);

  Value finish() { return vm_.make_string(text_, contexts_.make(vm_)); }

 private:
  struct Level {
    Value container;  // reachable from the value that is written
    uint32_t next;
    std::string_view tag;
  };

  void indent() { text_.append(depth_ * 2, ' '); }
  void start(std::string_view tag, std::string_view xml_attributes = "") {
    indent();
    text_ += cat("<", tag, xml_attributes, ">\n");
    ++depth_;
  }
  void end(std::string_view tag) {
    --depth_;
    indent();
    text_ += cat("</", tag, ">\n");
  }

  Value start_attribute(Attrs* set, uint32_t position) {
    const uint32_t index = vm_.name_order(set->keys)[position];
    const SourceSpan span = vm_.world.position(set->pos(index));
    start("attr", place(span, attribute("name", vm_.symbols.name(set->keys->symbols[index]))));
    return set->values[index];
  }

  /// column, line, `name` (an XML attribute or nothing) and path.
  std::string place(SourceSpan span, std::string_view name) const {
    if (!locations_ || !span.known()) return std::string(name);
    const LineColumn at = vm_.world.line_column(span);
    std::string text = cat(attribute("column", std::to_string(at.column)),
                           attribute("line", std::to_string(at.line)), name);
    const SourceUnit* unit = vm_.world.source(span.source);
    if (unit->is_file) text += attribute("path", unit->name);
    return text;
  }

  Vm& vm_;
  bool locations_;
  std::string text_;
  size_t depth_ = 0;
  std::vector<Level> levels_;
  ContextSet contexts_;
};

void XmlWriter::function(Value function) {
  const auto node = vm_.world.function_node(function);
  if (!node) {  // built in
    empty("unevaluated");
    return;
  }
  const syntax::Ast& ast = *node->unit->ast;
  const syntax::LambdaRecord& lambda = ast.lambdas[ast[node->node].a];
  start("function", place(vm_.world.function_span(function), ""));
  const std::string name =
      lambda.arg == syntax::kNone ? "" : attribute("name", ast.symbol(lambda.arg));
  if (!lambda.has_formals) {
    empty("varpat", name);
  } else {
    start("attrspat", cat(lambda.has_ellipsis ? attribute("ellipsis", "1") : "", name));
    std::vector<std::string_view> formals;
    for (const syntax::Formal& formal : ast.lambda_formals(lambda)) {
      formals.push_back(ast.symbol(formal.symbol));
    }
    std::ranges::sort(formals);
    for (const std::string_view formal : formals)
      empty("attr", attribute("name", formal));
    end("attrspat");
  }
  end("function");
}

/// Everything but sets.
void write_plain(XmlWriter& writer, Value v) {
  switch (v.type()) {
    case Type::Null: writer.empty("null"); break;
    case Type::Bool: writer.value("bool", v.is_true() ? "true" : "false"); break;
    case Type::Int: writer.value("int", std::to_string(v.as_int())); break;
    case Type::Float: writer.value("float", format_float(v.as_float())); break;
    case Type::String: writer.string(v); break;
    case Type::Path: writer.value("path", v.path()->view()); break;
    case Type::List: writer.open(v, "list"); break;
    case Type::Function: writer.function(v); break;
    case Type::Thunk:
    case Type::Attrs:
    case Type::Internal: writer.empty("unevaluated"); break;
  }
}

}  // namespace

Task to_xml(Vm& vm, Root v, XmlOptions options) {
  const auto& known = vm.symbols.known;
  XmlWriter writer(vm, options.locations);
  std::unordered_set<std::string> seen;  // derivations
  uint32_t steps = 0;
  for (Value current = v; current.exists(); current = writer.next()) {
    if (++steps % kStepsPerPause == 0) co_await pause(vm);
    current = vm.resolve(current);
    if (options.force) {
      const Value forced = co_await vm.force(current);
      current = forced;
    }
    if (!current.is_attrs()) {
      write_plain(writer, current);
      continue;
    }
    Attrs* set = current.attrs();
    Value type;
    if (const Value* slot = set->get(known.type)) {
      const Value forced = co_await vm.force(*slot);
      type = forced;
    }
    if (!type.is_string() || vm.view(type) != "derivation") {
      writer.open(current, "attrs");
      continue;
    }

    std::string xml_attributes, drv_path;
    for (const auto& [symbol, name] :
         {std::pair(known.drv_path, "drvPath"), std::pair(known.out_path, "outPath")}) {
      const Value* slot = set->get(symbol);
      if (!slot) continue;
      Value path = vm.resolve(*slot);
      if (options.force) {
        const Value forced = co_await vm.force(path);
        path = forced;
      }
      if (!path.is_string()) continue;
      if (symbol == known.drv_path) drv_path = vm.view(path);
      xml_attributes += attribute(name, vm.view(path));
    }
    // The attributes of a derivation are written the first time only.
    if (!drv_path.empty() && seen.insert(drv_path).second) {
      writer.open(current, "derivation", xml_attributes);
    } else {
      writer.open_repeated("derivation", xml_attributes);
    }
  }
  co_return writer.finish();
}

}  // namespace nilas::eval
