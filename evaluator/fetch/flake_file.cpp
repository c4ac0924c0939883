#include "evaluator/fetch/flake_file.hpp"

#include <algorithm>
#include <cstdint>

#include "evaluator/error.hpp"
#include "evaluator/paths.hpp"
#include "evaluator/text.hpp"
#include "evaluator/world.hpp"

namespace nilas::eval {

namespace {

using syntax::Ast;
using syntax::Attr;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;
using syntax::SetRecord;

constexpr int kMaxDepth = 100;  // of overrides in overrides, and of names that stand for names

/// What a node is without evaluation.
enum class Kind : uint8_t { Set, String, Path, Int, Float, Bool, Null, List, Function, Thunk };

std::string_view describe(Kind kind) {
  switch (kind) {
    case Kind::Set: return "a set";
    case Kind::String: return "a string";
    case Kind::Path: return "a path";
    case Kind::Int: return "an integer";
    case Kind::Float: return "a float";
    case Kind::Bool: return "a Boolean";
    case Kind::Null: return "null";
    case Kind::List: return "a list";
    case Kind::Function: return "a function";
    case Kind::Thunk: return "a thunk";
  }
  return "a thunk";
}

struct Static {
  Kind kind = Kind::Thunk;
  NodeId node = syntax::kNoNode;
  std::string text;    // String, Path
  int64_t number = 0;  // Int; Bool: 0 or 1
};

class FlakeFileReader {
 public:
  FlakeFileReader(World& world, const SourceUnit& unit, const FlakeFileContext& context)
      : world_(world), unit_(unit), ast_(*unit.ast), context_(context) {}

  FlakeFile read() {
    const NodeId root = ast_.root == syntax::kNoNode ? ast_.root : ast_.skip_parens(ast_.root);
    if (root == syntax::kNoNode || ast_[root].kind != NodeKind::AttrSet) {
      fail(cat("file '", unit_.name, "' must be an attribute set"));
    }
    for (const Attr& attr : attributes(root))
      check_top_level(attr);
    if (const Attr* description = find(root, "description")) {
      expect(Kind::String, *description);
    }
    if (const Attr* inputs = find(root, "inputs")) {
      file_.inputs = read_inputs(*inputs, true, 0);
    }
    const Attr* const outputs = find(root, "outputs");
    if (!outputs) fail(cat("flake '", context_.flake, "' lacks attribute 'outputs'"));
    add_formals(expect(Kind::Function, *outputs).node);
    if (const Attr* config = find(root, "nixConfig")) expect(Kind::Set, *config);
    if (unsupported_) {
      fail(cat("flake '", context_.flake, "' has an unsupported attribute '", name(*unsupported_),
               "', at ", place(unsupported_->name)));
    }
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(std::string message) const {
    throw EvalError(ErrorKind::Other, std::move(message));
  }
  std::string place(syntax::Span span) const {
    const LineColumn at = world_.line_column({unit_.id, span});
    return cat(unit_.name, ":", at.line, ":", at.column);
  }
  std::string name(const Attr& attr) const { return std::string(ast_.symbol(attr.symbol)); }

  std::span<const Attr> attributes(NodeId set) const {
    return ast_.set_attrs(ast_.sets[ast_[set].a]);
  }
  const Attr* find(NodeId set, std::string_view name) const {
    const auto all = attributes(set);
    const auto it = std::ranges::find_if(
        all, [&](const Attr& attr) { return ast_.symbol(attr.symbol) == name; });
    return it == all.end() ? nullptr : &*it;
  }

  void check_top_level(const Attr& attr) {
    const std::string_view name = ast_.symbol(attr.symbol);
    if (name != "description" && name != "inputs" && name != "outputs" && name != "nixConfig" &&
        !unsupported_) {
      unsupported_ = &attr;
    }
  }

  // --- Values -------------------------------------------------------------------------------------

  /// A literal, or a name that stands for one.
  Static look(NodeId node) const {
    for (int steps = 0; steps < kMaxDepth && node != syntax::kNoNode; ++steps) {
      node = ast_.skip_parens(node);
      const Node& n = ast_[node];
      if (n.kind != NodeKind::Var) return literal(node);
      const syntax::Ref& ref = ast_.refs[n.b];
      if (ref.kind == syntax::RefKind::Global) return constant(ast_.symbol(n.a));
      if (ref.kind != syntax::RefKind::Local) break;
      const syntax::Decl& decl = ast_.decls[ref.target];
      if (ast_.scopes[decl.scope].kind == syntax::ScopeKind::Lambda) break;
      node = decl.value;
    }
    return {};
  }

  static Static constant(std::string_view name) {
    if (name == "true" || name == "false") return {.kind = Kind::Bool, .number = name == "true"};
    if (name == "null") return {.kind = Kind::Null};
    return {};
  }

  Static literal(NodeId node) const {
    const Node& n = ast_[node];
    switch (n.kind) {
      case NodeKind::AttrSet:
        if (ast_.sets[n.a].dynamic_count > 0) return {};
        return {.kind = Kind::Set, .node = node};
      case NodeKind::Lambda: return {.kind = Kind::Function, .node = node};
      case NodeKind::List: return {.kind = Kind::List, .node = node};
      case NodeKind::Int: return {.kind = Kind::Int, .number = ast_.ints[n.a]};
      case NodeKind::Float: return {.kind = Kind::Float};
      case NodeKind::String:
      case NodeKind::Path: return text(n);
      case NodeKind::Error:
      case NodeKind::SearchPath:
      case NodeKind::CurPos:
      case NodeKind::Var:
      case NodeKind::InheritFrom:
      case NodeKind::Select:
      case NodeKind::HasAttr:
      case NodeKind::Apply:
      case NodeKind::Let:
      case NodeKind::LegacyLet:
      case NodeKind::With:
      case NodeKind::If:
      case NodeKind::Assert:
      case NodeKind::Unary:
      case NodeKind::Binary:
      case NodeKind::Paren: break;
    }
    return {};
  }

  Static text(const Node& n) const {
    Static v{.kind = n.kind == NodeKind::Path ? Kind::Path : Kind::String};
    for (const syntax::Part& part : ast_.string_parts(n)) {
      if (part.expr != syntax::kNoNode) return {};
      v.text += ast_.text(part.text);
    }
    if (v.kind == Kind::Path) {
      if (v.text.starts_with('~')) return {};
      v.text = canonical_path(v.text.starts_with('/') ? v.text : cat(unit_.base_dir, "/", v.text));
    }
    return v;
  }

  Static expect(Kind kind, const Attr& attr) const {
    Static v = look(attr.value);
    if (v.kind == kind) return v;
    fail(cat("expected ", describe(kind), " but got ", describe(v.kind), " at ", place(attr.name)));
  }

  // --- Inputs -------------------------------------------------------------------------------------

  FlakeInputs read_inputs(const Attr& attr, bool allow_self, int depth) {
    if (depth > kMaxDepth) fail(cat("inputs are nested too deeply at ", place(attr.name)));
    FlakeInputs inputs;
    for (const Attr& input : attributes(expect(Kind::Set, attr).node)) {
      if (name(input) != "self") {
        inputs.emplace(name(input), read_input(input, depth));
        continue;
      }
      if (!allow_self) fail(cat("'self' input attribute not allowed at ", place(input.name)));
      for (const Attr& own : attributes(expect(Kind::Set, input).node))
        add_attribute(own, file_.self_attributes);
    }
    return inputs;
  }

  FlakeInput read_input(const Attr& attr, int depth) {
    FlakeInput input;
    FetchAttributes given;
    std::optional<std::string> url;
    for (const Attr& part : attributes(expect(Kind::Set, attr).node)) {
      try {
        read_part(part, input, given, url, depth);
      } catch (EvalError& error) {
        throw error.trace(cat("while evaluating flake attribute '", name(part), "'"),
                          {unit_.id, part.name});
      }
    }
    if (given.contains("type")) {
      try {
        input.ref = flake_ref_from_attributes(std::move(given), world_.options.features);
      } catch (EvalError& error) {
        throw error.trace("while evaluating flake input", {unit_.id, attr.name});
      }
    } else {
      given.erase("url");
      if (!given.empty()) {
        fail(cat("unexpected flake input attribute '", given.begin()->first, "', at ",
                 place(attr.name)));
      }
      if (url) input.ref = reference(*url, input.is_flake ? Wanted::Tree : Wanted::File);
    }
    if (input.ref && input.follows) {
      fail(cat("flake input has both a flake reference and a follows attribute, at ",
               place(attr.name)));
    }
    return input;
  }

  void read_part(const Attr& part, FlakeInput& input, FetchAttributes& given,
                 std::optional<std::string>& url, int depth) {
    const std::string_view what = ast_.symbol(part.symbol);
    if (what == "url") {
      const Static v = look(part.value);
      if (v.kind != Kind::String && v.kind != Kind::Path) {
        fail(cat("expected a string or a path but got ", describe(v.kind), " at ",
                 place(part.name)));
      }
      url = v.kind == Kind::String ? v.text : cat("path:", relative(v.text));
      given.emplace("url", *url);
    } else if (what == "flake") {
      input.is_flake = expect(Kind::Bool, part).number != 0;
    } else if (what == "inputs") {
      input.overrides = read_inputs(part, false, depth + 1);
    } else if (what == "follows") {
      InputPath target = context_.lock_root;
      for (std::string& step : parse_input_path(expect(Kind::String, part).text))
        target.push_back(std::move(step));
      input.follows = std::move(target);
    } else {
      add_attribute(part, given);
    }
  }

  void add_attribute(const Attr& attr, FetchAttributes& to) const {
    const Static v = look(attr.value);
    if (v.kind == Kind::String) {
      to.emplace(name(attr), v.text);
    } else if (v.kind == Kind::Bool) {
      to.emplace(name(attr), v.number != 0);
    } else if (v.kind == Kind::Int) {
      to.emplace(name(attr), static_cast<uint64_t>(v.number));
    } else {
      throw EvalError(ErrorKind::Type,
                      cat("flake input attribute '", name(attr), "' is ", describe(v.kind),
                          " while a string, Boolean, or integer is expected"));
    }
  }

  FlakeRef reference(std::string_view text, Wanted wanted) const {
    return parse_flake_ref(text, {world_.options.features, wanted, RelativePaths::Keep});
  }

  /// From the flake's directory to `path`.
  std::string relative(const std::string& path) const {
    const auto from = split_url_path(context_.directory);
    const auto to = split_url_path(path);
    size_t same = 0;
    while (same < from.size() && same < to.size() && from[same] == to[same])
      ++same;
    std::string text;
    for (size_t i = same; i < from.size(); ++i)
      text += text.empty() ? ".." : "/..";
    for (size_t i = same; i < to.size(); ++i)
      text += (text.empty() ? "" : "/") + to[i];
    return text.empty() ? "." : text;
  }

  /// What `outputs` takes and nobody declared is looked up in the registries by its name.
  void add_formals(NodeId lambda) {
    const syntax::LambdaRecord& record = ast_.lambdas[ast_[lambda].a];
    for (const syntax::Formal& formal : ast_.lambda_formals(record)) {
      const std::string name(ast_.symbol(formal.symbol));
      if (name == "self" || file_.inputs.contains(name)) continue;
      file_.inputs.emplace(
          name, FlakeInput{.ref = parse_flake_ref(name, {.features = world_.options.features})});
    }
  }

  World& world_;
  const SourceUnit& unit_;
  const Ast& ast_;
  const FlakeFileContext& context_;
  const Attr* unsupported_ = nullptr;
  FlakeFile file_;
};

}  // namespace

FlakeFile read_flake_file(World& world, const SourceUnit& unit, const FlakeFileContext& context) {
  return FlakeFileReader(world, unit, context).read();
}

}  // namespace nilas::eval
