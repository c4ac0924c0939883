#include "evaluator/world.hpp"

#include <algorithm>
#include <functional>

#include "evaluator/builtins.hpp"
#include "evaluator/code.hpp"
#include "evaluator/compiler.hpp"
#include "evaluator/paths.hpp"
#include "evaluator/store/derivation_prelude.hpp"
#include "evaluator/store/files.hpp"
#include "evaluator/store/state.hpp"
#include "evaluator/text.hpp"
#include "evaluator/trace.hpp"
#include "syntax/parse.hpp"

namespace nilas::eval {

namespace {

// What builtins.nixVersion says: the version whose language this evaluator follows.
constexpr std::string_view kNixVersion = "2.31.0";
constexpr int kLanguageVersion = 6;

/// Throws EvalError at the first pipe operator before `end` if the feature for these is off.
void check_pipes(const Features& features, const SourceUnit& unit, const syntax::Ast& ast,
                 uint32_t end) {
  if (features.pipe_operators) return;
  if (!unit.text->contains("|>") && !unit.text->contains("<|")) return;
  uint32_t first = UINT32_MAX;  // where it begins
  for (const syntax::Node& n : ast.nodes) {
    if (n.kind != syntax::NodeKind::Binary) continue;
    const auto op = static_cast<syntax::BinaryOp>(n.op);
    if (op == syntax::BinaryOp::PipeRight || op == syntax::BinaryOp::PipeLeft)
      first = std::min(first, n.c);
  }
  if (first >= end) return;
  try {
    features.require(Feature::pipe_operators);
  } catch (EvalError& error) {
    throw error.at({unit.id, {first, first + 2}});
  }
}

}  // namespace

syntax::ScopeId SourceUnit::with_scope(syntax::NodeId with) const {
  const auto it = std::ranges::lower_bound(with_scopes, with, {},
                                           &std::pair<syntax::NodeId, syntax::ScopeId>::first);
  return it->second;
}

World::World(EvalHost& h, WorldOptions o)
    : host(h),
      options(std::move(o)),
      vm(*this, options.heap),
      store(std::make_unique<StoreState>(options.store_dir, options.features)) {
  positions_.emplace_back();
  if (options.fetch.restricted) {
    for (const SearchPathEntry& entry : options.search_path)
      allow_path(*this, absolute_path(*this, entry.path));
  }
  make_globals();
}

World::~World() = default;

// --- Code --------------------------------------------------------------------------------------------------------------

CodeId World::add_code(CodeBlock code) {
  if (code_count_ >= 1 << 24)
    throw EvalError(ErrorKind::MemoryLimit, "too much code in one evaluation");
  if (code_count_ % kCodeChunk == 0) codes_.push_back(std::make_unique<CodeBlock[]>(kCodeChunk));
  this->code(code_count_) = std::move(code);
  return code_count_++;
}

SourceUnit& World::new_unit(std::string name, std::string base_dir, bool is_file) {
  auto unit = std::make_unique<SourceUnit>();
  unit->id = static_cast<SourceId>(sources_.size() + 1);
  unit->name = std::move(name);
  unit->base_dir = std::move(base_dir);
  unit->is_file = is_file;
  unit->globals = &globals_;
  sources_.push_back(std::move(unit));
  return *sources_.back();
}

void World::attach(SourceUnit& unit, std::shared_ptr<const std::string> text,
                   std::shared_ptr<const syntax::Ast> ast) {
  unit.text = std::move(text);
  unit.ast = std::move(ast);
  unit.symbols.reserve(unit.ast->symbols.size());
  for (const auto& s : unit.ast->symbols)
    unit.symbols.push_back(vm.symbols.intern(unit.ast->slice(s)));
  for (syntax::ScopeId s = 0; s < unit.ast->scopes.size(); ++s)
    if (unit.ast->scopes[s].kind == syntax::ScopeKind::With)
      unit.with_scopes.emplace_back(unit.ast->scopes[s].node, s);
  std::ranges::sort(unit.with_scopes);
  CodeBlock code;
  code.unit = &unit;
  code.node = unit.ast->root;
  unit.root_code = add_code(std::move(code));
}

const SourceUnit& World::add_source(std::string name, std::string base_dir,
                                    std::shared_ptr<const std::string> text,
                                    std::shared_ptr<const syntax::Ast> ast, bool is_file) {
  SourceUnit& unit = new_unit(std::move(name), std::move(base_dir), is_file);
  attach(unit, std::move(text), std::move(ast));
  return unit;
}

struct World::ParsedText {
  std::shared_ptr<const std::string> text;
  syntax::Parsed parsed;
};

World::ParsedText World::parse_text(std::string text, std::span<const std::string_view> globals) {
  auto kept = std::make_shared<const std::string>(std::move(text));
  const auto poll = [this] {
    if (vm.frame_count() > 0) vm.poll();
  };
  syntax::Parsed parsed = syntax::parse(*kept, globals, poll);
  return {std::move(kept), std::move(parsed)};
}

void World::attach_parsed(SourceUnit& unit, ParsedText from) {
  unit.text = std::move(from.text);
  syntax::Parsed& parsed = from.parsed;
  if (!parsed.ok()) {
    const auto& d = parsed.diagnostics.front();
    const uint32_t at = d.reported_offset();
    // Names are looked up when all is parsed.
    const bool parses = d.id == syntax::DiagnosticId::UndefinedVariable;
    check_pipes(options.features, unit, parsed.ast, parses ? UINT32_MAX : at);
    std::string message(d.reported_message());
    if (d.id == syntax::DiagnosticId::DuplicateAttribute && !d.related.empty()) {
      const LineColumn first = line_column({unit.id, d.related.front().span});
      message += cat(" at ", unit.name, ":", first.line, ":", first.column);
    }
    throw EvalError(ErrorKind::Parse, std::move(message),
                    {unit.id, {at, std::max(at, d.span.end)}});
  }
  attach(unit, unit.text, std::make_shared<const syntax::Ast>(std::move(parsed.ast)));
  check_pipes(options.features, unit, *unit.ast, UINT32_MAX);
  check_or(*this, unit);
  check_literals(*this, unit);
}

const SourceUnit& World::parse_source(std::string name, std::string base_dir, std::string text,
                                      bool is_file) {
  ParsedText parsed = parse_text(std::move(text), known_names_);
  SourceUnit& unit = new_unit(std::move(name), std::move(base_dir), is_file);
  unit.globals = &known_globals_;
  attach_parsed(unit, std::move(parsed));
  return unit;
}

Value World::thunk_of(const SourceUnit& unit) {
  auto* t = reinterpret_cast<Thunk*>(vm.heap.alloc(ObjectKind::Thunk, 16, unit.root_code, 0));
  t->slots[0] = Value();
  return Value::of(t);
}

const World::Import& World::imported(std::string_view path) {
  const std::string key = resolve_import(*this, path);
  if (const auto it = imports_.find(key); it != imports_.end()) return it->second;
  auto text = read_file(*this, resolve_symlinks(*this, key, Symlinks::Full));
  if (!text) fail_io("opening file", key, text.error());
  ParsedText parsed = parse_text(std::move(*text), known_names_);
  SourceUnit& unit = new_unit(key, std::string(parent_path(key)), true);
  unit.globals = &known_globals_;
  attach_parsed(unit, std::move(parsed));
  return imports_.emplace(key, Import{unit.id, thunk_of(unit)}).first->second;
}

Value World::import_file(std::string_view path) {
  return imported(path).thunk;
}

const SourceUnit& World::import_unit(std::string_view path) {
  return *source(imported(path).source);
}

Value World::import_scoped(std::string_view path, Attrs* scope) {
  const std::string key = resolve_import(*this, path);
  auto text = read_file(*this, resolve_symlinks(*this, key, Symlinks::Full));
  if (!text) fail_io("opening file", key, text.error());
  const std::span<const std::string_view> base = known_names_;
  std::vector<std::string_view> names(base.begin(), base.end());
  for (const Symbol s : scope->keys->all())
    names.push_back(vm.symbols.name(s));
  std::ranges::sort(names);
  const auto [from, to] = std::ranges::unique(names);
  names.erase(from, to);
  ParsedText parsed = parse_text(std::move(*text), names);
  SourceUnit& unit = new_unit(key, std::string(parent_path(key)), true);
  for (const std::string_view name : names) {
    const Value* own = scope->get(vm.symbols.intern(name));
    const auto it = std::ranges::lower_bound(base, name);
    unit.own_globals.push_back(
        own != nullptr ? *own : known_globals_[static_cast<size_t>(it - base.begin())]);
  }
  unit.globals = &unit.own_globals;
  attach_parsed(unit, std::move(parsed));
  return thunk_of(unit);
}

std::vector<CodeId> World::compile_all(const SourceUnit& unit) {
  (void)thunk_of(unit);
  std::vector<CodeId> bodies;
  // Compiling a body registers those inside it.
  for (CodeId id = unit.root_code; id < code_count_; ++id) {
    CodeBlock& block = code(id);
    if (block.unit != &unit) continue;
    if (!block.body) Compiler(*this, block).compile();
    bodies.push_back(id);
  }
  return bodies;
}

CodeId World::id_of(const CodeBlock& block) const {
  for (size_t chunk = 0; chunk < codes_.size(); ++chunk) {
    const CodeBlock* first = codes_[chunk].get();
    if (std::less_equal<>()(first, &block) && std::less<>()(&block, first + kCodeChunk))
      return static_cast<CodeId>(chunk * kCodeChunk + static_cast<size_t>(&block - first));
  }
  return 0;
}

// --- Positions ---------------------------------------------------------------------------------------------------------

const SourceUnit* World::source(SourceId id) const {
  return id == 0 || id > sources_.size() ? nullptr : sources_[id - 1].get();
}

LineColumn World::line_column(SourceSpan at) const {
  const SourceUnit* unit = source(at.source);
  if (unit == nullptr) return {0, 0};
  if (unit->lines.empty()) {
    unit->lines.push_back(0);
    const std::string& text = *unit->text;
    for (uint32_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')))
        unit->lines.push_back(i + 1);
  }
  const auto it = std::ranges::upper_bound(unit->lines, at.span.begin);
  return {static_cast<uint32_t>(it - unit->lines.begin()), at.span.begin - *(it - 1) + 1};
}

PosId World::add_position(SourceSpan span) {
  positions_.push_back(span);
  return static_cast<PosId>(positions_.size() - 1);
}

SourceSpan World::position(PosId id) const {
  return id < positions_.size() ? positions_[id] : SourceSpan{};
}

std::optional<World::FunctionNode> World::function_node(Value f) const {
  if (!f.is_function()) return std::nullopt;
  uint32_t skip = 0;
  if (f.object()->kind == ObjectKind::PartialApp) {
    skip = f.object()->aux;
    f = f.as<PartialApp>()->function;
  }
  if (f.object()->kind != ObjectKind::Closure) return std::nullopt;
  const CodeBlock& block = this->code(f.object()->count);
  const auto& ast = *block.unit->ast;
  // A partial application stands for an inner function.
  syntax::NodeId node = block.node;
  for (; skip > 0; --skip)
    node = ast.skip_parens(ast.nodes[node].b);
  return FunctionNode{block.unit, node};
}

SourceSpan World::function_span(Value f) const {
  const auto found = function_node(f);
  if (!found) return {};
  return {found->unit->id, found->unit->ast->nodes[found->node].span};
}

SourceSpan World::call_place(const uint32_t* pc) const {
  for (CodeId id = 0; id < code_count_; ++id) {
    const CodeBlock& c = code(id);
    if (!c.body || c.unit == nullptr) continue;
    if (c.body->contains(pc))
      return place_of(*c.unit, c.body->nodes[static_cast<size_t>(pc - c.body->words.data()) - 1]);
  }
  return {};
}

// --- Roots and reads ---------------------------------------------------------------------------------------------------

void World::record_read(std::string_view path) {
  if (!reads_.contains(path)) reads_.emplace(path);
}

void World::visit_roots(Heap& heap) {
  for (CodeId id = 0; id < code_count_; ++id) {
    const CodeBlock& c = code(id);
    if (!c.body) continue;
    for (const Value v : c.body->constants)
      heap.mark(v);
    for (const AttrsLiteral& l : c.body->literals) {
      heap.mark(&l.keys->object);
      heap.mark(&l.positions->object);
    }
  }
  for (const auto& [path, imported] : imports_)
    heap.mark(imported.thunk);
  for (const auto& [bits, calls] : calls_) {
    for (const RememberedCall& call : calls) {
      heap.mark(call.function);
      heap.mark(call.result);
    }
  }
  for (const auto& [key, environment] : environments_)
    heap.mark(environment.block);
  for (const Value v : known_globals_)
    heap.mark(v);
  for (const auto& unit : sources_)
    for (const Value v : unit->own_globals)
      heap.mark(v);
  heap.mark(nix_path_);
}

Value World::nix_path() {
  if (nix_path_.exists()) return nix_path_;
  List* list = vm.alloc_list(options.pure ? 0 : options.search_path.size());
  for (size_t i = 0; i < list->size(); ++i) {
    AttrsBuilder b(vm);
    b.add(vm.symbols.known.path, vm.make_string(options.search_path[i].path));
    b.add(vm.symbols.known.prefix, vm.make_string(options.search_path[i].prefix));
    list->items[i] = b.finish();
  }
  return nix_path_ = Value::of(list);
}

void World::make_globals() {
  vm.make_builtin_codes();
  AttrsBuilder b(vm);
  const auto table = builtin_table();
  for (size_t i = 0; i < table.size(); ++i) {
    const auto feature = feature_of_builtin(table[i].name());
    if (table[i].internal || (feature && !options.features.has(*feature))) continue;
    auto* o = reinterpret_cast<BuiltinObject*>(
        vm.heap.alloc(ObjectKind::Builtin, 16, static_cast<uint32_t>(i)));
    b.add(table[i].name(), Value::of(Value::kFunction, o));
  }
  b.add("true", Value::boolean(true));
  b.add("false", Value::boolean(false));
  b.add("null", Value::null());
  b.add("langVersion", vm.make_int(kLanguageVersion));
  b.add("nixVersion", vm.make_string(kNixVersion));
  b.add("storeDir", vm.make_string(options.store_dir));
  b.add("nixPath", nix_path());
  if (!options.pure) {
    b.add("currentSystem", vm.make_string(options.current_system));
    b.add("currentTime", vm.make_int(host.current_time()));
  }
  // `builtins` contains itself and `derivation`, which is written in Nix: both are filled in afterwards.
  b.add("builtins", Value::null());
  b.add("derivation", Value::null());
  const Value builtins = b.finish();
  *builtins.attrs()->get(vm.symbols.known.builtins) = builtins;
  for (const std::string_view name : global_names()) {
    const std::string_view plain = name.starts_with("__") ? name.substr(2) : name;
    const Value* v = builtins.attrs()->get(vm.symbols.intern(plain));
    globals_.push_back(v != nullptr ? *v : Value());
    if (v == nullptr) continue;
    known_names_.push_back(name);
    known_globals_.push_back(*v);
  }
  const SourceUnit& unit = parse_source("«nix-internal»/derivation-internal.nix", "/",
                                        std::string(kDerivationNix), false);
  const Value derivation = thunk_of(unit);
  *builtins.attrs()->get(vm.symbols.intern("derivation")) = derivation;
  const auto replace = [&](std::span<const std::string_view> names, std::vector<Value>& values) {
    const auto at = std::ranges::lower_bound(names, std::string_view("derivation"));
    values[static_cast<size_t>(at - names.begin())] = derivation;
  };
  replace(global_names(), globals_);
  replace(known_names_, known_globals_);
}

/// Code for what has no source: builtins called through a value, thunks of make_apply, calls with too many arguments.
void Vm::make_builtin_codes() {
  const auto add = [&](uint8_t arity, uint32_t stack, std::vector<uint32_t> words) {
    CodeBlock code;
    code.kind = CodeKind::Builtin;
    code.arity = arity;
    code.body = std::make_unique<CodeBody>();
    code.body->nodes.assign(words.size(), syntax::kNoNode);
    code.body->words = std::move(words);
    code.body->caches.resize(1);
    code.body->max_stack = stack;
    return world.add_code(std::move(code));
  };
  const auto op = [](Op o, uint32_t a = 0) { return static_cast<uint32_t>(o) | a << 8; };
  for (uint32_t n = 1; n <= 2; ++n) {
    std::vector<uint32_t> words{op(Op::UpForce, 0)};
    for (uint32_t i = 1; i <= n; ++i)
      words.push_back(op(Op::Up, i));
    words.insert(words.end(), {op(Op::TailCall, n), op(Op::Return)});
    apply_code_[n - 1] = add(0, n + 1, std::move(words));
  }
  extra_code_ = add(0, 0, {op(Op::CallExtra), op(Op::Return)});
  functor_code_ = add(1, 3,
                      {op(Op::LocalForce, 0), op(Op::Select, symbols.known.functor), 0,
                       op(Op::Local, 0), op(Op::TailCall, 1), op(Op::Return)});
  const auto table = builtin_table();
  for (uint32_t i = 0; i < table.size(); ++i) {
    const uint32_t arity = table[i].arity();
    std::vector<uint32_t> words;
    for (uint32_t k = 0; k < arity; ++k) {
      words.push_back(op(table[i].forces(k) ? Op::LocalForce : Op::Local, k));
      if (table[i].checks(k)) words.insert(words.end(), {op(Op::CheckArgument, i), k});
    }
    words.insert(words.end(), {op(Op::CallBuiltin, i), op(Op::Return)});
    builtin_codes_.push_back(add(static_cast<uint8_t>(arity), 2 * arity + 1, std::move(words)));
  }
}

}  // namespace nilas::eval
