#include <algorithm>
#include <limits>
#include <utility>

#include "evaluator/builtins/regex_classes.hpp"
#include "evaluator/builtins/regex_program.hpp"

namespace nilas::eval::regex {

namespace {

/// Limit of libstdc++, for the states that it would make.
constexpr uint64_t kMaxStates = 100'000;
/// See regex_run.cpp; two bits each, and each triples the pairs that a search may visit.
constexpr uint16_t kMaxCounters = 8;
/// RE2 refuses larger counts; there is no need to ask it.
constexpr uint32_t kMaxRe2Count = 1000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

struct Failure {
  ParseError error;
};

/// A piece of the program: states from `first` on, entered at `start`, left through `end.next`.
struct Fragment {
  uint32_t first;
  uint32_t start;
  uint32_t end;
  bool nullable;
  uint64_t size;  // states that libstdc++ would copy to repeat it
};

class Parser {
 public:
  explicit Parser(std::string_view pattern) : pattern_(pattern) {}

  Program parse();

 private:
  /// What stands between an opening parenthesis (or the start) and here.
  struct Group {
    uint32_t number;
    uint32_t begin_state;             // GroupBegin; not used for the outermost
    std::optional<Fragment> choices;  // alternatives that are finished
    Fragment sequence;                // the current one
  };

  bool at_end() const { return at_ == pattern_.size(); }
  char peek() const { return pattern_[at_]; }
  bool take(char c) {
    if (at_end() || peek() != c) return false;
    ++at_;
    return true;
  }
  [[noreturn]] void fail(ParseError error = ParseError::Invalid) const { throw Failure{error}; }

  uint32_t add(State state) {
    program_.states.push_back(state);
    return static_cast<uint32_t>(program_.states.size() - 1);
  }
  /// Notes that libstdc++ would make `count` states.
  void count(uint64_t count) {
    counted_ += count;
    if (counted_ > kMaxStates) fail(ParseError::TooLarge);
  }
  Fragment single(State state, bool nullable) {
    count(1);
    const uint32_t s = add(state);
    return {s, s, s, nullable, 1};
  }
  Fragment nothing() { return single({Op::Jump}, true); }
  void append(Fragment& to, const Fragment& more) {
    program_.states[to.end].next = more.start;
    to = {to.first, to.start, more.end, to.nullable && more.nullable, to.size + more.size};
  }
  Fragment copy(const Fragment& original, uint32_t states_end);

  void open_group();
  Fragment close_choices();
  Fragment close_group();
  void next_choice();
  Fragment atom();
  Fragment bytes(const ByteSet& set);
  Fragment byte(char c);
  Fragment quantified(Fragment atom);
  Fragment repeat(Fragment body, bool at_least_once);
  Fragment optional(Fragment body);
  Fragment interval(Fragment body);
  uint32_t number();

  Fragment bracket();
  bool bracket_item(ByteSet& set, std::optional<char>& pending, bool& after_class);
  std::string_view bracket_name(char kind);

  void emit(std::string_view text) { re2_ += text; }
  void emit_byte(char c);

  std::string_view pattern_;
  size_t at_ = 0;
  Program program_;
  uint64_t counted_ = 0;
  std::vector<Group> groups_;
  std::string re2_;
  bool re2_possible_ = true;
};

// --- Structure -------------------------------------------------------------------------------------------------------

Program Parser::parse() {
  count(3);  // the whole as a group, and the accepting state
  groups_.push_back({0, 0, std::nullopt, nothing()});
  while (!at_end()) {
    switch (peek()) {
      case '(':
        ++at_;
        open_group();
        continue;
      case '|':
        ++at_;
        next_choice();
        continue;
      case ')': {
        ++at_;
        if (groups_.size() == 1) fail();
        const Fragment group = close_group();
        append(groups_.back().sequence, quantified(group));
        continue;
      }
      case '^':
        ++at_;
        emit("\\A");
        append(groups_.back().sequence, single({Op::TextBegin}, true));
        continue;
      case '$':
        ++at_;
        emit("\\z");
        append(groups_.back().sequence, single({Op::TextEnd}, true));
        continue;
      default: append(groups_.back().sequence, quantified(atom()));
    }
  }
  if (groups_.size() > 1) fail();
  Fragment whole = close_choices();
  const uint32_t accept = add({Op::Accept});
  program_.states[whole.end].next = accept;
  program_.start = whole.start;
  program_.nullable = whole.nullable;
  for (State& state : program_.states) {
    if (!state.nullable_body) continue;
    program_.has_nullable_body = true;
    if (program_.counters < kMaxCounters) state.counter = ++program_.counters;
  }
  if (re2_possible_) program_.re2 = std::move(re2_);
  return std::move(program_);
}

void Parser::open_group() {
  emit("(");
  count(2);
  const uint32_t number = program_.groups++;
  const uint32_t begin = add({Op::GroupBegin, false, 0, number});
  groups_.push_back({number, begin, std::nullopt, nothing()});
}

void Parser::next_choice() {
  emit("|");
  Group& group = groups_.back();
  group.choices = close_choices();
  group.sequence = nothing();
}

/// The alternatives so far and the current sequence as one fragment.
Fragment Parser::close_choices() {
  const Group& group = groups_.back();
  if (!group.choices) return group.sequence;
  program_.has_choice = true;
  count(2);
  const Fragment& left = *group.choices;
  const Fragment& right = group.sequence;
  const uint32_t join = add({Op::Jump});
  program_.states[left.end].next = join;
  program_.states[right.end].next = join;
  const uint32_t choice = add({Op::Choice, false, 0, 0, right.start, left.start});
  return {left.first, choice, join, left.nullable || right.nullable, left.size + right.size + 2};
}

Fragment Parser::close_group() {
  emit(")");
  const Fragment inside = close_choices();
  const Group& group = groups_.back();
  const uint32_t end = add({Op::GroupEnd, false, 0, group.number});
  program_.states[group.begin_state].next = inside.start;
  program_.states[inside.end].next = end;
  const Fragment result = {group.begin_state, group.begin_state, end, inside.nullable,
                           inside.size + 2};
  groups_.pop_back();
  return result;
}

// --- Repetition ------------------------------------------------------------------------------------------------------

/// The states [original.first, states_end) once more, behind all others.
Fragment Parser::copy(const Fragment& original, uint32_t states_end) {
  const auto size = static_cast<uint32_t>(program_.states.size());
  const uint32_t shift = size - original.first;
  for (uint32_t i = original.first; i < states_end; ++i) {
    State state = program_.states[i];
    state.next += shift;
    state.other += shift;
    add(state);
  }
  return {size, original.start + shift, original.end + shift, original.nullable, original.size};
}

Fragment Parser::quantified(Fragment atom) {
  bool first = true;
  while (!at_end()) {
    const char c = peek();
    if (c != '*' && c != '+' && c != '?' && c != '{') break;
    if (!first) re2_possible_ = false;  // RE2 refuses `a**`
    first = false;
    ++at_;
    if (c == '{') {
      atom = interval(atom);
      continue;
    }
    emit({&c, 1});
    atom = c == '?' ? optional(atom) : repeat(atom, c == '+');
  }
  return atom;
}

Fragment Parser::repeat(Fragment body, bool at_least_once) {
  count(1);
  const uint32_t loop = add({Op::Repeat, body.nullable, 0, 0, 0, body.start});
  program_.states[body.end].next = loop;
  return {body.first, at_least_once ? body.start : loop, loop, body.nullable || !at_least_once,
          body.size + 1};
}

Fragment Parser::optional(Fragment body) {
  count(2);
  const uint32_t end = add({Op::Jump});
  const uint32_t choice = add({Op::Repeat, body.nullable, 0, 0, end, body.start});
  program_.states[body.end].next = end;
  return {body.first, choice, end, true, body.size + 2};
}

uint32_t Parser::number() {
  if (at_end() || !is_digit(peek())) fail();
  uint64_t value = 0;
  for (; !at_end() && is_digit(peek()); ++at_) {
    value = std::min<uint64_t>(value * 10 + static_cast<uint64_t>(peek() - '0'),
                               std::numeric_limits<uint32_t>::max());
  }
  return static_cast<uint32_t>(value);
}

/// `{n}`, `{n,}` and `{n,m}`: copies of the body, the last ones optional.
Fragment Parser::interval(Fragment body) {
  const size_t written = at_;
  const uint32_t least = number();
  bool unlimited = false;
  uint32_t most = least;
  if (take(',')) {
    if (!at_end() && is_digit(peek()))
      most = number();
    else
      unlimited = true;
  }
  if (!take('}')) fail();
  if (!unlimited && most < least) fail();
  if (least > kMaxRe2Count || most > kMaxRe2Count) re2_possible_ = false;
  emit("{");
  emit(pattern_.substr(written, at_ - written));

  count(1);
  const auto body_end = static_cast<uint32_t>(program_.states.size());
  const uint32_t start = add({Op::Jump});
  Fragment result = {body.first, start, start, true, 1};
  bool used = false;  // the body itself is its first copy
  const auto next_copy = [&] {
    count(body.size);
    return std::exchange(used, true) ? copy(body, body_end) : body;
  };
  for (uint32_t i = 0; i < least; ++i)
    append(result, next_copy());
  if (unlimited) {
    append(result, repeat(next_copy(), false));
    return result;
  }
  count(1);
  const uint32_t end = add({Op::Jump});
  for (uint32_t i = least; i < most; ++i) {
    count(1);
    const Fragment more = next_copy();
    const uint32_t choice = add({Op::Repeat, body.nullable, 0, 0, end, more.start});
    append(result, {more.first, choice, more.end, true, body.size + 1});
  }
  program_.states[result.end].next = end;
  result.end = end;
  ++result.size;
  return result;
}

// --- Single characters -----------------------------------------------------------------------------------------------

void Parser::emit_byte(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto b = static_cast<uint8_t>(c);
  if (is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'))
    re2_ += c;
  else
    emit(std::string{'\\', 'x', '{', kDigits[b >> 4], kDigits[b & 15], '}'});
}

Fragment Parser::byte(char c) {
  emit_byte(c);
  return single({Op::Byte, false, 0, static_cast<uint8_t>(c)}, false);
}

Fragment Parser::bytes(const ByteSet& set) {
  const auto index = static_cast<uint32_t>(program_.sets.size());
  program_.sets.push_back(set);
  emit("[");
  for (size_t low = 0; low < 256;) {
    size_t high = low;
    while (high < 256 && set[high])
      ++high;
    if (high > low) {
      emit_byte(static_cast<char>(low));
      emit("-");
      emit_byte(static_cast<char>(high - 1));
    }
    low = high + 1;
  }
  emit("]");
  if (set.none()) re2_possible_ = false;  // RE2 has no empty set
  return single({Op::Set, false, 0, index}, false);
}

Fragment Parser::atom() {
  const char c = pattern_[at_++];
  switch (c) {
    case '.': {
      ByteSet all;
      all.set();
      all.reset(0);
      return bytes(all);
    }
    case '[': return bracket();
    case '*':
    case '+':
    case '?':
    case '{':
    case '\0': fail();
    case '\\': {
      constexpr std::string_view kSpecial = ".[\\()*+?{|^$";
      if (at_end() || kSpecial.find(peek()) == std::string_view::npos) fail();
      return byte(pattern_[at_++]);
    }
    default: return byte(c);
  }
}

// --- Bracket expressions ---------------------------------------------------------------------------------------------

/// The name in `[:name:]`, `[.name.]` or `[=name=]`, whose opening bracket was read already.
std::string_view Parser::bracket_name(char kind) {
  ++at_;
  const size_t begin = at_;
  const size_t end = pattern_.find(kind, begin);
  if (end == std::string_view::npos || end + 1 >= pattern_.size() || pattern_[end + 1] != ']')
    fail();
  at_ = end + 2;
  return pattern_.substr(begin, end - begin);
}

Fragment Parser::bracket() {
  const bool negated = take('^');
  ByteSet set;
  std::optional<char> pending;  // a character that may still turn out to start a range
  bool after_class = false;
  // A bracket or dash in front is an ordinary character.
  if (take(']'))
    pending = ']';
  else if (take('-'))
    pending = '-';
  while (bracket_item(set, pending, after_class)) {
  }
  if (pending) set.set(static_cast<uint8_t>(*pending));
  return bytes(negated ? ~set : set);
}

/// Reads one item; false behind the closing bracket.
bool Parser::bracket_item(ByteSet& set, std::optional<char>& pending, bool& after_class) {
  const auto push_pending = [&](std::optional<char> c) {
    if (pending) set.set(static_cast<uint8_t>(*pending));
    pending = c;
  };
  if (at_end()) fail();
  const char c = pattern_[at_++];
  if (c == ']') return false;
  if (c == '[') {
    if (at_end()) fail();
    const char kind = peek();
    if (kind == '.' || kind == '=' || kind == ':') {
      const std::string_view name = bracket_name(kind);
      if (kind == ':') {
        const auto members = character_class(name);
        if (!members) fail();
        set |= *members;
      } else {
        const auto symbol = collating_symbol(name);
        if (!symbol) fail();
        if (kind == '.') {
          push_pending(symbol);
          after_class = false;
          return true;
        }
        set |= equivalence_class(*symbol);
      }
      push_pending(std::nullopt);
      after_class = true;
      return true;
    }
  }
  if (c != '-') {
    push_pending(c);
    after_class = false;
    return true;
  }
  if (take(']')) {
    push_pending('-');
    return false;
  }
  if (after_class || !pending || at_end()) fail();
  const char last = pattern_[at_++];
  if (last == '[' && !at_end() && (peek() == '.' || peek() == '=' || peek() == ':')) fail();
  // Bytes are compared as signed characters.
  const int low = static_cast<signed char>(*pending), high = static_cast<signed char>(last);
  if (low > high) fail();
  for (int b = low; b <= high; ++b)
    set.set(static_cast<uint8_t>(b));
  pending = std::nullopt;
  return true;
}

}  // namespace

ParseResult parse(std::string_view pattern) {
  try {
    return {Parser(pattern).parse(), {}};
  } catch (const Failure& failure) {
    return {std::nullopt, failure.error};
  }
}

}  // namespace nilas::eval::regex
