#include "syntax/builder.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace nilas::syntax {
namespace {

// Names are short; the ends and the length tell most of them apart, the rest is mixed in by words.
uint32_t hash_of(std::string_view s) {
  uint64_t h = 0x9e3779b97f4a7c15ULL ^ s.size();
  const char* p = s.data();
  size_t n = s.size();
  const auto mix = [&h](uint64_t word) {
    h = (h ^ word) * 0xff51afd7ed558ccdULL;
    h ^= h >> 32;
  };
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    mix(word);
  }
  uint64_t word = 0;
  std::memcpy(&word, p, n);
  mix(word);
  return static_cast<uint32_t>(h ^ (h >> 29));
}

}  // namespace

SymbolId SymbolTable::intern(Ast& ast, std::string_view name) {
  if (used_ * 2 >= entries_.size()) grow();
  const uint32_t hash = hash_of(name);
  const size_t mask = entries_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    Entry& entry = entries_[i];
    if (entry.symbol == kNone) {
      ++used_;
      entry = {hash, static_cast<SymbolId>(ast.symbols.size())};
      ast.symbols.push_back(
          {static_cast<uint32_t>(ast.blob.size()), static_cast<uint32_t>(name.size())});
      ast.blob += name;
      return entry.symbol;
    }
    if (entry.hash == hash && ast.symbol(entry.symbol) == name) return entry.symbol;
  }
}

void SymbolTable::grow() {
  std::vector<Entry> old(std::max<size_t>(64, entries_.size() * 2));
  old.swap(entries_);
  const size_t mask = entries_.size() - 1;
  for (const Entry& entry : old) {
    if (entry.symbol == kNone) continue;
    size_t i = entry.hash & mask;
    while (entries_[i].symbol != kNone)
      i = (i + 1) & mask;
    entries_[i] = entry;
  }
}

bool Builder::mentions_overridable(std::string_view text) {
  constexpr std::string_view kNames[] = {"nixPath", "findFile", "sub", "mul", "div", "lessThan"};
  for (size_t at = text.find("__"); at != std::string_view::npos; at = text.find("__", at + 1)) {
    const std::string_view rest = text.substr(at + 2);
    if (std::ranges::any_of(kNames, [&](std::string_view n) { return rest.starts_with(n); }))
      return true;
  }
  return false;
}

Builder::Builder(std::string_view text) : text_(text), overrides_(mentions_overridable(text)) {
  ast.nodes.reserve(text.size() / 6);
  ast.blob.reserve(text.size() / 3);
  ast.refs.reserve(text.size() / 24);
}

Builder::Builder(std::string_view text, const Ast& earlier, SymbolTable symbols, bool overrides)
    : text_(text), overrides_(overrides), symbols_(std::move(symbols)) {
  ast.symbols = earlier.symbols;
  ast.texts = earlier.texts;
  ast.blob = earlier.blob;
}

NodeId Builder::add(NodeKind kind, Span span, NodeId first, uint32_t a, uint32_t b, uint32_t c,
                    uint8_t op) {
  const NodeId id = node_mark();
  ast.nodes.push_back(
      {.kind = kind, .op = op, .flags = 0, .first = first, .span = span, .a = a, .b = b, .c = c});
  return id;
}

NodeId Builder::variable(Span span) {
  const std::string_view name = source(span);
  if (name == "__curPos") return add(NodeKind::CurPos, span, node_mark());
  const auto ref = static_cast<RefId>(ast.refs.size());
  ast.refs.push_back({.node = node_mark(), .target = kNone, .kind = RefKind::Unbound});
  return add(NodeKind::Var, span, node_mark(), symbols_.intern(ast, name), ref);
}

NodeId Builder::integer(Span span) {
  const std::string_view digits = source(span);
  int64_t value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec != std::errc{}) {
    report(DiagnosticId::InvalidInteger, span, digits);
    return add(NodeKind::Error, span, node_mark());
  }
  ast.ints.push_back(value);
  return add(NodeKind::Int, span, node_mark(), static_cast<uint32_t>(ast.ints.size() - 1));
}

NodeId Builder::floating(Span span) {
  const std::string_view digits = source(span);
  double value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  // C++ Nix takes strtod's word for what is out of range, and that includes subnormal numbers.
  if (result.ec != std::errc{} || std::fpclassify(value) == FP_SUBNORMAL) {
    report(DiagnosticId::InvalidFloat, span, digits);
    return add(NodeKind::Error, span, node_mark());
  }
  ast.floats.push_back(value);
  return add(NodeKind::Float, span, node_mark(), static_cast<uint32_t>(ast.floats.size() - 1));
}

NodeId Builder::url(Span span) {
  ast.parts.push_back({.text = text_id(source(span)), .expr = kNoNode, .span = span});
  return add(NodeKind::String, span, node_mark(), static_cast<uint32_t>(ast.parts.size() - 1), 1, 0,
             static_cast<uint8_t>(StringStyle::Url));
}

NodeId Builder::named_variable(std::string_view name, Span span) {
  const auto ref = static_cast<RefId>(ast.refs.size());
  ast.refs.push_back({.node = node_mark(), .target = kNone, .kind = RefKind::Unbound});
  const NodeId node = add(NodeKind::Var, span, node_mark(), symbols_.intern(ast, name), ref);
  ast.nodes[node].flags |= kSynthetic;
  return node;
}

NodeId Builder::search_path(Span span) {
  if (overrides_) {
    // `<x>` is `__findFile __nixPath "x"`, and this file may have given these names a meaning.
    const NodeId first = node_mark();
    const size_t mark = pending_mark();
    const NodeId find = named_variable("__findFile", span);
    push_pending(named_variable("__nixPath", span));
    const Span inside{span.begin + 1, span.end - 1};
    ast.parts.push_back({.text = text_id(source(inside)), .expr = kNoNode, .span = inside});
    push_pending(
        add(NodeKind::String, span, node_mark(), static_cast<uint32_t>(ast.parts.size() - 1), 1));
    return apply(span, first, find, mark);
  }
  return add(NodeKind::SearchPath, span, node_mark(),
             text_id(source({span.begin + 1, span.end - 1})));
}

NodeId Builder::operator_call(Span span, NodeId first, std::string_view function, NodeId x,
                              NodeId y) {
  const size_t mark = pending_mark();
  push_pending(x);
  push_pending(y);
  return apply(span, first, named_variable(function, span), mark);
}

// `a - b` is `__sub a b`, `a >= b` is `!(__lessThan a b)`, and this file may have given these names a meaning.
NodeId Builder::binary(Span span, NodeId first, BinaryOp op, NodeId left, NodeId right,
                       uint32_t operator_begin) {
  if (overrides_) {
    const auto negated = [&](NodeId less) {
      return unary(span, first, UnaryOp::Not, less, operator_begin);
    };
    switch (op) {
      case BinaryOp::Sub: return operator_call(span, first, "__sub", left, right);
      case BinaryOp::Mul: return operator_call(span, first, "__mul", left, right);
      case BinaryOp::Div: return operator_call(span, first, "__div", left, right);
      case BinaryOp::Less: return operator_call(span, first, "__lessThan", left, right);
      case BinaryOp::More: return operator_call(span, first, "__lessThan", right, left);
      case BinaryOp::LessEqual:
        return negated(operator_call(span, first, "__lessThan", right, left));
      case BinaryOp::MoreEqual:
        return negated(operator_call(span, first, "__lessThan", left, right));
      default: break;  // the others are no calls
    }
  }
  return add(NodeKind::Binary, span, first, left, right, operator_begin, static_cast<uint8_t>(op));
}

NodeId Builder::unary(Span span, NodeId first, UnaryOp op, NodeId operand,
                      uint32_t operator_begin) {
  if (overrides_ && op == UnaryOp::Negate) {
    ast.ints.push_back(0);
    const NodeId zero =
        add(NodeKind::Int, span, node_mark(), static_cast<uint32_t>(ast.ints.size() - 1));
    ast.nodes[zero].flags |= kSynthetic;
    return operator_call(span, first, "__sub", zero, operand);
  }
  return add(NodeKind::Unary, span, first, operand, 0, operator_begin, static_cast<uint8_t>(op));
}

NodeId Builder::list(Span span, NodeId first, size_t mark) {
  const auto begin = static_cast<uint32_t>(ast.lists.size());
  const auto count = static_cast<uint32_t>(pending_nodes_.size() - mark);
  ast.lists.insert(ast.lists.end(), pending_nodes_.begin() + static_cast<std::ptrdiff_t>(mark),
                   pending_nodes_.end());
  pending_nodes_.resize(mark);
  return add(NodeKind::List, span, first, begin, count);
}

NodeId Builder::error(Span span, NodeId first, size_t mark) {
  const NodeId node = list(span, first, mark);
  ast.nodes[node].kind = NodeKind::Error;
  return node;
}

NodeId Builder::apply(Span span, NodeId first, NodeId function, size_t mark) {
  const NodeId node = list(span, first, mark);
  Node& n = ast.nodes[node];
  n.kind = NodeKind::Apply;
  n.c = n.b;
  n.b = n.a;
  n.a = function;
  return node;
}

void Builder::plain_name(Span span) {
  pending_names_.push_back({symbols_.intern(ast, source(span)), kNoNode, span});
}

void Builder::string_name(Span span, NodeId first, size_t parts) {
  const size_t count = pending_parts_.size() - parts;
  const bool plain = count == 0 || (count == 1 && pending_parts_.back().expr == kNoNode);
  if (!plain) {
    pending_names_.push_back({kNone, string(span, first, parts), span});
    return;
  }
  const std::string name = count == 0 ? std::string() : resolved(pending_parts_.back());
  pending_parts_.resize(parts);
  pending_names_.push_back({symbols_.intern(ast, name), kNoNode, span});
}

// The bytes of a string without interpolation, as C++ Nix sees it when it asks whether the name in
// `${ }` is a constant: parentheses do not count, and the one text may come from any kind of string.
std::string_view Builder::static_text(NodeId node, bool& is_static) const {
  const Node& n = ast.nodes[ast.skip_parens(node)];
  is_static =
      n.kind == NodeKind::String && (n.b == 0 || (n.b == 1 && ast.parts[n.a].expr == kNoNode));
  return is_static && n.b == 1 ? ast.text(ast.parts[n.a].text) : std::string_view();
}

void Builder::dynamic_name(Span span, NodeId expr) {
  bool is_static = false;
  const std::string name(static_text(expr, is_static));
  if (is_static) {
    pending_names_.push_back({symbols_.intern(ast, name), kNoNode, span});
  } else {
    pending_names_.push_back({kNone, expr, span});
  }
}

PathId Builder::attr_path(size_t mark) {
  const auto begin = static_cast<uint32_t>(ast.attr_names.size());
  const auto count = static_cast<uint32_t>(pending_names_.size() - mark);
  ast.attr_names.insert(ast.attr_names.end(),
                        pending_names_.begin() + static_cast<std::ptrdiff_t>(mark),
                        pending_names_.end());
  pending_names_.resize(mark);
  ast.paths.push_back({begin, count});
  return static_cast<PathId>(ast.paths.size() - 1);
}

void Builder::formal(Span name, NodeId default_value) {
  pending_formals_.push_back(
      {symbols_.intern(ast, source(name)), name, default_value, doc_at(name.begin)});
}

NodeId Builder::lambda(Span span, NodeId first, const Parameter& parameter, NodeId body) {
  LambdaRecord record{};
  record.node = node_mark();
  record.arg = parameter.has_arg ? symbols_.intern(ast, source(parameter.arg)) : kNone;
  record.arg_span = parameter.arg;
  record.first_formal = static_cast<uint32_t>(ast.formals.size());
  record.has_formals = parameter.has_formals;
  record.has_ellipsis = parameter.has_ellipsis;
  record.scope = kNone;
  record.head = {span.begin, parameter.colon_end};
  if (parameter.has_formals) {
    const auto begin = pending_formals_.begin() + static_cast<std::ptrdiff_t>(parameter.formals);
    record.formal_count = static_cast<uint32_t>(pending_formals_.end() - begin);
    ast.formals.insert(ast.formals.end(), begin, pending_formals_.end());
    pending_formals_.resize(parameter.formals);
  }
  // Few functions have many formals; a sorted copy finds what appears twice.
  std::vector<Formal> sorted(ast.formals.begin() + record.first_formal, ast.formals.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Formal& a, const Formal& b) { return a.symbol < b.symbol; });
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0 && sorted[i].symbol == sorted[i - 1].symbol) {
      report(DiagnosticId::DuplicateFormal, sorted[i].name, source(sorted[i].name));
      diagnostics.back().related.push_back({sorted[i - 1].name, "first named here"});
    }
    if (parameter.has_arg && sorted[i].symbol == record.arg) {
      report(DiagnosticId::DuplicateFormal, parameter.arg, source(parameter.arg));
      diagnostics.back().nix_offset = span.begin;
      diagnostics.back().related.push_back({sorted[i].name, "first named here"});
    }
  }
  ast.lambdas.push_back(record);
  const NodeId node =
      add(NodeKind::Lambda, span, first, static_cast<uint32_t>(ast.lambdas.size() - 1), body);
  if (const Span doc = doc_at(span.begin); doc.end != 0) set_doc(node, doc);
  return node;
}

Span Builder::doc_at(uint32_t token_begin) const {
  const auto it = std::lower_bound(
      docs_.begin(), docs_.end(), token_begin,
      [](const DocNote& note, uint32_t begin) { return note.token_begin < begin; });
  return it != docs_.end() && it->token_begin == token_begin ? it->doc : Span{};
}

// RFC 145: a comment documents the function it stands before and, through curried parameters, the
// functions it returns; the innermost comment wins.
void Builder::set_doc(NodeId node, Span doc) {
  for (;;) {
    const Node& n = ast.nodes[ast.skip_parens(node)];
    if (n.kind != NodeKind::Lambda) return;
    LambdaRecord& record = ast.lambdas[n.a];
    if (record.doc.end != 0) return;
    record.doc = doc;
    node = n.b;
  }
}

TextId Builder::text_id(std::string_view bytes) {
  ast.texts.push_back(
      {static_cast<uint32_t>(ast.blob.size()), static_cast<uint32_t>(bytes.size())});
  ast.blob += bytes;
  return static_cast<TextId>(ast.texts.size() - 1);
}

}  // namespace nilas::syntax
