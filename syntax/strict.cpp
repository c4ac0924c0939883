#include "syntax/strict.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <utility>

namespace nilas::syntax {
namespace {

// A symbol on the stack. What `a` and `b` hold depends on the symbol: an expression's node; the
// mark of a list, string, path, attribute path or formals under construction; a PendingSetId.
struct Cell {
  uint16_t state;
  NodeId first;  // number of nodes when the symbol began
  Span span;
  uint32_t a = 0, b = 0;
};

constexpr uint32_t kEllipsisFlag = 1;

constexpr size_t kMaxBindings = 3;  // of a failure
constexpr uint32_t kPollTokens = 4096;

// Bytes of a set below which its bindings are read again rather than noted and looked up.
constexpr uint32_t kMinGraftedSet = 256;

// Whether a state is that behind a binding, where another one may follow.
constexpr auto kBehindBinding = [] {
  std::array<bool, kStateCount> behind{};
  for (const auto& gotos : kGotos) {
    if (gotos[kGoto_binds1] != 0) behind[gotos[kGoto_binds1]] = true;
  }
  return behind;
}();

BinaryOp binary_op(Token token) {
  switch (token) {
    case Token::Equal: return BinaryOp::Equal;
    case Token::NotEqual: return BinaryOp::NotEqual;
    case Token::Less: return BinaryOp::Less;
    case Token::LessEqual: return BinaryOp::LessEqual;
    case Token::More: return BinaryOp::More;
    case Token::MoreEqual: return BinaryOp::MoreEqual;
    case Token::And: return BinaryOp::And;
    case Token::Or: return BinaryOp::Or;
    case Token::Implies: return BinaryOp::Implies;
    case Token::Update: return BinaryOp::Update;
    case Token::Plus: return BinaryOp::Add;
    case Token::Minus: return BinaryOp::Sub;
    case Token::Star: return BinaryOp::Mul;
    case Token::Slash: return BinaryOp::Div;
    default: return BinaryOp::Concat;  // the grammar has no other binary operator
  }
}

class StrictParser {
 public:
  StrictParser(std::string_view text, Builder& builder, const StrictOptions& options)
      : lexer_(text),
        builder_(builder),
        holes_(options.holes),
        poll_(options.poll),
        notes_(options.bindings, hole_spans()) {
    lexer_.set_holes(hole_spans());
    if (options.earlier != nullptr) {
      grafter_.emplace(*options.earlier, hole_spans());
      reserve_like(builder_.ast, options.earlier->ast);
    }
    stack_.reserve(256);
    stack_.push_back({.state = 0, .first = 0, .span = {0, 0}});
  }

  std::optional<SyntaxFailure> run();

 private:
  void shift(const Lexeme& lexeme, uint16_t state);
  std::span<const Span> hole_spans() const {
    return holes_ != nullptr ? holes_->spans : std::span<const Span>();
  }
  void take_over();
  void begin_binding(Token token);
  void end_binding(const Cell& semicolon, Cell& list);
  void end_set(const Cell& list, Span span);
  void reduce(uint8_t rule);
  Cell act(Action action, const Cell* rhs, Cell out);
  Cell act_name(Action action, const Cell* rhs, Cell out);
  Cell act_set(Action action, const Cell* rhs, Cell out);
  Cell act_text(Action action, const Cell* rhs, Cell out);
  Cell act_lambda(const Cell& parameter, const Cell& set, const Cell* arg, const Cell& body,
                  uint32_t colon_end, Cell out);
  SyntaxFailure fail(const Lexeme& lexeme, uint32_t previous_end);
  std::vector<uint32_t> unfinished_bindings(uint32_t token_begin) const;
  bool bad_number(const Lexeme& lexeme);

  Lexer lexer_;
  Builder& builder_;
  const Holes* holes_;
  const std::function<void()>& poll_;
  uint32_t tokens_ = 0;
  std::vector<Cell> stack_;
  size_t length_ = 0;  // of the rule being reduced

  GraftNotes notes_;
  std::optional<Grafter> grafter_;
  uint32_t gap_begin_ = 0;  // where the token ended that was shifted last
};

std::optional<SyntaxFailure> StrictParser::run() {
  Lexeme lexeme{};
  bool have_token = false;
  uint32_t previous_end = 0;
  for (;;) {
    const uint16_t state = stack_.back().state;
    if (const uint8_t rule = kBlindReductions[state]) {
      reduce(rule);
      continue;
    }
    if (!have_token) {
      if (grafter_ && kBehindBinding[state]) take_over();
      previous_end = lexeme.span.end;
      lexeme = lexer_.next();
      have_token = true;
      if ((++tokens_ & (kPollTokens - 1)) == 0 && poll_) poll_();
      if (lexeme.error != LexError::None) return fail(lexeme, previous_end);
      if (notes_.active() && kBehindBinding[state]) begin_binding(lexeme.token);
    }
    const int16_t action = kActions[state][static_cast<size_t>(lexeme.token)];
    if (action == kAccept) {
      builder_.ast.root = stack_.back().a;
      return std::nullopt;
    }
    if (action < 0) {
      reduce(static_cast<uint8_t>(-action));
    } else if (action > 0) {
      shift(lexeme, static_cast<uint16_t>(action));
      have_token = false;
    } else {
      return fail(lexeme, previous_end);
    }
  }
}

void StrictParser::shift(const Lexeme& lexeme, uint16_t state) {
  if (lexer_.doc().end != 0) builder_.note_doc(lexeme.span.begin, lexer_.doc());
  // The end of a path is no text; where C++ Nix places it matters only if it is unexpected.
  const uint32_t end = stack_.back().span.end;
  stack_.push_back({.state = state,
                    .first = builder_.node_mark(),
                    .span = lexeme.token == Token::PathEnd ? Span{end, end} : lexeme.span,
                    .a = static_cast<uint32_t>(lexeme.piece),
                    .b = static_cast<uint32_t>(lexeme.token)});
  gap_begin_ = lexeme.span.end;
}

// Takes over from an earlier parse the bindings that follow.
void StrictParser::take_over() {
  Cell& list = stack_.back();
  if (const auto end = grafter_->graft(gap_begin_, builder_, list.a, notes_)) {
    list.span.end = gap_begin_ = *end;
    lexer_.jump(*end);
  }
}

void StrictParser::begin_binding(Token token) {
  if (token == Token::Id || token == Token::OrKeyword || token == Token::Quote ||
      token == Token::DollarCurly || token == Token::Inherit) {
    notes_.begin(gap_begin_, builder_);
  }
}

// The binding that ends with `semicolon` is in the Builder. `list`: those of its set; `b` is the number of bindings noted
// before its second one, and kNone as long as there is none.
void StrictParser::end_binding(const Cell& semicolon, Cell& list) {
  if (!notes_.active()) return;
  if (list.b == kNone) {
    list.b = notes_.count();
  } else {
    notes_.end(semicolon.span.end, builder_);
  }
}

// Not for a let, behind whose bindings those of its body are noted.
void StrictParser::end_set(const Cell& list, Span span) {
  if (notes_.active() && list.b != kNone && span.end - span.begin < kMinGraftedSet)
    notes_.forget(list.b);
}

void StrictParser::reduce(uint8_t index) {
  const Rule& rule = kRules[index];
  length_ = rule.length;
  const Cell* rhs = stack_.data() + stack_.size() - length_;
  Cell out;
  if (length_ != 0) {
    out = rhs[0];
    out.span.end = rhs[length_ - 1].span.end;
  } else {
    const uint32_t end = stack_.back().span.end;
    out = {.state = 0, .first = builder_.node_mark(), .span = {end, end}};
  }
  if (rule.action != Action::pass) out = act(rule.action, rhs, out);
  stack_.resize(stack_.size() - length_);
  out.state = kGotos[stack_.back().state][rule.lhs];
  stack_.push_back(out);
}

Cell StrictParser::act(Action action, const Cell* rhs, Cell out) {
  Builder& b = builder_;
  const auto node = [&](NodeId id) {
    out.a = id;
    return out;
  };
  switch (action) {
    case Action::pass: return out;
    case Action::root: return out;
    case Action::lambda_plain:
      return act_lambda(rhs[0], rhs[0], &rhs[0], rhs[2], rhs[1].span.end, out);
    case Action::lambda_set:
      return act_lambda(rhs[0], rhs[0], nullptr, rhs[2], rhs[1].span.end, out);
    case Action::lambda_set_at:
      return act_lambda(rhs[0], rhs[0], &rhs[2], rhs[4], rhs[3].span.end, out);
    case Action::lambda_at_set:
      return act_lambda(rhs[0], rhs[2], &rhs[0], rhs[4], rhs[3].span.end, out);
    case Action::assert_:
      return node(b.add(NodeKind::Assert, out.span, out.first, rhs[1].a, rhs[3].a));
    case Action::with_: return node(b.add(NodeKind::With, out.span, out.first, rhs[1].a, rhs[3].a));
    case Action::let_: return node(b.close_let(rhs[1].a, out.span, out.first, rhs[3].a));
    case Action::if_:
      return node(b.add(NodeKind::If, out.span, out.first, rhs[1].a, rhs[3].a, rhs[5].a));
    case Action::pipe_left:
    case Action::pipe_right: {
      const auto op = action == Action::pipe_left ? BinaryOp::PipeLeft : BinaryOp::PipeRight;
      return node(b.add(NodeKind::Binary, out.span, out.first, rhs[0].a, rhs[2].a,
                        rhs[1].span.begin, static_cast<uint8_t>(op)));
    }
    case Action::not_:
    case Action::negate: {
      const auto op = action == Action::not_ ? UnaryOp::Not : UnaryOp::Negate;
      return node(b.unary(out.span, out.first, op, rhs[1].a, rhs[0].span.begin));
    }
    case Action::binary: {
      const BinaryOp op = binary_op(static_cast<Token>(rhs[1].b));
      return node(b.binary(out.span, out.first, op, rhs[0].a, rhs[2].a, rhs[1].span.begin));
    }
    case Action::has_attr:
      return node(b.add(NodeKind::HasAttr, out.span, out.first, rhs[0].a, b.attr_path(rhs[2].a),
                        rhs[1].span.begin));
    case Action::apply_first: out.b = kNone; return out;
    case Action::apply_more:
      if (out.b == kNone) out.b = static_cast<uint32_t>(b.pending_mark());
      b.push_pending(rhs[1].a);
      return out;
    case Action::apply_finish:
      return out.b == kNone ? out : node(b.apply(out.span, out.first, out.a, out.b));
    case Action::select:
      return node(
          b.add(NodeKind::Select, out.span, out.first, rhs[0].a, b.attr_path(rhs[2].a), kNoNode));
    case Action::select_or:
      return node(
          b.add(NodeKind::Select, out.span, out.first, rhs[0].a, b.attr_path(rhs[2].a), rhs[4].a));
    case Action::or_argument: {
      const size_t mark = b.pending_mark();
      b.push_pending(b.variable(rhs[1].span));
      return node(b.apply(out.span, out.first, rhs[0].a, mark));
    }
    case Action::variable: return node(b.variable(out.span));
    case Action::int_: return node(b.integer(out.span));
    case Action::float_: return node(b.floating(out.span));
    case Action::uri: return node(b.url(out.span));
    case Action::search_path: return node(b.search_path(out.span));
    case Action::paren: return node(b.add(NodeKind::Paren, out.span, out.first, rhs[1].a));
    case Action::list: return node(b.list(out.span, out.first, rhs[1].a));
    case Action::list_empty: out.a = static_cast<uint32_t>(b.pending_mark()); return out;
    case Action::list_more: b.push_pending(rhs[1].a); return out;
    case Action::string:
    case Action::ind_string:
    case Action::path:
    case Action::path_start:
    case Action::parts_text:
    case Action::parts_empty:
    case Action::parts_more_text:
    case Action::parts_more_expr:
    case Action::parts_expr:
    case Action::parts_text_expr:
    case Action::ind_text:
    case Action::ind_expr: return act_text(action, rhs, out);
    case Action::names_empty:
    case Action::names_attr:
    case Action::names_string:
    case Action::path_attr:
    case Action::path_string:
    case Action::path_more_attr:
    case Action::path_more_string:
    case Action::string_attr:
    case Action::dynamic_attr:
    case Action::formal_set_open:
    case Action::formal_set_only_open:
    case Action::formal_set:
    case Action::formal_set_empty:
    case Action::formals_first:
    case Action::formals_more:
    case Action::formal:
    case Action::formal_default: return act_name(action, rhs, out);
    case Action::legacy_let:
    case Action::rec_set:
    case Action::set:
    case Action::empty_set:
    case Action::binds_empty:
    case Action::bind_first:
    case Action::bind_more:
    case Action::bind_inherit:
    case Action::bind_inherit_from:
    case Action::bind_damaged: return act_set(action, rhs, out);
  }
  return out;
}

Cell StrictParser::act_text(Action action, const Cell* rhs, Cell out) {
  Builder& b = builder_;
  const auto mark = static_cast<uint32_t>(b.part_mark());
  switch (action) {
    case Action::string: out.a = b.string(out.span, out.first, rhs[1].a); break;
    case Action::ind_string: out.a = b.ind_string(out.span, out.first, rhs[1].a); break;
    case Action::path: out.a = b.path(out.span, out.first, rhs[0].a); break;
    case Action::path_start:
    case Action::parts_text:
      b.text_part(rhs[0].span);
      out.a = mark;
      break;
    case Action::parts_empty: out.a = mark; break;
    case Action::parts_more_text: b.text_part(rhs[1].span); break;
    case Action::parts_expr:
      b.expr_part(out.span, rhs[1].a);
      out.a = mark;
      break;
    case Action::parts_text_expr:
      b.text_part(rhs[0].span);
      b.expr_part({rhs[1].span.begin, rhs[3].span.end}, rhs[2].a);
      out.a = mark;
      break;
    case Action::ind_text: b.ind_part(static_cast<IndPiece>(rhs[1].a), rhs[1].span); break;
    default:  // parts_more_expr, ind_expr
      b.expr_part({rhs[1].span.begin, rhs[3].span.end}, rhs[2].a);
      break;
  }
  return out;
}

Cell StrictParser::act_name(Action action, const Cell* rhs, Cell out) {
  Builder& b = builder_;
  switch (action) {
    case Action::names_empty: out.a = static_cast<uint32_t>(b.name_mark()); break;
    case Action::path_attr:
      out.a = static_cast<uint32_t>(b.name_mark());
      b.plain_name(rhs[0].span);
      break;
    case Action::names_attr: b.plain_name(rhs[1].span); break;
    case Action::path_more_attr: b.plain_name(rhs[2].span); break;
    // The name itself was pushed when the string was complete.
    case Action::path_string: out.a = static_cast<uint32_t>(b.name_mark() - 1); break;
    case Action::string_attr: b.string_name(out.span, out.first, rhs[1].a); break;
    case Action::dynamic_attr: b.dynamic_name(out.span, rhs[1].a); break;
    case Action::formal: b.formal(out.span, kNoNode); break;
    case Action::formal_default: b.formal(rhs[0].span, rhs[2].a); break;
    case Action::formals_first: out.a = static_cast<uint32_t>(b.formal_mark() - 1); break;
    case Action::formal_set:
    case Action::formal_set_open:
      out.a = rhs[1].a;
      out.b = action == Action::formal_set_open ? kEllipsisFlag : 0;
      break;
    case Action::formal_set_empty:
    case Action::formal_set_only_open:
      out.a = static_cast<uint32_t>(b.formal_mark());
      out.b = action == Action::formal_set_only_open ? kEllipsisFlag : 0;
      break;
    default: break;  // names_string, path_more_string, formals_more: nothing is left to do
  }
  return out;
}

Cell StrictParser::act_set(Action action, const Cell* rhs, Cell out) {
  Builder& b = builder_;
  switch (action) {
    case Action::binds_empty:
      out.a = b.open_set();
      out.b = kNone;
      break;
    case Action::bind_first:
      out.a = b.open_set();
      out.b = kNone;
      b.bind(out.a, rhs[0].a, rhs[0].span, rhs[2].a, out.span);
      end_binding(rhs[3], out);
      break;
    case Action::bind_more:
      b.bind(out.a, rhs[1].a, rhs[1].span, rhs[3].a, {rhs[1].span.begin, out.span.end});
      end_binding(rhs[4], out);
      break;
    case Action::bind_inherit:
      b.inherit(out.a, rhs[2].a, {rhs[1].span.begin, out.span.end});
      end_binding(rhs[3], out);
      break;
    case Action::bind_inherit_from:
      b.inherit_from(out.a, rhs[5].a, rhs[3].a, {rhs[1].span.begin, out.span.end});
      end_binding(rhs[6], out);
      break;
    case Action::bind_damaged:
      holes_->fill(rhs[1].span, out.a);
      if (notes_.active() && out.b == kNone) out.b = notes_.count();
      break;
    case Action::empty_set:
      out.a = b.close_set(b.open_set(), NodeKind::AttrSet, out.span, out.first, 0);
      break;
    case Action::set:
      end_set(rhs[1], out.span);
      out.a = b.close_set(rhs[1].a, NodeKind::AttrSet, out.span, out.first, 0);
      break;
    case Action::rec_set:
      end_set(rhs[2], out.span);
      out.a = b.close_set(rhs[2].a, NodeKind::AttrSet, out.span, out.first, kRecursive);
      break;
    default:  // legacy_let
      end_set(rhs[2], out.span);
      out.a = b.close_set(rhs[2].a, NodeKind::LegacyLet, out.span, out.first, kRecursive);
      break;
  }
  return out;
}

Cell StrictParser::act_lambda(const Cell& parameter, const Cell& set, const Cell* arg,
                              const Cell& body, uint32_t colon_end, Cell out) {
  Builder::Parameter p;
  p.has_formals = &set != arg;
  if (arg != nullptr) {
    p.has_arg = true;
    p.arg = arg->span;
  }
  if (p.has_formals) {
    p.formals = set.a;
    p.has_ellipsis = set.b == kEllipsisFlag;
  }
  p.colon_end = colon_end;
  out.a = builder_.lambda({parameter.span.begin, out.span.end}, out.first, p, body.a);
  return out;
}

// C++ Nix reads the value of a number before it asks whether a number may stand there.
bool StrictParser::bad_number(const Lexeme& lexeme) {
  const size_t before = builder_.diagnostics.size();
  if (lexeme.token == Token::Int) builder_.integer(lexeme.span);
  if (lexeme.token == Token::Float) builder_.floating(lexeme.span);
  return builder_.diagnostics.size() != before;
}

std::vector<uint32_t> StrictParser::unfinished_bindings(uint32_t token_begin) const {
  const auto is_list = [&](size_t i) {
    const auto& gotos = kGotos[stack_[i - 1].state];
    return stack_[i].state == gotos[kGoto_binds] || stack_[i].state == gotos[kGoto_binds1];
  };
  // A `{` that no list of bindings follows yet.
  const auto is_brace = [&](size_t i) {
    const auto& actions = kActions[stack_[i - 1].state];
    return stack_[i].state == actions[static_cast<size_t>(Token::LeftBrace)] &&
           (i + 1 == stack_.size() || !is_list(i + 1));
  };
  std::vector<uint32_t> begins;
  for (size_t i = stack_.size() - 1; i > 0 && begins.size() < kMaxBindings; --i) {
    if (!is_list(i) && !is_brace(i)) continue;
    begins.push_back(i + 1 < stack_.size() ? stack_[i + 1].span.begin : token_begin);
  }
  return begins;
}

SyntaxFailure StrictParser::fail(const Lexeme& lexeme, uint32_t previous_end) {
  std::vector<uint32_t> bindings = unfinished_bindings(lexeme.span.begin);
  if (lexeme.error == LexError::TrailingSlash) {
    const uint32_t slash = previous_end - 1;
    builder_.report(DiagnosticId::TrailingSlash, {slash, previous_end});
    builder_.diagnostics.back().nix_offset = lexeme.span.begin;
    return {lexeme.token, lexeme.span, previous_end, 0, std::move(bindings)};
  }
  if (bad_number(lexeme))
    return {Token::Invalid, lexeme.span, previous_end, 0, std::move(bindings)};
  const uint64_t expected = kExpected[stack_.back().state];
  builder_.report(DiagnosticId::SyntaxError, lexeme.span,
                  syntax_error_message(lexeme.token, expected));
  builder_.diagnostics.back().nix_offset =
      lexeme.token == Token::End ? lexeme.span.end : lexeme.span.begin;
  return {lexeme.token, lexeme.span, previous_end, expected, std::move(bindings)};
}

}  // namespace

std::optional<SyntaxFailure> parse_strict(std::string_view text, Builder& builder,
                                          const StrictOptions& options) {
  return StrictParser(text, builder, options).run();
}

std::string syntax_error_message(Token unexpected, uint64_t expected) {
  std::string message = "syntax error, unexpected ";
  message += kTokenTexts[static_cast<size_t>(unexpected)];
  // More than four would be a list nobody reads; Bison then names none.
  if (std::popcount(expected) > 4) return message;
  std::string_view separator = ", expecting ";
  for (size_t token = 0; token < kTokenCount; ++token) {
    if ((expected >> token & 1) == 0) continue;
    message += separator;
    message += kTokenTexts[token];
    separator = " or ";
  }
  return message;
}

}  // namespace nilas::syntax
